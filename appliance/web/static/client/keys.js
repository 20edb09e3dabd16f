/**
 * Update keys: the paths into a meet, PROTOCOL.md section 3.
 *
 * A parsed key is a `Path`, its property names and selectors in order; selectors keep their brackets, so that `a.b` and
 * `a[b]` stay apart: `registration.entries[5003].squatKg[1]` is
 * `["registration", "entries", "[5003]", "squatKg", "[1]"]`. One path overlaps another when either is a prefix.
 */

import { utf8Bytes } from "./values.js";
import { ATTEMPTS, MAX_INTEGER, MAX_KEY_BYTES, MAX_LOCATION_NAME } from "./words.js";

/** @typedef {readonly string[]} Path */

// Lone surrogates are in no text that can be sent or stored; with the flag "u" whole pairs are something else.
const CONTROL = "\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff";
const NAME = `[^.\\[\\]${CONTROL}]+`;
const SELECTOR = `\\[[^\\[\\]${CONTROL}]+\\]`;
const KEY = new RegExp(`^${NAME}(?:\\.${NAME}|${SELECTOR})*$`, "u");
const SEGMENT = /\[[^\]]+\]|[^.[\]]+/gu;
const ENTRY_ID = /^\[(?:0|[1-9][0-9]{0,15})\]$/;
const ATTEMPT = new Set(Array.from({ length: ATTEMPTS }, (_, index) => `[${index}]`));

export const ATTEMPT_ARRAYS = new Set([
  "squatKg",
  "squatStatus",
  "benchKg",
  "benchStatus",
  "deadliftKg",
  "deadliftStatus",
]);

/** A key that is no path into a meet, and why. */
export class MalformedKey {
  /** @param {string} reason */
  constructor(reason) {
    this.reason = reason;
  }
}

/**
 * Take a key apart, or say what is wrong with it.
 *
 * @param {string} key
 * @returns {Path | MalformedKey}
 */
export function parse(key) {
  if (key.length > MAX_KEY_BYTES || utf8Bytes(key).length > MAX_KEY_BYTES) {
    return new MalformedKey(`updateKey is longer than ${MAX_KEY_BYTES} bytes`);
  }
  if (!KEY.test(key)) return new MalformedKey("updateKey is not a path of property names and [selectors]");
  const path = /** @type {Path} */ (key.match(SEGMENT));
  const reason = whatIsWrong(path);
  return reason === null ? path : new MalformedKey(reason);
}

/**
 * @param {Path} path
 * @returns {string | null}
 */
function whatIsWrong(path) {
  switch (path[0]) {
    case "registration":
      return wrongInRegistration(path);
    case "meet":
      return path.length === 2 && !isSelector(path[1]) ? null : "below meet only meet.<property> can be set";
    case "lifting":
      return wrongInLifting(path);
    default:
      return null;
  }
}

/**
 * @param {Path} path
 * @returns {string | null}
 */
function wrongInRegistration(path) {
  if (path.length < 3 || path[1] !== "entries" || !ENTRY_ID.test(path[2])) {
    return "below registration only registration.entries[<entryId>] can be set, by a non-negative integer id";
  }
  if (Number(path[2].slice(1, -1)) > MAX_INTEGER) return `the entry id is larger than ${MAX_INTEGER}`;
  if (path.length === 3 || (path.length === 4 && !isSelector(path[3]))) return null;
  if (path.length === 5 && ATTEMPT_ARRAYS.has(path[3])) {
    return ATTEMPT.has(path[4]) ? null : `an attempt is selected by [0] to [${ATTEMPTS - 1}]`;
  }
  return "a property of an entry is set whole; only attempts are set one by one";
}

/**
 * @param {Path} path
 * @returns {string | null}
 */
function wrongInLifting(path) {
  if (path.length !== 3 || !isSelector(path[1]) || isSelector(path[2])) {
    return "below lifting only lifting[<locationName>].<property> can be set";
  }
  // Characters, not UTF-16 units: an emoji is one.
  if ([...path[1]].length - 2 > MAX_LOCATION_NAME) {
    return `a location name has at most ${MAX_LOCATION_NAME} characters`;
  }
  return null;
}

/** @param {string} segment */
function isSelector(segment) {
  return segment[0] === "[";
}

/**
 * The key of a path: the inverse of `parse`.
 *
 * @param {Path} path
 * @returns {string}
 */
export function formatPath(path) {
  return path.map((segment, index) => (index === 0 || isSelector(segment) ? segment : `.${segment}`)).join("");
}

/**
 * Whether one path is equal to the other or a prefix of it.
 *
 * @param {Path} one
 * @param {Path} other
 * @returns {boolean}
 */
export function overlap(one, other) {
  const shorter = Math.min(one.length, other.length);
  for (let index = 0; index < shorter; index += 1) if (one[index] !== other[index]) return false;
  return true;
}
