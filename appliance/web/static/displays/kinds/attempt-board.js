/** The board beside the platform: who lifts now, for the whole hall. */

import { el, elWith, said } from "../dom.js";

/** @param {import("../painter.js").PlatformBoard} board @param {import("../painter.js").Painter} painter */
export function attemptBoard(board, painter) {
  const { current, next, decision, progress, meet } = board;
  const head = painter.head(meet, progress, painter.t.now);
  const after = next && el("footer.after", el("span.label", painter.t.next), said("span.name", next.lifter.name), el("span.what", `${painter.attempt(progress.lift, next.attempt)}`), painter.weight(next.weight));
  if (decision) return el("div.full", head, el("div.body.deciding", painter.decision(decision)), after);
  if (!current) return el("div.full", head, painter.empty(painter.t.roundOver), after);
  return el(
    "div.full",
    head,
    elWith(
      "div.body",
      { "data-key": `lifter ${current.lifter.entryId} ${current.attempt} ${progress.lift}` },
      el("div.names", said("h2.name", current.lifter.name), painter.about(current.lifter)),
      el("div.attempt", el("span.label", painter.attempt(progress.lift, current.attempt)), painter.weight(current.weight)),
      el("div.how", painter.attempts(current.lifts), painter.outlook(current)),
    ),
    after,
  );
}
