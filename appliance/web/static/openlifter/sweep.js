// @ts-check
/** Which of a table's changes would take away much of what others have entered, so that a person has to confirm. Pure. */

import { aboutKey, entryIdOf, meetPropertyOf } from "./state.js";

/** @typedef {import("./state.js").Change} Change */
/** @typedef {import("./state.js").Picture} Picture */

/**
 * What a change would overwrite at all tables: `lifters` that stay but lose something that was entered, `deleted`
 * lifters, and `settings` of the meet. `action` is the type of the OpenLifter action behind it.
 *
 * @typedef {{lifters: number, deleted: number, settings: number, action: string}} Sweep
 */

/**
 * A person at a table changes one lifter at a time. What takes something from two or more at once is a file that was
 * loaded, a new meet, an import, a merge, a new draw of lots.
 *
 * @param {Picture} picture what was there before
 * @param {Change[]} changes made together
 * @param {string[]} actions the types of the actions that made them
 * @returns {Sweep | null} null where nothing needs to be asked
 */
export function sweepOf(picture, changes, actions) {
  const deleted = new Set();
  const changed = new Set();
  let settings = 0;
  for (const { key, value } of changes) {
    const id = entryIdOf(key);
    if (id !== null) {
      if (value === null && aboutKey(key).field === "") deleted.add(id);
      else if (!isBlank(before(picture, key, id))) changed.add(id);
    } else {
      const property = meetPropertyOf(key);
      if (property !== null && !isBlank(picture.meet[property])) settings += 1;
    }
  }
  const replaced = actions.includes("OVERWRITE_STORE");
  const sweeping = deleted.size > 1 || changed.size > 1 || (replaced && deleted.size + changed.size + settings > 0);
  if (!sweeping) return null;
  return { lifters: changed.size, deleted: deleted.size, settings, action: actions[actions.length - 1] ?? "" };
}

/**
 * @param {Picture} picture
 * @param {string} key
 * @param {number} id
 */
function before(picture, key, id) {
  const entry = picture.entries.get(id);
  const { field, attempt } = aboutKey(key);
  const value = entry && entry[field];
  return attempt === null ? value : value && value[attempt - 1];
}

/**
 * Whether nobody has entered anything there.
 *
 * @param {any} value
 */
function isBlank(value) {
  return value === undefined || value === null || value === "" || value === 0 || value === false || value.length === 0;
}
