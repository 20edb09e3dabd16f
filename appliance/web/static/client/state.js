/**
 * What stands: a tree of the updates that no later one has replaced, PROTOCOL.md sections 3 and 8.
 *
 * An update stands until a later one to the same key, or to a prefix of it, replaces it. The tree is addressed by path,
 * so finding what overlaps a key costs its depth plus what lies below it, however large the meet is. `State.apply` gives
 * the same result in whatever order updates come in, since only their numbers count.
 */

import { Digest } from "./digest.js";
import { isObject, propertyOf, setProperty } from "./values.js";
import { ATTEMPTS } from "./words.js";

/**
 * @typedef {import("./keys.js").Path} Path
 * @typedef {import("./records.js").Accepted} Accepted
 * @typedef {import("./values.js").Json} Json
 */

/**
 * A place in the tree.
 *
 * @typedef {object} Node
 * @property {Accepted | null} standing
 * @property {Map<string, Node> | null} children
 */

/** The standing updates of one meet. */
export class State {
  constructor() {
    /** @type {Node} */
    this._root = { standing: null, children: null };
    /** @type {Map<number, Accepted>} */
    this._byNumber = new Map();
    this._inOrder = true;
    this._digest = new Digest();
    /** The highest number ever applied. */
    this.lastServerSeq = 0;
  }

  /** How many updates stand. */
  get size() {
    return this._byNumber.size;
  }

  /** The checksum of what stands, section 8. */
  get digest() {
    return String(this._digest);
  }

  // ------------------------------------------------------------ changing

  /**
   * Let an update stand, and what it replaces stand no longer.
   *
   * @param {Accepted} update
   * @param {Path} path the parsed `update.key`
   * @returns {boolean} false if a later one has already replaced it
   */
  apply(update, path) {
    const number = update.serverSeq;
    let node = this._root;
    for (const segment of path) {
      if (node.standing !== null && node.standing.serverSeq > number) return false;
      node = childOf(node, segment);
    }
    if (node.standing !== null && node.standing.serverSeq >= number) return false;
    for (const replaced of standingIn(node)) {
      if (replaced.serverSeq >= number) continue;
      this._byNumber.delete(replaced.serverSeq);
      this._digest.subtract(replaced.key, replaced.serverSeq);
    }
    node.standing = update;
    node.children = laterChildren(node, number);
    this._byNumber.set(number, update);
    this._digest.add(update.key, number);
    if (number > this.lastServerSeq) this.lastServerSeq = number;
    else this._inOrder = false;
    return true;
  }

  // ------------------------------------------------------------ reading

  /**
   * Every standing update whose key is equal to the path, a prefix of it, or below it.
   *
   * @param {Path} path
   * @returns {Accepted[]}
   */
  overlapping(path) {
    /** @type {Accepted[]} */
    const found = [];
    let node = this._root;
    for (const segment of path) {
      if (node.standing !== null) found.push(node.standing);
      const child = node.children?.get(segment);
      if (child === undefined) return found;
      node = child;
    }
    return standingIn(node, found);
  }

  /**
   * The update that stands at exactly this path.
   *
   * @param {Path} path
   * @returns {Accepted | null}
   */
  at(path) {
    /** @type {Node | undefined} */
    let node = this._root;
    for (const segment of path) node = node?.children?.get(segment);
    return node?.standing ?? null;
  }

  /**
   * The standing updates above a number, in number order.
   *
   * @param {number} serverSeq
   * @returns {Accepted[]}
   */
  since(serverSeq) {
    if (!this._inOrder) {
      this._byNumber = new Map([...this._byNumber].sort(([one], [other]) => one - other));
      this._inOrder = true;
    }
    return [...this._byNumber.values()].filter((each) => each.serverSeq > serverSeq);
  }

  /**
   * The meet as one JSON value: `{meet: {…}, registration: {entries: […]}, lifting: {…}, …}`.
   *
   * Entries are a list in the order of their ids, whatever the order of registration, so that every place shows them
   * alike. `lifting` is by location name. Deleted entries and properties are absent; a deleted attempt is 0. Elsewhere a
   * selector is a property that keeps its brackets. The containers are fresh, but values may be those of the updates
   * themselves: whoever calls must not change them.
   *
   * @returns {{[name: string]: Json}}
   */
  materialise() {
    /** @type {{[name: string]: Json}} */
    const meet = {};
    for (const [name, node] of bearing(this._root)) {
      if (name === "registration") {
        setProperty(meet, name, { entries: entriesIn(node) });
      } else if (name === "lifting") {
        setProperty(meet, name, tablesIn(node));
      } else {
        const value = valueOf(node);
        if (value !== null) setProperty(meet, name, value);
      }
    }
    return meet;
  }
}

/**
 * @param {Node} node
 * @param {string} segment
 * @returns {Node}
 */
