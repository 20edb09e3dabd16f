/** The tab "Live (Advanced)" in OpenLifter's bar, and the address /openlifter/live. */

import { el } from "./dom.js";

export const ADDRESS = "/openlifter/live";

/** Whether the address is that of the Live page. */
export function isLiveAddress() {
  return location.pathname.replace(/\/$/, "") === ADDRESS;
}

/**
 * Keeps what is ours in the bar: OpenLifter throws its whole page away when the language is changed.
 *
 * @param {{opened(): void, closed(): void}} page told when the Live page comes into sight, and when it goes
 */
export function createTab(page) {
  const link = el("a", { id: "live-tab", class: "nav-link", href: ADDRESS });
  /** @type {HTMLElement|null} */
  let badge = null;
  let open = false;

  function keepInBar() {
    const bar = document.querySelector("#root nav");
    const links = bar && bar.querySelector(".navbar-nav");
    if (!bar || !links) return;
    if (link.parentElement !== links) links.append(link);
    if (badge && badge.parentElement !== bar) bar.append(badge);
  }

  function follow() {
    keepInBar();
    if (isLiveAddress() === open) return;
    open = !open;
    document.body.classList.toggle("live-open", open);
    link.classList.toggle("active", open);
    if (open) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    if (open) page.opened();
    else page.closed();
  }

  function go() {
    if (!isLiveAddress()) {
      history.pushState(null, "", ADDRESS);
      // OpenLifter's router hears of an address only so.
      window.dispatchEvent(new PopStateEvent("popstate"));
    }
    follow();
    const menu = document.querySelector("#root nav .navbar-collapse.show");
    const toggler = document.querySelector("#root nav .navbar-toggler");
    if (menu && toggler instanceof HTMLElement) toggler.click();
  }

  /** @param {MouseEvent} event */
  function onClick(event) {
    const target = event.target instanceof Element ? event.target.closest("a") : null;
    if (target && target.getAttribute("href") === ADDRESS) {
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      go();
    } else {
      // The router has not changed the address yet.
      window.setTimeout(follow);
    }
  }

  document.addEventListener("click", onClick);
  window.addEventListener("popstate", follow);
  const root = document.getElementById("root");
  if (root) new MutationObserver(follow).observe(root, { childList: true, subtree: true });

  return {
    follow,
    pageIsOpen: () => open,
    /** @param {string} text @param {string} language @param {HTMLElement} newBadge */
    show(text, language, newBadge) {
      link.textContent = text;
      link.lang = language;
      if (badge) badge.remove();
      badge = newBadge;
      keepInBar();
    },
  };
}
