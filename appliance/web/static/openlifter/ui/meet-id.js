/** Meet ids as people read, type and paste them. */

export const MEET_ID_DIGITS = 9;

/**
 * The digits of a meet id in whatever was typed or pasted: `123-456-789`, a whole link, `Meet 123 456 789`.
 *
 * @param {string} text
 */
export function digitsOf(text) {
  const link = /[?&]meet=([\d\s%+-]+)/.exec(text);
  const digits = (link ? link[1].replace(/%20/g, "") : text).replace(/\D/g, "");
  return digits.slice(0, MEET_ID_DIGITS);
}

/**
 * In groups of three: `123 456 789`.
 *
 * @param {string} digits
 */
export function grouped(digits) {
  return digits.replace(/(\d{3})(?=\d)/g, "$1 ");
}

/**
 * Group the digits of a field as it is typed into, and keep the caret behind the digit it was behind.
 *
 * @param {HTMLInputElement} input
 */
export function formatAsTyped(input) {
  const caret = input.selectionStart === null ? input.value.length : input.selectionStart;
  const before = digitsOf(input.value.slice(0, caret)).length;
  const pasted = /[?&]meet=/.test(input.value);
  const value = grouped(digitsOf(input.value));
  if (value === input.value) return;
  input.value = value;
  const place = pasted ? value.length : grouped(value.replace(/ /g, "").slice(0, before)).length;
  input.setSelectionRange(place, place);
}
