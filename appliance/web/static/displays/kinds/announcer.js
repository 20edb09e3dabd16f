/** The announcer's card: what to say, in the order in which it is said. */

import { el, elWith, said } from "../dom.js";

/** @param {import("../painter.js").PlatformBoard} board @param {import("../painter.js").Painter} painter */
export function announcer(board, painter) {
  const { current, next, following, decision, progress, meet } = board;
  const { t } = painter;
  const left = Math.max(progress.flightAttempts - progress.flightTaken, 0);
  const then = following.slice(0, next ? 4 : 5);
  return el(
    "div.full",
    painter.head(meet, progress, t.now),
    decision && el("div.flash", painter.decision(decision)),
    current
      ? elWith(
          "section.card",
          { "data-key": `lifter ${current.lifter.entryId} ${current.attempt}` },
          said("h2.name", current.lifter.name),
          painter.about(current.lifter),
          el("p.script", `${painter.attempt(progress.lift, current.attempt)}: `, painter.weight(current.weight)),
          el("p.facts", ...facts(current, painter).map((fact) => el("span.fact", fact))),
          painter.attempts(current.lifts),
          painter.outlook(current),
        )
      : painter.empty(t.roundOver),
    el(
      "section.coming",
      next && el("div.then.first", el("span.label", t.next), said("b.name", next.lifter.name), painter.about(next.lifter), el("span", painter.text(next.weight))),
      ...then.map((each) => el("div.then", el("span.label", t.then), said("b.name", each.name), said("span.team", each.team), el("span", painter.text(each.weight)))),
      el("p.left", `${progress.flightTaken} / ${progress.flightAttempts}`, elWith("meter", { min: "0", max: String(Math.max(progress.flightAttempts, 1)), value: String(progress.flightAttempts - left) })),
    ),
  );
}

/** @param {import("../painter.js").OnPlatform} on @param {import("../painter.js").Painter} painter */
function facts(on, painter) {
  const { t } = painter;
  const { lifter } = on;
  return [
    lifter.age ? `${t.age} ${lifter.age}` : "",
    lifter.bodyweight ? `${t.bodyweight} ${painter.text(lifter.bodyweight)}` : "",
    lifter.lot ? `${t.lot} ${lifter.lot}` : "",
    on.rack ? `${t.rack} ${on.rack}` : "",
    on.standing.points ? `${t.points} ${on.standing.points}` : "",
  ].filter(Boolean);
}
