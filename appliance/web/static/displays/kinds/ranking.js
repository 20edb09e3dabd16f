/**
 * Rankings, as leaderboard and results show them.
 *
 * @typedef {{place: string, entryId: number, name: string, team: string, country: string,
 *   bodyweight: import("../units.js").Weight | null, best: (import("../units.js").Weight | null)[],
 *   total: import("../units.js").Weight | null, points: string}} Ranked
 * @typedef {{sex: string, event: string, equipment: string[], division: string,
 *   weightClass: import("../units.js").Weight | null, ranked: Ranked[]}} Category
 */

import { el, elWith, said } from "../dom.js";

/** "Women · 63 kg · Open · Sleeves · SBD". @param {Category} category @param {import("../painter.js").Painter} painter */
export function titleOf(category, painter) {
  const { t } = painter;
  const equipment = category.equipment.map((each) => t.equipment[each] ?? each).join(" + ");
  const sex = { F: t.women, M: t.men, Mx: t.mx }[category.sex] ?? category.sex;
  return [sex, painter.weightClass(category.weightClass), category.division, equipment, category.event].filter(Boolean).join(" · ");
}

/**
 * @param {Category} category
 * @param {import("../painter.js").Painter} painter
 * @param {string} decides "total" or "points": what the ranking goes by
 */
export function ranking(category, painter, decides) {
  const { t } = painter;
  const points = category.ranked.some((each) => each.points);
  return elWith(
    "section.ranking",
    { "data-key": titleOf(category, painter) + decides },
    said("h2", titleOf(category, painter)),
    el(
      "table",
      el("thead", el("tr", el("th.place", "#"), el("th.who", t.lifter), ...[...category.event].map((lift) => el("th.best", painter.lift(lift))), el("th.total", t.total), points && el("th.points", t.points))),
      el(
        "tbody",
        ...category.ranked.map((each) =>
          elWith(
            "tr",
            { "data-key": String(each.entryId) },
            el("td.place", each.place === "G" ? "G" : painter.place(each.place)),
            el("td.who", said("b.name", each.name), said("span.about", each.team || each.country)),
            ...each.best.map((best) => el("td.best", painter.number(best))),
            elWith(decides === "total" ? "td.total.decides" : "td.total", {}, painter.number(each.total)),
            points && elWith(decides === "points" ? "td.points.decides" : "td.points", {}, each.points),
          ),
        ),
      ),
    ),
  );
}

/**
 * Pages of rankings: as many as have room, and never a page that is mostly empty.
 *
 * @template T
 * @param {T[]} items
 * @param {(item: T) => number} rows
 * @param {number} room in rows
 * @returns {T[][]}
 */
export function pagesOf(items, rows, room) {
  /** @type {T[][]} */
  const pages = [];
  let used = Infinity;
  for (const item of items) {
    const needed = rows(item) + 2;
    if (used + needed > room) {
      pages.push([]);
      used = 0;
    }
    pages[pages.length - 1].push(item);
    used += needed;
  }
  return pages;
}

/** How many rows of rankings fit on this screen: on a wide one two of them stand beside each other. */
export const room = () => (innerWidth > innerHeight ? 24 : 14);

/**
 * One page after the other, each with its title and its number.
 *
 * @param {{title: string, body: () => Node[]}[]} pages
 * @param {import("../painter.js").Painter} painter
 * @param {import("../painter.js").Meet} meet
 * @param {string} otherwise the title where there is no page
 */
export function paged(pages, painter, meet, otherwise) {
  const place = pages.length ? painter.page % pages.length : 0;
  const now = pages[place];
  const head = el("header.head", painter.logo(), el("div", el("h1", now?.title ?? otherwise), said("p.meet", meet.name)), pages.length > 1 && el("p.going", `${place + 1} / ${pages.length}`));
  if (!now) return el("div.full", head, painter.empty(painter.t.noResults));
  return el("div.full", head, elWith("div.pages", { "data-key": `page ${place}` }, ...now.body()));
}
