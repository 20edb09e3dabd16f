/**
 * The pending log: changes made here that the server has not answered yet, and when to send them. Pure.
 *
 * An update is numbered when it is made, may be sent when it is kept here, and stays until it is answered.
 */

import { encodedBytes } from "./values.js";

/**
 * @typedef {import("./keys.js").Path} Path
 * @typedef {import("./values.js").Json} Json
 */

/**
 * A change with its local number; `after` is the newest server number then known.
 *
 * @typedef {object} Pending
 * @property {number} localSeq
 * @property {string} key
 * @property {Path} path
 * @property {Json} value
 * @property {number} after
 */

// A frame carries so much at most, and so many updates may be on their way: less than what a server reads ahead (500).
const FRAME_UPDATES = 100;
const FRAME_BYTES = 512 * 1024;
const WINDOW_UPDATES = 400;

/** An answer that takes longer than this was lost. */
export const ANSWER_S = 10;

/** When one frame is lost, all that were sent after it report the gap. They are old news for this long. */
export const GAP_S = 1;

// What the field names and numbers of an update take in a frame, generously.
const ENVELOPE_BYTES = 128;

/** The unanswered updates of one client, in the order of their local numbers. */
export class PendingLog {
  /**
   * @param {number} nextLocalSeq the number of the next update to be made
   * @param {Iterable<Pending>} updates what is pending already; kept, but not sent on this connection
   */
  constructor(nextLocalSeq = 1, updates = []) {
    /** @type {Map<number, Pending>} */
    this._updates = new Map();
    this.nextLocalSeq = nextLocalSeq;
    for (const update of updates) {
      this._updates.set(update.localSeq, update);
      this.nextLocalSeq = Math.max(this.nextLocalSeq, update.localSeq + 1);
    }
    this._kept = this.nextLocalSeq - 1;
    this._nextToSend = 1;
    this._inFlight = 0;
    this._progress = 0;
    this._gap = { expected: 0, since: 0 };
  }

  get size() {
    return this._updates.size;
  }

  /** Every update up to this local number was answered. */
  get answeredUpTo() {
    return this._first() - 1;
  }

  [Symbol.iterator]() {
    return this._updates.values();
  }

  // ------------------------------------------------------------ making

  /**
   * Number a change. It is not sent before it is `kept`.
   *
   * @param {string} key
   * @param {Path} path
   * @param {Json} value
   * @param {number} after
   * @returns {Pending}
   */
  make(key, path, value, after) {
    const update = { localSeq: this.nextLocalSeq, key, path, value, after };
    this._updates.set(update.localSeq, update);
    this.nextLocalSeq += 1;
    return update;
  }

  /**
   * All updates up to this number are kept here.
   *
   * @param {number} localSeq
   */
  kept(localSeq) {
    this._kept = Math.max(this._kept, localSeq);
  }

  /**
   * The server knows this number of ours: ours go on after it.
   *
   * @param {number} localSeq
   */
  numberAfter(localSeq) {
    if (localSeq >= this.nextLocalSeq) {
      this.nextLocalSeq = localSeq + 1;
      this._kept = localSeq;
    }
  }

  /**
   * No update was made after more than `serverSeq` of the numbers that count now.
   *
   * @param {number} serverSeq
   */
  rebase(serverSeq) {
    for (const [localSeq, update] of this._updates) {
      if (update.after > serverSeq) this._updates.set(localSeq, { ...update, after: serverSeq });
    }
  }

  // ------------------------------------------------------------ sending

  /**
   * The updates that may be sent now, frame by frame; each counts as sent when it is taken.
   *
   * @param {number} now
   * @returns {Generator<Pending[], void>}
   */
  *takeToSend(now) {
    for (let frame = this._nextFrame(); frame.length; frame = this._nextFrame()) {
      this._inFlight += frame.length;
      this._nextToSend = frame[frame.length - 1].localSeq + 1;
      this._progress = now;
      yield frame;
    }
  }

  _nextFrame() {
    /** @type {Pending[]} */
    const frame = [];
    let size = 0;
    const room = Math.min(FRAME_UPDATES, WINDOW_UPDATES - this._inFlight);
    for (let localSeq = Math.max(this._nextToSend, this._first()); localSeq <= this._kept; localSeq += 1) {
      const update = this._updates.get(localSeq);
      if (update === undefined) continue;
      size += update.key.length + encodedBytes(update.value) + ENVELOPE_BYTES;
      if (frame.length >= room || (frame.length && size > FRAME_BYTES)) break;
      frame.push(update);
    }
    return frame;
  }

  /** Send all again, from the first. The server answers those that it knows with its first answer. */
  sendAgain() {
    this._gap = { expected: 0, since: 0 };
    this._rewind(this._first());
  }

  /**
   * The server misses the number `expected`: send again from there.
   *
   * @param {number} expected
   * @param {number} now
   * @returns {boolean} false if it is held here no more
   */
  gap(expected, now) {
    if (expected < this._first()) return false;
    if (this._gap.expected !== expected || now - this._gap.since >= GAP_S) {
      this._gap = { expected, since: now };
      this._rewind(expected);
    }
    return true;
  }

  /** @param {number} localSeq */
  _rewind(localSeq) {
    this._nextToSend = localSeq;
    this._inFlight = [...this._updates.keys()].filter((number) => number < localSeq).length;
  }

  /** When what is on its way counts as lost, null if nothing is. */
  get overdueAt() {
    return this._inFlight ? this._progress + ANSWER_S : null;
  }

  // ------------------------------------------------------------ answers

  /**
   * Take an update out of the log, because it was answered for good.
   *
   * @param {number} localSeq
   * @param {number} now
   * @returns {Pending | null} null if it was answered before
   */
  answered(localSeq, now) {
    const update = this._updates.get(localSeq);
    if (update === undefined) return null;
    this._updates.delete(localSeq);
    if (localSeq < this._nextToSend) {
      this._inFlight -= 1;
      this._progress = now;
    }
    return update;
  }

  _first() {
    for (const localSeq of this._updates.keys()) return localSeq;
    return this.nextLocalSeq;
  }
}
