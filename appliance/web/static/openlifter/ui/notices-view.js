/** Changes that were rejected, overruled or lost: both values, until somebody has understood them. */

import { button, el, keyed, setText, show } from "./dom.js";
import { noticeWords } from "./words.js";

/** @typedef {import("../texts.js").Texts} Texts */
/** @typedef {import("./interface.js").Table} Table */
/** @typedef {import("./interface.js").Notice} Notice */

/**
 * @param {Table} table
 * @param {Texts} t
 * @param {Notice} notice
 * @returns {import("./dom.js").View<Notice>}
 */
export function createNotice(table, t, notice) {
  const { title, text, values, reason } = noticeWords(notice, t);
  const dismiss = button(t.dismiss, () => table.dismiss(notice.id), { class: "live-button-small", "aria-label": `${t.dismiss}: ${title}` });
  return {
    element: el("article", { class: "live-item live-notice" },
      el("h3", {}, title),
      el("p", {}, text),
      reason ? el("p", { class: "live-detail" }, reason) : null,
      values ? el("dl", { class: "live-values" },
        el("div", {}, el("dt", {}, t.yours), el("dd", {}, values.mine)),
        el("div", { class: "live-values-stands" }, el("dt", {}, t.stands), el("dd", {}, values.theirs))) : null,
      dismiss),
    update() {},
  };
}

/**
 * @param {Table} table
 * @param {Texts} t
 * @returns {import("./interface.js").View}
 */
export function createNoticesView(table, t) {
  const list = el("div", { class: "live-stack live-notices" });
  const all = button(t.dismissAll, () => table.dismissAll(), { kind: "quiet" });
  const title = el("h2", { tabindex: -1 }, t.noticesTitle);
  const element = el("section", { class: "live-card live-attention" }, el("div", { class: "live-row live-spread" }, title, all), list);
  return {
    element,
    update({ notices }) {
      const had = element.contains(document.activeElement);
      show(element, notices.length > 0);
      show(all, notices.length > 1);
      setText(title, notices.length > 1 ? `${t.noticesTitle} (${notices.length})` : t.noticesTitle);
      keyed(list, notices, (notice) => String(notice.id), (notice) => createNotice(table, t, notice));
      if (had && !element.contains(document.activeElement) && notices.length > 0) title.focus();
    },
  };
}
