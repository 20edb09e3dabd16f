/** What the user sees: the canonical state with the pending changes laid over it. Pure. */

import { MalformedKey, overlap, parse } from "./keys.js";
import { State } from "./state.js";
import { propertyOf } from "./values.js";

/**
 * @typedef {import("./keys.js").Path} Path
 * @typedef {import("./pending.js").Pending} Pending
 * @typedef {import("./records.js").Accepted} Accepted
 * @typedef {import("./values.js").Json} Json
 */

/**
 * The meet in the shape of `State.materialise`; the same holds for what may be changed of it.
 *
 * @param {State} state
 * @param {Iterable<Pending>} pending
 * @returns {{[name: string]: Json}}
 */
export function view(state, pending) {
  const updates = [...pending];
  return (updates.length ? laidOver(state.since(0), updates) : state).materialise();
}

/**
 * What the view shows at one path.
 *
 * @param {State} state
 * @param {Iterable<Pending>} pending
 * @param {Path} path
 * @returns {Json} null for nothing
 */
export function valueAt(state, pending, path) {
  // An entry is put together from its parts, and that there are parts shows in the others: attempts not taken are 0.
  const around = path[0] === "registration" ? path.slice(0, 3) : path;
  const relevant = [...pending].filter((update) => overlap(update.path, around));
  /** @type {Json} */
  let value = laidOver(state.overlapping(around), relevant).materialise();
  let inside = path;
  if (path[0] === "registration") {
    const entries = value.registration?.entries ?? [];
    if (!entries.length) return null;
    value = entries[0];
    inside = path.slice(3);
  } else if (path[0] === "lifting") {
    inside = [path[0], path[1].slice(1, -1), path[2]];
  }
  for (const segment of inside) value = insideOf(value, segment);
  return value;
}

/**
 * @param {readonly Accepted[]} standing
 * @param {readonly Pending[]} pending
 * @returns {State}
 */
function laidOver(standing, pending) {
  const state = new State();
  for (const accepted of standing) state.apply(accepted, parsed(accepted.key));
  for (const update of pending) {
    if (!isOfAMissingEntry(state, update.path)) state.apply(onTop(update, state), update.path);
  }
  return state;
}

/**
 * Laid over nothing, a property would show an entry without a name; the server is going to refuse it anyway.
 *
 * @param {State} state
 * @param {Path} path
 */
function isOfAMissingEntry(state, path) {
  if (path[0] !== "registration" || path.length === 3) return false;
  const entry = state.at(path.slice(0, 3));
  return entry === null || entry.value === null;
}

/**
 * @param {Pending} update
 * @param {State} state
 * @returns {Accepted}
 */
function onTop(update, state) {
  return {
    serverSeq: state.lastServerSeq + 1,
    key: update.key,
    value: update.value,
    clientId: "",
    localSeq: update.localSeq,
    locationName: "",
    overrules: 0,
    overruledLocation: "",
  };
}

/**
 * @param {string} key
 * @returns {Path}
 */
function parsed(key) {
  const path = parse(key);
  if (path instanceof MalformedKey) throw new Error(`${JSON.stringify(key)} stands: ${path.reason}`);
  return path;
}

/**
 * @param {Json} value
 * @param {string} segment
 * @returns {Json}
 */
function insideOf(value, segment) {
  if (!Array.isArray(value)) return propertyOf(value, segment) ?? null;
  const index = segment.slice(1, -1);
  return /^[0-9]+$/.test(index) && Number(index) < value.length ? value[Number(index)] : null;
}
