/** Drawing: a picture is made anew for each value and laid over the one that stands, so only what differs changes. */

import { element } from "../house/elements.js";

/** @typedef {Node | string | null | false | undefined} Child */

/**
 * An element with classes. What there is none of is left out.
 *
 * @param {string} kind tag and classes: "div.name.large"
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function el(kind, ...children) {
  const [tag, ...classes] = kind.split(".");
  const made = element(tag, classes.length ? { class: classes.join(" ") } : {});
  made.append(.../** @type {(Node | string)[]} */ (children.filter((child) => child !== null && child !== undefined && child !== false)));
  return made;
}

/**
 * The same with attributes.
 *
 * @param {string} kind
 * @param {Record<string, string>} attributes
 * @param {...Child} children
 */
export function elWith(kind, attributes, ...children) {
  const made = el(kind, ...children);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/**
 * A name, or another text that somebody typed: in whatever script, set in its own direction.
 *
 * @param {string} kind
 * @param {string} text
 */
export const said = (kind, text) => elWith(kind, { dir: "auto" }, text);

/**
 * Make an element look like another one. Children with another `data-key` are other things: they come and go whole, and
 * so begin their animation.
 *
 * @param {Element} shown
 * @param {Element} wanted
 */
export function morph(shown, wanted) {
  for (const { name } of [...shown.attributes]) if (!wanted.hasAttribute(name) && name !== "style") shown.removeAttribute(name);
  for (const { name, value } of [...wanted.attributes]) if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  const now = [...wanted.childNodes];
  /** @type {Map<string, Element>} */
  const keyed = new Map();
  for (const child of shown.children) {
    const key = keyOf(child);
    if (key !== null) keyed.set(key, child);
  }
  now.forEach((node, place) => {
    const key = keyOf(node);
    let there = shown.childNodes[place];
    const known = key === null ? undefined : keyed.get(key);
    if (known && known !== there) {
      shown.insertBefore(known, there ?? null);
      there = known;
    }
    if (there && alike(there, node)) {
      if (there instanceof Element && node instanceof Element) morph(there, node);
      else if (there.nodeValue !== node.nodeValue) there.nodeValue = node.nodeValue;
    } else {
      shown.insertBefore(node, there ?? null);
    }
  });
  while (shown.childNodes.length > now.length) shown.lastChild?.remove();
}

/** @param {Node} node */
const keyOf = (node) => (node instanceof Element ? node.getAttribute("data-key") : null);

/** @param {Node} one @param {Node} other */
const alike = (one, other) => one.nodeType === other.nodeType && one.nodeName === other.nodeName && keyOf(one) === keyOf(other);

/** Colours that come from the meet cannot stand in a style sheet. @param {ParentNode} root */
export function colour(root) {
  for (const plate of root.querySelectorAll("[data-color]")) {
    /** @type {HTMLElement} */ (plate).style.setProperty("--plate", plate.getAttribute("data-color"));
  }
}
