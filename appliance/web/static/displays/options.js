/** What the address of a display says. A parameter that is wrong is as if it were not there. */

import { LANGUAGES } from "./words/words.js";

/** What each may be, first what it is otherwise. @type {{[name: string]: string[]}} */
const CHOICES = {
  units: ["meet", "kg", "lb", "both"],
  theme: ["dark", "light", "contrast"],
  lang: Object.keys(LANGUAGES),
  background: ["transparent", "chroma"],
  corner: ["bottom-left", "bottom-right", "top-left", "top-right"],
  scroll: ["on", "off"],
};

const PAGES = ["categories", "points", "teams"];

/**
 * @typedef {{kind: string | null, meet: string, platform: number, key: string, id: string, units: string, theme: string,
 *   lang: string, background: string, corner: string, scroll: string, scale: number, seconds: number, show: string[]}} Options
 */

/**
 * @param {string} pathname
 * @param {string} search
 * @returns {Options}
 */
export function readOptions(pathname, search) {
  const query = new URLSearchParams(search);
  const kind = /^\/display\/([a-z-]+)$/.exec(pathname);
  /** @param {string} name */
  const choice = (name) => {
    const said = query.get(name) ?? "";
    return CHOICES[name].includes(said) ? said : CHOICES[name][0];
  };
  /** @param {string} name @param {number} least @param {number} most @param {number} otherwise */
  const number = (name, least, most, otherwise) => {
    const said = query.get(name);
    const value = said === null || said.trim() === "" ? NaN : Number(said);
    return value >= least && value <= most ? value : otherwise;
  };
  const pages = (query.get("show") ?? "").split(",").filter((page) => PAGES.includes(page));
  return {
    kind: kind ? kind[1] : null,
    meet: query.get("meet") ?? "",
    platform: Math.trunc(number("platform", 1, 99, 1)),
    key: query.get("key") ?? "",
    id: query.get("id") ?? "",
    units: choice("units"),
    theme: choice("theme"),
    lang: choice("lang"),
    background: choice("background"),
    corner: choice("corner"),
    scroll: choice("scroll"),
    scale: number("scale", 0.5, 2, 1),
    seconds: number("seconds", 3, 120, 10),
    show: pages.length ? pages : PAGES,
  };
}

/** The number by which a screen is called: what stands before the dash of its id. @param {string} id */
export const screenNumber = (id) => id.split("-")[0];
