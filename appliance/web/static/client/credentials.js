/** How a client is let into a meet, and what it keeps of an earlier life. */

/**
 * Make a meet and take part in it.
 *
 * @typedef {object} Create
 * @property {"create"} kind
 * @property {string} locationName
 * @property {string} password
 * @property {readonly import("./messages.js").Endpoint[]} endpoints
 * @property {string | null} [meetName]
 * @property {string} clientId
 */

/**
 * Take part in a meet. Without a password only a saved session lets in.
 *
 * @typedef {object} Join
 * @property {"join"} kind
 * @property {string} meetId
 * @property {string} locationName
 * @property {string | null} [password]
 * @property {string} clientId
 * @property {boolean} [readOnly]
 */

/** @typedef {Create | Join} Credentials */

/**
 * A session that may still be good, as it was got in one meet at one location.
 *
 * @typedef {object} SavedSession
 * @property {string} meetId
 * @property {string} locationName
 * @property {boolean} readOnly
 * @property {string} sessionToken
 * @property {string} epoch
 * @property {number} [priority]
 * @property {import("./messages.js").EntryIdBlock | null} [entryIds]
 * @property {string | null} [recoveryBundle]
 * @property {string | null} [recoveryKey]
 */

/**
 * The canonical log as `ClientCore` had it: its `epoch`, `applied` and `standing`, taken at one moment. `updates` may hold
 * more than what stands, in any order, as long as nothing up to `applied` that stands is missing.
 *
 * @typedef {object} SavedCanonical
 * @property {string} epoch
 * @property {number} applied
 * @property {readonly import("./records.js").Accepted[]} updates
 * @property {readonly import("./messages.js").EpochBegun[]} [lineage]
 */

/**
 * What a client kept of its earlier life.
 *
 * @typedef {object} Saved
 * @property {SavedSession | null} [session]
 * @property {number} [nextLocalSeq]
 * @property {readonly import("./pending.js").Pending[]} [pending] in the order of their local numbers
 * @property {SavedCanonical | null} [canonical] without it, or when it is of another epoch, everything is pulled
 */

export {};
