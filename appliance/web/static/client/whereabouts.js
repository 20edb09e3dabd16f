// @ts-check
/**
 * Where the appliance is. Its page was loaded from one address; when nobody answers there any more, its name and the
 * other addresses it was ever met at are asked, and one is taken where the same appliance is, or the same meet.
 *
 * A page of https cannot reach a plain address of the network: there the page's own address is all there is.
 */

import { isObject } from "./values.js";

/**
 * What an appliance says of itself at `/.well-known/openlifter`, as far as it matters here.
 *
 * @typedef {{id: string, hosts: string[], meets: string[]}} About
 */

/** @typedef {{getItem(key: string): string | null, setItem(key: string, value: string): void}} Memory */

const KEY = "openlifter-appliance.whereabouts";

// Some years of meets; the oldest are forgotten.
const MOST_APPLIANCES = 50;
const MOST_HOSTS = 20;

const ANSWER_MS = 2000;

/**
 * @param {any} said
 * @returns {About | null} null if no appliance said that
 */
export function readAbout(said) {
  if (!isObject(said) || typeof said.id !== "string" || !said.id) return null;
  const port = typeof said.port === "number" ? said.port : 0;
  const names = texts(said.hostnames).map((name) => (port === 80 || !port ? name : `${name}:${port}`));
  const meets = Array.isArray(said.meets) ? said.meets.filter(isObject).map((meet) => String(meet.meetId)) : [];
  return { id: said.id, hosts: [...names, ...texts(said.addresses)], meets };
}

/** @param {any} list @returns {string[]} */
function texts(list) {
  return Array.isArray(list) ? list.filter((each) => typeof each === "string" && each !== "") : [];
}

export class Whereabouts {
  /**
   * @param {{host: string, protocol: string}} page the page's own address, such as `location`
   * @param {Memory | null} memory
   * @param {(url: string) => Promise<any>} ask fetches JSON
   */
  constructor(page, memory, ask = fetched) {
    this._own = page.host;
    this._secure = page.protocol === "https:";
    this._memory = memory;
    this._ask = ask;
    /** The appliance that this page is of, null until it was asked. @type {string | null} */
    this.id = null;
    /** `host:port` that it is reached at now. */
    this.host = page.host;
    /** Called when `host` is another one. @type {() => void} */
    this.onmoved = () => undefined;
    this._searching = false;
  }

  /** Where to connect: `ws://host:port/ws`. */
  get url() {
    return `${this._secure ? "wss" : "ws"}://${this.host}/ws`;
  }

  /** A connection stands: remember who is there, and at which addresses. */
  async reached() {
    const host = this.host;
    const about = await this._about(host);
    if (!about) return;
    if (this.id === null || host === this._own) this.id = about.id;
    this._remember(about.id, [host, ...about.hosts]);
  }

  /**
   * Nobody answers: look for the appliance elsewhere. The next connection is made to what was found.
   *
   * @param {string} meetId the meet that this table is in
   */
  async lost(meetId) {
    if (this._searching || this._secure) return;
    this._searching = true;
    try {
      const answers = await Promise.all(this.candidates().map(async (host) => ({ host, about: await this._about(host) })));
      const found = answers.find(({ host, about }) => about && (host === this._own || this._isIt(about, meetId)));
      if (found && found.host !== this.host) {
        this.host = found.host;
        this.onmoved();
      }
    } finally {
      this._searching = false;
    }
  }

  /** In the order in which they are preferred: the page's own, the last one, those that it told and was met at. */
  candidates() {
    const remembered = this.id === null ? [] : (this._load()[this.id] ?? []);
    return [...new Set([this._own, this.host, ...remembered])];
  }

  /** @param {About} about @param {string} meetId */
  _isIt(about, meetId) {
    return about.id === this.id || about.meets.includes(meetId);
  }

  /** @param {string} host @returns {Promise<About | null>} */
  async _about(host) {
    try {
      return readAbout(await this._ask(`${this._secure ? "https" : "http"}://${host}/.well-known/openlifter`));
    } catch {
      return null;
    }
  }

  /** @param {string} id @param {string[]} hosts */
  _remember(id, hosts) {
    const { [id]: before = [], ...others } = this._load();
    const known = [...new Set([...hosts, ...before])].slice(0, MOST_HOSTS);
    const kept = Object.fromEntries([[id, known], ...Object.entries(others)].slice(0, MOST_APPLIANCES));
    try {
      this._memory?.setItem(KEY, JSON.stringify(kept));
    } catch {
      // A browser that keeps nothing can still work; it just has to be told the address again.
    }
  }

  /** @returns {{[id: string]: string[]}} addresses by appliance, the one that was met last first */
  _load() {
    try {
      const kept = JSON.parse(this._memory?.getItem(KEY) ?? "{}");
      return isObject(kept) ? Object.fromEntries(Object.entries(kept).map(([id, hosts]) => [id, texts(hosts)])) : {};
    } catch {
      return {};
    }
  }
}

/** @param {string} url */
async function fetched(url) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), ANSWER_MS);
  try {
    const answer = await fetch(url, { signal: patience.signal, cache: "no-store", credentials: "omit" });
    return await answer.json();
  } finally {
    clearTimeout(timer);
  }
}
