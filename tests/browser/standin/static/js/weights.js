// Weights, as OpenLifter keeps, reads and shows them. Always kept in kg.
(function (standin) {
  "use strict";

  const LBS_PER_KG = 2.20462262;

  /** @param {number} kg @returns {number} */
  const toLbs = (kg) => kg * LBS_PER_KG;

  /** @param {number} lbs @returns {number} */
  const toKg = (lbs) => lbs / LBS_PER_KG;

  /**
   * A weight in the unit of the meet, as a text with at most two decimals.
   * @param {number} weight
   * @param {string} language
   */
  function displayWeight(weight, language) {
    let hundredths = Math.round(100 * weight);
    if (hundredths % 10 === 9) hundredths += 1;
    return new Intl.NumberFormat(language, { maximumFractionDigits: 2, useGrouping: false }).format(hundredths / 100);
  }

  /**
   * What stands in a field for a weight: nothing for 0.
   * @param {number} kg
   * @param {boolean} inKg
   * @param {string} language
   */
  function fieldText(kg, inKg, language) {
    return kg === 0 ? "" : displayWeight(inKg ? kg : toLbs(kg), language);
  }

  /**
   * The number in a typed text, NaN if there is none; a comma is a decimal point.
   * @param {string} text
   */
  function typedNumber(text) {
    const trimmed = text.trim().replace(",", ".");
    return /^-?\d+(\.\d*)?$|^-?\.\d+$/.test(trimmed) ? Number(trimmed) : NaN;
  }

  /**
   * The weight in kg that a typed text means: 0 for an empty one, NaN for nonsense.
   * @param {string} text
   * @param {boolean} inKg
   */
  function typedKg(text, inKg) {
    if (text.trim() === "") return 0;
    const number = typedNumber(text);
    return inKg ? number : toKg(number);
  }

  Object.assign(standin, { displayWeight, fieldText, toKg, toLbs, typedKg, typedNumber });
})((globalThis.standin = globalThis.standin || {}));
