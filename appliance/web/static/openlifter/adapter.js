// @ts-check
/**
 * OpenLifter's store on one side, a session of the meet on the other.
 *
 * What the user does in OpenLifter is found by comparing its state with a picture of ours, and becomes updates; what
 * the meet says becomes one OVERWRITE_STORE, in which everything untouched is the very same object as before.
 */

import { MalformedKey, parse } from "../client/keys.js";
import { propertyOf } from "../client/values.js";
import {
  STATE_VERSION_KEY,
  aboutKey,
  changesSince,
  copy,
  emptyPicture,
  entryIdOf,
  entryKey,
  entryOf,
  follow,
  meetPropertyOf,
  nextEntryId,
  pictureOf,
  registrationWith,
  same,
} from "./state.js";
import { sweepOf } from "./sweep.js";

/** @typedef {import("./state.js").OpenLifterState} OpenLifterState */
/** @typedef {import("./state.js").Change} Change */
/** @typedef {import("./state.js").Picture} Picture */
/** @typedef {import("./sweep.js").Sweep} Sweep */
/** @typedef {import("./fields.js").Fields} Fields */
/** @typedef {import("../client/session.js").MeetSession} MeetSession */

/**
 * OpenLifter's Redux store.
 *
 * @typedef {{getState(): OpenLifterState, dispatch(action: any): any, subscribe(listener: () => void): () => void}} Store
 */

/**
 * What the adapter tells.
 *
 * @typedef {{
 *   held(sweep: Sweep | null): void, refused(change: Change, reason: string): void,
 *   textLost(lost: import("./fields.js").LostText): void, moreEntryIds(): void, otherVersion(theirs: string): void,
 * }} Told
 */

// The first of a burst of remote changes is shown at once, those that follow it together.
const SHOW_MS = 50;

// Ask for more entry ids while there are still enough for the largest meet that registers offline.
const FEW_ENTRY_IDS = 300;

export class Adapter {
  /**
   * @param {Store} store
   * @param {Record<string, any>} defaults what OpenLifter has as `meet` where the meet says nothing
   * @param {(observer: (action: any) => void) => void} observe hears of every action before the reducers do
   * @param {Fields} fields
   * @param {Told} told
   */
  constructor(store, defaults, observe, fields, told) {
    this._store = store;
    this._fields = fields;
    this._told = told;
    /** @type {MeetSession | null} */
    this._session = null;
    /** @type {Picture} */
    this._picture = emptyPicture();
    this._defaults = defaults;
    this._versions = store.getState().versions;
    /** @type {string[]} */
    this._actions = [];
    /** @type {Sweep | null} */
    this._held = null;
    /** Remote changes that are not shown yet. @type {Set<string>} */
    this._touched = new Set();
    this._allTouched = false;
    this._heldBack = new Set();
    this._nextEntryId = 0;
    this._askedForIds = false;
    this._applying = false;
    this._queued = false;
    this._showTimer = 0;
    this._shownAt = -Infinity;
    observe((action) => {
      if (!this._applying && action && typeof action.type === "string") this._actions.push(action.type);
    });
    store.subscribe(() => this._changed());
  }

  get attached() {
    return this._session !== null;
  }

  // ------------------------------------------------------------ in and out of a meet

  /**
   * Take this browser's meet into a meet that was just made: all of it becomes updates.
   *
   * @param {MeetSession} session
   */
  upload(session) {
    const state = this._store.getState();
    this._begin(session);
    const version = { key: STATE_VERSION_KEY, value: state.versions.stateVersion };
    // All at once: of a tab that is killed now, either the whole meet is on disk, or that it has yet to be put there.
    this._send([version, ...changesSince(emptyPicture(), state, session.core.locationName)]);
    this._picture = pictureOf(state);
    this._allTouched = true;
    this._overwrite({});
  }

  /**
   * Show a meet in place of what is in OpenLifter now.
   *
   * @param {MeetSession} session
   * @param {Change[]} [since] changes that were made here before it could be shown: they are made on top of it
   */
  download(session, since = []) {
    const state = this._store.getState();
    this._begin(session);
    this._picture = pictureOf(state);
    const here = propertyOf(session.core.view().lifting, session.core.locationName);
    this._allTouched = true;
    this._overwrite({ lifting: here ? { ...state.lifting, ...copy(here) } : state.lifting });
    if (since.length > 0) {
      this._send(since);
      for (const { key } of since) this._touched.add(key);
      this._show();
    }
  }

  /** @param {MeetSession} session */
  _begin(session) {
    this._session = session;
    this._versions = this._store.getState().versions;
    this._touched.clear();
    this._heldBack.clear();
    this._actions = [];
    this._askedForIds = false;
    const block = session.core.entryIds;
    this._nextEntryId = block ? nextEntryId(block, this._usedIds(session)) : 0;
  }

