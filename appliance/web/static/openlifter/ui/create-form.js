/** "Make this meet live". */

import { el } from "./dom.js";
import { createField, createPassword, createProblems, createSubmit } from "./fields.js";
import { createLocationList, usualLocations } from "./location-list.js";

/** @typedef {import("../texts.js").Texts} Texts */
/** @typedef {import("./interface.js").Table} Table */

export const MIN_PASSWORD = 10;
const MAX_MEET_NAME = 200;

/**
 * @param {Table} table
 * @param {Texts} t
 * @param {() => void} settled called when the appliance has answered, before the form says what
 */
export function createCreateForm(table, t, settled) {
  const { meetName, platforms } = table.openlifter;
  const nameInput = el("input", {
    id: "live-meet-name", class: "live-input", type: "text", autocomplete: "off", value: meetName, maxlength: MAX_MEET_NAME,
  });
  const name = createField({ label: t.meetName, control: nameInput });
  const password = createPassword({
    id: "live-new-password", label: t.password, hint: t.passwordNew, autocomplete: "new-password", t,
  });
  const hereSelect = el("select", { id: "live-here", class: "live-input live-select" });
  const here = createField({ label: t.thisLocation, hint: t.thisLocationAbout, control: hereSelect });
  const list = createLocationList(usualLocations(platforms, t), t, offerLocations);
  const problems = createProblems(t);
  const submit = createSubmit(t.create, t.creating);

  function offerLocations() {
    const chosen = hereSelect.value;
    const options = list.names().filter(({ name: text }) => text !== "");
    hereSelect.textContent = "";
    hereSelect.append(
      el("option", { value: "" }, t.choose),
      ...options.map(({ key, name: text }) => el("option", { value: key }, text)),
    );
    hereSelect.value = options.some(({ key }) => key === chosen) ? chosen : "";
  }

  function check() {
    const nameProblem = nameInput.value.trim() === "" ? t.needMeetName : null;
    const length = password.control.value.length;
    const passwordProblem = length < MIN_PASSWORD ? t.shortPassword : null;
    const hereProblem = hereSelect.value === "" ? t.needLocation : null;
    name.setProblem(nameProblem);
    password.setProblem(passwordProblem);
    const listProblems = list.check();
    here.setProblem(hereProblem);
    return [
      ...(nameProblem ? [{ control: nameInput, text: nameProblem }] : []),
      ...(passwordProblem ? [{ control: password.control, text: passwordProblem }] : []),
      ...listProblems,
      ...(hereProblem ? [{ control: hereSelect, text: hereProblem }] : []),
    ];
  }

  /** @param {Event} event */
  async function send(event) {
    event.preventDefault();
    if (submit.working) return;
    const found = check();
    problems.set(found);
    if (found.length > 0) return;
    const locationName = hereSelect.options[hereSelect.selectedIndex].text;
    password.conceal();
    submit.setWorking(true);
    try {
      await table.create({
        meetName: nameInput.value.trim(), locationName, password: password.control.value, endpoints: list.endpoints(),
      });
      password.control.value = "";
      submit.setWorking(false);
      settled();
    } catch (error) {
      submit.setWorking(false);
      settled();
      problems.refused(error, submit.element);
    }
  }

  const element = el(
    "form",
    { class: "live-form", novalidate: true, "aria-labelledby": "live-way-create-title", on: { submit: send } },
    problems.element,
    el("div", { class: "live-form-part" }, name.element, password.element),
    el("div", { class: "live-form-part" }, list.element, here.element),
    el("div", { class: "live-actions" }, submit.element),
  );
  return {
    element,
    get working() {
      return submit.working;
    },
    /** Take over the name that OpenLifter has now, where none was typed. */
    refresh() {
      if (nameInput.value === "") nameInput.value = table.openlifter.meetName;
    },
  };
}
