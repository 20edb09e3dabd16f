// @ts-check
/**
 * The browser's shell around `ClientCore`: the socket, the time, and the disk.
 *
 *     const session = new MeetSession(core, store, tab, where, listen);
 *     session.start();
 *     session.set([{key: "registration.entries[5003].squatStatus[1]", value: 1}]);
 */

import { CannotBeSet } from "./changes.js";
import { End } from "./events.js";
import { decode } from "./messages.js";
import { IdentityInUse } from "./store.js";

/** @typedef {import("./core.js").ClientCore} ClientCore */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./store.js").TabRecord} TabRecord */
/** @typedef {import("./store.js").StandingRecord} StandingRecord */
/** @typedef {import("./pending.js").Pending} Pending */
/** @typedef {{key: string, value: any}} Change */

// What the server said is noted together, so often at most.
const NOTE_MS = 200;

// A network that swallows the first packet lets a browser wait for minutes.
const CONNECT_S = 8;

// A timer this late means that the page slept: what came in meanwhile is waiting behind it.
const SLEPT_S = 2;

// A browser that has lost its network gets an answer within this time, or none.
const DOUBT_MS = 2000;

/** Monotonic seconds. */
export function now() {
  return performance.now() / 1000;
}

/**
 * What a session tells beside the events of the core:
 * `Kept` (all changes up to `localSeq` are on disk), `NotKept` (the disk refused: they are in memory only),
 * `IdentityLost` (another tab works under our identity: this session has stopped, and has not made these changes).
 *
 * @typedef {import("./core.js").Event | {type: "Kept", localSeq: number} | {type: "NotKept", reason: string} |
 *   {type: "IdentityLost", changes: Change[]}} SessionEvent
 */

export class MeetSession {
  /**
   * @param {ClientCore} core
   * @param {Store | null} store where to keep what is not sent yet; without one it dies with this tab
   * @param {TabRecord} tab
   * @param {import("./whereabouts.js").Whereabouts} where
   * @param {(events: SessionEvent[]) => void} listen hears everything that happens, in order
   */
  constructor(core, store, tab, where, listen) {
    this.core = core;
    this.tab = tab;
    /** Why changes are not on disk; empty while they are. */
    this.notKept = store ? "" : "this browser keeps nothing on disk here";
    /** When something was heard from the server last, in monotonic seconds. @type {number | null} */
    this.heardAt = null;
    this._store = store;
    this._where = where;
    this._listen = listen;
    /** @type {WebSocket | null} */
    this._socket = null;
    this._opened = 0;
    this._timer = 0;
    this._noteTimer = 0;
    this._stopped = true;
    this._turning = false;
    this._again = false;
    /** What the disk did not take, and is offered again with the next change. @type {Pending[]} */
    this._refused = [];
    /** @type {SessionEvent[]} */
    this._own = [];
    this._news = noNews();
    this._wake = () => this._awake();
    this._doubt = () => this._doubted();
  }

  /** Connect, and stay connected. */
  start() {
    this._stopped = false;
    if (this.core.connectAt !== null) this.core.connectAt = now();
    window.addEventListener("online", this._wake);
    window.addEventListener("offline", this._doubt);
    document.addEventListener("visibilitychange", this._wake);
    window.addEventListener("pagehide", this._wake);
    this._turn();
  }

  /** Let go of the socket; what is pending stays on disk. */
  async stop() {
    this._stopped = true;
    window.removeEventListener("online", this._wake);
    window.removeEventListener("offline", this._doubt);
    document.removeEventListener("visibilitychange", this._wake);
    window.removeEventListener("pagehide", this._wake);
    clearTimeout(this._timer);
    this._drop();
    await this._note();
  }

  /** Whether a connection is being opened just now. */
  get trying() {
    return this._socket !== null && this._socket.readyState === WebSocket.CONNECTING;
  }

  /**
   * Make changes: they show at once in the core's view, and are sent when they are on disk here.
   *
   * @param {Change[]} changes
   * @returns {{change: Change, reason: string}[]} those that no server would take; they are not made
   */
  set(changes) {
    /** @type {Pending[]} */
    const made = [];
    const refused = [];
    for (const change of changes) {
      try {
        made.push(this.core.set(change.key, change.value, now()));
      } catch (error) {
        if (!(error instanceof CannotBeSet)) throw error;
        refused.push({ change, reason: error.message });
      }
    }
    if (made.length > 0) this._keep(made);
    return refused;
  }

