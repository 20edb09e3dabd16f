/** Who is next, and who then: beside the platform, or in a corner of the stream. */

import { el, elWith, said } from "../dom.js";

const SHOWN = 5;

/** @param {import("../painter.js").PlatformBoard} board @param {import("../painter.js").Painter} painter */
export function nextUp(board, painter) {
  const { next, following, progress, meet } = board;
  const head = painter.head(meet, progress, painter.t.next);
  if (!next) return el("div.full", head, painter.empty(painter.t.roundOver));
  return el(
    "div.full",
    head,
    elWith(
      "section.first",
      { "data-key": `next ${next.lifter.entryId} ${next.attempt}` },
      said("h2.name", next.lifter.name),
      painter.about(next.lifter),
      el("div.attempt", el("span.label", painter.attempt(progress.lift, next.attempt)), painter.weight(next.weight), next.rack && el("span.rack", el("span.label", painter.t.rack), said("b", next.rack))),
    ),
    el(
      "ol.queue",
      ...following.slice(0, SHOWN).map((each) =>
        elWith("li", { "data-key": `${each.entryId} ${each.attempt}` }, said("b.name", each.name), said("span.team", each.team), painter.weight(each.weight)),
      ),
    ),
  );
}
