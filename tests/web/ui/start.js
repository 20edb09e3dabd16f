/** Puts the user interface with a fake Table into a page: `window.table`, `window.states`, `window.setLanguage`. */

import { showLive } from "/static/openlifter/ui/show.js";
import { FakeTable, STATES } from "/test/fake-table.js";

const table = new FakeTable();
const query = new URLSearchParams(location.search);
let language = query.get("language") || "en";
/** @type {() => void} */
let changed = () => undefined;

/** OpenLifter throws its page away when the language is changed, our tab and badge with it. */
function buildOpenLifter() {
  const root = document.getElementById("root");
  if (!root || root.dataset.real !== undefined) return;
  const nav = document.querySelector("template").content.cloneNode(true);
  root.replaceChildren(nav);
  for (const link of root.querySelectorAll("a.nav-link")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      history.pushState(null, "", link.getAttribute("href"));
      buildOpenLifter();
    });
  }
}

Object.assign(window, {
  table,
  states: STATES,
  setLanguage: (code) => {
    language = code;
    changed();
    buildOpenLifter();
  },
});
buildOpenLifter();
table.put(STATES[query.get("state") || "alone"]);
showLive(table, { language: () => language, onLanguage: (callback) => (changed = callback) });
document.documentElement.dataset.ready = "";
