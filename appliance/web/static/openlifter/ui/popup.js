/**
 * Pop-ups over every page of OpenLifter: that the connection is gone, and which changes need a look. They take no focus,
 * stay clear of the scoring controls at the bottom, and are inside what is shown in full screen.
 */

import { ask } from "./dialog.js";
import { button, el, icon, keyed, setIcon, setText, show, stage } from "./dom.js";
import { createNotice } from "./notices-view.js";
import { toneOf } from "./words.js";

/** @typedef {import("../texts.js").Texts} Texts */
/** @typedef {import("./interface.js").Table} Table */
/** @typedef {import("./interface.js").TableStatus} TableStatus */
/** @typedef {import("./interface.js").Held} Held */

const GAP_PX = 10;

/**
 * @param {Table} table
 * @param {Texts} t
 * @param {{pageIsOpen(): boolean}} route
 */
export function createPopups(table, t, route) {
  const connection = createConnectionPopup(t);
  const notices = createNoticesPopup(table, t);
  const held = createHeldQuestion(table, t);
  const element = el("div", { id: "live-popups", class: "live-popups live-ui", role: "region", "aria-label": t.popups, lang: t.language },
    connection.element, notices.element);
  function moveToStage() {
    if (element.parentElement !== stage()) stage().append(element);
    // OpenLifter's bar has two lines where the window is narrow or the language long.
    const bar = stage() === document.body ? document.querySelector("#root nav") : null;
    element.style.top = `${(bar ? Math.max(0, bar.getBoundingClientRect().bottom) : 0) + GAP_PX}px`;
  }
  document.addEventListener("fullscreenchange", moveToStage);
  document.addEventListener("webkitfullscreenchange", moveToStage);
  return {
    element,
    /** @param {TableStatus} status */
    update(status) {
      moveToStage();
      // The page says the same, and more.
      show(element, stage() !== document.body || !route.pageIsOpen());
      connection.update(status);
      notices.update(status);
      held.update(status);
    },
    remove() {
      document.removeEventListener("fullscreenchange", moveToStage);
      document.removeEventListener("webkitfullscreenchange", moveToStage);
      held.close();
      element.remove();
    },
  };
}

/**
 * From the moment it goes offline until all is sent; it can be made small, not closed.
 *
 * @param {Texts} t
 * @returns {import("./interface.js").View}
 */
function createConnectionPopup(t) {
  const sign = icon("bad");
  const word = el("strong", {});
  const text = el("p", {});
  const age = el("p", { class: "live-note" });
  const more = el("div", { class: "live-popup-more" }, text, age);
  const size = button(t.minimise, resize, { kind: "quiet", class: "live-button-small" });
  const element = el("div", { class: "live-popup live-popup-connection", hidden: true },
    el("div", { class: "live-popup-head" }, sign, el("span", { role: "status" }, word), size), more);
  let away = false;
  let small = false;
  /** @type {TableStatus|null} */
  let shown = null;
  function resize() {
    setSmall(!small);
    if (shown) update(shown);
  }
  /** @param {boolean} now */
  function setSmall(now) {
    small = now;
    show(more, !small);
    setText(size, small ? t.enlarge : t.minimise);
    size.setAttribute("aria-expanded", String(!small));
  }
  /** @param {TableStatus} status */
  function update(status) {
    shown = status;
    const { phase, pending, lastContactS } = status;
    const over = phase === "blocked" || (phase === "ended" && pending > 0);
    const left = phase === "alone" || phase === "starting" || (phase === "live" && pending === 0) || (phase === "ended" && pending === 0);
    if (phase === "offline" && !away) setSmall(false);
    away = phase === "offline" || over || (away && !left);
    show(element, away);
    element.dataset.tone = toneOf(status) === "good" ? "busy" : toneOf(status);
    setIcon(sign, element.dataset.tone === "bad" ? "bad" : "busy");
    setText(word, small && pending > 0 ? `${t.state[phase]} · ${t.unsent(pending)}` : t.state[phase]);
    setText(text, phase === "offline" ? t.offlineUnsent(pending) : over ? `${t.sentence[phase]} ${pending ? t.unsent(pending) : ""}` : t.backUnsent(pending));
    setText(age, over ? "" : `${t.lastContact}: ${t.age(lastContactS)}`);
  }
  setSmall(false);
  return { element, update };
}

/**
 * One is shown whole; many collapse into a list.
 *
 * @param {Table} table
 * @param {Texts} t
 * @returns {import("./interface.js").View}
 */
function createNoticesPopup(table, t) {
  const list = el("div", { class: "live-stack live-popup-list" });
  const title = el("strong", { role: "status" });
  const toggle = button("", () => setOpen(!open), { kind: "quiet", class: "live-button-small" });
  const all = button(t.dismissAll, () => table.dismissAll(), { class: "live-button-small" });
  const head = el("div", { class: "live-popup-head" }, icon("bad"), title, toggle, all);
  const element = el("div", { class: "live-popup live-popup-notices", "data-tone": "busy", hidden: true }, head, list);
  let open = false;
  /** @param {boolean} now */
  function setOpen(now) {
    open = now;
    update(table.status);
  }
  /** @param {TableStatus} status */
  function update({ notices }) {
    if (notices.length < 2) open = false;
    show(element, notices.length > 0);
    show(head, notices.length > 1);
    setText(title, t.notices(notices.length));
    setText(toggle, open ? t.showLess : t.showAll(notices.length));
    toggle.setAttribute("aria-expanded", String(open));
    keyed(list, open ? notices : notices.slice(0, 1), (notice) => String(notice.id), (notice) => createNotice(table, t, notice));
  }
  return { element, update };
}

/**
 * A change that would overwrite much at all tables waits for an answer.
 *
 * @param {Table} table
 * @param {Texts} t
 */
function createHeldQuestion(table, t) {
  /** @type {{close(): void}|null} */
  let question = null;
  let asked = "";
  function close() {
    if (question) question.close();
    question = null;
    asked = "";
  }
  /** @param {Held} held */
  async function put(held) {
    const opened = ask({
      title: t.heldTitle,
      body: [
        el("p", {}, t.held[held.action] || t.heldOther),
        el("p", {}, t.heldAbout),
        el("ul", { class: "live-effects" },
          held.deleted > 0 ? el("li", { class: "live-effect-deleted" }, t.heldDeleted(held.deleted)) : null,
          held.lifters > 0 ? el("li", {}, t.heldLifters(held.lifters)) : null,
          held.settings > 0 ? el("li", {}, t.heldSettings(held.settings)) : null),
      ],
      answers: [
        { label: t.heldUndo, value: "undo", kind: "primary" },
        { label: t.heldConfirm, value: "confirm", kind: "danger" },
      ],
      safe: "undo",
    });
    question = opened;
    const answer = await opened.answer;
    question = null;
    if (answer === "confirm") table.confirmHeld();
    else table.revertHeld();
    // The same may come again before the table has said that there is nothing to ask.
    asked = "";
  }
  return {
    close,
    /** @param {TableStatus} status */
    update({ held }) {
      const now = held ? JSON.stringify(held) : "";
      if (now === asked) return;
      close();
      asked = now;
      if (held) put(held);
    },
  };
}
