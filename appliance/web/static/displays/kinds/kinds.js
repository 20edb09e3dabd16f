/**
 * The kinds of displays: which board each shows, and how. What is on air says nothing of its own troubles.
 *
 * @typedef {{board: string, draw: (board: any, painter: import("../painter.js").Painter) => Node, onAir?: boolean}} Kind
 */

import { announcer } from "./announcer.js";
import { attemptBar } from "./attempt-bar.js";
import { attemptBoard } from "./attempt-board.js";
import { leaderboard } from "./leaderboard.js";
import { liftingOrder } from "./lifting-order.js";
import { loading } from "./loading.js";
import { lowerThird } from "./lower-third.js";
import { nextUp } from "./next-up.js";
import { results } from "./results.js";
import { scoreboard } from "./scoreboard.js";

/** @type {{[kind: string]: Kind}} */
export const KINDS = {
  "lower-third": { board: "platform", draw: lowerThird, onAir: true },
  "attempt-bar": { board: "platform", draw: attemptBar, onAir: true },
  "attempt-board": { board: "platform", draw: attemptBoard },
  loading: { board: "platform", draw: loading },
  announcer: { board: "platform", draw: announcer },
  "next-up": { board: "platform", draw: nextUp },
  scoreboard: { board: "flight", draw: scoreboard },
  "lifting-order": { board: "order", draw: liftingOrder },
  leaderboard: { board: "leaders", draw: leaderboard },
  results: { board: "results", draw: results },
};
