/** Parts of forms: a labelled field with its error, a password that can be shown, the summary of what is wrong. */

import { button, el, refusalOf, setText, show } from "./dom.js";
import { refusalWords } from "./words.js";

/** @typedef {import("../texts.js").Texts} Texts */
/** @typedef {HTMLInputElement|HTMLSelectElement} Control */
/** @typedef {{control: HTMLElement, text: string}} Problem what is wrong, and which control has to be corrected */

/**
 * The hint below the control gives way to the error, so nothing moves.
 *
 * @param {{label: string, hint?: string, control: Control, around?: HTMLElement}} what
 *   `around` is the element to show, where it is more than the control.
 */
export function createField({ label, hint = "", control, around = control }) {
  const note = el("p", { class: "live-note", id: `${control.id}-note` }, hint);
  control.setAttribute("aria-describedby", note.id);
  const element = el("div", { class: "live-field" }, el("label", { for: control.id }, label), around, note);
  return {
    element,
    control,
    /** @param {string|null} problem */
    setProblem(problem) {
      setText(note, problem === null ? hint : problem);
      markProblem(control, note, problem !== null);
    },
  };
}

/**
 * @param {HTMLElement} control
 * @param {HTMLElement} note
 * @param {boolean} wrong
 */
export function markProblem(control, note, wrong) {
  note.classList.toggle("live-note-wrong", wrong);
  if (wrong) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

/**
 * @param {{id: string, label: string, hint: string, autocomplete: "new-password"|"current-password", t: Texts}} what
 */
export function createPassword({ id, label, hint, autocomplete, t }) {
  const control = el("input", { id, name: "password", type: "password", class: "live-input", autocomplete, maxlength: 1000 });
  const toggle = button(t.showPassword, () => setShown(control.type === "password"), {
    class: "live-reveal",
    "aria-label": t.showPasswordLong,
  });
  toggle.setAttribute("aria-pressed", "false");
  /** @param {boolean} shown */
  function setShown(shown) {
    control.type = shown ? "text" : "password";
    toggle.setAttribute("aria-pressed", String(shown));
    setText(toggle, shown ? t.hidePassword : t.showPassword);
  }
  const field = createField({ label, hint, control, around: el("div", { class: "live-password" }, control, toggle) });
  // A browser saves what it finds in a password field; one that is shown as text it would not.
  return { ...field, control, conceal: () => setShown(false) };
}

/**
 * What is wrong with a form, in one place that is read out, each a way to its field.
 *
 * @param {Texts} t
 */
export function createProblems(t) {
  const title = el("strong", {});
  const list = el("ul", {});
  const element = el("div", { class: "live-problems", role: "alert", tabindex: -1, hidden: true }, title, list);
  let countdown = 0;
  const clear = () => {
    window.clearInterval(countdown);
    show(element, false);
    list.textContent = "";
  };
  return {
    element,
    clear,
    /** @param {Problem[]} problems */
    set(problems) {
      clear();
      if (problems.length === 0) return;
      title.textContent = t.problems;
      list.append(
        ...problems.map(({ control, text }) =>
          el("li", {}, el("button", { type: "button", class: "live-link", on: { click: () => control.focus() } }, text)),
        ),
      );
      show(element, true);
      element.focus();
    },
    /**
     * What a call of the table threw; `submit` stays off for as long as the appliance said to wait.
     *
     * @param {unknown} error
     * @param {HTMLButtonElement} submit
     */
    refused(error, submit) {
      clear();
      const { reason, retryInS } = refusalOf(error);
      title.textContent = refusalWords(reason, t);
      show(element, true);
      element.focus();
      if (retryInS === null) return;
      const waiting = el("li", { class: "live-waiting" });
      list.append(waiting);
      let left = retryInS;
      submit.disabled = true;
      const tick = () => {
        setText(waiting, left > 0 ? t.retryIn(left) : "");
        if (left <= 0) {
          window.clearInterval(countdown);
          submit.disabled = false;
        }
        left -= 1;
      };
      tick();
      countdown = window.setInterval(tick, 1000);
    },
  };
}

/**
 * A button that sends a form, and says what it is doing while it waits.
 *
 * @param {string} label
 * @param {string} busy
 */
export function createSubmit(label, busy) {
  const element = el("button", { type: "submit", class: "live-button live-button-primary" }, label);
  let idle = label;
  let working = false;
  return {
    element,
    get working() {
      return working;
    },
    /** @param {string} text */
    setLabel(text) {
      idle = text;
      if (!working) setText(element, text);
    },
    /** @param {boolean} now */
    setWorking(now) {
      working = now;
      element.disabled = now;
      setText(element, now ? busy : idle);
      element.setAttribute("aria-busy", String(now));
    },
  };
}
