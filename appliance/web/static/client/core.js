/**
 * The client, sans-I/O: fed with messages, changes and the time, then emptied of frames and events.
 *
 *     core.connected(now)
 *     send(core.framesToSend())               after every call that feeds it
 *     core.receive(decode(frame), now)
 *     const update = core.set("meet.name", "Cup", now)
 *     core.kept(update.localSeq, now)         it is stored here: from now on it may be sent
 *     for (const event of core.events()) ...
 *
 * Whoever drives it opens a connection when `connectAt` has come, calls `tick` when `tickAt` has come, and closes the
 * connection when `hangUp` is true. Times are monotonic seconds. It is `appliance/client/core.py` once more, held to it
 * by `tests/data/client-scenarios.json`. Sections are those of PROTOCOL.md.
 */

import { CanonicalLog } from "./canonical.js";
import { copiedValue, parsedKey } from "./changes.js";
import { End, Status } from "./events.js";
import { MalformedKey, parse } from "./keys.js";
import { valueAt, view } from "./overlay.js";
import { OwnUpdates } from "./own-updates.js";
import { ANSWER_S, PendingLog } from "./pending.js";
import { AWAY_S, PATIENCE_S, answerTo } from "./recovery.js";
import { CloseCode, SILENCE_S } from "./words.js";

/**
 * @typedef {import("./credentials.js").Credentials} Credentials
 * @typedef {import("./credentials.js").Saved} Saved
 * @typedef {import("./events.js").EndName} EndName
 * @typedef {import("./events.js").Event} Event
 * @typedef {import("./events.js").StatusName} StatusName
 * @typedef {import("./messages.js").EntryIdBlock} EntryIdBlock
 * @typedef {import("./messages.js").FromClient} FromClient
 * @typedef {import("./messages.js").FromServer} FromServer
 * @typedef {import("./pending.js").Pending} Pending
 * @typedef {import("./records.js").Accepted} Accepted
 * @typedef {import("./values.js").Json} Json
 */

// Reconnecting: full jitter below a bound that doubles, so that a hall of clients does not come back all at once.
export const FIRST_DELAY_S = 0.1;
export const LONGEST_DELAY_S = 2;

// A server that says that we go wild gets more rest.
export const PENANCE_S = 60;

const NOT_OF_AN_ID = /[\s-]/g;
const GAP = /^gap: expected ([0-9]+)$/;

/** A change was made before the client was ever let into the meet, so nobody knows from which number to go on. */
export class NotJoined extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "NotJoined";
  }
}

/** A client that joined to read made a change. */
export class MayOnlyRead extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "MayOnlyRead";
  }
}

/** One client of one meet. */
export class ClientCore {
  /**
   * @param {Credentials} credentials how to be let in
   * @param {Saved | null} saved what was kept of the same client's earlier life
   * @param {() => number} random from 0 to below 1, for the jitter of reconnecting
   * @throws {RangeError} no client id, neither password nor saved session, or what was saved is of another meet
   */
  constructor(credentials, saved = null, random = Math.random) {
    if (!credentials.clientId) throw new RangeError("a client has to have an id");
    const session = saved?.session ?? null;
    const readOnly = isReadOnly(credentials);
    /** @type {Credentials} */
    this._credentials = credentials;
    this._random = random;
    this.clientId = credentials.clientId;
    this.meetId = credentials.kind === "join" ? credentials.meetId.replace(NOT_OF_AN_ID, "") : "";
    this.locationName = credentials.locationName;
    this.priority = session?.priority ?? 0;
    /** @type {EntryIdBlock | null} */
    this.entryIds = session?.entryIds ?? null;
    if (session !== null && session.meetId !== this.meetId) {
      throw new RangeError(`what was saved is of meet ${session.meetId}, not of ${this.meetId || "a new one"}`);
    }
    const samePlace =
      session !== null && session.locationName === credentials.locationName && session.readOnly === readOnly;
    this._token = samePlace ? session.sessionToken : "";
    if (passwordOf(credentials) === null && !this._token) {
      throw new RangeError("without a saved session at this location a password is needed");
    }
    this._mayWrite = !readOnly;
    this._wasIn = session !== null;
    this._log = new CanonicalLog(session?.epoch ?? null, (session && saved?.canonical) ?? null);
    this._pending = new PendingLog(saved?.nextLocalSeq ?? 1, saved?.pending ?? []);
    this._own = new OwnUpdates();
    /** What brings the meet back to a blank server. @type {{recoveryBundle: string, recoveryKey: string} | null} */
    this._keepsake = keepsakeOf(session);
    // The server knows our session no more; while it may be a blank one, what we keep comes before the password.
    this._sessionLost = false;
    this._wasLive = false;
    this._answeredHere = 0;
    this._seenHere = 0;

    /** How far the client is. @type {StatusName} */
    this.status = Status.OFFLINE;
    /** The connection is of no use any more: close it and call `disconnected`. */
    this.hangUp = false;
    /** When to open the next connection, null while there is one and when the session has ended. @type {number | null} */
    this.connectAt = 0;
    this._failures = 0;
    /** @type {number | null} */
    this._delayS = null;
    this._now = 0;
    this._heardAt = 0;
    this._askedAt = 0;
    /** @type {number | null} */
    this._heldUntil = null;
    /** @type {FromClient[]} */
    this._outgoing = [];
    /** @type {Event[]} */
    this._events = [];
  }

