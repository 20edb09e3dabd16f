import assert from "node:assert/strict";
import { test } from "node:test";

import { depth, encodedBytes, propertyOf, sameValue, setProperty } from "../../../appliance/web/static/client/values.js";

test("values are the same by what they hold, not by how it is ordered or written", () => {
  assert.ok(sameValue({ a: [1, { b: null }], c: "x" }, { c: "x", a: [1, { b: null }] }));
  assert.ok(sameValue(JSON.parse("1.0"), 1));
});

test("values of different kinds are never the same", () => {
  const values = [null, true, false, 0, 1, "", "1", [], [1], {}, { 0: 1 }, { length: 0 }];
  for (const one of values) for (const other of values) assert.equal(sameValue(one, other), one === other);
});

test("what objects inherit is no property of theirs", () => {
  assert.equal(propertyOf({}, "constructor"), undefined);
  assert.ok(!sameValue(JSON.parse('{"__proto__": {}}'), { constructor: {} }));
  assert.ok(!sameValue({ toString: Object.prototype.toString }, { valueOf: 1 }));
});

test("any name becomes a property of the object itself", () => {
  const object = {};
  setProperty(object, "__proto__", { polluted: true });
  assert.equal(JSON.stringify(object), '{"__proto__":{"polluted":true}}');
  assert.equal(Object.getPrototypeOf(object), Object.prototype);
  assert.equal(/** @type {any} */ ({}).polluted, undefined);
});

test("the depth is how many containers lie inside each other", () => {
  assert.deepEqual([1, [], [[1], 2], { a: [{}] }].map(depth), [0, 1, 2, 3]);
});

test("the size is in bytes of UTF-8", () => {
  assert.equal(encodedBytes({ é: "😀" }), 13);
});
