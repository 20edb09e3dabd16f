// @ts-check
/** Tabs of this browser that were closed with something left: what they did not send yet, and their way back in. */

import { ClientCore } from "../client/core.js";
import { MeetSession } from "../client/session.js";
import { savedOf } from "./saved.js";

/** @typedef {import("../client/store.js").Store} Store */
/** @typedef {import("../client/tabs.js").Tabs} Tabs */

/**
 * @typedef {{
 *   clientId: string, meetId: string, meetName: string, locationName: string, pending: number, resumable: boolean,
 * }} LostTab
 */

// Sessions without anything unsent are only a convenience: the oldest are forgotten.
const SESSIONS_KEPT = 10;

export class LostTabs {
  /**
   * @param {Store | null} store
   * @param {Tabs} tabs
   * @param {import("../client/whereabouts.js").Whereabouts} where
   * @param {{changed(): void, event(event: import("../client/session.js").SessionEvent): void}} told
   */
  constructor(store, tabs, where, told) {
    /** @type {LostTab[]} */
    this.all = [];
    this._store = store;
    this._tabs = tabs;
    this._where = where;
    this._told = told;
    /** @type {Map<string, MeetSession>} */
    this._sending = new Map();
  }

  /** Look for closed tabs anew. */
  async look() {
    if (!this._store) return;
    const alive = await this._tabs.alive();
    const kept = await this._store.tabs();
    const closed = kept.filter(({ tab }) => tab.clientId !== this._tabs.clientId && !alive.has(tab.clientId));
    const idle = closed.filter(({ pending }) => pending === 0);
    const forgotten = idle.filter(({ tab }, index) => !tab.sessionToken || index >= SESSIONS_KEPT);
    for (const { tab } of forgotten) await this._store.forget(tab.clientId);
    this.all = closed
      .filter((each) => !forgotten.includes(each))
      .map(({ tab, pending }) => ({
        clientId: tab.clientId,
        meetId: tab.meetId,
        meetName: tab.meetName,
        locationName: tab.locationName,
        pending,
        resumable: tab.sessionToken !== "",
      }));
    this._told.changed();
  }

  /**
   * Whether a tab is closed still: it may have been reloading when we looked, or frozen.
   *
   * @param {string} clientId
   */
  async isClosed(clientId) {
    if (!(await this._tabs.alive()).has(clientId)) return true;
    await this.look();
    return false;
  }

  /** The highest `opened` of all tabs, 0 if there are none. */
  async newest() {
    const kept = (await this._store?.tabs()) ?? [];
    return kept.length > 0 ? kept[0].tab.opened : 0;
  }

  /**
   * Send what a closed tab did not send, in its name: what the server had already it will not take twice.
   *
   * @param {string} clientId
   */
  async send(clientId) {
    if (!(await this.isClosed(clientId))) return;
    const kept = await this._store?.load(clientId);
    if (!kept || !kept.tab.sessionToken || this._sending.has(clientId)) return;
    const { tab, pending, standing } = kept;
    const { meetId, locationName } = tab;
    const core = new ClientCore({ kind: "join", meetId, locationName, clientId }, savedOf(tab, pending, standing));
    const session = new MeetSession(core, this._store, tab, this._where, (events) => {
      for (const event of events) this._told.event(event);
      if (core.settled || core.status === "ended") this._sent(clientId, core.settled);
    });
    this._sending.set(clientId, session);
    session.start();
  }

  /**
   * @param {string} clientId
   * @param {boolean} all
   */
  async _sent(clientId, all) {
    const session = this._sending.get(clientId);
    if (!session) return;
    this._sending.delete(clientId);
    await session.stop();
    if (all) await this._store?.forget(clientId);
    await this.look();
  }

  /**
   * Forget what a closed tab did not send.
   *
   * @param {string} clientId
   */
  async discard(clientId) {
    if (!(await this.isClosed(clientId))) return;
    await this._store?.forget(clientId);
    await this.look();
  }
}