  /** Revoke the session, as far as the server can be reached, and end. */
  leave() {
    this.core.leave(now());
    this._turn();
  }

  /**
   * @param {any} message a message that is not the core's business
   */
  say(message) {
    if (this._socket && this._socket.readyState === WebSocket.OPEN) this._socket.send(JSON.stringify(message));
  }

  // ------------------------------------------------------------ the disk

  /** @param {Pending[]} made */
  async _keep(made) {
    const last = made[made.length - 1].localSeq;
    this.tab = { ...this.tab, nextLocalSeq: this.core.nextLocalSeq };
    try {
      if (this._store) await this._write(this._store, made);
    } catch (error) {
      if (!(error instanceof IdentityInUse)) throw error;
      this._lostIdentity(made);
      return;
    }
    this.core.kept(last, now());
    this._own.push({ type: "Kept", localSeq: last });
    this._turn();
  }

  /**
   * Write changes, and with them all that the disk refused before: with a number missing among them, the server would
   * take none of those that follow from a later life of this tab.
   *
   * @param {Store} store
   * @param {Pending[]} made
   * @throws {IdentityInUse}
   */
  async _write(store, made) {
    const waiting = new Set(this._refused.length > 0 ? this.core.pending.map(({ localSeq }) => localSeq) : []);
    const changes = [...this._refused.filter(({ localSeq }) => waiting.has(localSeq)), ...made];
    this._refused = [];
    try {
      await store.keep(this.tab, changes.map(pendingRecord));
    } catch (error) {
      if (error instanceof IdentityInUse) throw error;
      this._refused.push(...changes);
      this.notKept = String(error);
      this._own.push({ type: "NotKept", reason: this.notKept });
      return;
    }
    // What was asked of the disk before this may have been refused since.
    if (this._refused.length > 0) await this._write(store, []);
    else this.notKept = "";
  }

  /** @param {Pending[]} made */
  _lostIdentity(made) {
    this._stopped = true;
    this._store = null;
    this._drop();
    this._own.push({ type: "IdentityLost", changes: made.map(({ key, value }) => ({ key, value })) });
    this._turn();
  }

  /** @param {SessionEvent} event */
  _writeDown(event) {
    const core = this.core;
    const news = this._news;
    switch (event.type) {
      case "Joined":
        this.tab = {
          ...this.tab,
          meetId: event.meetId,
          locationName: core.locationName,
          priority: core.priority,
          sessionToken: event.message.sessionToken,
          entryIds: core.entryIds,
          epoch: core.epoch ?? event.message.epoch,
          recoveryBundle: event.message.recoveryBundle ?? null,
          recoveryKey: event.message.recoveryKey ?? null,
        };
        this._noteAtOnce();
        break;
      case "SessionRenewed":
        this.tab = { ...this.tab, sessionToken: event.sessionToken };
        break;
      case "Acked":
      case "Rejected":
        news.answered.push(event.update.localSeq);
        break;
      case "Applied":
        news.standing.push(...event.updates.map(standingRecord));
        break;
      case "CaughtUp":
        if (event.replaced) {
          news.anew = true;
          news.standing = core.standing().map(standingRecord);
        }
        break;
      case "Rebased":
        news.rebased = core.pending.map(pendingRecord);
        break;
      case "Heard":
        if (event.message.msgType === "ENTRY_IDS") this.tab = { ...this.tab, entryIds: core.entryIds };
        return;
      case "SessionEnded":
        if (event.why === "left the meet") {
          this.tab = { ...this.tab, sessionToken: "", recoveryBundle: null, recoveryKey: null };
        }
        // What is on disk is the other one's now, and newer than what is known here.
        if (event.why === End.SUPERSEDED) this._store = null;
        break;
      default:
        return;
    }
    if (!this._noteTimer) this._noteTimer = window.setTimeout(() => this._note(), NOTE_MS);
  }

  _noteAtOnce() {
    clearTimeout(this._noteTimer);
    this._noteTimer = window.setTimeout(() => this._note(), 0);
  }

  async _note() {
    clearTimeout(this._noteTimer);
    this._noteTimer = 0;
    const news = this._news;
    this._news = noNews();
    this.tab = { ...this.tab, applied: this.core.applied, epoch: this.core.epoch ?? this.tab.epoch };
    this.tab.lineage = [...this.core.lineage];
    this.tab.nextLocalSeq = this.core.nextLocalSeq;
    if (!this._store || !this.tab.meetId) return;
    try {
      await this._store.note(this.tab, news);
    } catch (error) {
      // The server has it all: what is lost here is only the head start after a reload.
      this.notKept = String(error);
    }
  }

