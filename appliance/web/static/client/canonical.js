/**
 * The canonical log as a client holds it: what stands, up to which number, and in which epoch. Pure.
 *
 * `State` takes updates in any order; what order is needed for is to know that nothing is missing. Outside a pull numbers
 * come without gaps, so `applied` follows them; during a pull it waits for the end of the answer, whose digest proves
 * that it is complete.
 */

import { MalformedKey, parse } from "./keys.js";
import { shared, upTo } from "./recovery.js";
import { State } from "./state.js";
import { MAX_INTEGER } from "./words.js";

/**
 * @typedef {import("./keys.js").Path} Path
 * @typedef {import("./messages.js").EpochBegun} EpochBegun
 * @typedef {import("./records.js").Accepted} Accepted
 * @typedef {import("./credentials.js").SavedCanonical} SavedCanonical
 */

/** The log of one meet at one client. */
export class CanonicalLog {
  /**
   * @param {string | null} epoch the lineage that the numbers belong to, null before the first contact
   * @param {SavedCanonical | null} saved what was kept of an earlier life; of another epoch it is of no use
   */
  constructor(epoch = null, saved = null) {
    /** What stands, for reading only; during a pull from 0 what stood before it. */
    this.state = new State();
    /** Everything up to this server number is in the state. */
    this.applied = 0;
    this.epoch = epoch;
    /** Whether an answer to a pull is awaited. */
    this.pulling = false;
    /** The meet's epochs, oldest first, as far as the server told them. @type {readonly EpochBegun[]} */
    this.lineage = [];
    /** Up to which local number each client was seen answered. @type {Map<string, number>} */
    this.answered = new Map();
    /** @type {State | null} */
    this._anew = null;
    /** @type {string | null} */
    this._pulledEpoch = epoch;
    if (saved !== null && saved.epoch === epoch) this._restore(saved);
  }

  /** Whether the pull fills a new state, which replaces the old one when it is complete. */
  get anew() {
    return this._anew !== null;
  }

  /** Whether something is missing below what has been seen, and nobody has asked for it yet. */
  get gap() {
    return !this.pulling && this.state.lastServerSeq > this.applied;
  }

  /**
   * Whether a message is of another epoch than what is here, or is awaited.
   *
   * @param {string | null} epoch
   */
  isForeign(epoch) {
    const expected = this.pulling ? this._pulledEpoch : this.epoch;
    return epoch !== null && expected !== null && epoch !== expected;
  }

  /**
   * Begin a pull, into a new state of the epoch `anewIn` if that is given.
   *
   * @param {string | null} anewIn
   * @returns {number} the number to ask from
   */
  pull(anewIn = null) {
    this.pulling = true;
    this._pulledEpoch = anewIn ?? this.epoch;
    this._anew = anewIn === null ? null : new State();
    return this.anew ? 0 : this.applied;
  }

  /**
   * The answer to the pull is of another epoch, so it begins at 0.
   *
   * @param {string} epoch
   */
  answeredIn(epoch) {
    this._pulledEpoch = epoch;
    this._anew = new State();
  }

  /** The answer will not come: the connection is gone. */
  interrupt() {
    this.pulling = false;
    this._anew = null;
  }

  /**
   * Let an update stand.
   *
   * @param {Accepted} update
   * @param {Path} path
   * @param {{mine?: boolean}} options `mine`: it was pending here until now, so it has to show at once, even beside a
   *   state that is about to go
   * @returns {boolean} false if nothing changes by it now
   */
  take(update, path, { mine = false } = {}) {
    if (update.localSeq > (this.answered.get(update.clientId) ?? 0)) {
      this.answered.set(update.clientId, update.localSeq);
    }
    if (this._anew !== null) {
      this._anew.apply(update, path);
      if (!mine || this._pulledEpoch !== this.epoch) return false;
    }
    const changed = this.state.apply(update, path);
    if (!this.pulling && update.serverSeq === this.applied + 1) this.applied = update.serverSeq;
    return changed;
  }

  /** The digest of what the pull has filled. */
  pulledDigest() {
    return (this._anew ?? this.state).digest;
  }

  /**
   * The answer to the pull is complete, and its digest is right.
   *
   * @param {string} epoch
   * @param {number} serverSeq
   * @param {readonly EpochBegun[]} lineage
   * @returns {number} up to which number what had been applied before means the same now; where the server tells no
   *   lineage, all that it has is taken to
   */
  complete(epoch, serverSeq, lineage = []) {
    const ours = this.lineage.length ? this.lineage : upTo(lineage, this.epoch);
    // How far we had come ourselves does not matter: what was made knew no more than that.
    const unchanged = lineage.length ? shared(lineage, serverSeq, ours, MAX_INTEGER) : serverSeq;
    this.lineage = lineage;
    if (this._anew !== null) this.state = this._anew;
    this.applied = serverSeq;
    this.epoch = epoch;
    this.interrupt();
    return unchanged;
  }

  /**
   * Begin with what was kept. Whatever is wrong with its keys or numbers, the digest of the next pull shows.
   *
   * @param {SavedCanonical} saved
   */
  _restore(saved) {
    for (const update of saved.updates) {
      const path = parse(update.key);
      if (!(path instanceof MalformedKey)) this.state.apply(update, path);
    }
    this.applied = saved.applied;
    this.lineage = saved.lineage ?? [];
  }
}
