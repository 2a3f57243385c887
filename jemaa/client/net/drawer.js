// @ts-check
/**
 * Net. Where a recording lies in this browser until it is sent: IndexedDB, one recording a person and session. Where the
 * browser forbids that it lies in the page, and goes with it.
 * @module
 */

const NAME = "jemaa-notes";
const PIECES = "pieces";
/** @type {Map<string, Lap>} */
const laps = new Map();

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @param {string} key whose recording @returns {Promise<Drawer|Lap>} */
export async function openDrawer(key) {
  try {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(PIECES);
    return new Drawer(await answer(request), key);
  } catch {
    return laps.get(key) ?? new Lap(key);
  }
}

export class Drawer {
  /** @param {IDBDatabase} database @param {string} key */
  constructor(database, key) {
    this.database = database;
    this.key = key;
  }

  /** @param {number} n @param {import("./note.js").Piece} piece */
  put(n, piece) {
    return answer(this.store("readwrite").put(piece, [this.key, n]));
  }

  /** The number that the server gave the recording. @param {string|null} id */
  setId(id) {
    return answer(this.store("readwrite").put({ id }, [this.key, "id"]));
  }

  /** @returns {Promise<import("./note.js").Kept>} */
  async all() {
    const store = this.store("readonly");
    const [values, about] = await Promise.all([
      answer(store.getAll(IDBKeyRange.bound([this.key, 0], [this.key, Infinity]))),
      answer(store.get([this.key, "id"])),
    ]);
    return { id: about?.id ?? null, pieces: values };
  }

  clear() {
    return answer(this.store("readwrite").delete(IDBKeyRange.bound([this.key], [this.key, []])));
  }

  /** @param {IDBTransactionMode} mode */
  store(mode) {
    return this.database.transaction(PIECES, mode).objectStore(PIECES);
  }
}

/** A drawer of this page alone. */
export class Lap {
  /** @param {string} key */
  constructor(key) {
    this.pieces = /** @type {import("./note.js").Piece[]} */ ([]);
    this.id = /** @type {string|null} */ (null);
    laps.set(key, this);
  }

  /** @param {number} n @param {import("./note.js").Piece} piece */
  async put(n, piece) {
    this.pieces[n] = piece;
  }

  /** @param {string|null} id */
  async setId(id) {
    this.id = id;
  }

  /** @returns {Promise<import("./note.js").Kept>} */
  async all() {
    return { id: this.id, pieces: [...this.pieces] };
  }

  async clear() {
    [this.pieces, this.id] = [[], null];
  }
}
