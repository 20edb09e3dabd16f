// @ts-check
/**
 * What a tab keeps on this computer's disk, in IndexedDB: its session, its unsent changes, and the meet as it knew it.
 *
 * An unsent change is asked of the disk in the same task in which it was made, and committed by hand, so that the
 * browser has it even if the tab is killed in the next one. What the server has already is kept with less haste: it
 * could be pulled again.
 */

/**
 * What is kept of one tab.
 *
 * @typedef {{
 *   clientId: string, meetId: string, meetName: string, locationName: string, priority: number, sessionToken: string,
 *   epoch: string, applied: number, nextLocalSeq: number, entryIds: {first: number, last: number} | null,
 *   toUpload: boolean, opened: number, recoveryBundle?: string | null, recoveryKey?: string | null,
 *   lineage?: {epoch: string, afterServerSeq: number}[],
 * }} TabRecord
 * `toUpload`: the meet was made here, and what is in OpenLifter has yet to be put into it. `opened` counts up over all tabs of this browser: the highest is the newest. Clocks are of no use for that.
 */

/** @typedef {{localSeq: number, key: string, value: any, after: number}} PendingRecord */

/** @typedef {{key: string, value: any, serverSeq: number, locationName: string}} StandingRecord */

/** @typedef {{tab: TabRecord, pending: PendingRecord[], standing: StandingRecord[]}} Kept */

/**
 * Something to note about what the server said.
 *
 * @typedef {{answered: number[], standing: StandingRecord[], anew: boolean, rebased: PendingRecord[]}} News
 * `anew`: `standing` is all that stands, what was noted before is forgotten. `rebased`: pending changes as they are now.
 */

const DATABASE = "openlifter-appliance";
const VERSION = 1;
const OPEN_MS = 5000;

// So many answered changes leave their numbers behind. A tab that was frozen and comes back does not know that another
// one went on under its identity: the first number that it uses twice tells it.
const NUMBERS_KEPT = 1000;

/** IndexedDB cannot be used here: a private window, a full disk, a browser that forbids it. */
export class StoreUnavailable extends Error {}

/** Another tab has taken the identity of this one: it has already used a local number of ours. */
export class IdentityInUse extends Error {}

export class Store {
  /** @param {IDBDatabase} database */
  constructor(database) {
    this._database = database;
    // Another tab may run a newer version of this page; it must not wait for us.
    database.onversionchange = () => database.close();
  }

  /**
   * @returns {Promise<Store>}
   * @throws {StoreUnavailable}
   */
  static async open() {
    try {
      return new Store(await openDatabase());
    } catch (error) {
      throw new StoreUnavailable(String(error));
    }
  }

  close() {
    this._database.close();
  }

  /**
   * All tabs of this browser of which something is kept, newest first, with the number of their unsent changes.
   *
   * @returns {Promise<{tab: TabRecord, pending: number}[]>}
   */
  async tabs() {
    const transaction = this._database.transaction(["tabs", "pending"], "readonly");
    /** @type {Promise<TabRecord[]>} */
    const tabs = answer(transaction.objectStore("tabs").getAll());
    const pending = answer(transaction.objectStore("pending").getAll());
    const counts = new Map();
    for (const { clientId, answered } of await pending) {
      if (!answered) counts.set(clientId, (counts.get(clientId) ?? 0) + 1);
    }
    return (await tabs)
      .map((tab) => ({ tab, pending: counts.get(tab.clientId) ?? 0 }))
      .sort((one, other) => other.tab.opened - one.tab.opened);
  }

  /**
   * All that is kept of one tab, undefined if nothing is.
   *
   * @param {string} clientId
   * @returns {Promise<Kept | undefined>}
   */
  async load(clientId) {
    const transaction = this._database.transaction(["tabs", "pending", "standing"], "readonly");
    const tab = answer(transaction.objectStore("tabs").get(clientId));
    const pending = answer(transaction.objectStore("pending").getAll(ofClient(clientId)));
    const standing = answer(transaction.objectStore("standing").getAll(ofClient(clientId)));
    const [found, numbered] = [await tab, await pending];
    if (!found) return undefined;
    // A tab that is back from being frozen may have noted an older number than the one that went on in its place.
    const nextLocalSeq = Math.max(found.nextLocalSeq, ...numbered.slice(-1).map(({ localSeq }) => localSeq + 1));
    return {
      tab: { ...found, nextLocalSeq },
      pending: numbered.filter(({ answered }) => !answered).map(withoutClient),
      standing: (await standing).map(withoutClient),
    };
  }

