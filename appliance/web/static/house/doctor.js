/**
 * The network doctor's page: shows what `/api/v1/doctor` finds.
 *
 * @typedef {{topic: string, state: "well" | "look" | "bad", found: string, meaning: string, remedy: string}} Finding
 */

import { byId, element } from "./elements.js";

const ASK_AGAIN_MS = 10_000;

const VERDICTS = {
  well: "Everything is well.",
  look: "It works. Some things are worth a look.",
  bad: "Something is wrong.",
};

/** @type {Record<Finding["state"], string>} */
const WORDS = { well: "well", look: "worth a look", bad: "wrong" };

/** @param {Finding} finding */
function line(finding) {
  const { state, topic, found, meaning, remedy } = finding;
  const sign = element("span", { class: "sign", role: "img", "aria-label": WORDS[state] });
  const made = element("li", { class: "finding", "data-state": state }, sign, element("h3", {}, topic),
    element("p", { class: "found" }, found));
  if (meaning) made.append(element("p", { class: "meaning" }, meaning));
  if (remedy) made.append(element("p", { class: "remedy" }, remedy));
  return made;
}

/** @param {Finding[]} findings */
function show(findings) {
  const worst = findings.some(({ state }) => state === "bad") ? "bad" : findings.some(({ state }) => state === "look") ? "look" : "well";
  const verdict = byId("verdict");
  if (verdict.dataset.state !== worst) {
    verdict.dataset.state = worst;
    verdict.replaceChildren(element("p", { class: "line" }, VERDICTS[worst]));
  }
  byId("findings").replaceChildren(...findings.map(line));
  byId("findings").removeAttribute("aria-busy");
}

async function examine() {
  try {
    const answer = await fetch("/api/v1/doctor", { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
    byId("stale").hidden = true;
  } catch {
    byId("stale").hidden = false;
  }
  setTimeout(() => void examine(), ASK_AGAIN_MS);
}

void examine();
