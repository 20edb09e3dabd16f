/** A question that has to be answered first. Not `<dialog>`: Safari 14 has none. */

import { button, el, stage } from "./dom.js";

/** @typedef {{label: string, value: string, kind: "primary"|"danger"|"plain"}} Answer */

let opened = 0;

/**
 * @param {{title: string, body: (Node|string)[], answers: Answer[], safe: string}} question
 *   `safe` is the answer that has the focus, and that Esc gives.
 * @returns {{answer: Promise<string>, close(): void}} `close` takes it away without an answer being given.
 */
export function ask({ title, body, answers, safe }) {
  const id = `live-dialog-${(opened += 1)}`;
  const before = document.activeElement;
  /** @type {(value: string) => void} */
  let give = () => undefined;
  const answer = new Promise((/** @type {(value: string) => void} */ resolve) => {
    give = resolve;
  });
  const buttons = answers.map(({ label, value, kind }) =>
    button(label, () => finish(value), { kind, class: value === safe ? "live-default" : "" }),
  );
  const box = el(
    "div",
    { class: "live-dialog", role: "alertdialog", "aria-modal": "true", "aria-labelledby": id, "aria-describedby": `${id}-body` },
    el("h2", { id }, title),
    el("div", { id: `${id}-body`, class: "live-dialog-body" }, ...body),
    el("div", { class: "live-actions" }, ...buttons),
  );
  const veil = el("div", { class: "live-veil live-ui", on: { keydown: onKey } }, box);
  const focusDefault = () => buttons[answers.findIndex(({ value }) => value === safe)].focus();

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    // OpenLifter listens for keys too.
    event.stopPropagation();
    if (event.key === "Escape") {
      event.preventDefault();
      finish(safe);
    } else if (event.key === "Tab") {
      const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
      event.preventDefault();
      buttons[(at + (event.shiftKey ? -1 : 1) + buttons.length) % buttons.length].focus();
    }
  }
  /** @param {FocusEvent} event */
  function keepFocus(event) {
    if (event.target instanceof Node && !veil.contains(event.target)) focusDefault();
  }
  function moveToStage() {
    stage().append(veil);
    focusDefault();
  }
  function close() {
    document.removeEventListener("focusin", keepFocus);
    document.removeEventListener("fullscreenchange", moveToStage);
    document.removeEventListener("webkitfullscreenchange", moveToStage);
    veil.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  }
  /** @param {string} value */
  function finish(value) {
    close();
    give(value);
  }

  document.addEventListener("focusin", keepFocus);
  document.addEventListener("fullscreenchange", moveToStage);
  document.addEventListener("webkitfullscreenchange", moveToStage);
  moveToStage();
  return { answer, close };
}
