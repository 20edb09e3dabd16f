/** The list of locations of a new meet, with their priorities: add, remove, reorder. */

import { button, el, icon, setText } from "./dom.js";
import { markProblem } from "./fields.js";

/** @typedef {import("../texts.js").Texts} Texts */
/** @typedef {import("./interface.js").Endpoint} Endpoint */
/** @typedef {import("./fields.js").Problem} Problem */
/**
 * @typedef {{key: number, element: HTMLElement, name: HTMLInputElement, priority: HTMLInputElement, note: HTMLElement,
 *   up: HTMLButtonElement, down: HTMLButtonElement, remove: HTMLButtonElement}} Row
 */

const MAX_LOCATIONS = 100;
const PRIORITY_STEP = 10;

// The protocol's rule for a location's name.
const LOCATION_NAME = /^[^[\]\u0000-\u001f\u007f-\u009f]{1,40}$/;

/**
 * Where the meet usually works, the most important first.
 *
 * @param {number} platforms the most on any day
 * @param {Texts} t
 * @returns {Endpoint[]}
 */
export function usualLocations(platforms, t) {
  const list = Array.from({ length: platforms }, (_, index) => `${t.platform} ${index + 1}`);
  list.push(t.weighIn, t.registration);
  return list.map((locationName, index) => ({ locationName, priority: (list.length - index) * PRIORITY_STEP }));
}

/**
 * @param {Endpoint[]} endpoints
 * @param {Texts} t
 * @param {() => void} changed called whenever a name or the order is another
 */
