/** Places as they are by what has been lifted, and the best lifters, page by page. */

import { el, elWith, said } from "../dom.js";
import { pagesOf, ranking, roomOf } from "./ranking.js";

/**
 * @typedef {import("./ranking.js").Category} Category
 * @typedef {{meet: import("../painter.js").Meet, categories: Category[], bestLifters: Category[], bestJuniors: Category[],
 *   bestMasters: Category[]}} ResultsBoard
 */

/** @param {ResultsBoard} board @param {import("../painter.js").Painter} painter */
export function results(board, painter) {
  const { t } = painter;
  const room = roomOf(innerWidth > innerHeight);
  const parts = /** @type {[string, Category[], string][]} */ ([
    [t.results, board.categories, "total"],
    [t.bestLifters, board.bestLifters, "points"],
    [t.juniors, board.bestJuniors, "points"],
    [t.masters, board.bestMasters, "points"],
  ]);
  const pages = parts.flatMap(([title, categories, decides]) => {
    const cut = categories.flatMap((each) => inParts(each, room - 2));
    return pagesOf(cut, (each) => each.ranked.length, room).map((page) => ({ title, page, decides }));
  });
  const now = pages[painter.page % Math.max(pages.length, 1)];
  const head = el("header.head", painter.logo(), el("div", el("h1", now?.title ?? t.results), said("p.meet", board.meet.name)), pages.length > 1 && el("p.going", `${(painter.page % pages.length) + 1} / ${pages.length}`));
  if (!now) return el("div.full", head, painter.empty(t.noResults));
  return el("div.full", head, elWith("div.pages", { "data-key": `page ${painter.page % pages.length}` }, ...now.page.map((each) => ranking(each, painter, now.decides))));
}

/** A category that is longer than a page, in parts that are not. @param {Category} category @param {number} most */
function inParts(category, most) {
  const parts = [];
  for (let from = 0; from < category.ranked.length; from += most) parts.push({ ...category, ranked: category.ranked.slice(from, from + most) });
  return parts;
}
