// What has to be confirmed: changes that take away what others have entered for many.
import assert from "node:assert";
import test from "node:test";

import { changesSince, pictureOf } from "../../../appliance/web/static/openlifter/state.js";
import { sweepOf } from "../../../appliance/web/static/openlifter/sweep.js";
import { Store } from "./recorded.js";

function meetWith(...lifters) {
  const store = new Store();
  for (const lifter of lifters) store.dispatch({ type: "NEW_REGISTRATION", overwriteDefaults: lifter });
  return store;
}

function sweepAfter(store, ...actions) {
  const picture = pictureOf(store.getState());
  for (const action of actions) store.dispatch(action);
  const changes = changesSince(picture, store.getState(), "Platform 1");
  return sweepOf(picture, changes, actions.map(({ type }) => type));
}

const fresh = () => ({ type: "OVERWRITE_STORE", store: new Store().getState() });

test("a new meet would delete the live one everywhere", () => {
  const store = meetWith({ name: "Anna" }, { name: "Bea" });
  store.dispatch({ type: "SET_MEET_NAME", name: "Cup" });
  assert.deepEqual(sweepAfter(store, fresh()), { lifters: 0, deleted: 2, settings: 1, action: "OVERWRITE_STORE" });
});

test("a file with the same lifters may change what was entered", () => {
  const store = meetWith({ name: "Anna" });
  const file = JSON.parse(JSON.stringify(store.getState()));
  file.registration.entries[0].name = "Anne";
  assert.deepEqual(sweepAfter(store, { type: "OVERWRITE_STORE", store: file }), {
    lifters: 1, deleted: 0, settings: 0, action: "OVERWRITE_STORE",
  });
});

test("an import that begins by deleting everybody", () => {
  const store = meetWith({ name: "Anna" }, { name: "Bea" });
  const ids = store.getState().registration.entries.map(({ id }) => id);
  const deletions = ids.map((entryId) => ({ type: "DELETE_REGISTRATION", entryId }));
  const sweep = sweepAfter(store, ...deletions, { type: "NEW_REGISTRATION", overwriteDefaults: { name: "Cora" } });
  assert.equal(sweep.deleted, 2);
});

test("lots are drawn once without a question, and a second time with one", () => {
  const store = meetWith({ name: "Anna" }, { name: "Bea" });
  assert.equal(sweepAfter(store, { type: "ASSIGN_LOT_NUMBERS", lotNumbers: [2, 1] }), null);
  assert.equal(sweepAfter(store, { type: "ASSIGN_LOT_NUMBERS", lotNumbers: [1, 2] }).lifters, 2);
});

test("what a person does at a table, one lifter at a time, is never asked about", () => {
  const store = meetWith({ name: "Anna", squatKg: [100, 0, 0, 0, 0] }, { name: "Bea" });
  const [anna, bea] = store.getState().registration.entries.map(({ id }) => id);
  const lift = { lift: "S", attemptOneIndexed: 1 };
  for (const action of [
    { type: "UPDATE_REGISTRATION", entryId: anna, changes: { name: "Anne", team: "Cork" } },
    { type: "ENTER_ATTEMPT", entryId: anna, ...lift, weightKg: 105 },
    { type: "MARK_LIFT", entryId: anna, ...lift, success: true },
    { type: "SET_IN_KG", inKg: false },
    { type: "DELETE_REGISTRATION", entryId: bea },
    { type: "NEW_REGISTRATION", overwriteDefaults: {} },
  ]) {
    assert.equal(sweepAfter(store, action), null, action.type);
  }
});
