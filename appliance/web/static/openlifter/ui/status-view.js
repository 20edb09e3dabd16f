/** The head of the page: how it stands, in plain words, how much waits and how old the last contact is. */

import { el, icon, setIcon, setText, show } from "./dom.js";
import { isInMeet, toneOf } from "./words.js";

/** @typedef {import("../texts.js").Texts} Texts */
/** @typedef {import("./interface.js").TableStatus} TableStatus */

/**
 * @param {Texts} t
 * @returns {import("./interface.js").View}
 */
export function createStatusView(t) {
  const sign = icon("quiet");
  const word = el("span", {});
  const meet = el("p", { class: "live-head-meet" });
  const sentence = el("p", { class: "live-head-sentence" });
  const pending = fact(t.unsentLabel);
  const contact = fact(t.lastContact);
  const place = fact(t.thisTable);
  const connection = fact(t.connection);
  const facts = el("dl", { class: "live-facts" }, place.element, pending.element, contact.element, connection.element);
  const memory = el("p", { class: "live-head-memory" }, t.keptInMemory);
  const element = el(
    "section",
    { class: "live-head", "aria-labelledby": "live-state" },
    el("div", { class: "live-head-words" },
      meet,
      el("h1", { id: "live-state", tabindex: -1 }, sign, word),
      sentence),
    facts,
    memory,
  );
  return {
    element,
    update(status) {
      const { phase, trying, retryInS } = status;
      const tone = toneOf(status);
      element.dataset.tone = tone;
      setIcon(sign, tone);
      setText(word, t.state[phase]);
      setText(meet, phase === "alone" || phase === "starting" ? t.tab : status.meetName || t.tab);
      setText(sentence, t.sentence[phase]);
      const known = isInMeet(status) || phase === "ended";
      show(facts, known);
      element.classList.toggle("live-head-wide", !known);
      place.set(status.locationName);
      pending.set(t.changes(status.pending), status.pending > 0);
      contact.set(t.age(status.lastContactS));
      connection.set(
        phase === "live" || phase === "catching up" ? t.connected
          : trying ? t.tryingNow
            : retryInS !== null ? t.nextTry(Math.ceil(retryInS)) : t.notConnected,
      );
      show(memory, known && status.kept === "in memory");
    },
  };
}

/** @param {string} label */
function fact(label) {
  const value = el("dd", {});
  return {
    element: el("div", { class: "live-fact" }, el("dt", {}, label), value),
    /** @param {string} text @param {boolean} [waiting] */
    set(text, waiting = false) {
      setText(value, text);
      value.classList.toggle("live-fact-waiting", waiting);
    },
  };
}
