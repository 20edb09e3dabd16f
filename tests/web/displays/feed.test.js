import assert from "node:assert/strict";
import test from "node:test";

import { Patience } from "../../../appliance/web/static/displays/feed.js";

test("a display that lost its socket tries at once, and never waits for more than a second", () => {
  const patience = new Patience(() => 1);
  patience.heard();
  const waits = Array.from({ length: 6 }, () => patience.closed(1006));
  assert.deepEqual(waits, [250, 500, 1000, 1000, 1000, 1000]);
});

test("many displays do not all try at the same moment", () => {
  assert.equal(new Patience(() => 0).closed(1001), 125);
  assert.equal(new Patience(() => 1).closed(1001), 250);
});

test("what it heard before it lost the socket is not stale before it has been silent for long", () => {
  const patience = new Patience();
  patience.heard();
  patience.closed(1006);
  assert.equal(patience.state, "live");
  patience.silent();
  assert.equal(patience.state, "stale");
  patience.heard();
  assert.equal(patience.state, "live");
  assert.equal(new Patience(() => 1).closed(1006), 250, "and it tries at once again");
});

test("a display that has shown nothing yet is not stale but connecting", () => {
  const patience = new Patience();
  patience.silent();
  assert.equal(patience.state, "connecting");
});

test("a key that was taken back and a meet that is away are told apart, and asked for slowly", () => {
  const patience = new Patience();
  assert.equal(patience.closed(4401), 5000);
  assert.equal(patience.state, "refused");
  assert.equal(patience.closed(4404), 5000);
  assert.equal(patience.state, "away");
  patience.heard();
  assert.equal(patience.state, "live");
});
