// That logs make the same meets as in Python is in scenarios.test.js.

import assert from "node:assert/strict";
import { test } from "node:test";

import { parse } from "../../../appliance/web/static/client/keys.js";
import { State } from "../../../appliance/web/static/client/state.js";

function applied(...changes) {
  const state = new State();
  changes.forEach(([key, value], index) => state.apply({ serverSeq: index + 1, key, value }, parse(key)));
  return state;
}

const numbers = (state) => state.since(0).map((each) => each.serverSeq);

test("an update stands until its key, or a prefix of it, is set again", () => {
  const entry = "registration.entries[1]";
  assert.deepEqual(numbers(applied(["meet.name", 1], ["meet.city", 1], ["meet.name", 2])), [2, 3]);
  assert.deepEqual(numbers(applied([entry, {}], [`${entry}.name`, "Ann"], [entry, null])), [3]);
  assert.equal(applied([entry, {}], [`${entry}.name`, "Ann"], [entry, null]).size, 1);
});

test("since gives what stands above a number, and at what stands at a path", () => {
  const state = applied(["x.a", 1], ["x.b", 2], ["x.c", 3]);
  assert.deepEqual(state.since(1).map((each) => each.key), ["x.b", "x.c"]);
  assert.equal(state.at(["x", "b"])?.value, 2);
  assert.equal(state.at(["x", "b", "c"]), null);
  assert.equal(state.at(["x"]), null);
});

test("values of updates are never changed", () => {
  const entry = Object.freeze({ id: 7, name: "", squatKg: Object.freeze([1, 2, 3, 4, 5]) });
  const tree = Object.freeze({ left: Object.freeze({ size: 2, colour: 1 }) });
  const state = applied(
    ["registration.entries[7]", entry],
    ["registration.entries[7].name", "Ann"],
    ["registration.entries[7].squatKg[1]", 182.5],
    ["x", tree],
    ["x.left.size", 3],
    ["x.left.colour", null],
  );
  const meet = {
    registration: { entries: [{ id: 7, name: "Ann", squatKg: [1, 182.5, 3, 4, 5] }] },
    x: { left: { size: 3 } },
  };
  assert.deepEqual(state.materialise(), meet);
  assert.deepEqual(state.materialise(), meet);
});

test("no name reaches a prototype", () => {
  const names = ["__proto__", "constructor", "hasOwnProperty", "toString"];
  const before = Object.getOwnPropertyNames(Object.prototype).length;
  for (const name of names) {
    const keys = [
      name,
      `${name}.a`,
      `x.${name}.a`,
      `meet.${name}`,
      `lifting[${name}].${name}`,
      `registration.entries[1].${name}`,
    ];
    const meet = applied(...keys.map((key) => [key, { polluted: true }])).materialise();
    assert.deepEqual(Object.getPrototypeOf(meet), Object.prototype);
    assert.deepEqual(JSON.parse(JSON.stringify(meet)), meet);
    assert.equal(JSON.stringify(meet).split("polluted").length - 1, keys.length, name);
  }
  assert.equal(/** @type {any} */ ({}).polluted, undefined);
  assert.equal(Object.getOwnPropertyNames(Object.prototype).length, before);
});

test("a name that every object inherits is absent until it is set", () => {
  const state = applied(["x.constructor.a", null], ["meet.constructor", null]);
  assert.deepEqual(state.materialise(), {});
});
