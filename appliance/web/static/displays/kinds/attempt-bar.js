/** One line across the picture: name, attempt, weight, attempts so far. */

import { el, elWith, said } from "../dom.js";

/** @param {import("../painter.js").PlatformBoard} board @param {import("../painter.js").Painter} painter */
export function attemptBar(board, painter) {
  const { current, decision, progress } = board;
  if (decision) return el("div.air.across", elWith("section.strip.decided", { "data-key": "strip" }, painter.decision(decision)));
  if (!current) return el("div.air.across");
  const { lifter, standing } = current;
  return el(
    "div.air.across",
    elWith(
      "section.strip",
      { "data-key": `lifter ${lifter.entryId} ${current.attempt} ${progress.lift}` },
      painter.logo(),
      standing.place && el("span.rank", painter.place(standing.place)),
      said("h1.name", lifter.name),
      painter.about(lifter, "p.about"),
      painter.attempts(current.lifts.filter((lift) => lift.lift === progress.lift)),
      el("div.attempt", el("span.label", painter.attempt(progress.lift, current.attempt)), painter.weight(current.weight)),
    ),
  );
}
