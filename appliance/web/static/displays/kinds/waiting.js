/** A screen that nobody has told what to show: its number, large enough to be read from the other end of the hall. */

import { el } from "../dom.js";
import { screenNumber } from "../options.js";

/** @param {import("../painter.js").Painter} painter @param {string} address */
export function waiting(painter, address) {
  const { t, options } = painter;
  return el("div.waiting", painter.logo(), el("span.label", t.screen), el("strong.number", screenNumber(options.id)), el("p", t.notAssigned), el("code", address.split("?")[0]));
}