  // ------------------------------------------------------------ the socket

  _connect() {
    const socket = new WebSocket(this._where.url);
    let answered = false;
    this._socket = socket;
    this._opened = now();
    socket.onopen = () => {
      answered = true;
      void this._where.reached();
      this.core.connected(now());
      this._turn();
    };
    socket.onmessage = (frame) => {
      this.heardAt = now();
      const message = typeof frame.data === "string" ? decode(frame.data) : null;
      // What a later server says that we do not know does not matter; the digest tells what it says about the log.
      if (message) this.core.receive(message, now());
      this._turn();
    };
    socket.onclose = (event) => {
      this._socket = null;
      if (!answered) void this._where.lost(this.core.meetId);
      // 1005 and 1006 are the browser's own way of saying that nobody gave a code.
      const code = event.code === 1005 || event.code === 1006 ? null : event.code;
      this.core.disconnected(now(), code);
      this._turn();
    };
  }

  /** Let go of the socket at once: a dead network would let a browser wait for the other end's goodbye. */
  _drop() {
    const socket = this._socket;
    if (!socket) return;
    this._socket = null;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    this.core.disconnected(now(), null);
  }

  // ------------------------------------------------------------ after everything that was fed

  /** Empty the core, send, and set the alarm. */
  _turn() {
    if (this._turning) {
      this._again = true;
      return;
    }
    this._turning = true;
    try {
      do {
        this._again = false;
        const events = [...this._own, ...this.core.events()];
        this._own = [];
        for (const event of events) this._writeDown(event);
        if (events.length > 0) this._listen(events);
        if (this._socket && this._socket.readyState === WebSocket.OPEN) {
          for (const message of this.core.framesToSend()) this._socket.send(JSON.stringify(message));
        }
        if (this.core.hangUp && this._socket) {
          this._drop();
          this._again = true;
        }
      } while (this._again || this._own.length > 0);
    } finally {
      this._turning = false;
      // Whatever went wrong in the page: without the alarm nobody would notice that the connection is dead.
      this._setAlarm();
    }
  }

  _setAlarm() {
    clearTimeout(this._timer);
    if (this._stopped) return;
    const at = this._socket ? (this.trying ? this._opened + CONNECT_S : this.core.tickAt) : this.core.connectAt;
    if (at === null) return;
    this._timer = window.setTimeout(() => this._alarm(at), Math.max(0, (at - now()) * 1000));
  }

  /** @param {number} at */
  _alarm(at) {
    if (this._stopped) return;
    if (this._socket && now() - at > SLEPT_S) {
      this._timer = window.setTimeout(() => this._alarm(now()), 100);
      return;
    }
    if (!this._socket) {
      if (this.core.connectAt !== null && now() >= this.core.connectAt) this._connect();
    } else if (this.trying) {
      if (now() >= this._opened + CONNECT_S) {
        this._drop();
        void this._where.lost(this.core.meetId);
      }
    } else {
      this.core.tick(now());
    }
    this._turn();
  }

  /**
   * The browser says that there is no network. The appliance may be this very computer, so ask it; if nobody answers,
   * the user is told now and not when the silence has become long enough.
   */
  async _doubted() {
    const socket = this._socket;
    try {
      const patience = new AbortController();
      setTimeout(() => patience.abort(), DOUBT_MS);
      await fetch(this._where.url.replace(/^ws/, "http").replace(/\/ws$/, "/api/v1/meets"), { signal: patience.signal });
    } catch {
      if (socket !== this._socket || this._stopped) return;
      this._drop();
      this._turn();
    }
  }

  /** The network is back, or somebody looks at the page again: do not wait for the next try. */
  _awake() {
    if (this._stopped) return;
    if (document.visibilityState === "hidden") {
      this._note();
      return;
    }
    if (!this._socket && this.core.connectAt !== null) this.core.connectAt = now();
    this._turn();
  }
}

/** @returns {import("./store.js").News} */
function noNews() {
  return { answered: [], standing: [], anew: false, rebased: [] };
}

/**
 * @param {Pending} update
 * @returns {import("./store.js").PendingRecord}
 */
function pendingRecord({ localSeq, key, value, after }) {
  return { localSeq, key, value, after };
}

/**
 * @param {import("./state.js").Accepted} update
 * @returns {StandingRecord}
 */
function standingRecord({ key, value, serverSeq, locationName }) {
  return { key, value, serverSeq, locationName };
}
