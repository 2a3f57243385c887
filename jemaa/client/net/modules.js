// @ts-check
/**
 * Net. Brings modules into the browser's cache, so that a connection that freezes does not hang the page.
 *
 * `import` waits for ever on a frozen connection, and nobody can end that. `fetch` can be ended and repeated; what it has
 * brought `import` then finds. On a thin line one file comes after the other, or the sound would have to wait for all.
 */

import { pause } from "./retry.js";

/** How to ask by a fresh connection: without cookies a browser takes none that it has used with them. @type {RequestCredentials} */
const FRESH = "omit";
const STALL_MS = 2000; // without anything: every connection that is waited for is given up
const OVERTAKEN_MS = 1000; // and other files, asked for later, have come: only this connection is
const OVERTAKERS = 3;
const WATCH_MS = 100;
const AT_ONCE = 5;
const THIN_AT_ONCE = 1; // two of them took 3 % of the sound over 24 kb/s
const TRIES = 6;
const PAUSE_MS = 250;
const ROOM = 0.6; // of the reserve that is wanted: a chunk of 8 kb/s is a second, so it is never full
const WAIT_MS = 8000; // a line that cannot carry even the sound shall not keep the page away for ever
const IMPORT = /(?:\bfrom|\bimport)\s*["'](\.[^"']+)["']/g;

/** @typedef {import("./attendance.js").Attendance} Attendance */

/** The modules that a module's text imports. @param {string} text @param {string} address @returns {string[]} */
export function importsOf(text, address) {
  return [...text.matchAll(IMPORT)].map((found) => new URL(found[1], address).href);
}

/** @typedef {{address: string, tries: number}} File */
/** @typedef {{stop: AbortController, at: number, overtaken: number}} Asked `at`: when it was sent, 0 before */

/** Settles when all are here, or when trying is no use: `import` will say what is wrong. @param {string[]} addresses @param {Attendance} attendance */
export function fetchModules(addresses, attendance) {
  return new Promise((done) => new Fetching(addresses, attendance, () => done(null)));
}

class Fetching {
  /** @param {string[]} addresses @param {Attendance} attendance @param {() => void} onDone */
  constructor(addresses, attendance, onDone) {
    this.attendance = attendance;
    this.onDone = onDone;
    /** @type {File[]} */
    this.waiting = addresses.map((address) => ({ address, tries: 0 }));
    this.known = new Set(addresses);
    /** @type {Set<Asked>} */
    this.underWay = new Set();
    this.lastAt = performance.now();
    this.timer = setInterval(() => this.#watch(), WATCH_MS);
    this.#fill();
  }

  #fill() {
    const atOnce = this.attendance.network.isThin ? THIN_AT_ONCE : AT_ONCE;
    while (this.underWay.size < atOnce && this.waiting.length) this.#ask(/** @type {File} */ (this.waiting.shift()));
    if (this.underWay.size) return;
    clearInterval(this.timer);
    this.onDone();
  }

  /** @param {File} file */
  async #ask(file) {
    const asked = { stop: new AbortController(), at: 0, overtaken: 0 };
    this.underWay.add(asked);
    try {
      await this.#bring(file, asked);
      for (const other of this.underWay) if (other.at && other.at < asked.at) other.overtaken++;
    } catch {
      if (!asked.stop.signal.aborted) await pause(PAUSE_MS);
      if (++file.tries < TRIES) this.waiting.unshift(file);
    }
    this.underWay.delete(asked);
    this.#fill();
  }

  /** Give up connections that bring nothing any more. */
  #watch() {
    const { rttMs, isThin } = this.attendance.network;
    const now = performance.now();
    const isStalled = now - this.lastAt > STALL_MS + (isThin ? 16 : 8) * rttMs;
    const isDead = (/** @type {Asked} */ { at, overtaken }) => overtaken >= OVERTAKERS && now - at > OVERTAKEN_MS + 8 * rttMs;
    const dead = [...this.underWay].filter((asked) => isStalled || isDead(asked));
    if (!dead.length) return;
    this.lastAt = now;
    this.attendance.learn({ isCutting: true });
    for (const { stop } of dead) stop.abort();
  }

  /** @param {File} file @param {Asked} asked */
  async #bring({ address, tries }, asked) {
    const { signal } = asked.stop;
    const { isCutting } = this.attendance.network;
    /** @type {Record<string, string>} */
    const headers = isCutting ? { "Jemaa-Connection": "once" } : {};
    await this.#room(signal);
    this.attendance.spent("request", 0);
    asked.at = performance.now();
    const answer = await fetch(address, { signal, headers, credentials: tries || isCutting ? FRESH : "same-origin" });
    this.lastAt = performance.now();
    const text = await answer.text();
    this.lastAt = performance.now();
    for (const next of importsOf(text, address)) {
      if (!this.known.has(next)) this.known.add(next), this.waiting.push({ address: next, tries: 0 });
    }
  }

  /** On a thin line the sound goes first: wait until it has again in reserve what a file may take from it. @param {AbortSignal} signal */
  async #room(signal) {
    const { attendance } = this;
    const until = performance.now() + WAIT_MS;
    while (attendance.network.isThin && attendance.isListening && !signal.aborted && performance.now() < until) {
      const { timeline, context } = /** @type {import("../media/player.js").Player} */ (attendance.player);
      if (timeline.endMs === null || timeline.endAt - context.currentTime >= ROOM * timeline.wanted()) break;
      await pause(PAUSE_MS, signal);
      this.lastAt = performance.now();
    }
  }
}
