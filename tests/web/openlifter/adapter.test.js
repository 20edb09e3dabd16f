// OpenLifter's store beside a session that is not connected: what is sent, and what is shown.
import assert from "node:assert/strict";
import test from "node:test";

import { CannotBeSet } from "../../../appliance/web/static/client/changes.js";
import { ClientCore } from "../../../appliance/web/static/client/core.js";
import { EMPTY_DIGEST } from "../../../appliance/web/static/client/digest.js";
import { Adapter } from "../../../appliance/web/static/openlifter/adapter.js";
import { Store } from "./recorded.js";

globalThis.window = globalThis;

const EPOCH = "00000000000000e1";
const BLOCK = { first: 105000, last: 105999 };
const NO_FIELDS = { typing: null, remember: () => new Map(), refresh() {}, watchTyping: () => () => null };

/** A session of which the wire is cut: its core, and the batches of changes that were made. */
class Session {
  constructor(locationName = "Desk") {
    const session = { meetId: "123456789", locationName, readOnly: false, sessionToken: "t", epoch: EPOCH, entryIds: BLOCK };
    this.core = new ClientCore({ kind: "join", meetId: "123456789", locationName, clientId: "a" }, { session });
    this.core.connected(0);
    this.core.receive({ msgType: "PULL_DONE", epoch: EPOCH, lastServerSeq: 0, stateDigest: EMPTY_DIGEST }, 0);
    this.batches = [];
  }

  set(changes) {
    this.batches.push(changes.map(({ key }) => key));
    const refused = [];
    for (const change of changes) {
      try {
        this.core.set(change.key, change.value, 0);
      } catch (error) {
        if (!(error instanceof CannotBeSet)) throw error;
        refused.push({ change, reason: error.message });
      }
    }
    return refused;
  }

  /** Another client's change; what is pending here, as all of a meet that was just uploaded is, would hide it. */
  hear(adapter, key, value) {
    const update = { updateKey: key, updateValue: value, serverSeqNum: this.core.applied + 1 };
    this.core.receive({ msgType: "UPDATE_RELAY", epoch: EPOCH, updatesRelayed: [update] }, 0);
    adapter.touched([key]);
  }
}

/** A table with some lifters that was made live. */
function live({ lifters = 0 } = {}) {
  const store = new Store();
  for (let number = 0; number < lifters; number += 1) add(store, `Lifter ${number}`);
  const session = new Session();
  const ignored = () => undefined;
  const adapter = new Adapter(store, structuredClone(store.getState().meet), (observer) => store.observe(observer), NO_FIELDS, {
    held: ignored, refused: ignored, textLost: ignored, moreEntryIds: ignored, otherVersion: ignored,
  });
  adapter.upload(session);
  return { store, session, adapter };
}

const add = (store, name) => store.dispatch({ type: "NEW_REGISTRATION", overwriteDefaults: { name } });
const ids = (store) => store.getState().registration.entries.map(({ id }) => id);
const collected = () => new Promise((resolve) => setTimeout(resolve, 60));

/** As OpenLifter imports a file: all lifters go, others come, in one task. */
function importFile(store, lifters) {
  for (const entryId of ids(store)) store.dispatch({ type: "DELETE_REGISTRATION", entryId });
  for (let number = 0; number < lifters; number += 1) add(store, `Imported ${number}`);
}

test("a lifter who is added after an import that was confirmed gets an id of their own", async () => {
  const { store, adapter } = live({ lifters: 2 });
  importFile(store, 3);
  await collected();
  adapter.confirmHeld();
  await collected();
  add(store, "Anna");
  await collected();
  assert.equal(new Set(ids(store)).size, 4, `ids ${ids(store)}`);
});

test("ids go on beyond the block where the appliance could not be asked for more", async () => {
  const { store, adapter } = live({ lifters: 2 });
  importFile(store, 1001);
  await collected();
  adapter.confirmHeld();
  await collected();
  add(store, "Anna");
  await collected();
  assert.equal(new Set(ids(store)).size, 1002);
});

test("a meet that is made live is kept whole or not at all", () => {
  const { session } = live({ lifters: 2 });
  assert.equal(session.batches.length, 1, "a tab that is killed between two would come back with an empty meet");
});

test("a property with an impossible name is refused, and the table goes on showing what others do", async () => {
  const { store, session, adapter } = live();
  store.dispatch({ type: "UPDATE_MEET", changes: { "a.b": 1 } });
  await collected();
  session.hear(adapter, "meet.sponsor", "Cup");
  await collected();
  assert.equal(store.getState().meet.sponsor, "Cup");
});

for (const locationName of ["constructor", "__proto__"]) {
  test(`a location may be called ${locationName}`, () => {
    const { store, adapter } = live();
    const { lifting } = store.getState();
    adapter.detach();
    const session = new Session(locationName);
    session.hear(adapter, "lifting[Platform 1].flight", "B");
    adapter.download(session);
    assert.deepEqual(store.getState().lifting, lifting);
  });
}

test("what OpenLifter does while it draws a remote change is sent", async () => {
  const { store, session, adapter } = live({ lifters: 2 });
  const [first] = ids(store);
  let once = true;
  store.subscribe(() => {
    if (!once || store.getState().meet.sponsor !== "Cup") return;
    once = false;
    store.dispatch({ type: "ENTER_ATTEMPT", entryId: first, lift: "S", attemptOneIndexed: 1, weightKg: 100 });
  });
  session.batches = [];
  session.hear(adapter, "meet.sponsor", "Cup");
  await collected();
  assert.deepEqual(session.batches, [[`registration.entries[${first}].squatKg[0]`]]);
});

test("a page that cannot draw a remote change does not send it back", async () => {
  const { store, session, adapter } = live({ lifters: 2 });
  store.subscribe(() => {
    if (store.getState().meet.sponsor === "Cup") throw new Error("cannot be drawn");
  });
  session.batches = [];
  await collected();
  assert.throws(() => session.hear(adapter, "meet.sponsor", "Cup"), /cannot be drawn/);
  try {
    add(store, "Anna");
  } catch {
    // It still cannot.
  }
  await collected();
  assert.equal(session.batches.flat().includes("meet.sponsor"), false);
});
