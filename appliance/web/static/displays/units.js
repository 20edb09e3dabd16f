/**
 * Weights, numbers and places in a language. The texts come from the appliance, which counts them as OpenLifter does.
 *
 * @typedef {{kg: string, lb: string}} Weight
 */

const POINT = ["en", "zh-Hans"];
const ORDINAL_SIGN = ["es", "it", "pt"];

/** The decimal sign of the language. @param {string} text @param {string} lang */
export const local = (text, lang) => (POINT.includes(lang) ? text : text.replace(".", ","));

/**
 * The units that are shown, first the one that counts.
 *
 * @param {string} chosen "meet", "kg", "lb" or "both"
 * @param {boolean} inKg
 * @returns {("kg" | "lb")[]}
 */
export function unitsShown(chosen, inKg) {
  const own = inKg ? "kg" : "lb";
  if (chosen === "both") return inKg ? ["kg", "lb"] : ["lb", "kg"];
  return chosen === "kg" || chosen === "lb" ? [chosen] : [own];
}

/** "1st", "1.", "1º": how a language writes a place. What is no number, "G", stays. @param {string} place @param {string} lang */
export function ordinal(place, lang) {
  if (!/^\d+$/.test(place)) return place;
  if (lang === "en") {
    const ends = { one: "st", two: "nd", few: "rd", other: "th", many: "th", zero: "th" };
    return place + ends[new Intl.PluralRules("en", { type: "ordinal" }).select(Number(place))];
  }
  if (lang === "fr") return place === "1" ? "1er" : `${place}e`;
  if (lang === "nl") return `${place}e`;
  if (lang === "zh-Hans") return `第${place}`;
  return ORDINAL_SIGN.includes(lang) ? `${place}º` : `${place}.`;
}
