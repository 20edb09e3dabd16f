/**
 * Elements from plain data. Text always goes in as text, never as HTML.
 *
 * @typedef {Node|string|null|undefined|false} Child
 * @typedef {{[name: string]: string|number|boolean|null|undefined|{[event: string]: (event: any) => void}}} Attributes
 *   `on` holds the listeners; true is an attribute without value, false and null leave it out.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} [attributes]
 * @param {...(Child|Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "object") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  for (const child of children) {
    for (const one of Array.isArray(child) ? child : [child]) {
      if (one) element.append(one);
    }
  }
  return element;
}

/**
 * @param {string} label
 * @param {() => void} act
 * @param {{kind?: "primary"|"danger"|"plain"|"quiet", class?: string, id?: string, "aria-label"?: string,
 *   title?: string}} [more]
 */
export function button(label, act, { kind = "plain", class: more = "", ...attributes } = {}) {
  const classes = `live-button live-button-${kind} ${more}`.trim();
  return el("button", { type: "button", class: classes, ...attributes, on: { click: act } }, label);
}

/**
 * @param {string} name of the class
 * @param {string} title
 * @param {...Child} children
 */
export function card(name, title, ...children) {
  return el("section", { class: `live-card ${name}` }, el("h2", {}, title), ...children);
}

/**
 * Change a text only if it differs: a screen reader and a selection are not disturbed for nothing.
 *
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * @param {HTMLElement} element
 * @param {boolean} visible
 */
export function show(element, visible) {
  if (element.hidden === visible) element.hidden = !visible;
}

/**
 * Make the children of `parent` those of `items`, in their order. Elements that stay are the same ones, so focus stays.
 *
 * @template Item
 * @param {Element} parent
 * @param {readonly Item[]} items
 * @param {(item: Item) => string} keyOf
 * @param {(item: Item) => View<Item>} create
 */
export function keyed(parent, items, keyOf, create) {
  const before = known(parent);
  /** @type {Map<string, View<Item>>} */
  const after = new Map();
  items.forEach((item, index) => {
    const key = keyOf(item);
    const view = before.get(key) || create(item);
    before.delete(key);
    after.set(key, view);
    view.update(item);
    if (parent.children[index] !== view.element) parent.insertBefore(view.element, parent.children[index] || null);
  });
  for (const view of before.values()) view.element.remove();
  VIEWS.set(parent, after);
}

/**
 * @template Item
 * @typedef {{element: HTMLElement, update(item: Item): void}} View
 */

/** @type {WeakMap<Element, Map<string, View<any>>>} */
const VIEWS = new WeakMap();

/** @param {Element} parent */
function known(parent) {
  return VIEWS.get(parent) || new Map();
}

/** Shapes of the icons, on a 20 × 20 field: each state has its own, so that colour is never the only sign. */
const SHAPES = {
  good: "M10 1a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm-1.2 13.2L4.9 10.300l1.500-1.500 2.400 2.400 4.900-4.900 1.500 1.500Z",
  busy: "M10 2a8 8 0 0 1 7.700 5.800L20 7.200l-2.900 5-5-2.900 3-.800A5.500 5.500 0 0 0 4.900 8L2.700 6.800A8 8 0 0 1 10 2ZM2.900 7.800l5 2.900-3 .800a5.500 5.500 0 0 0 10.200.500l2.200 1.200A8 8 0 0 1 2.300 12.200L0 12.800Z",
  bad: "M10 1 .500 18h19ZM9 7h2v5.500H9Zm0 7h2v2H9Z",
  quiet: "M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16Zm0 2.200a5.800 5.800 0 1 1 0 11.600 5.800 5.800 0 0 1 0-11.600Z",
  up: "M10 4 3 12l1.500 1.400L10 7.200l5.500 6.200L17 12Z",
  down: "M10 16 3 8l1.500-1.400L10 12.800l5.500-6.200L17 8Z",
  remove: "M5 3.600 3.600 5l5 5-5 5L5 16.400l5-5 5 5 1.400-1.400-5-5 5-5L15 3.600l-5 5Z",
};

/** @typedef {keyof typeof SHAPES} IconName */

/** @param {IconName} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "live-icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  setIcon(svg, name);
  return svg;
}

/**
 * @param {SVGElement} svg what `icon` made
 * @param {IconName} name
 */
export function setIcon(svg, name) {
  const path = /** @type {SVGPathElement} */ (svg.firstElementChild);
  if (path.getAttribute("d") !== SHAPES[name]) path.setAttribute("d", SHAPES[name]);
}

/** Where something must be to be seen: in full screen only what is inside of that element is. */
export function stage() {
  const safari = /** @type {{webkitFullscreenElement?: Element|null}} */ (/** @type {unknown} */ (document));
  return document.fullscreenElement || safari.webkitFullscreenElement || document.body;
}

/**
 * @param {unknown} error what a call of the table threw
 * @returns {{reason: string, retryInS: number|null}}
 */
export function refusalOf(error) {
  const { reason, retryInS, message } = /** @type {any} */ (error) || {};
  return {
    reason: String(reason || message || error),
    retryInS: typeof retryInS === "number" && retryInS > 0 ? Math.ceil(retryInS) : null,
  };
}
