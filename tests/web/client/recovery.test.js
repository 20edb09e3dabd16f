// What the browser's client does for a server that lost its state; how it lives with it is in scenarios.test.js.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CanonicalLog } from "../../../appliance/web/static/client/canonical.js";
import { ClientCore } from "../../../appliance/web/static/client/core.js";
import { EMPTY_DIGEST } from "../../../appliance/web/static/client/digest.js";
import { parse } from "../../../appliance/web/static/client/keys.js";
import { answerTo, shared, upTo } from "../../../appliance/web/static/client/recovery.js";

const A = "a".repeat(16);
const B = "b".repeat(16);
const C = "c".repeat(16);
const lineage = (...begun) => begun.map(([epoch, afterServerSeq]) => ({ epoch, afterServerSeq }));
const KEEPSAKE = { recoveryBundle: "bundle", recoveryKey: "key" };
const SESSION = { meetId: "123456789", locationName: "A", readOnly: false, sessionToken: "t", epoch: A, ...KEEPSAKE };
const JOIN = { kind: "join", meetId: "123456789", locationName: "A", clientId: "a", password: "correct horse" };

const accepted = (serverSeq, value = 1) => ({
  serverSeq,
  key: `x.k${serverSeq}`,
  value,
  clientId: "d",
  localSeq: serverSeq,
  locationName: "B",
});

function logOf(...updates) {
  const log = new CanonicalLog(A);
  for (const update of updates) log.take(update, parse(update.key));
  return log;
}

test("two lineages are one up to where the first epoch ends differently", () => {
  assert.equal(shared(lineage([A, 0], [B, 100]), 130, lineage([A, 0]), 150), 100);
  assert.equal(shared(lineage([A, 0], [B, 100]), 130, lineage([A, 0], [C, 120]), 150), 100);
  assert.equal(shared(lineage([A, 0], [B, 100]), 130, lineage([A, 0], [B, 100]), 120), 120);
  assert.equal(shared(lineage([C, 0]), 130, lineage([A, 0]), 150), 0);
  assert.deepEqual(upTo(lineage([A, 0], [B, 3], [C, 4]), B), lineage([A, 0], [B, 3]));
  assert.deepEqual(upTo(lineage([A, 0]), C), []);
});

test("an answer has all that stands, and whose it is, in frames that fit", () => {
  const large = "y".repeat(250_000);
  const frames = answerTo(logOf(...[1, 2, 3, 4, 5].map((n) => accepted(n, large))), "t", 7, { lastServerSeq: 1 });
  assert.ok(frames.every((frame) => JSON.stringify(frame).length < 1024 * 1024));
  assert.deepEqual(frames.flatMap((frame) => frame.updates.map((held) => held.serverSeqNum)), [2, 3, 4, 5]);
  assert.deepEqual(frames.map((frame) => frame.done), [...frames.slice(1).map(() => false), true]);
  const [first] = frames;
  assert.deepEqual([first.epoch, first.lastServerSeq, first.lastLocalSeqNum], [A, 5, 7]);
  assert.deepEqual([first.updates[0].clientId, first.updates[0].localSeqNum], ["d", 2]);
  assert.deepEqual(first.answered, [{ clientId: "d", lastLocalSeqNum: 5 }]);
  const [nothing] = answerTo(new CanonicalLog(), "t", 0, { lastServerSeq: 0, epoch: B });
  assert.deepEqual([nothing.epoch, nothing.updates, nothing.done], [B, [], true]);
});

test("to a blank server what is kept comes before the password, and the password after it", () => {
  const core = new ClientCore(JOIN, { session: SESSION });
  core.connected(0);
  core.framesToSend();
  core.receive({ msgType: "INVALID_SESSION", sessionToken: "t" }, 0);
  const [recover] = core.framesToSend();
  const whoWhere = { meetId: "123456789", locationName: "A", clientId: "a" };
  assert.deepEqual(recover, { msgType: "RECOVER_MEET", ...whoWhere, ...KEEPSAKE });
  core.receive({ msgType: "JOIN_REJECTED", reason: "the meet is here" }, 0);
  assert.equal(core.framesToSend()[0].msgType, "JOIN_MEET");
});

test("what is pending was made knowing what both lineages have in common", () => {
  const core = new ClientCore(JOIN, { session: SESSION, nextLocalSeq: 2, pending: [
    { localSeq: 1, key: "meet.name", path: parse("meet.name"), value: "Cup", after: 9 },
  ] });
  core.connected(0);
  const done = { msgType: "PULL_DONE", epoch: B, lastServerSeq: 20, stateDigest: EMPTY_DIGEST };
  core.receive({ ...done, lineage: lineage([A, 0], [B, 4]) }, 0);
  assert.deepEqual(core.pending.map((update) => update.after), [4]);
  assert.deepEqual(core.lineage, lineage([A, 0], [B, 4]));
});

test("the meet runs again, so it pulls anew", () => {
  const core = new ClientCore(JOIN, { session: SESSION });
  core.connected(0);
  core.receive({ msgType: "PULL_DONE", epoch: A, lastServerSeq: 0, stateDigest: EMPTY_DIGEST }, 0);
  core.framesToSend();
  const recovered = { epoch: B, previousEpoch: A, lastServerSeq: 0, updatesRecovered: 0 };
  core.receive({ msgType: "STATE_RECOVERED", ...recovered }, 0);
  assert.equal(core.framesToSend()[0].epoch, B);
});
