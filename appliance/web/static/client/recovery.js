/**
 * What a client does for a server that lost its state: PROTOCOL.md section 7. Pure. It is
 * `appliance/protocol/lineage.py` and `appliance/client/recovery.py` once more.
 */

/**
 * @typedef {import("./canonical.js").CanonicalLog} CanonicalLog
 * @typedef {import("./messages.js").EpochBegun} EpochBegun
 * @typedef {import("./messages.js").Held} Held
 * @typedef {import("./messages.js").StateRecovery} StateRecovery
 * @typedef {import("./records.js").Accepted} Accepted
 */

// Frames of an answer: half of what a frame may have, and an update may take a quarter.
const FRAME_BYTES = 512 * 1024;

// What the field names and numbers of an update take in a frame, generously.
const ENVELOPE_BYTES = 512;

// Of a client that knows no epoch, to a server that tells none.
const NO_EPOCH = "0".repeat(16);

/** The server collects answers for ten seconds after the first one: be patient for a little longer than that. */
export const PATIENCE_S = 15;

/** A meet that is not there, and was: so long until the next look whether somebody brought it back. */
export const AWAY_S = 5;

const utf8 = new TextEncoder();

/**
 * Up to which number two lineages, one standing at `ourLast` and the other at `theirLast`, are one.
 *
 * @param {readonly EpochBegun[]} ours
 * @param {number} ourLast
 * @param {readonly EpochBegun[]} theirs
 * @param {number} theirLast
 */
export function shared(ours, ourLast, theirs, theirLast) {
  let common = 0;
  for (let place = 0; place < Math.min(ours.length, theirs.length); place += 1) {
    if (ours[place].epoch !== theirs[place].epoch) break;
    const ourEnd = ours[place + 1]?.afterServerSeq ?? ourLast;
    const theirEnd = theirs[place + 1]?.afterServerSeq ?? theirLast;
    common = Math.min(ourEnd, theirEnd);
    if (ourEnd !== theirEnd) break;
  }
  return common;
}

/**
 * The part of a lineage that ends with this epoch, empty if it is not of it.
 *
 * @param {readonly EpochBegun[]} lineage
 * @param {string | null} epoch
 */
export function upTo(lineage, epoch) {
  return lineage.slice(0, lineage.findIndex((begun) => begun.epoch === epoch) + 1);
}

/**
 * The answer to a `SERVER_PULL`: what stands here above its number, in number order, frame by frame. A client that has
 * never heard of any epoch answers in the server's that it has nothing.
 *
 * @param {CanonicalLog} log
 * @param {string} sessionToken
 * @param {number} lastLocalSeqNum up to this number of our own we were answered
 * @param {import("./messages.js").ServerPull} pull
 * @returns {StateRecovery[]}
 */
export function answerTo(log, sessionToken, lastLocalSeqNum, pull) {
  const frames = framesOf(log.state.since(pull.lastServerSeq));
  const answered = [...log.answered].map(([clientId, localSeq]) => ({ clientId, lastLocalSeqNum: localSeq }));
  return frames.map((updates, place) => ({
    msgType: "STATE_RECOVERY",
    sessionToken,
    epoch: log.epoch ?? pull.epoch ?? NO_EPOCH,
    lastServerSeq: Math.max(log.applied, log.state.lastServerSeq),
    lastLocalSeqNum,
    updates,
    done: place === frames.length - 1,
    ...(log.lineage.length ? { lineage: log.lineage } : {}),
    ...(answered.length ? { answered } : {}),
  }));
}

/**
 * At least one frame: nothing is an answer, too.
 *
 * @param {readonly Accepted[]} standing
 */
function framesOf(standing) {
  /** @type {Held[][]} */
  const frames = [[]];
  let size = 0;
  for (const update of standing) {
    const bytes = utf8.encode(JSON.stringify(update.value)).length + 2 * update.key.length + ENVELOPE_BYTES;
    if (size > 0 && size + bytes > FRAME_BYTES) {
      frames.push([]);
      size = 0;
    }
    size += bytes;
    frames[frames.length - 1].push(held(update));
  }
  return frames;
}

/**
 * @param {Accepted} update
 * @returns {Held}
 */
function held(update) {
  return {
    updateKey: update.key,
    updateValue: update.value,
    serverSeqNum: update.serverSeq,
    locationName: update.locationName,
    ...(update.clientId ? { clientId: update.clientId } : {}),
    ...(update.localSeq ? { localSeqNum: update.localSeq } : {}),
  };
}
