/** Keeps the landing page fresh: it is written by the appliance, and fetched again as a whole. */

import { byId } from "./elements.js";

const ASK_AGAIN_MS = 5000;

async function refresh() {
  try {
    const answer = await fetch("/", { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("landing");
    const shown = byId("landing");
    // What has not changed keeps its focus, and its place under a finger.
    if (fresh && fresh.innerHTML !== shown.dataset.written) {
      shown.dataset.written = fresh.innerHTML;
      const focused = shown.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
      shown.replaceChildren(...fresh.childNodes);
      const again = [...shown.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused);
      if (focused) again?.focus({ preventScroll: true });
    }
    byId("stale").hidden = true;
  } catch {
    byId("stale").hidden = false;
  }
}

byId("landing").dataset.written = byId("landing").innerHTML;
setInterval(() => {
  if (!document.hidden) void refresh();
}, ASK_AGAIN_MS);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) void refresh();
});