  /**
   * Keep changes that were just made; they are on disk when this is done.
   *
   * @param {TabRecord} tab
   * @param {PendingRecord[]} changes
   * @throws {IdentityInUse}
   * @throws {DOMException} the disk refused
   */
  async keep(tab, changes) {
    const transaction = this._writing(["tabs", "pending"], "strict");
    transaction.objectStore("tabs").put(tab);
    const pending = transaction.objectStore("pending");
    for (const change of changes) pending.add({ clientId: tab.clientId, ...change });
    try {
      await committed(transaction);
    } catch (error) {
      if (error instanceof DOMException && error.name === "ConstraintError") {
        throw new IdentityInUse(`${tab.clientId} has used number ${changes[0].localSeq} already`);
      }
      throw error;
    }
  }

  /**
   * Note what the server said, and where the tab stands now, all or nothing.
   *
   * @param {TabRecord} tab
   * @param {Partial<News>} [news]
   */
  async note(tab, news = {}) {
    const transaction = this._writing(["tabs", "pending", "standing"], "relaxed");
    transaction.objectStore("tabs").put(tab);
    const pending = transaction.objectStore("pending");
    for (const change of news.rebased ?? []) pending.put({ clientId: tab.clientId, ...change });
    for (const localSeq of news.answered ?? []) pending.put({ clientId: tab.clientId, localSeq, answered: true });
    const forgotten = Math.max(0, ...(news.answered ?? [])) - NUMBERS_KEPT;
    if (forgotten > 0) pending.delete(IDBKeyRange.bound([tab.clientId], [tab.clientId, forgotten]));
    const standing = transaction.objectStore("standing");
    if (news.anew) standing.delete(ofClient(tab.clientId));
    for (const update of news.standing ?? []) {
      // A whole entry replaces what stood below it.
      standing.delete(IDBKeyRange.bound([tab.clientId, `${update.key}.`], [tab.clientId, `${update.key}.\uffff`]));
      standing.put({ clientId: tab.clientId, ...update });
    }
    await committed(transaction);
  }

  /**
   * Forget a tab and all its unsent changes.
   *
   * @param {string} clientId
   */
  async forget(clientId) {
    const transaction = this._writing(["tabs", "pending", "standing"], "strict");
    transaction.objectStore("tabs").delete(clientId);
    transaction.objectStore("pending").delete(ofClient(clientId));
    transaction.objectStore("standing").delete(ofClient(clientId));
    await committed(transaction);
  }

  /**
   * @param {string[]} names
   * @param {"strict" | "relaxed"} durability
   */
  _writing(names, durability) {
    return this._database.transaction(names, "readwrite", { durability });
  }
}

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, VERSION);
    // Some browsers have been seen never to answer.
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(new Error("IndexedDB does not answer"));
    }, OPEN_MS);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("tabs", { keyPath: "clientId" });
      request.result.createObjectStore("pending", { keyPath: ["clientId", "localSeq"] });
      request.result.createObjectStore("standing", { keyPath: ["clientId", "key"] });
    };
    request.onsuccess = () => {
      clearTimeout(timer);
      if (late) request.result.close();
      else resolve(request.result);
    };
    request.onerror = () => {
      clearTimeout(timer);
      reject(request.error);
    };
  });
}

/** @param {string} clientId */
function ofClient(clientId) {
  return IDBKeyRange.bound([clientId], [clientId, []]);
}

/** @param {any} record */
function withoutClient({ clientId: _, ...record }) {
  return record;
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @param {IDBTransaction} transaction */
function committed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(undefined);
    transaction.onabort = () => reject(transaction.error ?? new DOMException("The write was aborted", "AbortError"));
    // Now, not when this task has ended: a tab that is killed in between has asked for it all the same.
    if (transaction.commit) transaction.commit();
  });
}
