import assert from "node:assert/strict";
import test from "node:test";

import { sizeOf } from "../../../appliance/web/static/displays/painter.js";
import { local, ordinal, unitsShown } from "../../../appliance/web/static/displays/units.js";
import { pagesOf } from "../../../appliance/web/static/displays/kinds/ranking.js";

test("a decimal sign is that of the language", () => {
  assert.equal(local("182.5", "en"), "182.5");
  assert.equal(local("182.5", "de"), "182,5");
});

test("the meet's own unit comes first", () => {
  assert.deepEqual(unitsShown("meet", false), ["lb"]);
  assert.deepEqual(unitsShown("both", false), ["lb", "kg"]);
  assert.deepEqual(unitsShown("kg", false), ["kg"]);
});

test("a place is written as the language writes it, and a guest has none", () => {
  assert.deepEqual(["1", "2", "3", "4", "11", "22"].map((place) => ordinal(place, "en")), ["1st", "2nd", "3rd", "4th", "11th", "22nd"]);
  assert.deepEqual(["de", "fr", "es", "nl", "zh-Hans"].map((lang) => ordinal("1", lang)), ["1.", "1er", "1º", "1e", "第1"]);
  assert.equal(ordinal("G", "en"), "G");
  assert.equal(ordinal("", "en"), "");
});

test("a heavier plate is never drawn smaller", () => {
  const sizes = ["¼", "½", "1", "1¼", "2.5", "5", "10", "15", "20", "25", "45"].map((weight) => Number(sizeOf(weight)));
  assert.deepEqual(sizes, [...sizes].sort((one, other) => one - other));
});

test("pages hold what fits, and what is too long for any has one of its own", () => {
  assert.deepEqual(pagesOf([3, 3, 9, 1], (rows) => rows, 10), [[3, 3], [9], [1]]);
  assert.deepEqual(pagesOf([], () => 1, 10), []);
});