function childOf(node, segment) {
  if (node.children === null) node.children = new Map();
  let child = node.children.get(segment);
  if (child === undefined) {
    child = { standing: null, children: null };
    node.children.set(segment, child);
  }
  return child;
}

/**
 * What stands at a node and under it.
 *
 * @param {Node} node
 * @param {Accepted[]} found
 * @returns {Accepted[]}
 */
function standingIn(node, found = []) {
  if (node.standing !== null) found.push(node.standing);
  if (node.children !== null) for (const child of node.children.values()) standingIn(child, found);
  return found;
}

/**
 * The children of a node in which something newer than `number` stands: none where numbers come in order.
 *
 * @param {Node} node
 * @param {number} number
 * @returns {Map<string, Node> | null}
 */
function laterChildren(node, number) {
  /** @type {Map<string, Node>} */
  const kept = new Map();
  for (const [segment, child] of node.children ?? []) {
    const standing = child.standing !== null && child.standing.serverSeq > number ? child.standing : null;
    const children = laterChildren(child, number);
    if (standing !== null || children !== null) kept.set(segment, { standing, children });
  }
  return kept.size ? kept : null;
}

/**
 * Whether something stands at a node or under it: an update that came too late leaves empty nodes behind.
 *
 * @param {Node} node
 * @returns {boolean}
 */
function bears(node) {
  if (node.standing !== null) return true;
  for (const child of node.children?.values() ?? []) if (bears(child)) return true;
  return false;
}

/**
 * The children in or under which something stands.
 *
 * @param {Node} node
 * @returns {[string, Node][]}
 */
function bearing(node) {
  return node.children === null ? [] : [...node.children].filter(([, child]) => bears(child));
}

/**
 * What is at a node.
 *
 * @param {Node} node
 * @param {Json} beneath what the value above it has there
 * @returns {Json}
 */
function valueOf(node, beneath = null) {
  return laidOver(own(node, beneath), bearing(node), valueOf);
}

/**
 * @param {Node} node
 * @returns {Json}
 */
function entryOf(node) {
  return laidOver(own(node, null), bearing(node), (child, beneath) =>
    bearing(child).length ? attemptsOf(child, beneath) : valueOf(child, beneath),
  );
}

/**
 * @param {Node} node
 * @param {Json} beneath
 * @returns {Json}
 */
function own(node, beneath) {
  return node.standing !== null ? node.standing.value : beneath;
}

/**
 * A copy of a value with properties set, or removed by null; what is no object has to make way for one.
 *
 * @param {Json} value
 * @param {[string, Node][]} properties
 * @param {(node: Node, beneath: Json) => Json} valueOfProperty
 * @returns {Json}
 */
function laidOver(value, properties, valueOfProperty) {
  if (!properties.length) return value;
  let copy = isObject(value) ? { ...value } : value;
  for (const [name, node] of properties) {
    const below = valueOfProperty(node, propertyOf(copy, name) ?? null);
    if (below !== null) {
      if (!isObject(copy)) copy = {};
      setProperty(copy, name, below);
    } else if (isObject(copy)) {
      delete copy[name];
    }
  }
  return copy;
}

/**
 * @param {Node} registration
 * @returns {Json[]}
 */
function entriesIn(registration) {
  const entries = registration.children?.get("entries")?.children ?? [];
  return [...entries]
    .sort(([one], [other]) => Number(one.slice(1, -1)) - Number(other.slice(1, -1)))
    .map(([, node]) => entryOf(node))
    .filter((entry) => entry !== null);
}

/**
 * @param {Node} lifting
 * @returns {{[location: string]: Json}}
 */
function tablesIn(lifting) {
  /** @type {{[location: string]: Json}} */
  const tables = {};
  for (const [segment, location] of bearing(lifting)) {
    const table = valueOf(location);
    if (table !== null) setProperty(tables, segment.slice(1, -1), table);
  }
  return tables;
}

/**
 * One of an entry's five-element arrays: its elements laid over the whole, or over no attempts at all.
 *
 * @param {Node} node
 * @param {Json} beneath
 * @returns {Json[]}
 */
function attemptsOf(node, beneath) {
  const whole = own(node, beneath);
  const attempts = Array.isArray(whole) ? [...whole] : new Array(ATTEMPTS).fill(0);
  for (const [segment, child] of bearing(node)) {
    const index = Number(segment.slice(1, -1));
    while (attempts.length <= index) attempts.push(0);
    const attempt = valueOf(child);
    attempts[index] = isNothing(attempt) ? 0 : attempt;
  }
  return attempts;
}

/**
 * Whether a value stands for an attempt not taken: null, and all else that is empty.
 *
 * @param {Json} value
 */
function isNothing(value) {
  return typeof value === "object" && value !== null ? !Object.keys(value).length : !value;
}