  // ------------------------------------------------------------ emptied

  /**
   * The messages to send now, in order. Taking empties.
   *
   * @returns {FromClient[]}
   */
  framesToSend() {
    if (this.status === Status.LIVE && this._heldUntil === null) {
      for (const frame of this._pending.takeToSend(this._now)) this._outgoing.push(this._updateInit(frame));
    }
    const taken = this._outgoing;
    this._outgoing = [];
    return taken;
  }

  /**
   * What has happened. Taking empties.
   *
   * @returns {Event[]}
   */
  events() {
    const taken = this._events;
    this._events = [];
    return taken;
  }

  // ------------------------------------------------------------ read

  /** Everything up to this server number has been applied. */
  get applied() {
    return this._log.applied;
  }

  /** The lineage of the server numbers, null before the first contact. */
  get epoch() {
    return this._log.epoch;
  }

  /** The meet's epochs, oldest first, as far as the server told them. */
  get lineage() {
    return this._log.lineage;
  }

  /** The checksum of what stands at `applied`, section 8. */
  get digest() {
    return this._log.state.digest;
  }

  /** The changes that the server has not answered yet. */
  get pending() {
    return [...this._pending];
  }

  /** The local number that the next change will have. */
  get nextLocalSeq() {
    return this._pending.nextLocalSeq;
  }

  /** Caught up, and nothing is pending. */
  get settled() {
    return this.status === Status.LIVE && !this._pending.size;
  }

  /** The meet as the server has it, in the shape of `State.materialise`. Its values must not be changed. */
  canonical() {
    return this._log.state.materialise();
  }

  /**
   * The updates that stand, in number order: with `epoch` and `applied` what to keep as `Saved.canonical`.
   *
   * @returns {Accepted[]}
   */
  standing() {
    return this._log.state.since(0);
  }

  /**
   * The meet as the user sees it: the canonical state with what is pending laid over it. Its values must not be changed.
   */
  view() {
    return view(this._log.state, this._pending);
  }

  /**
   * What `view` shows at one key, null for nothing.
   *
   * @param {string} key
   * @returns {Json}
   * @throws {import("./changes.js").CannotBeSet} it is no key
   */
  value(key) {
    return valueAt(this._log.state, this._pending, parsedKey(key));
  }

  /**
   * When to call `tick` next, if nothing happens before.
   *
   * @returns {number | null}
   */
  get tickAt() {
    if (this.status === Status.OFFLINE || this.status === Status.ENDED || this.hangUp) return null;
    const silentAt = this._heardAt + SILENCE_S;
    if (this.status !== Status.LIVE) return Math.min(silentAt, this._askedAt + ANSWER_S);
    return Math.min(silentAt, this._heldUntil ?? this._pending.overdueAt ?? silentAt);
  }

