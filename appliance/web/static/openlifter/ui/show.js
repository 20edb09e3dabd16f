/** Everything a person sees of "Live (Advanced)" inside OpenLifter. */

import { texts } from "../texts.js";
import { createBadge } from "./badge.js";
import { el } from "./dom.js";
import { MEET_ID_DIGITS, digitsOf } from "./meet-id.js";
import { createPage } from "./page.js";
import { createPopups } from "./popup.js";
import { ADDRESS, createTab } from "./tab.js";

/** @typedef {import("./interface.js").Table} Table */
/** @typedef {import("./interface.js").OpenLifter} OpenLifter */

const STYLE = "/static/style/live.css";

/**
 * Show the live session in OpenLifter's page; called once, when OpenLifter's store is there.
 *
 * @param {Table} table
 * @param {OpenLifter} openlifter
 */
export function showLive(table, openlifter) {
  document.head.append(el("link", { rel: "stylesheet", href: STYLE }));
  /** @type {{page: ReturnType<typeof createPage>, badge: ReturnType<typeof createBadge>,
   *   popups: ReturnType<typeof createPopups>}|null} */
  let shown = null;
  const tab = createTab({ opened, closed });

  function opened() {
    if (!shown) return;
    shown.page.element.hidden = false;
    shown.page.refresh();
    shown.page.focus();
    update();
  }

  function closed() {
    if (shown) shown.page.element.hidden = true;
    update();
  }

  function update() {
    if (!shown) return;
    const { status } = table;
    shown.page.update(status);
    shown.badge.update(status);
    shown.popups.update(status);
  }

  function build() {
    const t = texts(openlifter.language());
    if (shown) {
      shown.page.element.remove();
      shown.popups.remove();
    }
    const page = createPage(table, t, meetOfLink());
    const badge = createBadge(t, ADDRESS);
    const popups = createPopups(table, t, tab);
    shown = { page, badge, popups };
    document.body.append(page.element, popups.element);
    page.element.hidden = !tab.pageIsOpen();
    tab.show(t.tab, t.language, badge.element);
    update();
  }

  table.addEventListener("change", update);
  openlifter.onLanguage(build);
  build();
  tab.follow();
}

/** The meet that a link such as /openlifter/live?meet=123456789 speaks of, "" if none. */
function meetOfLink() {
  const digits = digitsOf(new URLSearchParams(location.search).get("meet") || "");
  return digits.length === MEET_ID_DIGITS ? digits : "";
}
