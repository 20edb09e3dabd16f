/** When it is over or cannot begin: what happened, what is safe, and what to do. */

import { button, el, setText, show } from "./dom.js";
import { createPassword, createProblems, createSubmit } from "./fields.js";
import { grouped } from "./meet-id.js";
import { askAndLeave } from "./meet-view.js";

/** @typedef {import("../texts.js").Texts} Texts */
/** @typedef {import("./interface.js").Table} Table */
/** @typedef {import("./interface.js").TableStatus} TableStatus */

/**
 * Which of our texts belongs to an `End` of the core, by its name or by its value.
 *
 * @param {string} why
 * @returns {keyof Texts["end"]}
 */
export function endOf(why) {
  const word = why.toLowerCase().replace(/_/g, " ");
  if (word.includes("superseded") || word.includes("somewhere else")) return "superseded";
  if (word.includes("lost updates")) return "lostUpdates";
  if (word.includes("left")) return "left";
  return word.includes("not let in") ? "notLetIn" : "sessionInvalid";
}

/**
 * @param {Table} table
 * @param {Texts} t
 * @param {() => void} settled called when the appliance has answered, before the form says what
 */
export function createEndedView(table, t, settled) {
  const happened = el("p", {});
  const detail = el("p", { class: "live-detail" });
  const safe = el("p", {});
  const todo = el("p", {});
  const problems = createProblems(t);
  const user = el("input", { name: "username", autocomplete: "username", class: "live-unseen", readonly: true, tabindex: -1, "aria-hidden": "true" });
  const password = createPassword({
    id: "live-rejoin-password", label: t.password, hint: t.passwordJoin, autocomplete: "current-password", t,
  });
  const submit = createSubmit(t.rejoin, t.joining);
  const form = el("form", { class: "live-form", novalidate: true, on: { submit: rejoin } },
    problems.element, user, password.element, el("div", { class: "live-actions" }, submit.element));
  const useHere = button(t.useHere, async () => {
    useHere.disabled = true;
    await table.useHere();
    useHere.disabled = false;
  }, { kind: "primary" });
  const save = button(t.saveCopyShort, () => table.saveCopy());
  const leave = button(t.leave, () => askAndLeave(table, t), { kind: "quiet" });

  /** @param {Event} event */
  async function rejoin(event) {
    event.preventDefault();
    if (submit.working) return;
    const missing = password.control.value === "" ? t.needPassword : null;
    password.setProblem(missing);
    problems.set(missing ? [{ control: password.control, text: missing }] : []);
    if (missing) return;
    const { meetId, locationName } = table.status;
    password.conceal();
    submit.setWorking(true);
    try {
      await table.join({ meetId, locationName, password: password.control.value });
      password.control.value = "";
      submit.setWorking(false);
      settled();
    } catch (error) {
      submit.setWorking(false);
      settled();
      problems.refused(error, submit.element);
    }
  }

  const element = el("section", { class: "live-card live-ended" },
    el("h2", {}, t.happened), happened, detail,
    el("h2", {}, t.safe), safe,
    el("h2", {}, t.todo), todo,
    el("div", { class: "live-actions" }, useHere, save), form, el("div", { class: "live-actions" }, leave));
  return {
    element,
    get working() {
      return submit.working;
    },
    /** @param {TableStatus} status */
    update({ phase, ended, blocked, pending, meetId, locationName }) {
      // While the appliance is asked the table is joining: what was typed stays in sight.
      if (submit.working) return;
      const end = ended ? endOf(ended.why) : null;
      if (phase === "blocked" && blocked) {
        setText(happened, t.versions(blocked.ours, blocked.theirs));
        setText(safe, t.versionsSafe);
        setText(todo, t.versionsTodo);
      } else if (end) {
        setText(happened, t.end[end].happened);
        setText(safe, pending === 0 ? t.safeSent : t.safeUnsent(pending));
        setText(todo, t.end[end].todo);
      }
      const more = phase === "ended" && ended && (end === "notLetIn" || end === "lostUpdates") ? ended.detail : "";
      setText(detail, more ? t.refused[more] || more : "");
      show(detail, more !== "");
      user.value = grouped(meetId);
      show(form, phase === "ended" && end !== "superseded" && meetId !== "" && locationName !== "");
      show(useHere, phase === "ended" && end === "superseded");
      show(leave, phase === "ended" && end !== "left");
    },
  };
}
