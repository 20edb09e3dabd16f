// @ts-check
/** What is known of a session's earlier life, as the core takes it. Pure. */

import { parsedKey } from "../client/changes.js";

/** @typedef {import("../client/credentials.js").Saved} Saved */

/**
 * What was kept on disk, as the core takes it.
 *
 * @param {import("../client/store.js").TabRecord} tab
 * @param {import("../client/store.js").PendingRecord[]} pending
 * @param {import("../client/store.js").StandingRecord[]} standing
 * @returns {Saved}
 */
export function savedOf(tab, pending, standing) {
  return {
    session: { ...tab, readOnly: false },
    nextLocalSeq: tab.nextLocalSeq,
    pending: pending.map((update) => ({ ...update, path: parsedKey(update.key) })),
    canonical: {
      epoch: tab.epoch,
      applied: tab.applied,
      lineage: tab.lineage ?? [],
      updates: standing.map((update) => ({ ...update, clientId: "", localSeq: 0, overrules: 0, overruledLocation: "" })),
    },
  };
}

/**
 * What a session in memory knows, for one that takes over from it.
 *
 * @param {{core: import("../client/core.js").ClientCore, tab: import("../client/store.js").TabRecord}} session
 * @param {string} locationName where the new one is
 * @returns {Saved}
 */
export function savedBy({ core, tab }, locationName) {
  const epoch = core.epoch ?? "";
  return {
    session: { ...tab, epoch, locationName, readOnly: false },
    nextLocalSeq: core.nextLocalSeq,
    pending: core.pending,
    canonical: { epoch, applied: core.applied, lineage: core.lineage, updates: core.standing() },
  };
}
