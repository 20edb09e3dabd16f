// The browser's shell around the core, with a disk and a wire of this test.
import assert from "node:assert/strict";
import test from "node:test";

import { ClientCore } from "../../../appliance/web/static/client/core.js";
import { MeetSession } from "../../../appliance/web/static/client/session.js";

const EPOCH = "00000000000000e1";
const SESSION = { meetId: "123456789", locationName: "A", readOnly: false, sessionToken: "t", epoch: EPOCH };
const TAB = { clientId: "a", ...SESSION, meetName: "", priority: 0, applied: 0, nextLocalSeq: 1, entryIds: null, toUpload: false, opened: 1 };

globalThis.window = globalThis;
globalThis.addEventListener ??= () => undefined;
globalThis.removeEventListener ??= () => undefined;
globalThis.document = { visibilityState: "visible", addEventListener() {}, removeEventListener() {} };

/** A disk that can be full. */
class Disk {
  constructor() {
    this.pending = new Map();
    this.full = false;
  }

  async keep(tab, changes) {
    if (this.full) throw new Error("QuotaExceededError");
    this.tab = tab;
    for (const change of changes) this.pending.set(change.localSeq, change);
  }

  async note() {}
}

const WHERE = { url: "ws://localhost/ws", host: "localhost", reached: async () => undefined, lost: async () => undefined };

function session(disk, listen = () => undefined) {
  const join = { kind: "join", meetId: "123456789", locationName: "A", clientId: "a" };
  return new MeetSession(new ClientCore(join, { session: SESSION }), disk, TAB, WHERE, listen);
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 10));

test("what a full disk refused is kept as soon as it takes something again", async () => {
  const disk = new Disk();
  const desk = session(disk);
  disk.full = true;
  desk.set([{ key: "meet.name", value: "Cup" }]);
  await settled();
  assert.notEqual(desk.notKept, "");
  disk.full = false;
  desk.set([{ key: "meet.city", value: "Galway" }]);
  await settled();
  assert.deepEqual([...disk.pending.keys()], [1, 2]);
  assert.equal(desk.notKept, "");
});

test("a change is not called kept while one before it is not", async () => {
  const disk = new Disk();
  const desk = session(disk);
  disk.full = true;
  desk.set([{ key: "meet.name", value: "Cup" }]);
  disk.full = false;
  desk.set([{ key: "meet.city", value: "Galway" }]);
  await settled();
  assert.deepEqual([...disk.pending.keys()].sort(), [1, 2]);
  assert.equal(desk.notKept, "");
});

test("a page that fails at what it is told goes on looking after its connection", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const sockets = [];
  globalThis.WebSocket = class {
    static OPEN = 1;
    readyState = 1;
    constructor() {
      sockets.push(this);
    }
    send() {}
    close() {}
  };
  let told = 0;
  const desk = session(new Disk(), () => {
    told += 1;
    throw new Error("cannot be drawn");
  });
  desk.start();
  context.mock.timers.tick(0);
  assert.throws(() => sockets[0].onopen(), /cannot be drawn/);
  const alarms = context.mock.method(desk, "_alarm", () => undefined);
  context.mock.timers.tick(15_000);
  assert.deepEqual([told, alarms.mock.callCount()], [1, 1]);
});
