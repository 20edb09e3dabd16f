import assert from "node:assert/strict";
import { test } from "node:test";

import { Whereabouts, readAbout } from "../../../appliance/web/static/client/whereabouts.js";

const PAGE = { host: "192.168.1.5:8080", protocol: "http:" };
const said = (id, meets = []) => ({
  id,
  port: 8080,
  hostnames: ["openlifter.local"],
  addresses: ["192.168.1.5:8080", "[fd00::5]:8080"],
  meets: meets.map((meetId) => ({ meetId })),
});

/** A network: who answers at which host, and what was asked. */
function network(answers) {
  const asked = [];
  const ask = async (url) => {
    const { host } = new URL(url);
    asked.push(host);
    if (!(host in answers)) throw new Error("nobody");
    return answers[host];
  };
  return { asked, ask, answers };
}

function memory() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
}

test("what it told is remembered, and its name is tried when its address is gone", async () => {
  const here = network({ "192.168.1.5:8080": said("a") });
  const where = new Whereabouts(PAGE, memory(), here.ask);
  let moves = 0;
  where.onmoved = () => (moves += 1);
  await where.reached();
  assert.deepEqual(where.candidates(), ["192.168.1.5:8080", "openlifter.local:8080", "[fd00::5]:8080"]);
  delete here.answers["192.168.1.5:8080"];
  here.answers["openlifter.local:8080"] = said("a");
  await where.lost("123456789");
  assert.deepEqual([where.url, moves], ["ws://openlifter.local:8080/ws", 1]);
});

test("another appliance is not taken, unless it holds the meet", async () => {
  const here = network({ "192.168.1.5:8080": said("a") });
  const where = new Whereabouts(PAGE, memory(), here.ask);
  await where.reached();
  delete here.answers["192.168.1.5:8080"];
  here.answers["openlifter.local:8080"] = said("b", ["987654321"]);
  await where.lost("123456789");
  assert.equal(where.host, "192.168.1.5:8080");
  here.answers["openlifter.local:8080"] = said("b", ["123456789"]);
  await where.lost("123456789");
  assert.equal(where.host, "openlifter.local:8080");
});

test("a blank box at the page's own address is taken, whoever it is", async () => {
  const here = network({ "192.168.1.5:8080": said("a") });
  const where = new Whereabouts(PAGE, memory(), here.ask);
  await where.reached();
  here.answers["192.168.1.5:8080"] = said("blank");
  await where.lost("123456789");
  assert.equal(where.host, "192.168.1.5:8080");
});

test("the page's own address is taken again when it answers", async () => {
  const here = network({ "192.168.1.5:8080": said("a"), "openlifter.local:8080": said("a") });
  const where = new Whereabouts(PAGE, memory(), here.ask);
  await where.reached();
  where.host = "openlifter.local:8080";
  await where.lost("123456789");
  assert.equal(where.host, "192.168.1.5:8080");
});

test("the next page of the same appliance knows where it was met before", async () => {
  const kept = memory();
  const first = new Whereabouts({ ...PAGE, host: "10.0.0.7:8080" }, kept, network({ "10.0.0.7:8080": said("a") }).ask);
  await first.reached();
  const next = new Whereabouts(PAGE, kept, network({ "192.168.1.5:8080": said("a") }).ask);
  await next.reached();
  assert.ok(next.candidates().includes("10.0.0.7:8080"));
});

test("a page of https asks nobody else", async () => {
  const here = network({});
  const where = new Whereabouts({ ...PAGE, protocol: "https:" }, memory(), here.ask);
  await where.lost("123456789");
  assert.deepEqual([here.asked, where.url], [[], "wss://192.168.1.5:8080/ws"]);
});

test("a memory that is broken, full or forbidden is none", async () => {
  const broken = { getItem: () => "{nonsense", setItem: () => { throw new Error("full"); } };
  for (const kept of [broken, null]) {
    const where = new Whereabouts(PAGE, kept, network({ "192.168.1.5:8080": said("a") }).ask);
    await where.reached();
    assert.deepEqual(where.candidates(), ["192.168.1.5:8080"]);
  }
});

test("what is no appliance says nothing", () => {
  for (const other of [null, [], "a", {}, { id: 7 }, { id: "" }]) assert.equal(readAbout(other), null);
  assert.deepEqual(readAbout({ id: "a", hostnames: [1, ""], addresses: "x", meets: [null] }), { id: "a", hosts: [], meets: [] });
});
