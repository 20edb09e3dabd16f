/** "Join a live meet": which meet and the password first, then where this table is. */

import { button, el, setText, show } from "./dom.js";
import { createField, createPassword, createProblems, createSubmit } from "./fields.js";
import { MEET_ID_DIGITS, digitsOf, formatAsTyped, grouped } from "./meet-id.js";

/** @typedef {import("../texts.js").Texts} Texts */
/** @typedef {import("./interface.js").Table} Table */
/** @typedef {import("./interface.js").LocationPresence} LocationPresence */

/**
 * @param {Table} table
 * @param {Texts} t
 * @param {string} meetId what a link said, "" if nothing did
 * @param {() => void} settled called when the appliance has answered, before the form says what
 */
export function createJoinForm(table, t, meetId, settled) {
  const idInput = el("input", {
    id: "live-meet-id", name: "username", class: "live-input live-id-input", type: "text", inputmode: "numeric",
    autocomplete: "username", placeholder: "123 456 789", value: grouped(meetId),
  });
  const id = createField({ label: t.meetId, hint: t.meetIdAbout, control: idInput });
  const password = createPassword({
    id: "live-join-password", label: t.password, hint: t.passwordJoin, autocomplete: "current-password", t,
  });
  const problems = createProblems(t);
  const submit = createSubmit(t.findLocations, t.findingLocations);
  const meets = createMeets(table, t, choose);
  const where = createWhere(t, (name) => submit.setLabel(t.joinAs(name)));
  const warning = createWarning(table, t);

  /** The places belong to a meet and its password: with another one they have to be asked for again. */
  function forget() {
    if (!where.open) return;
    where.clear();
    submit.setLabel(t.findLocations);
  }

  /** @param {string} chosen */
  function choose(chosen) {
    idInput.value = grouped(chosen);
    id.setProblem(null);
    forget();
  }

  idInput.addEventListener("input", () => {
    formatAsTyped(idInput);
    meets.mark(digitsOf(idInput.value));
    forget();
  });
  password.control.addEventListener("input", forget);

  function check() {
    const idProblem = digitsOf(idInput.value).length === MEET_ID_DIGITS ? null : t.needMeetId;
    const passwordProblem = password.control.value === "" ? t.needPassword : null;
    const whereProblem = where.open && where.chosen === null ? t.needLocation : null;
    id.setProblem(idProblem);
    password.setProblem(passwordProblem);
    return [
      ...(idProblem ? [{ control: idInput, text: idProblem }] : []),
      ...(passwordProblem ? [{ control: password.control, text: passwordProblem }] : []),
      ...(whereProblem ? [{ control: where.first(), text: whereProblem }] : []),
    ];
  }

  /** @param {Event} event */
  async function send(event) {
    event.preventDefault();
    if (submit.working) return;
    const found = check();
    problems.set(found);
    if (found.length > 0) return;
    const wanted = { meetId: digitsOf(idInput.value), password: password.control.value };
    password.conceal();
    submit.setWorking(true);
    idInput.readOnly = password.control.readOnly = true;
    try {
      if (where.chosen === null) {
        const { locations, meetName } = await table.locations(wanted.meetId, wanted.password);
        where.offer(locations, meetName);
        submit.setLabel(t.join);
      } else {
        await table.join({ ...wanted, locationName: where.chosen });
        password.control.value = "";
        forget();
      }
      submit.setWorking(false);
      settled();
    } catch (error) {
      submit.setWorking(false);
      settled();
      problems.refused(error, submit.element);
    } finally {
      idInput.readOnly = password.control.readOnly = false;
    }
  }

  const element = el(
    "form",
    { class: "live-form", novalidate: true, "aria-labelledby": "live-way-join-title", on: { submit: send } },
    problems.element, warning.element,
    el("div", { class: "live-form-part" }, meets.element, id.element, password.element),
    el("div", { class: "live-form-part" }, where.element),
    el("div", { class: "live-actions" }, submit.element),
  );
  return {
    element,
    get working() {
      return submit.working;
    },
    /** Look again at what may have changed since the form was last seen. */
    refresh() {
      warning.update();
      meets.look(digitsOf(idInput.value));
    },
  };
}

/**
 * The meets on this appliance.
 *
 * @param {Table} table
 * @param {Texts} t
 * @param {(meetId: string) => void} choose
 */
function createMeets(table, t, choose) {
  const list = el("div", { class: "live-choices" });
  const note = el("p", { class: "live-note", "aria-live": "polite" });
  const again = button(t.lookAgain, () => look(""), { kind: "quiet" });
  const element = el(
    "fieldset", { class: "live-fieldset" },
    el("legend", {}, t.meets), list, el("div", { class: "live-row" }, note, again),
  );
  /** @param {string} meetId */
  function mark(meetId) {
    for (const input of list.querySelectorAll("input")) input.checked = input.value === meetId;
  }
  /** @param {string} meetId */
  async function look(meetId) {
    setText(note, t.meetsLoading);
    const found = await table.meets();
    list.textContent = "";
    list.append(
      ...found.map((meet) => {
        const input = el("input", {
          type: "radio", name: "live-meet", value: meet.meetId, on: { change: () => choose(meet.meetId) },
        });
        return el("label", { class: "live-choice" }, input, el("span", { class: "live-choice-name" }, meet.meetName),
          el("span", { class: "live-choice-note live-digits" }, grouped(meet.meetId)));
      }),
    );
    mark(meetId);
    setText(note, found.length === 0 ? t.meetsNone : "");
  }
  return { element, mark, look };
}

/**
 * The places of the meet, and who is there.
 *
 * @param {Texts} t
 * @param {(locationName: string) => void} choose
 */
function createWhere(t, choose) {
  const legend = el("legend", { tabindex: -1 });
  const list = el("div", { class: "live-choices" });
  const element = el("fieldset", { class: "live-fieldset", hidden: true }, legend, list);
  return {
    element,
    get open() {
      return !element.hidden;
    },
    get chosen() {
      const input = list.querySelector("input:checked");
      return input instanceof HTMLInputElement ? input.value : null;
    },
    first: () => /** @type {HTMLElement} */ (list.querySelector("input") || legend),
    /** @param {LocationPresence[]} locations @param {string} meetName */
    offer(locations, meetName) {
      setText(legend, meetName ? t.whichLocationOf(meetName) : t.whichLocation);
      list.textContent = "";
      list.append(
        ...locations.map(({ locationName, clients }) => {
          const input = el("input", {
            type: "radio", name: "live-where", value: locationName, on: { change: () => choose(locationName) },
          });
          return el("label", { class: "live-choice" }, input, el("span", { class: "live-choice-name" }, locationName),
            el("span", { class: "live-choice-note" }, clients > 0 ? t.tablesThere(clients) : t.nobodyThere));
        }),
      );
      show(element, true);
      legend.focus();
    },
    clear() {
      list.textContent = "";
      show(element, false);
    },
  };
}

/**
 * Joining replaces the meet that is open here.
 *
 * @param {Table} table
 * @param {Texts} t
 */
function createWarning(table, t) {
  const text = el("p", {});
  const save = button(t.saveCopy, () => table.saveCopy());
  const element = el("div", { class: "live-warning" }, text, save);
  function update() {
    const { meetName, lifters } = table.openlifter;
    setText(text, lifters > 0 ? t.replaces(meetName, lifters) : t.replacesEmpty);
    element.classList.toggle("live-warning-mild", lifters === 0);
    show(save, lifters > 0);
  }
  update();
  return { element, update };
}
