// OpenLifter's state as updates and back, held to what the real OpenLifter did (the recorded meets).
import assert from "node:assert";
import test from "node:test";

import {
  aboutKey,
  changesSince,
  copy,
  emptyPicture,
  entryOf,
  follow,
  nextEntryId,
  pictureOf,
  registrationWith,
  same,
} from "../../../appliance/web/static/openlifter/state.js";
import { MEETS, MISSING, Store, json, lines } from "./recorded.js";

const byKey = (one, other) => (one.key < other.key ? -1 : 1);

for (const meet of MEETS) {
  test(`${meet}: each action becomes exactly the recorded changes`, { skip: MISSING }, () => {
    const { _persist, ...initial } = json(`${meet}.initial.json`);
    const recorded = lines(`${meet}.changes.jsonl`);
    const store = new Store(initial);
    const picture = pictureOf(initial);
    const tables = new Map();
    lines(`${meet}.actions.jsonl`).forEach(({ location, action }, number) => {
      const before = tables.get(location) ?? initial.lifting;
      store.state = { ...store.state, lifting: before };
      picture.lifting = copy(before);
      store.dispatch(action);
      const state = store.getState();
      tables.set(location, state.lifting);
      const changes = changesSince(picture, state, location);
      follow(picture, state, changes);
      assert.deepEqual([...changes].sort(byKey), [...recorded[number].changes].sort(byKey), JSON.stringify(action));
    });
  });
}

test("an entry that is changed in place is found all the same", () => {
  const store = new Store();
  store.dispatch({ type: "NEW_REGISTRATION", overwriteDefaults: { name: "Anna" } });
  const picture = pictureOf(store.getState());
  const entry = store.getState().registration.entries[0];
  store.dispatch({ type: "ENTER_ATTEMPT", entryId: entry.id, lift: "S", attemptOneIndexed: 2, weightKg: 105 });
  assert.equal(store.getState().registration.entries[0], entry, "or the stand-in is not like OpenLifter");
  assert.deepEqual(changesSince(picture, store.getState(), "Platform 1"), [
    { key: `registration.entries[${entry.id}].squatKg[1]`, value: 105 },
  ]);
});

test("language, versions, row numbers and the next id are this table's own", () => {
  const state = new Store().getState();
  const picture = pictureOf(state);
  const other = {
    ...state,
    language: "de",
    versions: { stateVersion: "0", releaseVersion: "9" },
    registration: { ...state.registration, nextEntryId: 7, lookup: { 1: 2 } },
  };
  assert.deepEqual(changesSince(picture, other, "Platform 1"), []);
});

test("all of a meet becomes updates, each entry whole", () => {
  const store = new Store();
  store.dispatch({ type: "NEW_REGISTRATION", overwriteDefaults: {} });
  const changes = changesSince(emptyPicture(), store.getState(), "Platform 1");
  const keys = changes.map(({ key }) => key);
  assert.ok(keys.includes("meet.plates") && keys.includes("lifting[Platform 1].flight"));
  assert.deepEqual(keys.filter((key) => key.startsWith("registration")), ["registration.entries[5000]"]);
});

test("a property that went away is deleted, an array of another length is sent whole", () => {
  const store = new Store();
  store.dispatch({ type: "NEW_REGISTRATION", overwriteDefaults: { instagram: "anna" } });
  const state = copy(store.getState());
  const picture = pictureOf(state);
  delete state.registration.entries[0].instagram;
  state.registration.entries[0].squatKg = [1, 2, 3, 4, 5, 6];
  assert.deepEqual(changesSince(picture, state, "Platform 1"), [
    { key: "registration.entries[5000].squatKg", value: [1, 2, 3, 4, 5, 6] },
    { key: "registration.entries[5000].instagram", value: null },
  ]);
});

test("what another client left out of an entry is as in a new one", () => {
  const entry = entryOf(7, { name: "Bea", squatKg: [100] });
  assert.deepEqual([entry.id, entry.name, entry.flight, entry.squatKg, entry.benchStatus], [7, "Bea", "A", [100, 0, 0, 0, 0], [0, 0, 0, 0, 0]]);
});

test("untouched entries stay the very same objects, in the order of their ids", () => {
  const entries = [3, 5, 9].map((id) => entryOf(id, { name: `lifter ${id}` }));
  const registration = { nextEntryId: 10, entries, lookup: { 3: 0, 5: 1, 9: 2 } };
  const replacements = new Map([[5, entryOf(5, { name: "another" })], [9, null], [4, entryOf(4, {})]]);
  const now = registrationWith(registration, replacements, 100);
  assert.deepEqual(now.entries.map(({ id }) => id), [3, 4, 5]);
  assert.equal(now.entries[0], entries[0]);
  assert.deepEqual([now.lookup, now.nextEntryId], [{ 3: 0, 4: 1, 5: 2 }, 100]);
  assert.equal(registrationWith(registration, new Map(), 10), registration);
});

test("a new lifter's id comes from this table's block and was never used", () => {
  const block = { first: 105000, last: 105999 };
  assert.equal(nextEntryId(block, []), 105000);
  assert.equal(nextEntryId(block, [5000, 105003, 105001, 106500]), 105004);
});

test("a key is about a lifter, a field and an attempt", () => {
  assert.deepEqual(aboutKey("registration.entries[5003].squatKg[1]"), { entryId: 5003, field: "squatKg", attempt: 2 });
  assert.deepEqual(aboutKey("registration.entries[5003]"), { entryId: 5003, field: "", attempt: null });
  assert.deepEqual(aboutKey("meet.name"), { entryId: null, field: "meet.name", attempt: null });
});

test("values are the same if they are the same JSON", () => {
  assert.ok(same({ a: [1, { b: null }] }, { a: [1, { b: undefined }] }));
  assert.ok(same(NaN, null) && same(-0, 0));
  assert.ok(!same([], {}) && !same([1], [1, 2]) && !same("1", 1) && !same({ a: 1 }, { a: 1, b: 2 }) && !same(false, 0));
});
