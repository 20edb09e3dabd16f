/**
 * Fields in which one chooses what a display shows.
 *
 * @typedef {import("./displays.js").Showing} Showing
 * @typedef {import("./displays.js").State} State
 */

import { element } from "./elements.js";

const OVERLAYS = ["lower-third", "attempt-bar"];
const OF_MEET = ["leaderboard", "results"];
const PAGED = ["leaderboard", "results"];

/** @type {{[name: string]: string}} */
const KINDS = {
  "lower-third": "Lower third, for the stream",
  "attempt-bar": "Attempt bar, for the stream",
  "attempt-board": "Attempt board: who lifts now",
  scoreboard: "Scoreboard of the flight",
  "lifting-order": "Lifting order, for the warm-up room",
  loading: "Loading: bar and plates",
  leaderboard: "Leaderboard: places, points, teams",
  announcer: "Announcer's card",
  "next-up": "Next up",
  results: "Results",
};

/** @type {{[code: string]: string}} */
const LANGUAGES = {
  en: "English", de: "Deutsch", el: "Ελληνικά", eo: "Esperanto", es: "Español", et: "Eesti", fr: "Français",
  hr: "Hrvatski", it: "Italiano", lt: "Lietuvių", nl: "Nederlands", pt: "Português", ru: "Русский", tr: "Türkçe",
  uk: "Українська", "zh-Hans": "简体中文",
};

/** What can be chosen for all or some kinds: its name, its label and its values, the first one as it comes. */
/** @type {{name: string, label: string, values: {[value: string]: string}, kinds?: string[], number?: boolean}[]} */
const CHOICES = [
  { name: "units", label: "Units", values: { meet: "As the meet", kg: "Kilograms", lb: "Pounds", both: "Both" } },
  { name: "lang", label: "Language", values: LANGUAGES },
  { name: "theme", label: "Colours", values: { dark: "Dark", light: "Light", contrast: "High contrast" } },
  { name: "background", label: "Behind it", values: { transparent: "Transparent", chroma: "Green, to be keyed out" }, kinds: OVERLAYS },
  { name: "corner", label: "Corner", values: { "bottom-left": "Bottom left", "bottom-right": "Bottom right", "top-left": "Top left", "top-right": "Top right" }, kinds: OVERLAYS },
  { name: "scale", label: "Size", values: { 1: "As it comes", 0.75: "Smaller", 1.25: "Larger", 1.5: "Much larger" }, kinds: OVERLAYS, number: true },
  { name: "seconds", label: "Each page stands", values: { 10: "10 s", 5: "5 s", 20: "20 s", 30: "30 s" }, kinds: PAGED, number: true },
  { name: "show", label: "Pages", values: { "categories,points,teams": "All", categories: "Categories", points: "Best lifters", teams: "Teams", "categories,points": "Categories and best lifters" }, kinds: ["leaderboard"] },
  { name: "scroll", label: "If it does not fit", values: { on: "Scroll", off: "Stand still" }, kinds: ["scoreboard"] },
];

/**
 * @param {() => State} state
 * @param {string} [kindAtFirst]
 */
export function createShowingFields(state, kindAtFirst = "scoreboard") {
  const kind = select(KINDS, kindAtFirst);
  const meet = select({}, "");
  const platform = select({}, "1");
  const platformLabel = element("label", {}, "Platform", platform);
  const meetLabel = element("label", {}, "Meet", meet);
  const choices = CHOICES.map((choice) => {
    const field = select(choice.values, "");
    field.value = choice.name === "scale" ? "1" : choice.name === "seconds" ? "10" : Object.keys(choice.values)[0];
    return { choice, field, label: element("label", {}, choice.label, field) };
  });
  const root = element("div", { class: "fields" }, element("label", {}, "Shows", kind), meetLabel, platformLabel, ...choices.map(({ label }) => label));
  let touched = false;
  root.addEventListener("change", () => {
    touched = true;
    arrange();
  });

  /** Offer what there is, and what the kind has use for. */
  function arrange() {
    const { meets } = state();
    refill(meet, Object.fromEntries(meets.map((each) => [each.meetId, each.name || each.meetId])));
    const platforms = meets.find((each) => each.meetId === meet.value)?.platforms ?? 1;
    refill(platform, Object.fromEntries(Array.from({ length: platforms }, (_, place) => [String(place + 1), String(place + 1)])));
    meetLabel.hidden = meets.length < 2;
    platformLabel.hidden = platforms < 2 || OF_MEET.includes(kind.value);
    for (const { choice, label } of choices) label.hidden = choice.kinds !== undefined && !choice.kinds.includes(kind.value);
  }

  return {
    element: root,
    /** @returns {Showing} what is chosen */
    read() {
      /** @type {{[name: string]: string | number}} */
      const options = {};
      for (const { choice, field, label } of choices) {
        if (!label.hidden) options[choice.name] = choice.number ? Number(field.value) : field.value;
      }
      return { kind: kind.value, meetId: meet.value, platform: Number(platform.value) || 1, options };
    },
    /** What a screen shows now is chosen, as long as nobody has chosen anything here. @param {Showing | null} showing */
    choose(showing) {
      arrange();
      if (touched || !showing) return;
      kind.value = showing.kind;
      meet.value = showing.meetId;
      arrange();
      platform.value = String(showing.platform ?? 1);
      for (const { choice, field } of choices) {
        const value = showing.options?.[/** @type {keyof import("./displays.js").Options} */ (choice.name)];
        if (value !== undefined) field.value = String(value);
      }
    },
  };
}

/** @param {{[value: string]: string}} values @param {string} chosen */
function select(values, chosen) {
  const made = /** @type {HTMLSelectElement} */ (element("select"));
  refill(made, values);
  if (chosen) made.value = chosen;
  return made;
}

/** Offer other values; what is chosen stays chosen if it is among them. @param {HTMLSelectElement} field @param {{[value: string]: string}} values */
function refill(field, values) {
  const offered = JSON.stringify(values);
  if (field.dataset.offered === offered) return;
  field.dataset.offered = offered;
  const before = field.value;
  field.replaceChildren(...Object.entries(values).map(([value, label]) => element("option", { value }, label)));
  if (before in values) field.value = before;
}