  // ------------------------------------------------------------ fed by the program

  /**
   * Make a change: it shows at once in `view`, and is sent after `kept`, when the client is live.
   *
   * @param {string} key
   * @param {unknown} value it is copied
   * @param {number} now
   * @returns {Pending} it, with its local number
   * @throws {import("./changes.js").CannotBeSet} the key is malformed, or the value is too large, too deep or no JSON
   * @throws {NotJoined} the client was never let into the meet
   * @throws {MayOnlyRead} it joined with `readOnly`
   */
  set(key, value, now) {
    this._now = now;
    const path = parsedKey(key);
    const copy = copiedValue(value);
    if (!this._mayWrite) throw new MayOnlyRead(`${this.clientId} joined to read only`);
    if (!this._wasIn) throw new NotJoined("changes can be made, even offline, once the meet was joined");
    return this._pending.make(key, path, copy, this._log.applied);
  }

  /**
   * All changes up to this local number are stored here, as safe as they will ever be: they may be sent.
   *
   * @param {number} localSeq
   * @param {number} now
   */
  kept(localSeq, now) {
    this._now = now;
    this._pending.kept(localSeq);
  }

  /**
   * Revoke the session, and end: what is to be sent goes out before the connection is closed.
   *
   * @param {number} now
   */
  leave(now) {
    this._now = now;
    if (this._token && (this.status === Status.CATCHING_UP || this.status === Status.LIVE)) {
      this._outgoing.push({ msgType: "LEAVE_MEET", sessionToken: this._token });
    }
    this._token = "";
    this._end(End.LEFT, "");
  }

  // ------------------------------------------------------------ fed by the connection

  /**
   * A connection is open.
   *
   * @param {number} now
   */
  connected(now) {
    this._now = this._heardAt = now;
    this.connectAt = null;
    if (this.status === Status.ENDED) {
      this.hangUp = true;
      return;
    }
    this._answeredHere = this._seenHere = 0;
    if (this._token) this._pull();
    else this._askToBeLetIn();
  }

