import assert from "node:assert/strict";
import { test } from "node:test";

import { CanonicalLog } from "../../../appliance/web/static/client/canonical.js";

const EPOCH = "00000000000000e1";
const NEW_EPOCH = "00000000000000e2";

const update = (serverSeq, name) => ({ serverSeq, key: `meet.${name}`, value: 1 });
const take = (log, number, name, options) => log.take(update(number, name), ["meet", name], options);

function caughtUp() {
  const log = new CanonicalLog(EPOCH);
  log.pull();
  log.complete(EPOCH, 0);
  return log;
}

test("numbers in a row are applied", () => {
  const log = caughtUp();
  assert.deepEqual([take(log, 1, "a"), take(log, 2, "b"), take(log, 2, "b")], [true, true, false]);
  assert.deepEqual([log.applied, log.gap], [2, false]);
});

test("a number beyond the next leaves a gap until it is pulled", () => {
  const log = caughtUp();
  take(log, 2, "b");
  assert.deepEqual([log.applied, log.gap], [0, true]);
  assert.equal(log.pull(), 0);
  take(log, 1, "a");
  assert.deepEqual([log.applied, log.gap], [0, false]);
  log.complete(EPOCH, 2);
  assert.deepEqual([log.applied, log.gap], [2, false]);
});

test("a state that is loaded anew shows when it is complete", () => {
  const log = caughtUp();
  take(log, 1, "a");
  assert.equal(log.pull(EPOCH), 0);
  take(log, 2, "b");
  take(log, 3, "c", { mine: true });
  assert.deepEqual(log.state.materialise(), { meet: { a: 1, c: 1 } });
  log.complete(EPOCH, 3);
  assert.deepEqual(log.state.materialise(), { meet: { b: 1, c: 1 } });
});

test("a pull that is interrupted leaves what was there", () => {
  const log = caughtUp();
  take(log, 1, "a");
  log.pull(EPOCH);
  log.interrupt();
  assert.deepEqual(log.state.materialise(), { meet: { a: 1 } });
  assert.equal(log.pull(), 1);
});

test("another epoch is foreign until it is pulled", () => {
  const log = caughtUp();
  assert.ok(log.isForeign(NEW_EPOCH) && !log.isForeign(null));
  log.pull();
  assert.ok(log.isForeign(NEW_EPOCH));
  log.answeredIn(NEW_EPOCH);
  assert.ok(!log.isForeign(NEW_EPOCH));
  log.complete(NEW_EPOCH, 0);
  assert.deepEqual([log.epoch, log.anew], [NEW_EPOCH, false]);
});

test("what was kept is there again, in any order and with what has been replaced since", () => {
  const updates = [update(3, "b"), update(1, "a"), update(2, "b")];
  const log = new CanonicalLog(EPOCH, { epoch: EPOCH, applied: 3, updates });
  assert.deepEqual(log.state.materialise(), { meet: { a: 1, b: 1 } });
  assert.deepEqual(log.state.since(0).map((each) => each.serverSeq), [1, 3]);
  assert.deepEqual([log.applied, log.gap, log.pull()], [3, false, 3]);
});

test("what was kept of another epoch is of no use", () => {
  const log = new CanonicalLog(NEW_EPOCH, { epoch: EPOCH, applied: 1, updates: [update(1, "a")] });
  assert.deepEqual([log.applied, log.state.size, log.pull()], [0, 0, 0]);
});

test("a kept key that is none is left out: the digest will tell", () => {
  const log = new CanonicalLog(EPOCH, { epoch: EPOCH, applied: 2, updates: [update(1, "a.b"), update(2, "c")] });
  assert.equal(log.state.size, 1);
});
