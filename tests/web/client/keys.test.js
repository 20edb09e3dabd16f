// That keys are taken apart as in Python is in scenarios.test.js.

import assert from "node:assert/strict";
import { test } from "node:test";

import { MalformedKey, formatPath, overlap, parse } from "../../../appliance/web/static/client/keys.js";

test("one path overlaps another when either is a prefix", () => {
  const [entry, attempt, other] = [
    "registration.entries[500]",
    "registration.entries[500].squatKg[1]",
    "registration.entries[5003]",
  ].map((key) => parse(key));
  assert.ok(overlap(entry, attempt) && overlap(attempt, entry) && overlap(entry, entry));
  assert.ok(!overlap(entry, other) && !overlap(attempt, other));
});

test("any text is a path that formats to itself, or malformed", () => {
  const pieces = ["x", "meet", "registration.entries", ".", "[", "]", "[7]", "squatKg", "😀", "\ud83d", "\u0085", "é"];
  for (let number = 0; number < pieces.length ** 4; number += 7) {
    const key = [1, 12, 144, 1728].map((place) => pieces[Math.floor(number / place) % 12]).join("");
    const path = parse(key);
    assert.ok(path instanceof MalformedKey || formatPath(path) === key, key);
  }
});
