import assert from "node:assert/strict";
import { test } from "node:test";

import { parse } from "../../../appliance/web/static/client/keys.js";
import { valueAt, view } from "../../../appliance/web/static/client/overlay.js";
import { State } from "../../../appliance/web/static/client/state.js";

const STANDING = [
  ["registration.entries[7]", { id: 7, name: "Ana" }],
  ["registration.entries[7].squatKg[1]", 100],
  ["registration.entries[8]", null],
  ["lifting[Platform 1].flight", "A"],
  ["meet.name", "Cup"],
  ["x.list", [1, { a: 2 }]],
];

function stateOf() {
  const state = new State();
  STANDING.forEach(([key, value], index) => state.apply({ serverSeq: index + 1, key, value }, parse(key)));
  return state;
}

const pending = (...changes) =>
  changes.map(([key, value], index) => ({ localSeq: index + 1, key, path: parse(key), value, after: 0 }));

const FOUND = {
  "registration.entries[7]": { id: 7, name: "Ana", squatKg: [0, 100, 0, 0, 0] },
  "registration.entries[7].squatKg[1]": 100,
  "registration.entries[7].squatKg[2]": 0,
  "registration.entries[7].team": null,
  "registration.entries[8]": null,
  "registration.entries[9].name": null,
  "lifting[Platform 1].flight": "A",
  "meet.name": "Cup",
  "meet.city": null,
  "meet.constructor": null,
  "x.list[1].a": 2,
  "x.list[2]": null,
  "x.list.length": null,
};

for (const [key, value] of Object.entries(FOUND)) {
  test(`${key} is what the view shows there`, () => {
    assert.deepEqual(valueAt(stateOf(), [], parse(key)), value);
  });
}

test("what is pending lies on top", () => {
  const changes = pending(["registration.entries[7].squatKg[1]", 110], ["registration.entries[8]", { id: 8 }]);
  assert.deepEqual(view(stateOf(), changes).registration.entries, [
    { id: 7, name: "Ana", squatKg: [0, 110, 0, 0, 0] },
    { id: 8 },
  ]);
  assert.deepEqual(valueAt(stateOf(), changes, parse("registration.entries[7].squatKg")), [0, 110, 0, 0, 0]);
});

test("a property of a deleted entry does not show a lifter without a name", () => {
  const changes = pending(["registration.entries[8].name", "Bea"], ["registration.entries[9].name", "Cleo"]);
  assert.deepEqual(view(stateOf(), changes), view(stateOf(), []));
  assert.equal(valueAt(stateOf(), changes, parse("registration.entries[8].name")), null);
});

test("looking changes nothing", () => {
  const state = stateOf();
  const before = [state.digest, state.materialise()];
  view(state, pending(["registration.entries[7]", null]));
  assert.deepEqual([state.digest, state.materialise()], before);
});