  /**
   * What was done here since `detach`.
   *
   * @param {string} locationName
   */
  changesSinceDetached(locationName) {
    return changesSince(this._picture, this._store.getState(), locationName);
  }

  /** OpenLifter goes on alone, with the meet as it is. */
  detach() {
    this._session = null;
    clearTimeout(this._showTimer);
    this._showTimer = 0;
    this._setHeld(null);
  }

  /**
   * All ids that ever were a lifter's, deleted ones included.
   *
   * @param {MeetSession} session
   */
  *_usedIds(session) {
    for (const { key } of session.core.standing()) yield entryIdOf(key) ?? -1;
    for (const { key } of session.core.pending) yield entryIdOf(key) ?? -1;
  }

  // ------------------------------------------------------------ from OpenLifter

  _changed() {
    if (this._applying || !this._session) {
      this._actions = [];
      return;
    }
    // What one click or one import dispatches is over when this task ends.
    if (this._queued) return;
    this._queued = true;
    queueMicrotask(() => {
      if (!this._queued) return;
      this._queued = false;
      this._collect();
    });
  }

  _collect() {
    const session = this._session;
    if (!session) return;
    const actions = this._actions;
    this._actions = [];
    const state = this._store.getState();
    if (state.versions.stateVersion !== this._versions.stateVersion) {
      this._told.otherVersion(state.versions.stateVersion);
      this._revert();
      return;
    }
    const changes = changesSince(this._picture, state, session.core.locationName);
    if (changes.length > 0) {
      const sweep = sweepOf(this._picture, changes, actions);
      if (sweep || this._held) {
        this._setHeld(sweep ?? this._held);
        return;
      }
      follow(this._picture, state, changes);
      this._send(changes);
    }
    this._mindEntryIds(state);
  }

  /** The sweeping change is meant: everybody gets it. */
  confirmHeld() {
    const session = this._session;
    if (!session || !this._held) return;
    this._setHeld(null);
    const state = this._store.getState();
    const changes = changesSince(this._picture, state, session.core.locationName);
    follow(this._picture, state, changes);
    this._send(changes);
    this._mindEntryIds(state);
    this._show();
  }

  /** It was a mistake: this table shows the meet again as it is at all others. */
  revertHeld() {
    if (!this._session || !this._held) return;
    this._setHeld(null);
    this._revert();
  }

  _revert() {
    this._allTouched = true;
    // What OpenLifter has now was never told to anybody.
    const { lifting } = this._picture;
    this._picture = pictureOf(this._store.getState());
    this._overwrite({ lifting: copy(lifting) });
  }

  /** @param {Sweep | null} sweep */
  _setHeld(sweep) {
    if (sweep === this._held) return;
    this._held = sweep;
    this._told.held(sweep);
  }

  /** @param {Change[]} changes */
  _send(changes) {
    const session = /** @type {MeetSession} */ (this._session);
    for (const { change, reason } of session.set(changes)) {
      this._told.refused(change, reason);
      // At what is no key nothing can stand.
      if (parse(change.key) instanceof MalformedKey) continue;
      this._touched.add(change.key);
      this._show();
    }
  }

  /** @param {OpenLifterState} state */
  _mindEntryIds(state) {
    const session = /** @type {MeetSession} */ (this._session);
    const block = session.core.entryIds;
    if (!block) return;
    const ids = state.registration.entries.map((entry) => entry.id);
    this._nextEntryId = Math.max(this._nextEntryId, nextEntryId(block, ids));
    if (state.registration.nextEntryId !== this._nextEntryId) this._show();
    if (block.last - this._nextEntryId >= FEW_ENTRY_IDS) {
      this._askedForIds = false;
    } else if (!this._askedForIds) {
      this._askedForIds = true;
      this._told.moreEntryIds();
    }
  }

  // ------------------------------------------------------------ from the meet

  /**
   * What stands at some keys is, or may be, something else now.
   *
   * @param {Iterable<string> | null} keys null for all
   */
  touched(keys) {
    if (!this._session) return;
    if (keys === null) this._allTouched = true;
    else for (const key of keys) this._touched.add(key);
    this._show();
  }

  /** The field that was typed into has been left: what was held back from it may show. */
  released() {
    if (this._heldBack.size === 0) return;
    for (const key of this._heldBack) this._touched.add(key);
    this._heldBack.clear();
    this._show();
  }

  _show() {
    if (this._showTimer || this._held) return;
    const wait = this._shownAt + SHOW_MS - performance.now();
    if (wait <= 0) {
      this._overwrite({});
    } else {
      this._showTimer = window.setTimeout(() => {
        this._showTimer = 0;
        if (this._session && !this._held) this._overwrite({});
      }, wait);
    }
  }

