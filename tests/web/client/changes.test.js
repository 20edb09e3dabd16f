import assert from "node:assert/strict";
import { test } from "node:test";

import { CannotBeSet, copiedValue, parsedKey } from "../../../appliance/web/static/client/changes.js";

function refused(value, why) {
  assert.throws(() => copiedValue(value), (error) => error instanceof CannotBeSet && why.test(error.message));
}

test("a key is taken apart", () => {
  assert.deepEqual([...parsedKey("registration.entries[7].name")], ["registration", "entries", "[7]", "name"]);
});

test("a malformed key is refused with the reason", () => {
  assert.throws(() => parsedKey("registration.entries[x]"), { name: "CannotBeSet", message: /non-negative/ });
});

test("a value is copied as JSON has it", () => {
  const value = { id: 7, team: undefined, list: [1.5, "😀"] };
  const copy = copiedValue(value);
  value.list.push(2);
  assert.deepEqual(copy, { id: 7, list: [1.5, "😀"] });
});

test("what JSON has no word for is refused, because it would delete", () => {
  refused(undefined, /not JSON/);
  refused(() => 1, /not JSON/);
  refused(1n, /not JSON/);
  refused({ kg: [NaN] }, /NaN is no number/);
  refused(-Infinity, /no number/);
});

test("text that cannot be sent is refused: the server would not take the whole frame", () => {
  refused("\ud83d", /surrogate/);
  refused({ "\ude00": 1 }, /surrogate/);
});

test("a value that goes round in circles is refused", () => {
  const value = [];
  value.push(value);
  refused(value, /not JSON/);
});

test("a value too large or too deep is refused", () => {
  refused("é".repeat(131_072), /has 262146 bytes, at most 262144/);
  assert.ok(copiedValue("é".repeat(131_071)));
  const nested = (levels) => (levels ? [nested(levels - 1)] : 1);
  refused(nested(33), /deeper than 32/);
  assert.ok(copiedValue(nested(32)));
  refused(nested(5000), /deeper than 32|not JSON/);
});
