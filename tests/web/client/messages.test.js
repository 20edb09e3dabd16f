import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { decode } from "../../../appliance/web/static/client/messages.js";

const EXAMPLES = JSON.parse(readFileSync(new URL("../../data/messages.json", import.meta.url), "utf8"));
const FROM_SERVER = EXAMPLES.filter((example) => example.from === "server" && example.valid);

for (const { message } of FROM_SERVER) {
  test(`${message.msgType} is read, with what it has beyond`, () => {
    const more = { ...message, unknownField: [1, { a: null }] };
    assert.deepEqual(decode(JSON.stringify(more)), more);
  });

  test(`${message.msgType} with a field of another type is not read`, () => {
    for (const name of Object.keys(message)) {
      if (name === "updatesRelayed") continue;
      assert.equal(decode(JSON.stringify({ ...message, [name]: { not: "this" } })), null, name);
    }
  });
}

test("an optional field may be null", () => {
  assert.ok(decode('{"msgType":"JOIN_REJECTED","reason":"no","retryAfterMs":null}'));
  assert.ok(decode('{"msgType":"UPDATE_RELAY","epoch":null,"updatesRelayed":[]}'));
});

test("each relayed update has a key, a value and a number", () => {
  const whole = { updateKey: "x", updateValue: null, serverSeqNum: 1 };
  const relay = (update) => decode(JSON.stringify({ msgType: "UPDATE_RELAY", updatesRelayed: [whole, update] }));
  assert.ok(relay(whole));
  for (const name of Object.keys(whole)) assert.equal(relay({ ...whole, [name]: undefined }), null, name);
  for (const serverSeqNum of [0, -1, 1.5, "1", 2 ** 53]) assert.equal(relay({ ...whole, serverSeqNum }), null);
  assert.equal(relay({ ...whole, overrules: { serverSeqNum: 0, locationName: "A" } }), null);
  assert.equal(relay({ ...whole, updateKey: 7 }), null);
});

test("what no server of this protocol sends is not read", () => {
  const frames = ["", "{", "null", "1", "[]", "{}", '{"msgType":7}', '{"msgType":"JOIN_MEET"}', '{"msgType":"NEW"}'];
  const inherited = ['{"msgType":"constructor"}', '{"msgType":"__proto__"}', '{"__proto__":{"msgType":"PUBLISH_ACK"}}'];
  const almost = '{"msgType":"PULL_DONE","epoch":"0123456789ABCDEF","lastServerSeq":0,"stateDigest":"0123456789abcdef"}';
  const deep = "[".repeat(1e6);
  for (const frame of [...frames, ...inherited, almost, deep]) assert.equal(decode(frame), null, frame.slice(0, 100));
});
