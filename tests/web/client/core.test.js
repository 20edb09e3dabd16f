// How a client lives is in scenarios.test.js; here is what only the browser's client has.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ClientCore } from "../../../appliance/web/static/client/core.js";
import { EMPTY_DIGEST } from "../../../appliance/web/static/client/digest.js";

const EPOCH = "00000000000000e1";
const SESSION = { meetId: "123456789", locationName: "A", readOnly: false, sessionToken: "t", epoch: EPOCH };
const JOIN = { kind: "join", meetId: "123 456 789", locationName: "A", clientId: "a" };

const relay = (serverSeqNum, updateKey, updateValue) => ({
  msgType: "UPDATE_RELAY",
  epoch: EPOCH,
  updatesRelayed: [{ updateKey, updateValue, serverSeqNum, locationName: "B" }],
});
const pullDone = (lastServerSeq, stateDigest) => ({ msgType: "PULL_DONE", epoch: EPOCH, lastServerSeq, stateDigest });
const pull = (lastServerSeq) => ({
  msgType: "CLIENT_PULL",
  sessionToken: "t",
  lastServerSeq,
  epoch: EPOCH,
  lastLocalSeqNum: 0,
});

const diverged = (serverSeq, clientDigest, stateDigest) => ({
  msgType: "STATE_DIVERGED",
  sessionToken: "t",
  epoch: EPOCH,
  serverSeq,
  clientDigest,
  stateDigest,
});

/** A client that was live until it had applied two updates; and what a page would keep of it. */
function lived() {
  const core = new ClientCore(JOIN, { session: SESSION });
  core.connected(0);
  core.receive(pullDone(0, EMPTY_DIGEST), 0);
  core.receive(relay(1, "meet.name", "Cup"), 0);
  core.receive(relay(2, "meet.city", "Galway"), 0);
  const canonical = { epoch: core.epoch, applied: core.applied, updates: core.standing() };
  return { core, saved: JSON.parse(JSON.stringify({ session: SESSION, canonical })) };
}

const reloaded = (saved) => {
  const core = new ClientCore(JOIN, saved);
  core.connected(0);
  return core;
};

const types = (core) => core.events().map((event) => event.type);

test("a page that is loaded again shows at once what it had, and pulls only what came since", () => {
  const { core: before, saved } = lived();
  const core = reloaded(saved);
  assert.deepEqual(core.view(), { meet: { name: "Cup", city: "Galway" } });
  assert.deepEqual(core.framesToSend(), [pull(2)]);
  before.receive(relay(3, "meet.name", "Open"), 0);
  core.receive(relay(3, "meet.name", "Open"), 0);
  core.receive(pullDone(3, before.digest), 0);
  assert.deepEqual(types(core), ["StatusChanged", "Applied", "CaughtUp", "StatusChanged"]);
  assert.deepEqual(core.view(), { meet: { name: "Open", city: "Galway" } });
  assert.equal(core.applied, 3);
});

test("a page that kept something wrong pulls everything, and nobody sees it flicker", () => {
  const { core: before, saved } = lived();
  saved.canonical.updates.pop();
  const core = reloaded(saved);
  const kept = core.digest;
  core.receive(pullDone(2, before.digest), 0);
  assert.deepEqual(core.framesToSend(), [pull(2), diverged(2, kept, before.digest), pull(0)]);
  for (const update of before.standing()) core.receive(relay(update.serverSeq, update.key, update.value), 0);
  assert.deepEqual(core.view(), { meet: { name: "Cup" } });
  core.receive(pullDone(2, before.digest), 0);
  assert.deepEqual(core.view(), { meet: { name: "Cup", city: "Galway" } });
  assert.deepEqual(core.events().filter((event) => event.type === "CaughtUp").map((event) => event.replaced), [true]);
});

test("what was kept of another epoch, or without a session, is not used", () => {
  const { saved } = lived();
  const ofAnother = { ...saved, canonical: { ...saved.canonical, epoch: "00000000000000e2" } };
  assert.deepEqual(reloaded(ofAnother).framesToSend(), [pull(0)]);
  const core = new ClientCore({ ...JOIN, password: "correct horse" }, { ...saved, session: null });
  assert.deepEqual([core.applied, core.view()], [0, {}]);
});

test("a change is a copy: what the page does with its value later does not matter", () => {
  const { core } = lived();
  const entry = { id: 7, name: "Ana" };
  core.kept(core.set("registration.entries[7]", entry, 0).localSeq, 0);
  entry.name = "Bea";
  const [frame] = core.framesToSend().slice(1);
  assert.deepEqual(frame.updates[0].updateValue, { id: 7, name: "Ana" });
});

test("one number for two updates, which no server gives, ends in a pull and not in an exception", () => {
  const { core } = lived();
  core.framesToSend();
  core.receive(relay(2, "meet.country", "IE"), 0);
  core.receive(relay(3, "meet.city", "Cork"), 0);
  core.receive(relay(4, "meet.country", "DE"), 0);
  const kept = core.digest;
  core.receive({ ...pullDone(4, "f".repeat(16)), msgType: "HEARTBEAT" }, 0);
  assert.deepEqual(core.framesToSend(), [diverged(4, kept, "f".repeat(16)), pull(0)]);
});
