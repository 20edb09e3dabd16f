/** The lower third of the livestream: who lifts what, how it went, what it means. Nothing while nobody is on. */

import { el, elWith, said } from "../dom.js";

/** @param {import("../painter.js").PlatformBoard} board @param {import("../painter.js").Painter} painter */
export function lowerThird(board, painter) {
  const { current, decision, progress } = board;
  if (decision) return el("div.air", elWith("section.panel", { "data-key": "panel" }, painter.decision(decision)));
  if (!current) return el("div.air");
  const { lifter } = current;
  return el(
    "div.air",
    elWith(
      "section.panel",
      { "data-key": `lifter ${lifter.entryId} ${current.attempt} ${progress.lift}` },
      el(
        "div.who",
        painter.logo(),
        el("div.names", said("h1.name", lifter.name), painter.about(lifter)),
        el("div.attempt", el("span.label", painter.attempt(progress.lift, current.attempt)), painter.weight(current.weight)),
      ),
      el("div.how", painter.attempts(current.lifts), painter.outlook(current)),
    ),
  );
}
