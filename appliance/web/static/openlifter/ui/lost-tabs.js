/** Changes of tabs that never came back: go on as that table, send them, or discard them. */

import { ask } from "./dialog.js";
import { button, el, keyed, refusalOf, setText, show } from "./dom.js";
import { grouped } from "./meet-id.js";
import { refusalWords } from "./words.js";

/** @typedef {import("../texts.js").Texts} Texts */
/** @typedef {import("./interface.js").Table} Table */
/** @typedef {import("./interface.js").LostTab} LostTab */

/**
 * @param {Table} table
 * @param {Texts} t
 * @returns {import("./interface.js").View}
 */
export function createLostTabs(table, t) {
  const list = el("div", { class: "live-stack" });
  const element = el("section", { class: "live-card live-attention" }, el("h2", {}, t.lostTitle), list);
  return {
    element,
    update({ lost, phase }) {
      show(element, lost.length > 0);
      keyed(list, lost.map((tab) => ({ ...tab, alone: phase === "alone" })), (tab) => tab.clientId, (tab) => createLost(table, t, tab));
    },
  };
}

/**
 * @param {Table} table
 * @param {Texts} t
 * @param {LostTab} tab
 * @returns {import("./dom.js").View<LostTab & {alone: boolean}>}
 */
function createLost(table, t, { clientId }) {
  const text = el("p", {});
  const note = el("p", { class: "live-note" });
  const problem = el("p", { class: "live-note live-note-wrong", role: "alert" });
  const resume = button(t.resume, () => act(() => table.resumeLost(clientId)), { kind: "primary" });
  const send = button(t.sendLost, () => act(() => table.sendLost(clientId)));
  const discard = button(t.discard, askAndDiscard, { kind: "quiet" });
  let now = { pending: 0, locationName: "" };

  /** @param {() => Promise<unknown>} action */
  async function act(action) {
    setText(problem, "");
    for (const one of [resume, send, discard]) one.setAttribute("aria-busy", "true");
    try {
      await action();
    } catch (error) {
      const { reason, retryInS } = refusalOf(error);
      setText(problem, `${refusalWords(reason, t)}${retryInS === null ? "" : ` ${t.retryIn(retryInS)}`}`);
    }
    for (const one of [resume, send, discard]) one.removeAttribute("aria-busy");
  }

  async function askAndDiscard() {
    const question = ask({
      title: t.discardTitle,
      body: [el("p", {}, t.discardAbout(now.pending, now.locationName))],
      answers: [
        { label: t.keep, value: "keep", kind: "plain" },
        { label: t.discardNow, value: "discard", kind: "danger" },
      ],
      safe: "keep",
    });
    if ((await question.answer) === "discard") await act(() => table.discardLost(clientId));
  }

  return {
    element: el("div", { class: "live-item" }, text, note, el("div", { class: "live-row" }, resume, send, discard), problem),
    update(tab) {
      now = tab;
      setText(text, t.lost(tab.pending, tab.locationName, grouped(tab.meetId)));
      setText(note, !tab.resumable ? t.resumeNever : tab.alone ? t.lostAbout : t.resumeNotNow);
      resume.disabled = !tab.resumable || !tab.alone;
    },
  };
}
