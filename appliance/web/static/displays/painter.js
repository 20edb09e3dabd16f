/**
 * What all pictures are made of: weights, attempts, plates, names, in the units and the language of the display.
 *
 * @typedef {import("./units.js").Weight} Weight
 * @typedef {{number: number, weight: Weight | null, state: string}} Attempt
 * @typedef {{lift: string, attempts: Attempt[], best: Weight | null}} Lift
 * @typedef {{weight: string, count: number, color: string, alreadyLoaded: boolean, missing: boolean}} Plate
 * @typedef {{entryId: number, name: string, sex: string, team: string, country: string, state: string, division: string,
 *   weightClass: Weight | null, bodyweight: Weight | null, age: number, lot: number, guest: boolean}} Lifter
 * @typedef {{total: Weight | null, points: string, place: string}} Standing
 * @typedef {{lifter: Lifter, attempt: number, weight: Weight, rack: string, fourth: boolean, bar: {barAndCollars: Weight,
 *   plates: Plate[]}, lifts: Lift[], standing: Standing, ifGood: Standing}} OnPlatform
 * @typedef {{ahead: number, entryId: number, name: string, team: string, lot: number, attempt: number, weight: Weight,
 *   rack: string}} Queued
 * @typedef {{entryId: number, serverSeq: number, name: string, lift: string, attempt: number, weight: Weight,
 *   good: boolean, fourth: boolean, total: Weight | null, placeBefore: string, placeAfter: string}} Decision
 * @typedef {{platform: number, day: number, flight: string, lift: string, attempt: number, flightTaken: number,
 *   flightAttempts: number}} Progress
 * @typedef {{name: string, federation: string, inKg: boolean, formula: string}} Meet
 * @typedef {{meet: Meet, progress: Progress, current: OnPlatform | null, next: OnPlatform | null, following: Queued[],
 *   decision: Decision | null}} PlatformBoard
 */

import { el, elWith, said } from "./dom.js";
import { local, ordinal, unitsShown } from "./units.js";

const ATTEMPT_SIGNS = /** @type {{[state: string]: string}} */ ({ good: "✓", "no-lift": "✗" });

export class Painter {
  /**
   * @param {import("./options.js").Options} options
   * @param {import("./words/words.js").Words} t
   * @param {Meet | undefined} meet
   * @param {string | null} logo where the federation's logo is
   * @param {number} page counts up whenever a page has stood long enough
   */
  constructor(options, t, meet, logo, page) {
    this.options = options;
    this.t = t;
    this.logoAt = logo;
    this.page = page;
    this.units = unitsShown(options.units, meet?.inKg ?? true);
  }

  /** A weight with its unit: the one that counts, and beside it the other one if both are wanted. @param {Weight} weight @param {string} [kind] */
  weight(weight, kind = "span.weight") {
    const [own, other] = this.units;
    return el(
      kind,
      el("span.kilos", local(weight[own], this.options.lang), el("small", own)),
      other && el("span.other", `${local(weight[other], this.options.lang)} ${other}`),
    );
  }

  /** The number alone. @param {Weight | null} weight */
  number(weight) {
    return weight ? local(weight[this.units[0]], this.options.lang) : "";
  }

  /** As text with units: "182,5 kg / 402 lb". @param {Weight | null} weight */
  text(weight) {
    return weight ? this.units.map((unit) => `${local(weight[unit], this.options.lang)} ${unit}`).join(" / ") : "–";
  }

  /** @param {string} place */
  place(place) {
    return ordinal(place, this.options.lang);
  }

  /** @param {string} lift */
  lift(lift) {
    return { S: this.t.squat, B: this.t.bench, D: this.t.deadlift }[lift] ?? lift;
  }

  /** "Bench press 2" and a word for a fourth attempt. @param {string} lift @param {number} attempt */
  attempt(lift, attempt) {
    return attempt > 3 ? `${this.lift(lift)} · ${this.t.fourth}` : `${this.lift(lift)} ${attempt}`;
  }

  /** Who and where from: team or state and country, division, class. @param {Lifter} lifter @param {string} [kind] */
  about(lifter, kind = "p.about") {
    const facts = [lifter.team || [lifter.state, lifter.country].filter(Boolean).join(", "), lifter.division, this.weightClass(lifter.weightClass), lifter.guest ? this.t.guest : ""];
    return el(kind, ...facts.filter(Boolean).map((fact) => said("span.fact", fact)));
  }

  /** @param {Weight | null} weightClass */
  weightClass(weightClass) {
    return weightClass ? `${weightClass[this.units[0]]} ${this.units[0]}` : "";
  }

  /** The attempts of all lifts of a lifter, as boxes: what is good and what is not is told by a sign, too. @param {Lift[]} lifts */
  attempts(lifts) {
    return el(
      "div.lifts",
      ...lifts.map((lift) =>
        el("div.lift", el("span.lift-name", this.lift(lift.lift)), el("div.boxes", ...lift.attempts.map((attempt) => this.box(attempt)))),
      ),
    );
  }

