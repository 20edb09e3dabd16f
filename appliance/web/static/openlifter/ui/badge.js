/** The badge in OpenLifter's bar: it tells the truth on every page. */

import { el, icon, setIcon, setText } from "./dom.js";
import { badgeDetail, toneOf } from "./words.js";

/** @typedef {import("../texts.js").Texts} Texts */
/** @typedef {import("./interface.js").TableStatus} TableStatus */

/**
 * @param {Texts} t
 * @param {string} address of the Live page
 * @returns {import("./interface.js").View}
 */
export function createBadge(t, address) {
  const sign = icon("quiet");
  const word = el("strong", {});
  const detail = el("span", { class: "live-badge-detail" });
  const link = el("a", { class: "live-badge", href: address, title: t.more }, sign, el("span", { class: "live-badge-words" }, word, detail));
  // The ages tick each second: only what matters is read out.
  const said = el("span", { class: "live-unseen", "aria-live": "polite" });
  const element = el("div", { id: "live-badge", class: "live-ui live-badge-place", lang: t.language }, link, said);
  return {
    element,
    update(status) {
      const tone = toneOf(status);
      link.dataset.tone = tone;
      setIcon(sign, tone);
      setText(word, t.state[status.phase]);
      setText(detail, badgeDetail(status, t));
      setText(said, status.phase === "offline" ? `${t.state.offline}. ${t.sentence.offline}` : t.state[status.phase]);
    },
  };
}
