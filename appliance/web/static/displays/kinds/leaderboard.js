/** Who leads: categories, best lifters and teams, page by page. */

import { el, elWith, said } from "../dom.js";
import { paged, pagesOf, ranking, room } from "./ranking.js";

/**
 * @typedef {import("./ranking.js").Category} Category
 * @typedef {{place: number, team: string, score: number, scorers: [string, number][]}} Team
 * @typedef {{meet: import("../painter.js").Meet, categories: Category[], byPoints: Category[], teams: Team[]}} LeadersBoard
 */

/** @param {LeadersBoard} board @param {import("../painter.js").Painter} painter */
export function leaderboard(board, painter) {
  const { t, options } = painter;
  /** @type {{title: string, body: () => Node[]}[]} */
  const pages = [];
  const rows = (/** @type {Category} */ each) => each.ranked.length;
  if (options.show.includes("categories")) {
    for (const page of pagesOf(board.categories, rows, room())) pages.push({ title: t.leaders, body: () => page.map((each) => ranking(each, painter, "total")) });
  }
  if (options.show.includes("points")) {
    for (const page of pagesOf(board.byPoints, rows, room())) pages.push({ title: `${t.bestLifters} · ${board.meet.formula}`, body: () => page.map((each) => ranking(each, painter, "points")) });
  }
  if (options.show.includes("teams") && board.teams.length) pages.push({ title: t.teams, body: () => [teams(board.teams, painter)] });
  return paged(pages, painter, board.meet, t.leaders);
}

/** @param {Team[]} all @param {import("../painter.js").Painter} painter */
function teams(all, painter) {
  return el(
    "section.ranking.teams",
    el(
      "table",
      el("thead", el("tr", el("th.place", "#"), el("th.who", painter.t.team), el("th.total", painter.t.points))),
      el(
        "tbody",
        ...all.slice(0, 12).map((team) =>
          elWith(
            "tr",
            { "data-key": team.team },
            el("td.place", painter.place(String(team.place))),
            el("td.who", said("b.name", team.team), said("span.about", team.scorers.map(([name, score]) => `${name} ${score}`).join(" · "))),
            el("td.total.decides", String(team.score)),
          ),
        ),
      ),
    ),
  );
}
