// @ts-check
/**
 * Who this tab is, and which other tabs of this browser are alive.
 *
 * The identity lies in sessionStorage: it belongs to one tab, and survives a reload and a crash. But a tab that is
 * duplicated copies it, so a newcomer asks around whether somebody has it already.
 */

const IDENTITY = "openlifter-appliance.clientId";
const CHANNEL = "openlifter-appliance.tabs";

// Other tabs answer at once, even from the background; only one that is frozen does not.
const ANSWER_MS = 250;

/** @typedef {{ask: "settled" | "all", nonce: string} | {tell: "here", clientId: string, nonce: string}} TabMessage */

export class Tabs {
  constructor() {
    this.clientId = sessionStorage.getItem(IDENTITY) ?? newId();
    this._channel = openChannel((message) => this._heard(message));
    /** @type {Map<string, Set<string>>} */
    this._rollCalls = new Map();
    this._settled = false;
  }

  /** Make sure that no other tab has this identity: whoever was there first keeps it. */
  async settle() {
    if ((await this._answers("settled")).has(this.clientId)) this.clientId = newId();
    this._settled = true;
    sessionStorage.setItem(IDENTITY, this.clientId);
  }

  /**
   * Go on under another identity.
   *
   * @param {string} [clientId] that of a closed tab; a new one if none is given
   */
  become(clientId = newId()) {
    this.clientId = clientId;
    sessionStorage.setItem(IDENTITY, clientId);
  }

  /**
   * The identities of all other tabs that are alive, those that a browser is just restoring as well.
   *
   * @returns {Promise<Set<string>>}
   */
  alive() {
    return this._answers("all");
  }

  /**
   * @param {"settled" | "all"} ask
   * @returns {Promise<Set<string>>}
   */
  async _answers(ask) {
    const nonce = newId();
    /** @type {Set<string>} */
    const answers = new Set();
    this._rollCalls.set(nonce, answers);
    this._channel({ ask, nonce });
    await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
    this._rollCalls.delete(nonce);
    return answers;
  }

  /** @param {TabMessage} message */
  _heard(message) {
    if ("tell" in message) {
      this._rollCalls.get(message.nonce)?.add(message.clientId);
    } else if (this._settled || message.ask === "all") {
      this._channel({ tell: "here", clientId: this.clientId, nonce: message.nonce });
    }
  }
}

/** A new identity. `crypto.randomUUID` is not there on a plain http page. */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * A way to speak to all other tabs of this origin.
 *
 * @param {(message: TabMessage) => void} heard
 * @returns {(message: TabMessage) => void} says something
 */
function openChannel(heard) {
  if (typeof BroadcastChannel === "function") {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = (event) => heard(event.data);
    return (message) => channel.postMessage(message);
  }
  // Safari before 15.4: other tabs hear of every change of localStorage, the one that makes it does not.
  window.addEventListener("storage", (event) => {
    if (event.key === CHANNEL && event.newValue) heard(JSON.parse(event.newValue));
  });
  return (message) => {
    localStorage.setItem(CHANNEL, JSON.stringify(message));
    localStorage.removeItem(CHANNEL);
  };
}
