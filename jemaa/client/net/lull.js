// @ts-check
/**
 * Net. A lull: a moment in which nothing is said, so that a voice can change its way and no word is lost.
 */

import { pause } from "./retry.js";

const LULL_MS = 1200; // what may be on its way by `pieces`: a piece, and what waits at the server to be even
const POLL_MS = 100;
const BELOW_DB = 20; // under the loudest of late: the room's noise, and no word
const FORGET_DB = 0.1; // a poll, so that a shout is not remembered for ever
const SILENCE_DB = -60; // muted, or nobody there

/**
 * Settles at the next one, or when it is not waited for any longer.
 * @param {{level: number}} source dBFS
 * @param {() => boolean} isOver
 */
export async function lull(source, isOver) {
  let [loudestDb, quietMs] = [-Infinity, 0];
  while (quietMs < LULL_MS && !isOver()) {
    await pause(POLL_MS);
    loudestDb = Math.max(source.level, loudestDb - FORGET_DB);
    const isQuiet = source.level < Math.max(SILENCE_DB, loudestDb - BELOW_DB);
    quietMs = isQuiet ? quietMs + POLL_MS : 0;
  }
}
