// The stand-in's reducers end each recorded meet as OpenLifter did, and its lifting order is OpenLifter's.
//   OPENLIFTER_RECORDINGS=<folder with *.actions.jsonl> node --test tests/browser/standin.test.js
"use strict";

const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const test = require("node:test");

for (const part of ["weights", "defaults", "reducers", "order"]) require(`./standin/static/js/${part}.js`);

const { standin } = globalThis;
const RECORDINGS = process.env.OPENLIFTER_RECORDINGS ?? "";
const MEETS = ["all-actions", "club-kg", "regional-lbs", "national-2day"];

const read = (name) => JSON.parse(fs.readFileSync(path.join(RECORDINGS, name), "utf8"));
const lines = (name) =>
  fs
    .readFileSync(path.join(RECORDINGS, name), "utf8")
    .trim()
    .split("\n")
    .map((l) => JSON.parse(l));

function reduced(state, action) {
  const next = Object.entries(standin.reducers).map(([slice, reducer]) => [slice, reducer(state[slice], action)]);
  return Object.fromEntries(next);
}

/** What Save to File writes. */
const saved = (state) => JSON.stringify({ ...state, _persist: { version: -1, rehydrated: true } });

test("it starts as OpenLifter does", () => {
  const initial = read("all-actions.initial.json");
  const state = reduced({}, { type: "@@redux/INIT" });
  assert.match(state.meet.date, /^\d{4}-\d\d-\d\d$/);
  state.meet.date = initial.meet.date;
  assert.equal(saved(state), JSON.stringify(initial));
});

for (const meet of MEETS) {
  test(`${meet} ends as recorded, to the byte`, () => {
    const { _persist, ...initial } = read(`${meet}.initial.json`);
    const state = lines(`${meet}.actions.jsonl`).reduce((before, line) => reduced(before, line.action), initial);
    assert.equal(saved(state), JSON.stringify(read(`${meet}.openlifter`)));
  });
}

for (const meet of MEETS.slice(1)) {
  test(`${meet}: the lifting order at each action`, () => {
    const orders = new Map(lines(`${meet}.lifting-order.jsonl`).map((line) => [line.n, line]));
    const { _persist, ...initial } = read(`${meet}.initial.json`);
    let state = initial;
    lines(`${meet}.actions.jsonl`).forEach(({ action }, n) => {
      state = reduced(state, action);
      const expected = orders.get(n);
      if (expected === undefined) return;
      const { attempt, order, currentId, nextId } = standin.liftingOrder(state.registration.entries, expected.lifting);
      const { orderedEntryIds, attemptOneIndexed, currentEntryId, nextEntryId } = expected.order;
      assert.deepEqual(
        [attempt, order.map((entry) => entry.id), currentId, nextId],
        [attemptOneIndexed, orderedEntryIds, currentEntryId, nextEntryId],
        `after action ${n}`,
      );
    });
  });
}
