// @ts-check
/**
 * OpenLifter's state as updates, and updates as OpenLifter's state. Pure. The only module that knows its fields.
 *
 * Facts about the state are those of OpenLifter 1.4 (state version "0").
 */

/** @typedef {{key: string, value: any}} Change */

/** @typedef {Record<string, any> & {id: number}} Entry */

/**
 * OpenLifter's state, as far as it matters here.
 *
 * @typedef {{
 *   versions: {stateVersion: string, releaseVersion: string}, language: string, meet: Record<string, any>,
 *   registration: {nextEntryId: number, entries: Entry[], lookup: Record<number, number>},
 *   lifting: Record<string, any>,
 * } & Record<string, any>} OpenLifterState
 */

/**
 * Our own copy of what is shared: OpenLifter changes old entries in place, so its own objects cannot be trusted to
 * say what was there before.
 *
 * @typedef {{meet: Record<string, any>, entries: Map<number, Entry>, lifting: Record<string, any>}} Picture
 */

/** The versions of OpenLifter's state that this adapter understands. */
export const STATE_VERSIONS = ["0"];

/** Where a meet says which version of the state its tables work with. */
export const STATE_VERSION_KEY = "x.openlifter.stateVersion";

const ATTEMPTS = 5;
const ATTEMPT_ARRAYS = ["squatKg", "benchKg", "deadliftKg", "squatStatus", "benchStatus", "deadliftStatus"];

/** What OpenLifter gives a lifter of whom nothing is known yet. */
const BLANK_ENTRY = {
  day: 1,
  platform: 1,
  flight: "A",
  name: "",
  sex: "M",
  birthDate: "",
  age: 0,
  country: "",
  state: "",
  intendedWeightClassKg: "",
  equipment: "Sleeves",
  divisions: [],
  events: [],
  lot: 0,
  memberId: "",
  paid: false,
  team: "",
  guest: false,
  notes: "",
  bodyweightKg: 0,
  squatRackInfo: "",
  benchRackInfo: "",
};

// ------------------------------------------------------------ from OpenLifter

/**
 * @param {OpenLifterState} state
 * @returns {Picture}
 */
export function pictureOf(state) {
  return {
    meet: copy(state.meet),
    entries: new Map(state.registration.entries.map((entry) => [entry.id, copy(entry)])),
    lifting: copy(state.lifting),
  };
}

/** @returns {Picture} a meet of which nothing is known */
export function emptyPicture() {
  return { meet: {}, entries: new Map(), lifting: {} };
}

/**
 * What has changed since a picture was taken, in the keys of PROTOCOL.md section 3.
 *
 * `nextEntryId` and `lookup` follow from the entries; language, versions and `_persist` are this table's own.
 *
 * @param {Picture} picture
 * @param {OpenLifterState} state
 * @param {string} locationName whose `lifting` the state has
 * @returns {Change[]}
 */
export function changesSince(picture, state, locationName) {
  /** @type {Change[]} */
  const changes = [];
  compareProperties("meet", picture.meet, state.meet, changes);
  const here = new Set();
  for (const entry of state.registration.entries) {
    here.add(entry.id);
    const key = entryKey(entry.id);
    const before = picture.entries.get(entry.id);
    if (before) compareEntry(key, before, entry, changes);
    else changes.push({ key, value: copy(entry) });
  }
  for (const id of picture.entries.keys()) {
    if (!here.has(id)) changes.push({ key: entryKey(id), value: null });
  }
  compareProperties(`lifting[${locationName}]`, picture.lifting, state.lifting, changes);
  return changes;
}

/**
 * Bring a picture up to the state; cheap where little has changed.
 *
 * @param {Picture} picture
 * @param {OpenLifterState} state
 * @param {Change[]} changes what `changesSince` found between them
 */
export function follow(picture, state, changes) {
  const entries = new Map(state.registration.entries.map((entry) => [entry.id, entry]));
  for (const { key } of changes) {
    const id = entryIdOf(key);
    if (id !== null) {
      const entry = entries.get(id);
      if (entry) picture.entries.set(id, copy(entry));
      else picture.entries.delete(id);
    } else if (key.startsWith("meet.")) {
      picture.meet = copy(state.meet);
    } else {
      picture.lifting = copy(state.lifting);
    }
  }
}

/**
 * @param {string} prefix
 * @param {Record<string, any>} before
 * @param {Record<string, any>} after
 * @param {Change[]} changes
 */
function compareProperties(prefix, before, after, changes) {
  for (const name of namesOf(before, after)) {
    if (!same(before[name], after[name])) changes.push({ key: `${prefix}.${name}`, value: copy(after[name]) });
  }
}

/**
 * @param {string} key
 * @param {Entry} before
 * @param {Entry} after
 * @param {Change[]} changes
 */
function compareEntry(key, before, after, changes) {
  for (const name of namesOf(before, after)) {
    const [old, now] = [before[name], after[name]];
    if (same(old, now)) continue;
    if (isAttempts(name, old) && isAttempts(name, now)) {
      for (let index = 0; index < ATTEMPTS; index++) {
        if (!same(old[index], now[index])) changes.push({ key: `${key}.${name}[${index}]`, value: copy(now[index]) });
      }
    } else {
      changes.push({ key: `${key}.${name}`, value: copy(now) });
    }
  }
}

