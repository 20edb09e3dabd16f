/**
 * JSON values: what updates set. They are read and shared, never changed.
 *
 * Any text may be a property name, `__proto__` and `constructor` as well, so an object is read and written here only by
 * what it has itself.
 */

/** @typedef {any} Json A value as `JSON.parse` gives it. */

const encoder = new TextEncoder();
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/**
 * Whether a value is a JSON object: no array, and not null.
 *
 * @param {unknown} value
 * @returns {value is {[name: string]: Json}}
 */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A property that an object has itself; undefined for none, and for what is no object.
 *
 * @param {Json} value
 * @param {string} name
 * @returns {Json}
 */
export function propertyOf(value, name) {
  return isObject(value) && Object.prototype.hasOwnProperty.call(value, name) ? value[name] : undefined;
}

/**
 * Give an object a property of its own, whatever its name.
 *
 * @param {{[name: string]: Json}} object
 * @param {string} name
 * @param {Json} value
 */
export function setProperty(object, name, value) {
  Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
}

/**
 * Whether two values are the same JSON value: 1 and 1.0 are, 1 and true are not; the order of properties does not count.
 *
 * @param {Json} one
 * @param {Json} other
 * @returns {boolean}
 */
export function sameValue(one, other) {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, index) => sameValue(value, other[index]));
  }
  if (isObject(one) && isObject(other)) {
    const names = Object.keys(one);
    return (
      names.length === Object.keys(other).length &&
      names.every((name) => {
        const value = propertyOf(other, name);
        return value !== undefined && sameValue(one[name], value);
      })
    );
  }
  return one === other;
}

/**
 * How many objects and arrays lie inside each other.
 *
 * @param {Json} value
 * @returns {number}
 */
export function depth(value) {
  let levels = 0;
  let layer = [value];
  for (;;) {
    layer = layer.filter((each) => typeof each === "object" && each !== null);
    if (!layer.length) return levels;
    levels += 1;
    /** @type {Json[]} */
    const below = [];
    for (const container of layer) for (const child of Object.values(container)) below.push(child);
    layer = below;
  }
}

/**
 * Whether it is text that can be sent: a lone half of a surrogate pair cannot.
 *
 * @param {string} text
 */
export function isWellFormed(text) {
  return !LONE_SURROGATE.test(text);
}

/**
 * The bytes of a text in UTF-8.
 *
 * @param {string} text
 */
export function utf8Bytes(text) {
  return encoder.encode(text);
}

/**
 * How many bytes a value takes as compact JSON in UTF-8.
 *
 * @param {Json} value
 */
export function encodedBytes(value) {
  return utf8Bytes(JSON.stringify(value)).length;
}
