/** What is kept of a meet, as plain values. Sequence numbers start at 1; 0 stands for "none". */

/**
 * An update that has a number: one line of the append-only log.
 *
 * `clientId` is empty and `localSeq` 0 where nobody said whose it is. `overrules` is the number of the newest
 * conflicting update that this one overruled, and `overruledLocation` where that one came from.
 *
 * @typedef {object} Accepted
 * @property {number} serverSeq
 * @property {string} key
 * @property {import("./values.js").Json} value null deletes
 * @property {string} clientId
 * @property {number} localSeq
 * @property {string} locationName
 * @property {number} overrules
 * @property {string} overruledLocation
 */

export {};
