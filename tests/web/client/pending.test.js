import assert from "node:assert/strict";
import { test } from "node:test";

import { ANSWER_S, GAP_S, PendingLog } from "../../../appliance/web/static/client/pending.js";

const PATH = ["meet", "name"];
const saved = { localSeq: 7, key: "meet.name", path: PATH, value: 1, after: 0 };

function logOf(made, { kept = made, value = 1 } = {}) {
  const log = new PendingLog();
  for (let number = 0; number < made; number += 1) log.make("meet.name", PATH, value, number);
  log.kept(kept);
  return log;
}

const frames = (log, now = 0) => [...log.takeToSend(now)].map((frame) => frame.map((update) => update.localSeq));
const sent = (log, now = 0) => frames(log, now).flat();

test("numbers have no gaps and go on after what was saved", () => {
  assert.deepEqual([...logOf(3)].map((update) => update.localSeq), [1, 2, 3]);
  assert.equal(new PendingLog(3, [saved]).nextLocalSeq, 8);
  assert.equal(new PendingLog(9, [saved]).nextLocalSeq, 9);
});

test("only what is kept is sent, and once", () => {
  const log = logOf(3, { kept: 2 });
  assert.deepEqual(sent(log), [1, 2]);
  assert.deepEqual(sent(log), []);
  log.kept(3);
  assert.deepEqual(sent(log), [3]);
});

test("what was saved is kept already", () => {
  assert.deepEqual(sent(new PendingLog(1, [saved])), [7]);
});

test("an answer is for good", () => {
  const log = logOf(2);
  sent(log);
  assert.equal(log.answered(1, 0)?.localSeq, 1);
  assert.equal(log.answered(1, 0), null);
  log.sendAgain();
  assert.deepEqual(sent(log), [2]);
});

test("no frame has more than 100 updates, and no more than 400 are on their way", () => {
  const log = logOf(450);
  assert.deepEqual(frames(log).map((frame) => frame.length), [100, 100, 100, 100]);
  for (const number of [1, 2, 3]) log.answered(number, 0);
  assert.deepEqual(sent(log), [401, 402, 403]);
});

test("no frame is larger than 512 KiB, in UTF-8", () => {
  assert.deepEqual(frames(logOf(5, { value: "é".repeat(100_000) })), [[1, 2], [3, 4], [5]]);
});

test("a gap is filled once for all who report it", () => {
  const log = logOf(3);
  sent(log);
  assert.ok(log.gap(2, 1));
  assert.deepEqual(sent(log), [2, 3]);
  assert.ok(log.gap(2, 1));
  assert.deepEqual(sent(log), []);
  assert.ok(log.gap(2, 1 + GAP_S));
  assert.deepEqual(sent(log), [2, 3]);
});

test("a gap below all that is held cannot be filled", () => {
  const log = logOf(2);
  sent(log);
  log.answered(1, 0);
  assert.ok(!log.gap(1, 0));
});

test("what is on its way is overdue after ten seconds without any answer", () => {
  const log = logOf(2);
  const overdue = [log.overdueAt];
  sent(log, 3);
  overdue.push(log.overdueAt);
  log.answered(1, 5);
  overdue.push(log.overdueAt);
  log.answered(2, 6);
  overdue.push(log.overdueAt);
  assert.deepEqual(overdue, [null, 3 + ANSWER_S, 5 + ANSWER_S, null]);
});

test("another epoch caps what was known", () => {
  const log = logOf(3);
  log.rebase(1);
  assert.deepEqual([...log].map((update) => update.after), [0, 1, 1]);
});
