/** Which of a client's own updates were accepted, and which of those were overruled: it tells its user. Pure. */

import { sameValue } from "./values.js";

/**
 * @typedef {import("./events.js").Overruled} Overruled
 * @typedef {import("./records.js").Accepted} Accepted
 */

/** A client's accepted updates, by server number. */
export class OwnUpdates {
  constructor() {
    /** @type {Map<number, Accepted>} */
    this._accepted = new Map();
    /** Pairs of numbers, the overruled one first: `"5 6"`. @type {Set<string>} */
    this._told = new Set();
  }

  /**
   * The numbers above this one begin anew.
   *
   * @param {number} above
   */
  forget(above) {
    for (const number of this._accepted.keys()) {
      if (number > above) this._accepted.delete(number);
    }
    for (const pair of this._told) {
      if (pair.split(" ").some((number) => Number(number) > above)) this._told.delete(pair);
    }
  }

  /**
   * One more; what overlaps it may have overruled it before we even knew that it had been accepted.
   *
   * @param {Accepted} mine
   * @param {readonly Accepted[]} overlapping
   * @returns {Overruled[]}
   */
  accepted(mine, overlapping) {
    this._accepted.set(mine.serverSeq, mine);
    return overlapping.filter((by) => this._isNews(mine, by)).map((by) => this._toldOnce(mine, by));
  }

  /**
   * Those of what overlaps an update that it overrules.
   *
   * @param {Accepted} update
   * @param {readonly Accepted[]} overlapping
   * @returns {Overruled[]}
   */
  overruledBy(update, overlapping) {
    /** @type {Overruled[]} */
    const overruled = [];
    for (const { serverSeq } of overlapping) {
      const mine = this._accepted.get(serverSeq);
      if (mine !== undefined && this._isNews(mine, update)) overruled.push(this._toldOnce(mine, update));
    }
    return overruled;
  }

  /**
   * @param {Accepted} mine
   * @param {Accepted} by
   */
  _isNews(mine, by) {
    // `overrules` names the newest update that the sender did not know; what came before that it may have known.
    // To tell a user once too often does no harm.
    return by.overrules >= mine.serverSeq && !this._told.has(pair(mine, by)) && !sameValue(mine.value, by.value);
  }

  /**
   * @param {Accepted} mine
   * @param {Accepted} by
   * @returns {Overruled}
   */
  _toldOnce(mine, by) {
    this._told.add(pair(mine, by));
    return { type: "Overruled", mine, by };
  }
}

/**
 * @param {Accepted} mine
 * @param {Accepted} by
 */
function pair(mine, by) {
  return `${mine.serverSeq} ${by.serverSeq}`;
}
