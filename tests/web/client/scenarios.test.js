// Lives of the Python client, lived again: `tests/client/scenarios.py` wrote them down, and says how.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { CannotBeSet } from "../../../appliance/web/static/client/changes.js";
import * as core from "../../../appliance/web/static/client/core.js";
import { End, Status } from "../../../appliance/web/static/client/events.js";
import { MalformedKey, formatPath, parse } from "../../../appliance/web/static/client/keys.js";
import { decode } from "../../../appliance/web/static/client/messages.js";
import * as pending from "../../../appliance/web/static/client/pending.js";
import { State } from "../../../appliance/web/static/client/state.js";
import * as words from "../../../appliance/web/static/client/words.js";

const { ClientCore, MayOnlyRead, NotJoined } = core;
const SCENARIOS = JSON.parse(readFileSync(new URL("../../data/client-scenarios.json", import.meta.url), "utf8"));
const ERRORS = { CannotBeSet, MayOnlyRead, NotJoined, RangeError };

test("both ends know the same numbers and words", () => {
  const known = { ...words, ...pending, ...core, Status, End };
  for (const [name, value] of Object.entries(SCENARIOS.words)) assert.deepEqual(plain(known[name]), value, name);
});

for (const { key, path, reason } of SCENARIOS.keys) {
  test(`${JSON.stringify(key)} is ${path ? "a path" : "malformed"}`, () => {
    const parsed = parse(key);
    if (path) {
      assert.deepEqual([...parsed], path);
      assert.equal(formatPath(parsed), key);
    } else {
      assert.ok(parsed instanceof MalformedKey);
      assert.equal(parsed.reason, reason);
    }
  });
}

for (const [index, scenario] of SCENARIOS.states.entries()) {
  test(`log ${index} makes the same meet`, () => {
    const state = new State();
    const changed = scenario.log.map(([serverSeq, key, value]) => state.apply({ serverSeq, key, value }, parse(key)));
    const [key, overlapping] = scenario.overlapping;
    const numbers = (updates) => updates.map((each) => each.serverSeq);
    assert.deepEqual(changed, scenario.changed);
    assert.deepEqual(numbers(state.since(0)), scenario.standing);
    assert.deepEqual(numbers(state.overlapping(parse(key))).sort((one, other) => one - other), overlapping);
    assert.equal(state.digest, scenario.digest);
    assert.deepEqual(state.materialise(), scenario.meet);
  });
}

for (const [index, life] of SCENARIOS.lives.entries()) {
  test(`life ${index} is the same, step by step`, () => {
    const draws = [...life.draws];
    const random = () => draws.shift();
    let client;
    let shown = {};
    for (const [place, step] of life.steps.entries()) {
      const where = `step ${place}: ${JSON.stringify(step)}`;
      let result;
      if (step.do === "begin") shown = {};
      const call = () => {
        if (step.do === "begin") client = new ClientCore(step.credentials, step.saved, random);
        else result = taken(client, step);
      };
      if (step.raises) assert.throws(call, ERRORS[step.raises], where);
      else call();
      if (step.do === "begin" && step.raises) continue;
      if (step.do === "set" && !step.raises) assert.equal(result.localSeq, step.made, where);
      if (step.do === "value") assert.deepEqual(result, step.finds, where);
      assert.deepEqual(plain(client.framesToSend()), step.sends ?? [], where);
      assert.deepEqual(plain(client.events()), step.events ?? [], where);
      shown = { ...shown, ...step.shows };
      assert.deepEqual(whatShows(client), shown, where);
    }
    assert.deepEqual(client.canonical(), life.canonical);
    assert.equal(draws.length, 0);
  });
}

function taken(client, step) {
  switch (step.do) {
    case "set":
      return client.set(step.key, step.value, step.now);
    case "kept":
      return client.kept(step.localSeq, step.now);
    case "value":
      return client.value(step.key);
    case "receive":
      return client.receive(decode(JSON.stringify(step.message)), step.now);
    case "disconnected":
      return client.disconnected(step.now, step.closeCode);
    case "connected":
      return client.connected(step.now);
    case "tick":
      return client.tick(step.now);
    case "leave":
      return client.leave(step.now);
    default:
      throw new Error(step.do);
  }
}

function whatShows(client) {
  const names = ["status", "hangUp", "connectAt", "tickAt", "applied", "epoch", "digest", "settled", "nextLocalSeq"];
  const facts = ["meetId", "locationName", "priority", "entryIds"];
  return {
    ...Object.fromEntries([...names, ...facts].map((name) => [name, client[name]])),
    pending: client.pending.map((update) => update.localSeq),
    view: client.view(),
  };
}

/** As it would be on the wire. */
function plain(value) {
  return JSON.parse(JSON.stringify(value));
}
