import assert from "node:assert/strict";
import test from "node:test";

import { readOptions, screenNumber } from "../../../appliance/web/static/displays/options.js";

test("an address says all of it", () => {
  const options = readOptions("/display/lower-third", "?meet=123456789&platform=2&units=both&theme=light&lang=de&corner=top-right&scale=1.5&id=101-x&key=k");
  assert.equal(options.kind, "lower-third");
  assert.deepEqual([options.meet, options.platform, options.units, options.theme], ["123456789", 2, "both", "light"]);
  assert.deepEqual([options.lang, options.corner, options.scale, options.id, options.key], ["de", "top-right", 1.5, "101-x", "k"]);
});

test("what is wrong is as if it were not there", () => {
  const options = readOptions("/display/results", "?units=stone&platform=0&scale=9&seconds=x&show=pie&lang=xx&scroll=");
  const otherwise = readOptions("/display/results", "");
  assert.deepEqual(options, otherwise);
  assert.deepEqual([options.units, options.platform, options.seconds, options.show.length], ["meet", 1, 10, 3]);
});

test("a screen that waits has no kind", () => {
  assert.equal(readOptions("/display", "?id=101-abc").kind, null);
  assert.equal(screenNumber("101-abc"), "101");
});

test("pages come in the order in which they are wanted", () => {
  assert.deepEqual(readOptions("/display/leaderboard", "?show=teams,categories").show, ["teams", "categories"]);
});
