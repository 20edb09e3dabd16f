/** The warm-up room: who lifts when, and how many are before you. */

import { el, elWith, said } from "../dom.js";

/**
 * @typedef {import("../painter.js").Queued} Queued
 * @typedef {{meet: import("../painter.js").Meet, progress: import("../painter.js").Progress, thisRound: Queued[],
 *   nextRound: Queued[], missing: import("../painter.js").Lifter[]}} OrderBoard
 */

/** @param {OrderBoard} board @param {import("../painter.js").Painter} painter */
export function liftingOrder(board, painter) {
  const { t } = painter;
  const head = painter.head(board.meet, board.progress, t.order);
  if (!board.thisRound.length && !board.nextRound.length && !board.missing.length) return el("div.full", head, painter.empty(t.roundOver));
  const { attempt } = board.progress;
  return el(
    "div.full",
    head,
    elWith(
      "div.long",
      { "data-scrolls": "" },
      round(`${t.round} ${attempt}`, board.thisRound, painter, `round ${attempt}`),
      round(attempt < 3 ? `${t.round} ${attempt + 1}` : t.nextRound, board.nextRound, painter, `round ${attempt + 1}`),
      board.missing.length > 0 && el("section.missing", el("h2", t.missing), el("ul", ...board.missing.map((lifter) => said("li", lifter.name)))),
    ),
  );
}

/** @param {string} title @param {Queued[]} queue @param {import("../painter.js").Painter} painter @param {string} key */
function round(title, queue, painter, key) {
  if (!queue.length) return null;
  return elWith(
    "section.round",
    { "data-key": key },
    el("h2", title),
    el(
      "ol.queue",
      ...queue.map((each) =>
        elWith(
          `li${each.ahead === 0 ? ".current" : each.ahead === 1 ? ".next" : ""}`,
          { "data-key": `${each.entryId} ${each.attempt}` },
          el("span.ahead", each.ahead === 0 ? painter.t.now : painter.place(String(each.ahead + 1))),
          said("b.name", each.name),
          said("span.team", each.team),
          each.rack && el("span.rack", el("span.label", painter.t.rack), said("span", each.rack)),
          painter.weight(each.weight),
        ),
      ),
    ),
  );
}
