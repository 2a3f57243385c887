// @ts-check
/**
 * Check. From how the ways went to how one can attend. Pure.
 */

/**
 * @typedef {import("./rungs.js").Tried} Tried
 * @typedef {"live"|"stream"|"pieces"|"radio"|"text"} Down
 *
 * @typedef {object} Seen all that the first advice rests on
 * @property {Partial<Record<Down|"up", Tried>>} tried
 * @property {number|null} [load_kbps] the rate as far as the page itself shows it
 * @property {{decoder: boolean, microphone: boolean, encoder: boolean, audio: boolean}} browser what it can at all
 *
 * @typedef {object} Advice
 * @property {Down|null} down the best way; null where nothing gets through
 * @property {boolean} sound
 * @property {"moving"|"still"|null} picture null also where the rate is not known
 * @property {"live"|"pieces"|"note"|"text"|null} up how one can ask or speak
 * @property {number|null} kbps
 */

/** What each way's sound needs of the line, in kb/s, with all headers: below 80 kb/s a meeting takes 8 kb/s of sound and climbs to
 * no `live`, which has next to nothing in reserve. */
export const NEEDS = { live: 80, stream: 13, pieces: 12, radio: 15, text: 0 };
const MOVING_KBPS = 190; // the small picture beside the sound, in pictures that are not all alike
const STILL_KBPS = 14; // one every ten seconds beside the sound: over EDGE, which is found to have 15, they come
const SPEAK_KBPS = { live: 40, pieces: 40 };
const LIVE_DELAY_MS = 2500; // slower than this it is no conversation, and the jitter buffer gives up

/** From the best to the last. @type {readonly Down[]} */
export const WAYS = ["live", "stream", "pieces", "radio", "text"];

/** @param {Seen} seen @returns {Advice} */
export function advise({ tried, browser, load_kbps = null }) {
  const kbps = tried.pieces?.kbps ?? load_kbps;
  const down = WAYS.find((way) => isGood(way, tried, browser, kbps)) ?? null;
  const sound = down !== null && down !== "text";
  return { down, sound, picture: sound && down !== "radio" ? pictureOf(kbps) : null, up: upOf(tried, browser, down), kbps };
}

/** @param {Down} way @param {Seen["tried"]} tried @param {Seen["browser"]} browser @param {number|null} kbps */
function isGood(way, tried, browser, kbps) {
  const found = tried[way];
  if (!found?.usable) return false;
  if (way === "radio" ? !browser.audio : way !== "text" && !browser.decoder) return false;
  if (way === "live" && (found.delay_ms_p95 ?? 0) > LIVE_DELAY_MS) return false;
  return kbps === null || kbps >= NEEDS[way];
}

/** @param {number|null} kbps @returns {Advice["picture"]} */
function pictureOf(kbps) {
  if (kbps === null || kbps < STILL_KBPS) return null;
  return kbps < MOVING_KBPS ? "still" : "moving";
}

/** @param {Seen["tried"]} tried @param {Seen["browser"]} browser @param {Down|null} down @returns {Advice["up"]} */
function upOf({ live, up }, browser, down) {
  if (!down) return null;
  const kbps = up?.kbps ?? null;
  const canSpeak = browser.microphone && browser.encoder;
  if (canSpeak && live?.usable && (kbps === null || kbps >= SPEAK_KBPS.live)) return "live";
  if (canSpeak && up?.usable && (kbps ?? 0) >= SPEAK_KBPS.pieces) return "pieces";
  if (browser.microphone && up?.usable) return "note";
  return up?.usable || live?.usable ? "text" : null;
}
