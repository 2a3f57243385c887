// @ts-check
/**
 * Net. Brings modules into the browser's cache, so that a connection that freezes does not hang the page.
 *
 * `import` waits for ever on a frozen connection, and nobody can end that. `fetch` can be ended and repeated; what it has
 * brought `import` then finds. On a thin line two come at a time, or the sound would have to wait for all.
 */

import { FRESH, deadMs, insist, textOf } from "./insist.js";
import { pause } from "./retry.js";

const STALL_MS = 2000;
const SLOW = 2; // so many times what the slowest file took may be added by a line that is slow, not dead
const AT_ONCE = 5;
const THIN_AT_ONCE = 2; // one keeps a far line idle for a round trip a file; three gain nothing
const PAUSE_MS = 250;
const MOST_PAUSE_MS = 5000;
const ROOM = 0.6; // of the reserve that is wanted: a chunk of 8 kb/s is a second, so it is never full
const WAIT_MS = 8000; // a line that cannot carry even the sound shall not keep the page away for ever
const IMPORT = /(?:\bfrom|\bimport)\s*["'](\.[^"']+)["']/g;

/** @typedef {import("./attendance.js").Attendance} Attendance */

/** The modules that a module's text imports. @param {string} text @param {string} address @returns {string[]} */
export function importsOf(text, address) {
  return [...text.matchAll(IMPORT)].map((found) => new URL(found[1], address).href);
}

/** What a file of this page took at the most so far. */
function slowestMs() {
  const entries = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType("resource"));
  const came = entries.filter(({ name, transferSize }) => transferSize > 0 && /\/client\//.test(name));
  return Math.max(0, ...came.map(({ duration }) => duration));
}

/** Settles when all are here: a browser that has once failed to `import` a file may never try again. @param {string[]} addresses @param {Attendance} attendance */
export async function fetchModules(addresses, attendance) {
  const fetching = new Fetching(addresses, attendance);
  for (let pauseMs = PAUSE_MS; fetching.waiting.length; pauseMs = Math.min(2 * pauseMs, MOST_PAUSE_MS)) {
    await fetching.attempt();
    if (fetching.waiting.length) await pause(pauseMs);
  }
}

class Fetching {
  /** @param {string[]} addresses @param {Attendance} attendance */
  constructor(addresses, attendance) {
    this.attendance = attendance;
    this.waiting = [...addresses];
    this.known = new Set(addresses);
    this.underWay = 0;
    this.lastAt = 0;
    /** A fresh connection was quicker than one that had carried something: the next files come by fresh ones at once. */
    this.isFreezing = false;
  }

  /** Go on until all is here, or nothing has come for too long: then every connection that was waited for is given up. */
  async attempt() {
    const stop = new AbortController();
    const { network } = this.attendance;
    const stallMs = STALL_MS + (network.isThin ? 16 : 8) * network.rttMs;
    this.lastAt = performance.now();
    const timer = setInterval(() => performance.now() - this.lastAt > stallMs && stop.abort(), 250);
    /** @type {string[]} */
    const failed = [];
    await new Promise((done) => this.#fill(stop.signal, failed, () => done(null)));
    clearInterval(timer);
    this.waiting.push(...failed);
    if (stop.signal.aborted) this.attendance.learn({ isCutting: true });
  }

  /** @param {AbortSignal} signal @param {string[]} failed @param {() => void} done */
  #fill(signal, failed, done) {
    const atOnce = this.attendance.network.isThin ? THIN_AT_ONCE : AT_ONCE;
    while (this.underWay < atOnce && this.waiting.length && !signal.aborted) {
      const address = /** @type {string} */ (this.waiting.shift());
      this.underWay++;
      this.#one(address, signal)
        .catch(() => failed.push(address))
        .finally(() => {
          this.underWay--;
          this.#fill(signal, failed, done);
        });
    }
    if (!this.underWay) done();
  }

  /** @param {string} address @param {AbortSignal} signal */
  async #one(address, signal) {
    await this.#room(signal);
    const lateMs = deadMs(this.attendance.network) + SLOW * slowestMs();
    const text = await insist((how) => this.#text(address, how), lateMs, signal);
    for (const next of importsOf(text, address)) {
      if (!this.known.has(next)) this.known.add(next), this.waiting.push(next);
    }
  }

  /** @param {string} address @param {RequestInit} how */
  async #text(address, how) {
    this.attendance.spent("request", 0);
    const isFresh = this.isFreezing || this.attendance.network.isCutting;
    const init = isFresh ? { credentials: FRESH, ...how, headers: { "Jemaa-Connection": "once" } } : how;
    const text = await textOf(address, init);
    this.lastAt = performance.now();
    this.isFreezing ||= how.credentials === FRESH;
    return text;
  }

  /** On a thin line the sound goes first: wait until it has again in reserve what a file may take from it. @param {AbortSignal} signal */
  async #room(signal) {
    const { attendance } = this;
    const until = performance.now() + WAIT_MS;
    while (attendance.network.isThin && attendance.isReceiving && !signal.aborted && performance.now() < until) {
      const { timeline, context } = /** @type {import("../media/player.js").Player} */ (attendance.player);
      if (timeline.endMs === null || timeline.endAt - context.currentTime >= ROOM * timeline.wanted()) break;
      await pause(PAUSE_MS, signal);
      this.lastAt = performance.now();
    }
  }
}
