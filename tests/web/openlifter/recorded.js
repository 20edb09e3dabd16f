// The recorded meets, typed into the stand-in's reducers: as in OpenLifter, old entries are changed in place.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);
for (const part of ["weights", "defaults", "reducers", "order"]) require(`../../browser/standin/static/js/${part}.js`);

const { reducers } = globalThis.standin;
const RECORDINGS = process.env.OPENLIFTER_RECORDINGS ?? path.join(import.meta.dirname, "../../../../shared/openlifter/public");

export const MEETS = ["all-actions", "club-kg", "regional-lbs", "national-2day"];
export const MISSING = fs.existsSync(path.join(RECORDINGS, "club-kg.actions.jsonl")) ? false : `no recordings in ${RECORDINGS}`;

export const json = (name) => JSON.parse(fs.readFileSync(path.join(RECORDINGS, name), "utf8"));

export const lines = (name) => {
  const text = fs.readFileSync(path.join(RECORDINGS, name), "utf8");
  return text.trim().split("\n").map((line) => JSON.parse(line));
};

/** A store of the stand-in's reducers, without redux. */
export class Store {
  constructor(state = Object.fromEntries(Object.entries(reducers).map(([slice, reduce]) => [slice, reduce(undefined, { type: "" })]))) {
    this.state = state;
    this.listeners = [];
    this.observers = [];
  }

  getState() {
    return this.state;
  }

  subscribe(listener) {
    this.listeners.push(listener);
  }

  observe(observer) {
    this.observers.push(observer);
  }

  dispatch(action) {
    for (const observer of this.observers) observer(action);
    this.state = Object.fromEntries(
      Object.entries(reducers).map(([slice, reduce]) => [slice, reduce(this.state[slice], action)]),
    );
    for (const listener of this.listeners) listener();
  }
}