  /**
   * The connection is gone, or could not be opened.
   *
   * @param {number} now
   * @param {number | null} closeCode if the server gave one
   */
  disconnected(now, closeCode = null) {
    this._now = now;
    let delayS = this._delayS;
    this._delayS = null;
    this.hangUp = false;
    this._heldUntil = null;
    this._outgoing = [];
    this._log.interrupt();
    if (this.status === Status.ENDED) return;
    if (closeCode === CloseCode.SUPERSEDED) {
      // To come back would throw the other one out, and it would come back, too.
      this._end(End.SUPERSEDED, "");
      return;
    }
    if (closeCode === CloseCode.GOING_DOWN) this._events.push({ type: "GoingDown" });
    if (delayS === null) {
      const wild = closeCode === CloseCode.RATE_LIMITED || closeCode === CloseCode.PROTOCOL_ABUSE;
      const bound = Math.min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** Math.min(this._failures, 10));
      delayS = wild ? PENANCE_S : this._random() * bound;
    }
    this._failures += 1;
    this.connectAt = now + delayS;
    this._become(Status.OFFLINE);
  }

  /**
   * Time has passed.
   *
   * @param {number} now
   */
  tick(now) {
    this._now = now;
    const due = this.tickAt;
    if (due === null || now < due) return;
    if (now >= this._heardAt + SILENCE_S || this.status !== Status.LIVE) {
      this._giveUp();
    } else if (this._heldUntil !== null) {
      this._heldUntil = null;
      this._pull();
    } else {
      this._pending.sendAgain();
    }
  }

  /**
   * The server said something.
   *
   * @param {FromServer} message
   * @param {number} now
   */
  receive(message, now) {
    this._now = this._heardAt = now;
    if (this.status === Status.OFFLINE || this.status === Status.ENDED || this.hangUp) return;
    switch (message.msgType) {
      case "UPDATE_RELAY":
        this._relay(message);
        break;
      case "UPDATE_ACK":
        this._acks(message);
        break;
      case "UPDATE_REJECTED":
        for (const rejection of message.updatesRejected) this._rejection(rejection);
        break;
      case "HEARTBEAT":
        this._heartbeat(message);
        break;
      case "PULL_DONE":
        this._pullDone(message);
        break;
      case "MEET_CREATED":
      case "MEET_JOINED":
        this._welcome(message);
        break;
      case "SESSION_RENEWED":
        this._token = message.sessionToken;
        this._events.push({ type: "SessionRenewed", sessionToken: this._token });
        break;
      case "INVALID_SESSION":
        this._invalidSession(message);
        break;
      case "JOIN_REJECTED":
        this._joinRejected(message);
        break;
      case "SERVER_BUSY":
        this._busy(message);
        break;
      case "RATE_LIMITED":
        if (this.status === Status.JOINING) this._giveUp(message.retryAfterMs / 1000);
        else this._events.push({ type: "Heard", message });
        break;
      case "MALFORMED_MESSAGE":
      case "UNKNOWN_MESSAGE_TYPE":
        this._notUnderstood(message);
        break;
      case "SERVER_PULL":
        this._giveBack(message);
        break;
      case "STATE_RECOVERED":
        this._recovered(message);
        break;
      case "ENTRY_IDS":
        this.entryIds = message.entryIdBlock;
        this._events.push({ type: "Heard", message });
        break;
      default:
        this._events.push({ type: "Heard", message });
    }
  }

  // ------------------------------------------------------------ section 4: being let in

  _askToBeLetIn() {
    const who = this._credentials;
    if (this._sessionLost && this._keepsake !== null) {
      const { meetId, locationName, clientId } = this;
      this._outgoing.push({ msgType: "RECOVER_MEET", meetId, locationName, clientId, ...this._keepsake });
    } else if (who.kind === "create") {
      this._outgoing.push({
        msgType: "CREATE_MEET",
        thisLocationName: who.locationName,
        password: who.password,
        endpoints: who.endpoints,
        clientId: who.clientId,
        ...(who.meetName == null ? {} : { meetName: who.meetName }),
      });
    } else if (who.password == null) {
      this._end(End.SESSION_INVALID, "");
      return;
    } else {
      this._outgoing.push({
        msgType: "JOIN_MEET",
        meetId: who.meetId,
        password: who.password,
        locationName: who.locationName,
        clientId: who.clientId,
        ...(who.readOnly ? { readOnly: true } : {}),
      });
    }
    this._askedAt = this._now;
    this._become(Status.JOINING);
  }

  /** @param {import("./messages.js").MeetCreated | import("./messages.js").MeetJoined} message */
  _welcome(message) {
    const another = message.msgType === "MEET_CREATED" && this._credentials.kind !== "create";
    if (this.status !== Status.JOINING || another) return;
    if (message.msgType === "MEET_CREATED" && this._credentials.kind === "create") {
      const { clientId, password } = this._credentials;
      this.meetId = message.meetId;
      this._credentials = { kind: "join", meetId: this.meetId, locationName: this.locationName, password, clientId };
    }
    this._token = message.sessionToken;
    this._wasIn = true;
    this._sessionLost = false;
    this._keepsake = keepsakeOf(message) ?? this._keepsake;
    this.locationName = message.locationName;
    this.priority = message.priority;
    this.entryIds = message.entryIdBlock ?? null;
    this._pending.numberAfter(message.lastLocalSeqNum);
    this._events.push({ type: "Joined", meetId: this.meetId, message });
    this._pull();
  }

  /** @param {import("./messages.js").JoinRejected} message */
  _joinRejected(message) {
    if (this.status !== Status.JOINING) return;
    if (message.retryAfterMs != null) {
      this._giveUp(message.retryAfterMs / 1000);
    } else if (this._sessionLost && this._keepsake !== null) {
      // The server has the meet from elsewhere: to it we are somebody who has to know the password.
      this._sessionLost = false;
      this._askToBeLetIn();
    } else if (this._wasLive) {
      // We were in, so it is the meet that is gone, until a table that may bring it back has done so.
      this._giveUp(AWAY_S);
    } else {
      this._end(End.NOT_LET_IN, message.reason);
    }
  }

  /** @param {import("./messages.js").InvalidSession} message */
  _invalidSession(message) {
    if (message.sessionToken !== this._token) return;
    this._token = "";
    this._sessionLost = true;
    this._log.interrupt();
    this._askToBeLetIn();
  }

  // ------------------------------------------------------------ section 5: updating

  /**
   * @param {readonly Pending[]} frame
   * @returns {import("./messages.js").UpdateInit}
   */
  _updateInit(frame) {
    const updates = frame.map((update) => ({
      updateKey: update.key,
      updateValue: update.value,
      localSeqNum: update.localSeq,
      afterServerSeqNum: update.after,
    }));
    return { msgType: "UPDATE_INIT", sessionToken: this._token, updates, ...inEpoch(this._log.epoch) };
  }

  /** @param {import("./messages.js").UpdateAck} message */
  _acks(message) {
    /** @type {Accepted[]} */
    const applied = [];
    let missing = false;
    for (const ack of message.updateAcks) {
      this._answeredHere = Math.max(this._answeredHere, ack.localSeqNum);
      const update = this._pending.answered(ack.localSeqNum, this._now);
      const number = ack.serverSeqNum;
      if (update === null) {
        missing = missing || number > this._log.applied;
        continue;
      }
      this._seenHere = Math.max(this._seenHere, number);
      this._events.push({ type: "Acked", update, serverSeq: number });
      const accepted = this._asAccepted(update, number);
      this._events.push(...this._own.accepted(accepted, this._log.state.overlapping(update.path)));
      if (this._log.take(accepted, update.path, { mine: true })) applied.push(accepted);
    }
    this._applied(applied);
    if (missing && this.status === Status.LIVE) this._pull();
  }

  /** @param {import("./messages.js").UpdateRelay} message */
  _relay(message) {
    if (this._isForeign(message.epoch ?? null)) return;
    this._askedAt = this._now;
    /** @type {Accepted[]} */
    const applied = [];
    for (const relayed of message.updatesRelayed) {
      const path = parse(relayed.updateKey);
      // A server that lets this stand speaks a later grammar; the digest will tell.
      if (path instanceof MalformedKey) continue;
      const accepted = acceptedFrom(relayed);
      this._seenHere = Math.max(this._seenHere, accepted.serverSeq);
      if (accepted.overrules) {
        this._events.push(...this._own.overruledBy(accepted, this._log.state.overlapping(path)));
      }
      if (this._log.take(accepted, path)) applied.push(accepted);
    }
    this._applied(applied);
  }

  /**
   * @param {Pending} update
   * @param {number} number
   * @returns {Accepted}
   */
  _asAccepted(update, number) {
    return {
      serverSeq: number,
      key: update.key,
      value: update.value,
      clientId: this.clientId,
      localSeq: update.localSeq,
      locationName: this.locationName,
      overrules: 0,
      overruledLocation: "",
    };
  }

  /** @param {readonly Accepted[]} updates */
  _applied(updates) {
    if (updates.length) this._events.push({ type: "Applied", updates });
    if (this._log.gap && this.status === Status.LIVE) this._pull();
  }

  /** @param {import("./messages.js").Rejection} rejection */
  _rejection(rejection) {
    const gap = GAP.exec(rejection.reason);
    if (gap !== null) {
      this._gap(Number(gap[1]));
      return;
    }
    this._answeredHere = Math.max(this._answeredHere, rejection.localSeqNum);
    const update = this._pending.answered(rejection.localSeqNum, this._now);
    if (update === null) return;
    const serverSeq = rejection.serverSeqNum ?? 0;
    const overlapping = this._log.state.overlapping(update.path);
    this._events.push({
      type: "Rejected",
      update,
      conflict: rejection.conflict,
      reason: rejection.reason,
      serverSeq,
      locationName: rejection.locationName ?? "",
      standing: overlapping.find((each) => each.serverSeq === serverSeq) ?? null,
    });
  }

  /** @param {number} expected */
  _gap(expected) {
    const outOfDate = expected <= this._answeredHere;
    if (outOfDate || this._heldUntil !== null || this.status !== Status.LIVE) return;
    if (!this._pending.gap(expected, this._now)) {
      const [first] = this._pending;
      const held = first === undefined ? "none" : `from ${first.localSeq} on`;
      this._end(End.SERVER_LOST_UPDATES, `it expects our update ${expected}, of which we hold ${held}`);
    }
  }

  /** @param {import("./messages.js").ServerBusy} message */
  _busy(message) {
    const retryAfterS = message.retryAfterMs / 1000;
    this._events.push({ type: "Busy", retryAfterS, reason: message.reason });
    if (this.status === Status.LIVE) this._heldUntil = this._now + retryAfterS;
    else this._giveUp(retryAfterS);
  }

  /** @param {import("./messages.js").MalformedMessage | import("./messages.js").UnknownMessageType} message */
  _notUnderstood(message) {
    this._events.push({ type: "NotUnderstood", message });
    if (this.status === Status.JOINING) {
      // So is a CREATE_MEET answered that breaks a rule. To ask the same again would get the same answer.
      const unknown = "the server does not know this protocol";
      this._end(End.NOT_LET_IN, message.msgType === "MALFORMED_MESSAGE" ? message.errMsg : unknown);
    } else if (this.status === Status.LIVE) {
      // It may be about updates: pull before sending them again, but not at the pace of the answers.
      this._heldUntil = this._now + ANSWER_S;
    }
  }

  // ------------------------------------------------------------ section 7: the server lost state

  /** @param {import("./messages.js").ServerPull} message */
  _giveBack(message) {
    this._events.push({ type: "Heard", message });
    if (this.status === Status.JOINING || !this._mayWrite) return;
    this._outgoing.push(...answerTo(this._log, this._token, this._pending.answeredUpTo, message));
    if (this.status === Status.CATCHING_UP) this._askedAt = this._now + PATIENCE_S;
  }

  /** @param {import("./messages.js").StateRecovered} message */
  _recovered(message) {
    this._events.push({ type: "Heard", message });
    if (this.status === Status.LIVE && message.epoch !== this._log.epoch) this._pull(message.epoch);
  }

  // ------------------------------------------------------------ sections 6 and 8: resynchronising

  /** @param {string | null} anewIn */
  _pull(anewIn = null) {
    if (anewIn !== null && anewIn !== this._log.epoch) this._seenHere = 0;
    const number = this._log.pull(anewIn);
    this._outgoing.push({
      msgType: "CLIENT_PULL",
      sessionToken: this._token,
      lastServerSeq: number,
      ...inEpoch(anewIn ?? this._log.epoch),
      ...(this._mayWrite ? { lastLocalSeqNum: this._pending.answeredUpTo } : {}),
    });
    this._askedAt = this._now;
    this._become(Status.CATCHING_UP);
  }

  /**
   * Whether a message is not to be taken, because the numbers of its epoch have to be pulled first.
   *
   * @param {string | null} epoch
   */
  _isForeign(epoch) {
    if (this.status === Status.JOINING) return true;
    if (epoch === null || !this._log.isForeign(epoch)) return false;
    if (this._log.pulling) {
      // The server does not know our epoch, so this is the beginning of its answer from 0.
      this._log.answeredIn(epoch);
      this._seenHere = 0;
      return false;
    }
    this._pull(epoch);
    return true;
  }

  /** @param {import("./messages.js").Heartbeat | import("./messages.js").PullDone} message */
  _heartbeat(message) {
    if (this.status !== Status.LIVE || this._isForeign(message.epoch)) return;
    this._seenHere = Math.max(this._seenHere, message.lastServerSeq);
    if (message.lastServerSeq > this.applied) {
      this._pull();
    } else if (message.lastServerSeq === this.applied && message.stateDigest !== this.digest) {
      this._diverged(message, this.digest);
      this._pull(message.epoch);
    }
  }

  /** @param {import("./messages.js").Heartbeat | import("./messages.js").PullDone} message @param {string} ours */
  _diverged({ epoch, lastServerSeq: serverSeq, stateDigest }, ours) {
    this._events.push({ type: "Diverged", serverSeq, ours, theirs: stateDigest });
    this._outgoing.push({
      msgType: "STATE_DIVERGED",
      sessionToken: this._token,
      epoch,
      serverSeq,
      clientDigest: ours,
      stateDigest,
    });
  }

  /** @param {import("./messages.js").PullDone} message */
  _pullDone(message) {
    if (!this._log.pulling) {
      this._heartbeat(message);
      return;
    }
    if (this._isForeign(message.epoch)) return;
    // The end of an earlier answer, heard twice: an answer to this pull would not end below what was seen.
    if (message.lastServerSeq < this._seenHere) return;
    const { epoch, lastServerSeq: serverSeq } = message;
    const digest = this._log.pulledDigest();
    if (digest !== message.stateDigest) {
      this._diverged(message, digest);
      if (this._log.anew) this._giveUp();
      else this._pull(epoch);
      return;
    }
    const replaced = this._log.anew;
    const rebased = (this.epoch !== null && this.epoch !== epoch) || serverSeq < this.applied;
    const unchanged = this._log.complete(epoch, serverSeq, message.lineage ?? []);
    if (rebased) {
      this._own.forget(unchanged);
      this._pending.rebase(unchanged);
      this._events.push({ type: "Rebased", epoch, serverSeq: unchanged });
    }
    this._wasLive = true;
    this._failures = 0;
    this._pending.sendAgain();
    this._events.push({ type: "CaughtUp", epoch, serverSeq, replaced });
    this._become(Status.LIVE);
  }

  // ------------------------------------------------------------ what becomes of the connection

  /** @param {StatusName} status */
  _become(status) {
    if (status !== this.status) {
      this.status = status;
      this._events.push({ type: "StatusChanged", status });
    }
  }

  /**
   * The connection is of no use; come back after `delayS`, or as the backoff has it.
   *
   * @param {number | null} delayS
   */
  _giveUp(delayS = null) {
    this.hangUp = true;
    this._delayS = delayS;
  }

  /**
   * @param {EndName} why
   * @param {string} detail
   */
  _end(why, detail) {
    if (this.status === Status.ENDED) return;
    this.hangUp = this.status !== Status.OFFLINE;
    this.connectAt = null;
    this._log.interrupt();
    this._become(Status.ENDED);
    this._events.push({ type: "SessionEnded", why, detail });
  }
}

