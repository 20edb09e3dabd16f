/** The Live page, put together. */

import { createCreateForm } from "./create-form.js";
import { el, show } from "./dom.js";
import { createEndedView } from "./ended-view.js";
import { createJoinForm } from "./join-form.js";
import { createLostTabs } from "./lost-tabs.js";
import { createMeetView } from "./meet-view.js";
import { createNoticesView } from "./notices-view.js";
import { createStatusView } from "./status-view.js";
import { isInMeet } from "./words.js";

/** @typedef {import("../texts.js").Texts} Texts */
/** @typedef {import("./interface.js").Table} Table */
/** @typedef {import("./interface.js").TableStatus} TableStatus */

/**
 * @param {Table} table
 * @param {Texts} t
 * @param {string} meetId of the link that led here, "" if there was none
 */
export function createPage(table, t, meetId) {
  const head = createStatusView(t);
  const notices = createNoticesView(table, t);
  const lost = createLostTabs(table, t);
  const ended = createEndedView(table, t, settled);
  const meet = createMeetView(table, t);
  const start = createStart(table, t, meetId, settled);
  const views = [head, notices, lost, ended, meet];
  const element = el("main", { id: "live-page", class: "live-page live-ui", lang: t.language, hidden: true },
    head.element, notices.element, lost.element, ended.element, start.element, meet.element);
  function settled() {
    page.update(table.status);
  }
  const page = {
    element,
    focus: () => /** @type {HTMLElement} */ (element.querySelector("h1")).focus({ preventScroll: true }),
    refresh: () => start.refresh(),
    /** @param {TableStatus} status */
    update(status) {
      const { phase } = status;
      for (const view of views) view.update(status);
      show(ended.element, phase === "ended" || phase === "blocked" || ended.working);
      show(meet.element, isInMeet(status));
      // What was typed stays in sight while the appliance is asked, and if it says no.
      show(start.element, phase === "alone" || start.working);
    },
  };
  return page;
}

/**
 * Two clear ways: make this meet live, or join one.
 *
 * @param {Table} table
 * @param {Texts} t
 * @param {string} meetId
 * @param {() => void} settled
 */
function createStart(table, t, meetId, settled) {
  const create = createCreateForm(table, t, settled);
  const join = createJoinForm(table, t, meetId, settled);
  const ways = {
    create: { ...createWay("create", t.createTitle, t.createAbout, choose), form: create },
    join: { ...createWay("join", t.joinTitle, t.joinAbout, choose), form: join },
  };
  const panel = el("div", { class: "live-card live-panel", hidden: true }, create.element, join.element);

  /** @param {"create"|"join"} way */
  function choose(way) {
    ways[way].input.checked = true;
    show(panel, true);
    show(create.element, way === "create");
    show(join.element, way === "join");
    ways[way].form.refresh();
  }
  if (meetId !== "") choose("join");

  return {
    element: el("section", { class: "live-start" },
      el("fieldset", { class: "live-ways" }, el("legend", {}, t.chooseTitle), ways.create.element, ways.join.element),
      panel),
    get working() {
      return create.working || join.working;
    },
    refresh() {
      for (const { form } of Object.values(ways)) if (!form.element.hidden && !panel.hidden) form.refresh();
    },
  };
}

/**
 * @param {"create"|"join"} way
 * @param {string} title
 * @param {string} about
 * @param {(way: "create"|"join") => void} choose
 */
function createWay(way, title, about, choose) {
  const input = el("input", {
    type: "radio", name: "live-way", value: way, id: `live-way-${way}`, class: "live-unseen",
    "aria-describedby": `live-way-${way}-about`, on: { change: () => choose(way) },
  });
  const element = el("div", { class: "live-way" }, input,
    el("label", { for: input.id },
      el("span", { class: "live-way-title", id: `live-way-${way}-title` }, title),
      el("span", { class: "live-way-about", id: `live-way-${way}-about` }, about)));
  return { element, input };
}
