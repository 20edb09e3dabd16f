import assert from "node:assert/strict";
import { test } from "node:test";

import { OwnUpdates } from "../../../appliance/web/static/client/own-updates.js";

const update = (serverSeq, value, overrules = 0) => ({ serverSeq, key: "meet.name", value, overrules });
const MINE = update(5, "Open");
const BY = update(6, "Cup", 5);
const TOLD = [{ type: "Overruled", mine: MINE, by: BY }];

test("the relay that overrules is told once", () => {
  const own = new OwnUpdates();
  assert.deepEqual(own.accepted(MINE, []), []);
  assert.deepEqual(own.overruledBy(BY, [MINE]), TOLD);
  assert.deepEqual(own.overruledBy(BY, [MINE]), []);
});

test("an ack that comes late tells it too", () => {
  const own = new OwnUpdates();
  assert.deepEqual(own.accepted(MINE, [BY]), TOLD);
  assert.deepEqual(own.overruledBy(BY, [MINE]), []);
});

test("equal values, foreign updates and older ones are no news", () => {
  const own = new OwnUpdates();
  own.accepted(MINE, []);
  assert.deepEqual(own.overruledBy(update(6, "Open", 5), [MINE]), []);
  assert.deepEqual(own.overruledBy(update(6, "Cup", 4), [MINE]), []);
  assert.deepEqual(own.overruledBy(BY, [update(4, "Gala")]), []);
});

test("another epoch forgets", () => {
  const own = new OwnUpdates();
  own.accepted(MINE, []);
  own.forget(0);
  assert.deepEqual(own.overruledBy(BY, [MINE]), []);
});