/**
 * Whoever makes a meet may change it.
 *
 * @param {Credentials} credentials
 */
function isReadOnly(credentials) {
  return credentials.kind === "join" && (credentials.readOnly ?? false);
}

/**
 * @param {Credentials} credentials
 * @returns {string | null}
 */
function passwordOf(credentials) {
  return credentials.password ?? null;
}

/**
 * @param {{recoveryBundle?: string | null, recoveryKey?: string | null} | null} told
 * @returns {{recoveryBundle: string, recoveryKey: string} | null}
 */
function keepsakeOf(told) {
  if (!told?.recoveryBundle || !told.recoveryKey) return null;
  return { recoveryBundle: told.recoveryBundle, recoveryKey: told.recoveryKey };
}

/**
 * @param {string | null} epoch
 * @returns {{epoch?: string}}
 */
function inEpoch(epoch) {
  return epoch === null ? {} : { epoch };
}

/**
 * @param {import("./messages.js").Relayed} relayed
 * @returns {Accepted}
 */
function acceptedFrom(relayed) {
  return {
    serverSeq: relayed.serverSeqNum,
    key: relayed.updateKey,
    value: relayed.updateValue,
    clientId: relayed.clientId ?? "",
    localSeq: relayed.clientId ? (relayed.localSeqNum ?? 0) : 0,
    locationName: relayed.locationName ?? "",
    overrules: relayed.overrules?.serverSeqNum ?? 0,
    overruledLocation: relayed.overrules?.locationName ?? "",
  };
}
