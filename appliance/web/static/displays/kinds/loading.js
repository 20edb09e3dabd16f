/** For the loaders: the bar as it has to be, and what comes next. */

import { el, elWith, said } from "../dom.js";

/** @param {import("../painter.js").PlatformBoard} board @param {import("../painter.js").Painter} painter */
export function loading(board, painter) {
  const { current, next, progress, meet, decision } = board;
  const { t } = painter;
  const head = painter.head(meet, progress, t.load);
  if (!current && !next) return el("div.full", head, painter.empty(t.roundOver));
  return el(
    "div.full",
    head,
    decision && el("div.flash", painter.decision(decision)),
    current && load(current, painter, "now", t.now, progress.lift),
    next && load(next, painter, "next", t.next, progress.lift),
  );
}

/**
 * @param {import("../painter.js").OnPlatform} on
 * @param {import("../painter.js").Painter} painter
 * @param {string} when
 * @param {string} label
 * @param {string} lift
 */
function load(on, painter, when, label, lift) {
  return elWith(
    `section.load.${when}`,
    { "data-key": `${when} ${on.lifter.entryId} ${on.attempt}` },
    el(
      "div.facts",
      el("span.label", label),
      said("span.name", on.lifter.name),
      painter.weight(on.weight),
      el("span.what", painter.attempt(lift, on.attempt)),
      on.rack && el("span.rack", el("span.label", painter.t.rack), said("b", on.rack)),
    ),
    painter.bar(on.bar.plates),
  );
}
