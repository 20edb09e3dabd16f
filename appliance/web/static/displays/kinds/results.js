/** Places as they are by what has been lifted, and the best lifters, page by page. */

import { paged, pagesOf, ranking, room } from "./ranking.js";

/**
 * @typedef {import("./ranking.js").Category} Category
 * @typedef {{meet: import("../painter.js").Meet, categories: Category[], bestLifters: Category[], bestJuniors: Category[],
 *   bestMasters: Category[]}} ResultsBoard
 */

/** @param {ResultsBoard} board @param {import("../painter.js").Painter} painter */
export function results(board, painter) {
  const { t } = painter;
  const parts = /** @type {[string, Category[], string][]} */ ([
    [t.results, board.categories, "total"],
    [t.bestLifters, board.bestLifters, "points"],
    [t.juniors, board.bestJuniors, "points"],
    [t.masters, board.bestMasters, "points"],
  ]);
  const pages = parts.flatMap(([title, categories, decides]) => {
    const cut = categories.flatMap((each) => inParts(each, room() - 2));
    const rows = (/** @type {Category} */ each) => each.ranked.length;
    return pagesOf(cut, rows, room()).map((page) => ({ title, body: () => page.map((each) => ranking(each, painter, decides)) }));
  });
  return paged(pages, painter, board.meet, t.results);
}

/** A category that is longer than a page, in parts that are not. @param {Category} category @param {number} most */
function inParts(category, most) {
  const parts = [];
  for (let from = 0; from < category.ranked.length; from += most) parts.push({ ...category, ranked: category.ranked.slice(from, from + most) });
  return parts;
}