/**
 * @param {string} name
 * @param {any} value
 */
function isAttempts(name, value) {
  return ATTEMPT_ARRAYS.includes(name) && Array.isArray(value) && value.length === ATTEMPTS;
}

// ------------------------------------------------------------ to OpenLifter

/**
 * The entry that OpenLifter is to have, whole, whatever another client has set of it.
 *
 * @param {number} id
 * @param {Record<string, any>} standing
 * @returns {Entry}
 */
export function entryOf(id, standing) {
  /** @type {Entry} */
  const entry = { ...copy(BLANK_ENTRY), ...standing, id };
  for (const name of ATTEMPT_ARRAYS) {
    const attempts = Array.isArray(entry[name]) ? entry[name] : [];
    entry[name] = Array.from({ length: Math.max(ATTEMPTS, attempts.length) }, (_, index) => attempts[index] ?? 0);
  }
  return entry;
}

/**
 * The registration slice with some entries replaced, added or removed. Untouched entries are the very same objects, so
 * that nothing is drawn anew for them; all are in the order of their ids, which is the same at every table.
 *
 * @param {OpenLifterState["registration"]} registration
 * @param {Map<number, Entry | null>} replacements
 * @param {number} nextEntryId
 * @returns {OpenLifterState["registration"]} the very same object if nothing changes
 */
export function registrationWith(registration, replacements, nextEntryId) {
  const entries = registration.entries.filter((entry) => !replacements.has(entry.id));
  for (const entry of replacements.values()) {
    if (entry) entries.push(entry);
  }
  entries.sort((one, other) => one.id - other.id);
  const unchanged =
    entries.length === registration.entries.length &&
    entries.every((entry, index) => entry === registration.entries[index]);
  if (unchanged && nextEntryId === registration.nextEntryId) return registration;
  /** @type {Record<number, number>} */
  const lookup = {};
  entries.forEach((entry, index) => {
    lookup[entry.id] = index;
  });
  return { ...registration, nextEntryId, entries: unchanged ? registration.entries : entries, lookup };
}

/**
 * The id that the next new lifter gets: from the block that is this table's own, and never one that was used before.
 *
 * @param {{first: number, last: number}} block
 * @param {Iterable<number>} used ids of lifters that are or were there
 */
export function nextEntryId(block, used) {
  const taken = new Set(used);
  let next = block.first;
  for (const id of taken) {
    if (id >= next && id <= block.last) next = id + 1;
  }
  // One import may take more ids than a block has: the appliance lets each block grow, so they go on after it.
  while (taken.has(next)) next += 1;
  return next;
}

// ------------------------------------------------------------ keys

/** @param {number} id */
export function entryKey(id) {
  return `registration.entries[${id}]`;
}

const ENTRY_KEY = /^registration\.entries\[([0-9]+)\](?:\.([^.[\]]+)(?:\[([0-9])\])?)?$/;

/**
 * @param {string} key
 * @returns {number | null}
 */
export function entryIdOf(key) {
  const found = ENTRY_KEY.exec(key);
  return found ? Number(found[1]) : null;
}

/**
 * What a key is about, for people.
 *
 * @param {string} key
 * @returns {{entryId: number | null, field: string, attempt: number | null}} `attempt` counts from 1
 */
export function aboutKey(key) {
  const found = ENTRY_KEY.exec(key);
  if (!found) return { entryId: null, field: key, attempt: null };
  return {
    entryId: Number(found[1]),
    field: found[2] ?? "",
    attempt: found[3] === undefined ? null : Number(found[3]) + 1,
  };
}

/**
 * @param {string} key
 * @returns {string | null} the property of the meet's set-up
 */
export function meetPropertyOf(key) {
  return key.startsWith("meet.") ? key.slice("meet.".length) : null;
}

// ------------------------------------------------------------ values

/**
 * Whether two values are the same JSON. What JSON cannot say is null, as it will be at the other tables.
 *
 * @param {any} one
 * @param {any} other
 * @returns {boolean}
 */
export function same(one, other) {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    return inJson(one) === inJson(other);
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  if (Array.isArray(one)) {
    return one.length === other.length && one.every((/** @type {any} */ value, /** @type {number} */ index) => same(value, other[index]));
  }
  return namesOf(one, other).every((name) => same(one[name], other[name]));
}

/** @param {any} value */
function inJson(value) {
  return value === undefined || (typeof value === "number" && !isFinite(value)) ? null : value;
}

/**
 * @template T
 * @param {T} value
 * @returns {T} a copy that shares nothing; null for undefined
 */
export function copy(value) {
  return value === undefined ? /** @type {any} */ (null) : JSON.parse(JSON.stringify(value));
}

/**
 * @param {Record<string, any>} one
 * @param {Record<string, any>} other
 */
function namesOf(one, other) {
  const names = Object.keys(one);
  for (const name of Object.keys(other)) {
    if (!Object.prototype.hasOwnProperty.call(one, name)) names.push(name);
  }
  return names;
}
