import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Digest, EMPTY_DIGEST, crc32 } from "../../../appliance/web/static/client/digest.js";

const VECTORS = JSON.parse(readFileSync(new URL("../../data/digest.json", import.meta.url), "utf8"));

test("the checksum is CRC-32 as everybody has it", () => {
  assert.equal(crc32("123456789"), 0xcbf43926);
});

test("the shared vectors", () => {
  for (const { standing, digest } of VECTORS) {
    const ours = new Digest();
    for (const [key, number] of Object.entries(standing)) ours.add(key, number);
    assert.equal(String(ours), digest);
  }
});

test("what is replaced leaves no trace, however many were added", () => {
  const digest = new Digest();
  for (let number = 1; number <= 100; number += 1) digest.add("meet.name", number);
  for (let number = 100; number >= 1; number -= 1) digest.subtract("meet.name", number);
  assert.equal(String(digest), EMPTY_DIGEST);
});
