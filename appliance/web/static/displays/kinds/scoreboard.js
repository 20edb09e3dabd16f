/** The flight with all attempts: what the hall reads. */

import { el, elWith, said } from "../dom.js";

/**
 * @typedef {import("../painter.js").Painter} Painter
 * @typedef {{lifter: import("../painter.js").Lifter, lifts: import("../painter.js").Lift[],
 *   standing: import("../painter.js").Standing, current: boolean, next: boolean}} Row
 * @typedef {{meet: import("../painter.js").Meet, progress: import("../painter.js").Progress, lifts: string[],
 *   attempts: number, hasLots: boolean, rows: Row[], decision: import("../painter.js").Decision | null}} FlightBoard
 */

/** As many as "127.5" has: what is longer needs smaller letters. */
const FIGURES = 5;

/** @param {FlightBoard} board @param {Painter} painter */
export function scoreboard(board, painter) {
  const { t } = painter;
  const head = painter.head(board.meet, board.progress);
  if (!board.rows.length) return el("div.full", head, painter.empty(t.nobody));
  const numbers = Array.from({ length: board.attempts }, (_, place) => place + 1);
  const points = board.rows.some((row) => row.standing.points);
  const long = board.rows.some((row) => row.lifts.some((lift) => lift.attempts.some((attempt) => painter.number(attempt.weight).length > FIGURES)));
  return el(
    "div.full",
    head,
    elWith(
      "div.long",
      { "data-scrolls": "" },
      elWith(
        long ? "table.scores.long-figures" : "table.scores",
        { "data-attempts": String(board.attempts) },
        el(
          "thead",
          el(
            "tr",
            el("th.place", "#"),
            el("th.who", t.lifter),
            el("th.class", t.weightClass),
            ...board.lifts.map((lift) => elWith(lift === board.progress.lift ? "th.group.on" : "th.group", { colspan: String(board.attempts) }, painter.lift(lift))),
            el("th.total", t.total),
            points && el("th.points", t.points),
          ),
        ),
        el("tbody", ...board.rows.map((row) => line(row, board, painter, numbers, points))),
      ),
    ),
  );
}

/** @param {Row} row @param {FlightBoard} board @param {Painter} painter @param {number[]} numbers @param {boolean} points */
function line(row, board, painter, numbers, points) {
  const { lifter, standing } = row;
  const { decision } = board;
  const decided = decision?.entryId === lifter.entryId ? (decision.good ? ".was-good" : ".was-no-lift") : "";
  const lifts = board.lifts.flatMap((lift) => {
    const own = row.lifts.find((each) => each.lift === lift);
    const off = lift === board.progress.lift ? "" : ".off";
    return numbers.map((number) => el(`td.try${number === 1 ? ".group" : ""}${off}`, painter.box(own?.attempts[number - 1] ?? { number, weight: null, state: "none" })));
  });
  return elWith(
    `tr${row.current ? ".current" : ""}${row.next ? ".next" : ""}${decided}`,
    { "data-key": String(lifter.entryId) },
    el("td.place", painter.place(standing.place)),
    el("td.who", said("b.name", lifter.name), painter.about({ ...lifter, weightClass: null }, "span.about")),
    el("td.class", lifter.weightClass ? lifter.weightClass[painter.units[0]] : ""),
    ...lifts,
    el("td.total", painter.number(standing.total)),
    points && el("td.points", standing.points),
  );
}
