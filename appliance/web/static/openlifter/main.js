// @ts-check
/** Puts the live part of the page together, once OpenLifter's store is there. */

import { Table } from "./table.js";
import { showLive } from "./ui/show.js";

/** @param {import("./table.js").Hook} hook */
export async function start(hook) {
  const table = new Table(hook);
  showLive(table, { language: () => table.language, onLanguage: (callback) => table.onLanguage(callback) });
  await table.start();
}