export function createLocationList(endpoints, t, changed) {
  /** @type {Row[]} */
  let rows = [];
  let nextKey = 1;
  const list = el("ol", { class: "live-locations" });
  const said = el("p", { class: "live-unseen", "aria-live": "polite" });
  const add = button(t.addLocation, () => {
    const lowest = Math.min(PRIORITY_STEP * 2, ...rows.map((row) => Number(row.priority.value) || 0));
    rows.push(createRow({ locationName: "", priority: Math.max(0, lowest - PRIORITY_STEP) }));
    arrange();
    rows[rows.length - 1].name.focus();
  });
  const note = el("p", { class: "live-note", id: "live-locations-note" }, t.moveKeys);
  const element = el(
    "fieldset",
    { class: "live-fieldset", "aria-describedby": "live-locations-about" },
    el("legend", {}, t.locations),
    el("p", { class: "live-text", id: "live-locations-about" }, t.locationsAbout),
    el("div", { class: "live-locations-head", "aria-hidden": "true" }, el("span", {}, t.locationName), el("span", {}, t.priority)),
    list,
    el("div", { class: "live-row" }, add, note),
    said,
  );

  /** @param {Endpoint} endpoint @returns {Row} */
  function createRow({ locationName, priority }) {
    const key = nextKey++;
    const name = el("input", {
      class: "live-input", type: "text", maxlength: 40, autocomplete: "off", id: `live-location-${key}`,
      on: { input: () => arrange() },
    });
    const level = el("input", { class: "live-input live-priority", type: "text", inputmode: "numeric", autocomplete: "off" });
    name.value = locationName;
    level.value = String(priority);
    const rowNote = el("p", { class: "live-note", id: `live-location-${key}-note` });
    name.setAttribute("aria-describedby", rowNote.id);
    const up = iconButton("up", () => move(row, -1));
    const down = iconButton("down", () => move(row, 1));
    const remove = iconButton("remove", () => removeRow(row));
    const item = el(
      "li",
      { class: "live-location", on: { keydown: (/** @type {KeyboardEvent} */ event) => moveByKey(event, row) } },
      name, level, el("div", { class: "live-location-buttons" }, up, down, remove), rowNote,
    );
    const row = { key, element: item, name, priority: level, note: rowNote, up, down, remove };
    return row;
  }

  /** @param {KeyboardEvent} event @param {Row} row */
  function moveByKey(event, row) {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    move(row, event.key === "ArrowUp" ? -1 : 1);
  }

  /** Rows change places, the numbers stay where they are. @param {Row} row @param {-1|1} by */
  function move(row, by) {
    const from = rows.indexOf(row);
    const other = rows[from + by];
    if (!other) return;
    const focused = document.activeElement;
    [row.priority.value, other.priority.value] = [other.priority.value, row.priority.value];
    [rows[from], rows[from + by]] = [other, row];
    arrange();
    setText(said, t.moved(row.name.value, from + by + 1, rows.length));
    // The button at the end of the list is off now: the way back is next to it.
    if (focused instanceof HTMLButtonElement && focused.disabled) (by < 0 ? row.down : row.up).focus();
    else if (focused instanceof HTMLElement) focused.focus();
  }

  /** @param {Row} row */
  function removeRow(row) {
    const index = rows.indexOf(row);
    rows = rows.filter((one) => one !== row);
    arrange();
    const next = rows[Math.min(index, rows.length - 1)];
    (next ? next.remove : add).focus();
  }

  function arrange() {
    rows.forEach((row, index) => {
      if (list.children[index] !== row.element) list.insertBefore(row.element, list.children[index] || null);
      const name = row.name.value.trim();
      row.name.setAttribute("aria-label", t.locationNameN(index + 1));
      row.priority.setAttribute("aria-label", t.priorityN(index + 1));
      label(row.up, t.moveUp(name));
      label(row.down, t.moveDown(name));
      label(row.remove, t.removeLocation(name));
      row.up.disabled = index === 0;
      row.down.disabled = index === rows.length - 1;
    });
    while (list.children.length > rows.length) list.children[rows.length].remove();
    add.disabled = rows.length >= MAX_LOCATIONS;
    changed();
  }

  const view = {
    element,
    /** Names by the key of their row, which stays when the name is changed or the row is moved. */
    names: () => rows.map((row) => ({ key: String(row.key), name: row.name.value.trim() })),
    /** @returns {Endpoint[]} */
    endpoints: () => rows.map((row) => ({ locationName: row.name.value.trim(), priority: Number(row.priority.value) })),
    /** Mark what is wrong, and return it. @returns {Problem[]} */
    check() {
      if (rows.length === 0) return [{ control: add, text: t.needLocations }];
      const seen = new Set();
      return rows.flatMap((row) => {
        const name = row.name.value.trim();
        const nameProblem = nameProblemOf(name, seen, t);
        const levelProblem = /^-?\d{1,15}$/.test(row.priority.value.trim()) ? null : t.badPriority;
        seen.add(name);
        setText(row.note, nameProblem || levelProblem || "");
        markProblem(row.name, row.note, nameProblem !== null);
        markProblem(row.priority, row.note, levelProblem !== null);
        row.note.classList.toggle("live-note-wrong", nameProblem !== null || levelProblem !== null);
        /** @type {Problem[]} */
        const problems = [];
        if (nameProblem) problems.push({ control: row.name, text: nameProblem });
        if (levelProblem) problems.push({ control: row.priority, text: levelProblem });
        return problems;
      });
    },
  };
  rows = endpoints.map(createRow);
  // `changed` may ask for `names`, so the caller has to have the view first.
  queueMicrotask(arrange);
  return view;
}

/** @param {string} name @param {Set<string>} seen @param {Texts} t */
function nameProblemOf(name, seen, t) {
  if (name === "") return t.needLocationName;
  if (!LOCATION_NAME.test(name)) return t.badLocationName;
  return seen.has(name) ? t.doubleLocation(name) : null;
}

/** @param {import("./dom.js").IconName} name @param {() => void} act */
function iconButton(name, act) {
  return el("button", { type: "button", class: "live-button live-icon-button", on: { click: act } }, icon(name));
}

/** @param {HTMLElement} element @param {string} text */
function label(element, text) {
  element.setAttribute("aria-label", text);
  element.title = text;
}
