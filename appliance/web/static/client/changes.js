/** A change before it is made: no server would take what does not get through here. Pure. */

import { MalformedKey, parse } from "./keys.js";
import { depth, isWellFormed, utf8Bytes } from "./values.js";
import { MAX_VALUE_BYTES, MAX_VALUE_DEPTH } from "./words.js";

/**
 * @typedef {import("./keys.js").Path} Path
 * @typedef {import("./values.js").Json} Json
 */

/** No server takes this key with this value; the message says what is wrong. */
export class CannotBeSet extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "CannotBeSet";
  }
}

/**
 * The path of a key.
 *
 * @param {string} key
 * @returns {Path}
 * @throws {CannotBeSet} it is malformed
 */
export function parsedKey(key) {
  const path = parse(key);
  if (path instanceof MalformedKey) throw new CannotBeSet(`${JSON.stringify(key)}: ${path.reason}`);
  return path;
}

/**
 * A value as the server will have it: a copy of its own, without what JSON leaves out.
 *
 * @param {unknown} value
 * @returns {Json}
 * @throws {CannotBeSet} it is too large, too deep, or no JSON value
 */
export function copiedValue(value) {
  const encoded = encodedValue(value);
  const bytes = utf8Bytes(encoded).length;
  if (bytes > MAX_VALUE_BYTES) {
    throw new CannotBeSet(`the value has ${bytes} bytes, at most ${MAX_VALUE_BYTES} are allowed`);
  }
  const copy = JSON.parse(encoded);
  if (depth(copy) > MAX_VALUE_DEPTH) {
    throw new CannotBeSet(`the value is nested deeper than ${MAX_VALUE_DEPTH} levels`);
  }
  return copy;
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function encodedValue(value) {
  let encoded;
  try {
    encoded = JSON.stringify(value, onlyWhatCanBeSent);
  } catch (error) {
    throw new CannotBeSet(`the value is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (encoded === undefined) throw new CannotBeSet(`the value is not JSON: ${typeof value}`);
  return encoded;
}

/**
 * Refuses what `JSON.stringify` would turn into something else or into text that no server can read.
 *
 * @param {string} name
 * @param {unknown} value
 * @returns {unknown}
 */
function onlyWhatCanBeSent(name, value) {
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError(`${value} is no number`);
  if (!isWellFormed(name) || (typeof value === "string" && !isWellFormed(value))) {
    throw new TypeError("half of a surrogate pair is no text");
  }
  return value;
}
