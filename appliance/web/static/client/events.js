/** What a client tells the program around it: everything that comes out of `ClientCore.events`. */

/**
 * @typedef {import("./records.js").Accepted} Accepted
 * @typedef {import("./pending.js").Pending} Pending
 * @typedef {import("./messages.js").FromServer} FromServer
 */

/** How far a client is. */
export const Status = Object.freeze({
  OFFLINE: /** @type {const} */ ("offline"),
  JOINING: /** @type {const} */ ("joining"),
  CATCHING_UP: /** @type {const} */ ("catching up"),
  LIVE: /** @type {const} */ ("live"),
  ENDED: /** @type {const} */ ("ended"),
});

/** Why a session ended for good: only a person can go on from here. What is pending is kept. */
export const End = Object.freeze({
  NOT_LET_IN: /** @type {const} */ ("not let in"),
  SESSION_INVALID: /** @type {const} */ ("the session is no longer valid, and the password is not known"),
  SUPERSEDED: /** @type {const} */ ("the same client connected from somewhere else"),
  SERVER_LOST_UPDATES: /** @type {const} */ ("the server lost updates that it had acknowledged"),
  LEFT: /** @type {const} */ ("left the meet"),
});

/** @typedef {typeof Status[keyof typeof Status]} StatusName */
/** @typedef {typeof End[keyof typeof End]} EndName */

/**
 * The client went online, offline, or anything between.
 *
 * @typedef {{type: "StatusChanged", status: StatusName}} StatusChanged
 */

/**
 * Let in, with a new session. `message` has the token, the entry ids and the rest.
 *
 * @typedef {object} Joined
 * @property {"Joined"} type
 * @property {string} meetId
 * @property {import("./messages.js").MeetCreated | import("./messages.js").MeetJoined} message
 */

/**
 * The token to use from now on.
 *
 * @typedef {{type: "SessionRenewed", sessionToken: string}} SessionRenewed
 */

/**
 * These numbered updates now stand that did not before, own ones included.
 *
 * @typedef {{type: "Applied", updates: readonly Accepted[]}} Applied
 */

/**
 * Everything up to `serverSeq` is here and its digest is right.
 *
 * `replaced`: the whole state was loaded anew, so read it whole; no `Applied` told the differences.
 *
 * @typedef {{type: "CaughtUp", epoch: string, serverSeq: number, replaced: boolean}} CaughtUp
 */

/**
 * The numbers begin anew, in another epoch: no pending update counts as made after more than `serverSeq`.
 *
 * @typedef {{type: "Rebased", epoch: string, serverSeq: number}} Rebased
 */

/**
 * A fate: the update is on the server's disk under this number.
 *
 * @typedef {{type: "Acked", update: Pending, serverSeq: number}} Acked
 */

/**
 * A fate: the update was not taken; tell the user both values.
 *
 * `serverSeq` (0 for none) and `locationName` name what stands instead; `standing` is it, where it is known here.
 *
 * @typedef {object} Rejected
 * @property {"Rejected"} type
 * @property {Pending} update
 * @property {boolean} conflict
 * @property {string} reason
 * @property {number} serverSeq
 * @property {string} locationName
 * @property {Accepted | null} standing
 */

/**
 * An accepted update of ours had to give way to one from a location of higher priority; tell the user.
 *
 * @typedef {{type: "Overruled", mine: Accepted, by: Accepted}} Overruled
 */

/**
 * The server takes nothing for `retryAfterS` seconds. Everything stays pending.
 *
 * @typedef {{type: "Busy", retryAfterS: number, reason: string}} Busy
 */

/**
 * Our state was not the server's at this number: it is being loaded anew.
 *
 * @typedef {{type: "Diverged", serverSeq: number, ours: string, theirs: string}} Diverged
 */

/**
 * The server could not read what we said: one of us is of another version, or has a bug.
 *
 * @typedef {object} NotUnderstood
 * @property {"NotUnderstood"} type
 * @property {import("./messages.js").MalformedMessage | import("./messages.js").UnknownMessageType} message
 */

/**
 * The server said that it shuts down. The client connects again when it is back.
 *
 * @typedef {{type: "GoingDown"}} GoingDown
 */

/**
 * It is over.
 *
 * @typedef {{type: "SessionEnded", why: EndName, detail: string}} SessionEnded
 */

/**
 * A message that is not the core's business.
 *
 * @typedef {{type: "Heard", message: FromServer}} Heard
 */

/**
 * @typedef {StatusChanged | Joined | SessionRenewed | Applied | CaughtUp | Rebased | Acked | Rejected | Overruled | Busy
 *   | Diverged | NotUnderstood | GoingDown | SessionEnded | Heard} Event
 */