  /** @param {Attempt} attempt */
  box(attempt) {
    const sign = ATTEMPT_SIGNS[attempt.state];
    const spoken = { good: this.t.goodLift, "no-lift": this.t.noLift }[attempt.state];
    return elWith(`span.box.${attempt.state}`, spoken ? { "aria-label": `${this.number(attempt.weight)}, ${spoken}` } : {}, el("span", this.number(attempt.weight) || (attempt.state === "none" ? "–" : "")), sign && el("i", sign));
  }

  /** Where somebody stands and what a good lift would mean. @param {OnPlatform} on */
  outlook(on) {
    const { t } = this;
    const { standing, ifGood } = on;
    return el(
      "dl.outlook",
      el("div", el("dt", t.place), el("dd", standing.place ? this.place(standing.place) : "–")),
      el("div", el("dt", t.total), el("dd", this.number(standing.total) || "–")),
      !on.fourth &&
        ifGood.place &&
        elWith(ifGood.place !== standing.place ? "div.if-good.better" : "div.if-good", {}, el("dt", t.ifGood), el("dd", this.place(ifGood.place), el("small", this.number(ifGood.total)))),
    );
  }

  /** What the referees have just said. @param {Decision} decision */
  decision(decision) {
    const { t } = this;
    const moved = decision.placeAfter !== decision.placeBefore && decision.placeAfter !== "";
    return elWith(
      `div.decision.${decision.good ? "good" : "no-lift"}`,
      { "data-key": `decision ${decision.serverSeq}`, role: "status" },
      el("span.verdict", el("i", decision.good ? "✓" : "✗"), decision.good ? t.goodLift : t.noLift),
      said("span.name", decision.name),
      el("span.what", `${this.attempt(decision.lift, decision.attempt)} · ${this.text(decision.weight)}`),
      decision.fourth && el("span.record", t.fourth),
      moved && decision.good && el("span.moved", `${t.place} ${decision.placeBefore ? `${this.place(decision.placeBefore)} → ` : ""}${this.place(decision.placeAfter)}`),
    );
  }

  /** One side of the bar, from the collar out. @param {Plate[]} plates */
  bar(plates) {
    const drawn = plates.flatMap((plate) =>
      plate.missing
        ? []
        : Array.from({ length: Math.min(plate.count, 12) }, () =>
            elWith(`span.plate${plate.alreadyLoaded ? ".loaded" : ""}`, { "data-color": plate.color, "data-size": sizeOf(plate.weight) }, el("b", plate.weight)),
          ),
    );
    const missing = plates.filter((plate) => plate.missing);
    return el(
      "div.bar",
      elWith("div.side", { dir: "ltr" }, el("span.shaft"), el("span.collar"), ...drawn, el("span.sleeve")),
      el(
        "p.count",
        ...plates.filter((plate) => !plate.missing).map((plate) => elWith(plate.alreadyLoaded ? "span.loaded" : "span", { "data-color": plate.color }, el("i.disc"), plate.count > 1 ? `${plate.count} × ${local(plate.weight, this.options.lang)}` : local(plate.weight, this.options.lang))),
        ...missing.map((plate) => el("span.missing", `${this.t.notEnough}: ${local(plate.weight, this.options.lang)}`)),
      ),
    );
  }

  /** Whose meet it is and what is going on. @param {Meet} meet @param {Progress} progress @param {string} [title] */
  head(meet, progress, title) {
    const { t } = this;
    const facts = [`${t.flight} ${progress.flight}`, `${this.lift(progress.lift)}, ${progress.attempt > 3 ? t.fourth : `${t.round} ${progress.attempt}`}`, `${t.platform} ${progress.platform}`];
    return el("header.head", this.logo(), el("div", said("h1", title ?? meet.name), title !== undefined && said("p.meet", meet.name)), el("p.going", ...facts.map((fact) => el("span.fact", fact))));
  }

  /** The federation's logo, if there is one. */
  logo() {
    return this.logoAt ? elWith("img.logo", { src: this.logoAt, alt: "" }) : null;
  }

  /** Where there is nothing to show. @param {string} text */
  empty(text) {
    return el("div.notice", el("p", text));
  }
}

/** How large a plate is drawn, 1 to 7, by its weight in either unit. @param {string} weight */
export function sizeOf(weight) {
  const fractions = /** @type {{[text: string]: number}} */ ({ "1¼": 1.25, "¾": 0.75, "½": 0.5, "¼": 0.25 });
  const kilos = fractions[weight] ?? Number(weight);
  return String([1, 2, 5, 10, 15, 20].filter((limit) => kilos >= limit).length + 1);
}