  /**
   * Put into OpenLifter what the meet says now of all that was touched.
   *
   * @param {Partial<OpenLifterState>} more other slices to replace
   */
  _overwrite(more) {
    if (this._queued && !this._held) {
      // What the user did in this very task is not in the picture yet.
      this._queued = false;
      this._collect();
    }
    const state = this._store.getState();
    const core = /** @type {MeetSession} */ (this._session).core;
    const whole = this._allTouched ? core.view() : null;
    const next = { ...state, ...more, versions: this._versions };
    const replacements = this._entriesToReplace(state, whole);
    next.meet = this._meetNow(state.meet, whole);
    next.registration = registrationWith(state.registration, replacements, this._nextEntryId || state.registration.nextEntryId);
    const lifters = this._allTouched ? null : new Set(replacements.keys());
    this._touched.clear();
    this._allTouched = false;
    this._shownAt = performance.now();
    if (next.meet === state.meet && next.registration === state.registration && next.lifting === state.lifting) return;
    // Before OpenLifter gets it: once it has it, it may change it in place.
    for (const [id, entry] of replacements) {
      if (entry) this._picture.entries.set(id, copy(entry));
      else this._picture.entries.delete(id);
    }
    if (next.meet !== state.meet) this._picture.meet = copy(next.meet);
    if (next.lifting !== state.lifting) this._picture.lifting = copy(next.lifting);
    this._dispatch(next, lifters);
  }

  /**
   * @param {OpenLifterState} next
   * @param {Set<number> | null} lifters those whom it concerns, null for all
   */
  _dispatch(next, lifters) {
    const remembered = this._fields.remember(lifters);
    const lostText = this._fields.watchTyping();
    this._applying = true;
    try {
      this._store.dispatch({ type: "OVERWRITE_STORE", store: next });
    } finally {
      this._applying = false;
    }
    // What a component does while it draws the change is done by this table.
    const { meet, registration, lifting } = this._store.getState();
    if (meet !== next.meet || registration !== next.registration || lifting !== next.lifting) this._changed();
    this._fields.refresh(remembered);
    const lost = lostText();
    if (lost) this._told.textLost(lost);
  }

  /**
   * @param {OpenLifterState} state
   * @param {any} whole the whole meet, if all of it may have changed
   * @returns {Map<number, import("./state.js").Entry | null>} those that differ from what OpenLifter has
   */
  _entriesToReplace(state, whole) {
    const core = /** @type {MeetSession} */ (this._session).core;
    /** @type {Map<number, any>} */
    const standing = new Map();
    if (whole) {
      for (const { id } of state.registration.entries) standing.set(id, null);
      for (const entry of whole.registration?.entries ?? []) standing.set(entry.id, entry);
    } else {
      for (const key of this._touched) {
        const id = entryIdOf(key);
        if (id !== null && !standing.has(id)) standing.set(id, core.value(entryKey(id)));
      }
    }
    const replacements = new Map();
    for (const [id, value] of standing) {
      const known = this._picture.entries.get(id);
      const entry = value ? this._withTyping(entryOf(id, copy(value)), known) : null;
      if (entry ? !known || !same(known, entry) : known) replacements.set(id, entry);
    }
    return replacements;
  }

  /**
   * An entry but for what is being typed into just now: that stays as the typist sees it.
   *
   * @param {import("./state.js").Entry} entry
   * @param {import("./state.js").Entry | undefined} known
   */
  _withTyping(entry, known) {
    if (!known || !this._fields.typing) return entry;
    for (const name of Object.keys(entry)) {
      const shown = known[name];
      if (typeof shown === "object" || same(shown, entry[name]) || !this._fields.isTypedInto(entry.id, shown)) continue;
      entry[name] = shown;
      this._heldBack.add(`${entryKey(entry.id)}.${name}`);
    }
    return entry;
  }

  /**
   * @param {Record<string, any>} meet
   * @param {any} whole the whole meet, if all of it may have changed
   */
  _meetNow(meet, whole) {
    const core = /** @type {MeetSession} */ (this._session).core;
    const standing = whole ? { ...this._defaults, ...whole.meet } : {};
    const names = whole ? Object.keys(standing) : [...this._touched].map(meetPropertyOf);
    /** @type {Record<string, any>} */
    const changed = {};
    for (const name of names) {
      if (name === null) continue;
      const value = whole ? standing[name] : (core.value(`meet.${name}`) ?? this._defaults[name]);
      if (!same(this._picture.meet[name], value)) changed[name] = copy(value);
    }
    return Object.keys(changed).length > 0 ? { ...meet, ...changed } : meet;
  }
}

/**
 * What a key is about, with the lifter's name; a whole lifter is the field "entry".
 *
 * @param {OpenLifterState} state
 * @param {string} key
 * @returns {{lifter: string | null, field: string, attempt: number | null}}
 */
export function describe(state, key) {
  const { entryId, field, attempt } = aboutKey(key);
  const entry = state.registration.entries.find(({ id }) => id === entryId);
  return { lifter: entryId === null ? null : (entry?.name ?? `#${entryId}`), field: field || "entry", attempt };
}
