// @ts-check
/**
 * Check. Tries the ways into a meeting as a meeting uses them, against this page's own server, for some seconds.
 *
 * Small on purpose: all of it is about 60 kB down and 15 kB up on a thin line, and only a fast one is asked for more.
 */

import { FRESH, insist, offline } from "../net/insist.js";
import { CheckFailure, filling, isSame, longFilling, quantile, readOffer } from "./plan.js";

/**
 * @typedef {import("./plan.js").Offer} Offer
 * @typedef {object} Tried one way, and how it went
 * @property {boolean} usable
 * @property {string} [why] one of `check.why.*` where it is not
 * @property {number} [setup_ms]
 * @property {number} [delay_ms_p95]
 * @property {number} [jitter_ms]
 * @property {number} [loss]
 * @property {number} [kbps]
 * @property {boolean} [isCutting] of `pieces`: what a connection carries is little before it falls silent for good
 */

const PATIENCE_MS = 5000;
const LATE_MS = 1200; // a short answer that is later may sit on a dead connection
const THIN_LATE_MS = 3600;
const MESSAGES = 12;
const MESSAGE_BYTES = 80; // a chunk of the thin sound
const MESSAGE_MS = 60;
const FLOW = { bytes: 2000, pieces: 5, ms: 300 };
const COLLECTED_SHARE = 0.5; // of the time that the pieces should take: faster together means that somebody kept them
const RADIO = { bytes: 24_000, pieces: 2, ms: 2500 };
const RATE_MS = 900; // a sample this long is believed
const RATE_LAST_MS = 3500; // nothing bigger is asked for later than this after the beginning
const RATE_SIZES = [6_000, 24_000, 64_000];
const SILENT_MS = 1500; // and four round trips: a lost packet is back by then
const FROZEN_BYTES = 24_000; // connections are frozen after 16 to 20 KB (docs/lab.md `kill-after-bytes`)
const CONNECTIONS = 6; // that a browser holds to one server at the most
const CLOSE_MS = 1500; // who does not answer by then is dead, and given up
const LOAD_BYTES = 8_000;
export const BUSY = 1013; // how the server closes a socket for which it has no time (RFC 6455 §11.7: try again later)
const UP_SIZES = [2_000, 8_000];

/**
 * A short answer: by a fresh connection where those that brought this page are frozen by now, which says nothing of others.
 * @template T @param {(how: RequestInit) => Promise<T>} ask @param {AbortSignal} signal @param {boolean} isThin @returns {Promise<T>}
 */
function soon(ask, signal, isThin) {
  const tell = (/** @type {unknown} */ error) => Promise.reject(error instanceof CheckFailure ? error : offline(error));
  return insist((how) => ask(how).catch(tell), isThin ? THIN_LATE_MS : LATE_MS, signal);
}

/**
 * Ask for the offer, on the way with the answer's time and the server's clock.
 * @param {AbortSignal} signal
 * @param {boolean} [isThin] the line has little room: nothing is asked for twice in a hurry
 * @returns {Promise<{offer: Offer, rtt_ms: number, server_ms: number|null}>} rejects with `CheckFailure`
 */
export async function askOffer(signal, isThin = false) {
  const began = performance.now();
  const answer = await soon((how) => get("/check/plan", signal, how), signal, isThin);
  const offer = readOffer(await answer.text());
  const told = Date.parse(answer.headers.get("Date") ?? "");
  return { offer, rtt_ms: performance.now() - began, server_ms: Number.isFinite(told) ? told : null };
}

/** Path `live`: a WebSocket that opens, and brings back what is sent, promptly. @param {AbortSignal} signal @returns {Promise<Tried>} */
export function tryLive(signal) {
  const began = performance.now();
  /** @type {number[]} */
  const sentAt = [];
  /** @type {number[]} */
  const delays = [];
  let setup_ms = 0;
  let timer = 0;
  return new Promise((resolve) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/check/socket`);
    socket.binaryType = "arraybuffer";
    const end = (/** @type {string} */ why) => {
      clearInterval(timer);
      signal.removeEventListener("abort", late);
      socket.onclose = socket.onmessage = null;
      socket.close();
      if (delays.length < MESSAGES / 2) return resolve({ usable: false, why });
      const middle = quantile(delays, 0.5);
      const jitter_ms = quantile(delays.map((delay) => Math.abs(delay - middle)), 0.5);
      // On a line that is only slow, half of them by now are an answer.
      const usable = why === "ok" || why === "silent";
      resolve({ usable, ...(usable ? {} : { why }), setup_ms, delay_ms_p95: quantile(delays, 0.95), jitter_ms });
    };
    const late = () => end(setup_ms ? "silent" : "no_answer");
    signal.addEventListener("abort", late);
    const send = () => {
      if (sentAt.length >= MESSAGES) return clearInterval(timer);
      const message = filling(MESSAGE_BYTES);
      message[0] = sentAt.length;
      sentAt.push(performance.now());
      socket.send(message);
    };
    socket.onopen = () => {
      setup_ms = performance.now() - began;
      timer = setInterval(send, MESSAGE_MS);
    };
    socket.onmessage = ({ data }) => {
      const message = new Uint8Array(data);
      const number = message[0] ?? 0;
      message[0] = filling(1)[0] ?? 0;
      if (number !== delays.length || !isSame(message, filling(MESSAGE_BYTES))) return end("changed");
      delays.push(performance.now() - (sentAt[number] ?? 0));
      if (delays.length === MESSAGES) end("ok");
    };
    socket.onclose = ({ code }) => end(code === BUSY ? "busy" : setup_ms ? "cut" : "refused");
    if (signal.aborted) late();
  });
}

/** Path `stream`: one long answer, of which each part comes when it is sent. @param {AbortSignal} signal */
export function tryStream(signal) {
  return tryFlow(FLOW, signal);
}

/** Path `radio`: the same with a burst first, which fills what a proxy may collect. @param {AbortSignal} signal */
export function tryRadio(signal) {
  return tryFlow(RADIO, signal);
}

/** @param {{bytes: number, pieces: number, ms: number}} flow @param {AbortSignal} signal @returns {Promise<Tried>} */
async function tryFlow({ bytes, pieces, ms }, signal) {
  const began = performance.now();
  const all = new Uint8Array(bytes);
  let at = 0;
  let firstAt = 0;
  try {
    const answer = await get(`/check/long?bytes=${bytes}&pieces=${pieces}&ms=${ms}`, signal);
    const setup_ms = performance.now() - began;
    const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      firstAt ||= performance.now();
      if (at + part.value.length > bytes) throw new CheckFailure("changed");
      all.set(part.value, at);
      at += part.value.length;
    }
    if (at < bytes) throw new CheckFailure("cut");
    if (!isSame(all, longFilling(bytes, pieces))) throw new CheckFailure("changed");
    const isCollected = performance.now() - firstAt < COLLECTED_SHARE * ms * (pieces - 1);
    return isCollected ? { usable: false, why: "collected", setup_ms } : { usable: true, setup_ms };
  } catch (error) {
    return { usable: false, why: at && signal.aborted ? "cut" : codeOf(error, signal) };
  }
}

/**
 * Path `pieces` and the rate: short answers, each larger than the one before while that is quick.
 * @param {AbortSignal} signal
 * @param {boolean} [isThin] as in `askOffer`
 * @returns {Promise<Tried & {rtt_ms?: number}>}
 */
export async function tryPieces(signal, isThin = false) {
  const began = performance.now();
  let [first, kbps, since, came] = [0, 0, 0, 0];
  try {
    first = await soon((how) => piece(137, signal, how), signal, isThin); // a size that no cache of anybody's has
    for (const size of RATE_SIZES) {
      if (kbps && performance.now() - began > RATE_LAST_MS) break;
      [since, came] = [performance.now(), 0];
      const ms = await sample(size, first, signal, (bytes) => (came += bytes));
      if (ms === null) return { usable: true, setup_ms: first, rtt_ms: first, isCutting: true, ...(kbps ? { kbps } : {}) };
      kbps = (size * 8) / Math.max(1, ms - (kbps ? Math.min(first, ms / 2) : 0));
      if (ms > RATE_MS) break;
    }
  } catch (error) {
    const code = codeOf(error, signal);
    if (!first || code !== "no_answer") return { usable: false, why: code };
    kbps ||= (came * 8) / (performance.now() - since); // short answers come; of a longer one so much did
  }
  return { usable: true, setup_ms: first, kbps, rtt_ms: first };
}

/**
 * A larger answer. Where it falls silent it may be the line's bad moment, or an older connection's end: so a long one is
 * asked for on a new connection. If that falls silent too, while a short one comes, connections are cut here by what they
 * carry.
 * @param {number} size @param {number} rttMs @param {AbortSignal} signal @param {(bytes: number) => void} onBytes
 * @returns {Promise<number|null>} how long it took; null: it was cut
 */
async function sample(size, rttMs, signal, onBytes) {
  const silentMs = SILENT_MS + 4 * rttMs;
  const ms = await unlessSilent((stop, heard) => piece(size, stop, {}, (bytes) => (onBytes(bytes), heard())), silentMs, signal);
  if (ms !== null) return ms;
  const again = await unlessSilent((stop, heard) => piece(FROZEN_BYTES, stop, ALONE, heard), silentMs, signal);
  if (again !== null) return (again * size) / FROZEN_BYTES;
  await piece(139, signal, ALONE);
  return null;
}

/**
 * @param {(stop: AbortSignal, heard: () => void) => Promise<number>} ask @param {number} silentMs @param {AbortSignal} signal
 * @returns {Promise<number|null>} what it gives; null where for so long no byte of it came
 */
async function unlessSilent(ask, silentMs, signal) {
  const stop = new AbortController();
  const end = () => stop.abort();
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  let isSilent = false;
  const fallSilent = () => ((isSilent = true), end());
  let timer = setTimeout(fallSilent, silentMs);
  const heard = () => (clearTimeout(timer), (timer = setTimeout(fallSilent, silentMs)));
  try {
    return await ask(stop.signal, heard);
  } catch (error) {
    if (isSilent) return null;
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}

/** What one sends: short POSTs, as `pieces` up has them. @param {AbortSignal} signal @param {boolean} [isAlone] each on a connection of its own @returns {Promise<Tried>} */
export async function tryUp(signal, isAlone = false) {
  const began = performance.now();
  let setup_ms = 0;
  let kbps = 0;
  try {
    for (const size of UP_SIZES) {
      const sent = performance.now();
      const { headers, ...alone } = isAlone ? ALONE : {};
      const init = { method: "POST", body: filling(size), ...alone, headers: { "Content-Type": "application/octet-stream", ...headers } };
      const { bytes, whole } = await (await get("/check/up", signal, init)).json().catch(() => ({}));
      if (bytes !== size || whole !== true) throw new CheckFailure("changed");
      const ms = performance.now() - sent;
      setup_ms ||= ms;
      kbps = (size * 8) / Math.max(1, ms);
      if (ms > RATE_MS || performance.now() - began > RATE_LAST_MS) break;
    }
    return { usable: true, setup_ms, kbps };
  } catch (error) {
    return { usable: false, why: codeOf(error, signal) };
  }
}

/**
 * How quickly this page itself came; null where it came too quickly, or out of a cache, to say.
 * @param {readonly PerformanceEntry[]} entries @returns {number|null} kb/s
 */
export function rateOf(entries) {
  const loads = /** @type {PerformanceResourceTiming[]} */ (entries).filter(({ transferSize = 0, responseStart = 0 }) => transferSize > 0 && responseStart > 0);
  const bytes = loads.reduce((sum, { transferSize }) => sum + transferSize, 0);
  const ms = Math.max(0, ...loads.map(({ responseEnd }) => responseEnd)) - Math.min(...loads.map(({ responseStart }) => responseStart));
  return bytes >= LOAD_BYTES && ms >= RATE_MS ? (bytes * 8) / ms : null;
}

/**
 * One short answer, compared.
 * @param {number} size @param {AbortSignal} signal @param {RequestInit} [init] @param {(bytes: number) => void} [onBytes] whenever some have come
 * @returns {Promise<number>} how long it took
 */
export async function piece(size, signal, init = {}, onBytes = () => {}) {
  const began = performance.now();
  const answer = await get(`/check/piece?bytes=${size}`, signal, init);
  const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
  const whole = filling(size);
  let at = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    onBytes(part.value.length);
    if (!isSame(part.value, whole.subarray(at, at + part.value.length))) throw new CheckFailure("not_ours");
    at += part.value.length;
  }
  if (at < size) throw new CheckFailure("not_ours");
  return performance.now() - began;
}

/** For what shall come on a connection of its own: the server closes it, and without cookies browsers take up no old one. */
export const ALONE = { headers: { "Jemaa-Connection": "once" }, credentials: FRESH };

/**
 * So that what is opened next comes by new connections: browsers take up old ones, however near to their end those are.
 * @param {AbortSignal} signal
 */
export async function closeOld(signal) {
  const { headers } = ALONE; // with cookies, as pages are asked for: by those that the browser holds
  const asked = Array.from({ length: CONNECTIONS }, (_, n) => piece(141 + n, patience(signal, CLOSE_MS), { headers }));
  await Promise.allSettled(asked);
}

/** A signal for one try. @param {AbortSignal} [signal] also ends it @param {number} [ms] @returns {AbortSignal} */
export function patience(signal, ms = PATIENCE_MS) {
  const stop = new AbortController();
  const end = () => stop.abort();
  setTimeout(end, ms);
  signal?.addEventListener("abort", end);
  if (signal?.aborted) end();
  return stop.signal;
}

/** @param {string} address @param {AbortSignal} signal @param {RequestInit} [init] */
export async function get(address, signal, init = {}) {
  const separator = address.includes("?") ? "&" : "?";
  // A number of our own in each address: an answer out of anybody's cache is none.
  const answer = await fetch(`${address}${separator}r=${crypto.getRandomValues(new Uint32Array(1))}`, { cache: "no-store", signal, ...init });
  if (answer.ok) return answer;
  const { error = {} } = await answer.json().catch(() => ({}));
  const code = error.code === "check-busy" ? "busy" : error.code === "check-off" ? "off" : "not_ours";
  throw Object.assign(new CheckFailure(code), { text: error.text }); // a refusal's sentence, where the server made it
}

/** @param {unknown} error @param {AbortSignal} signal @returns {string} */
function codeOf(error, signal) {
  if (error instanceof CheckFailure) return error.code;
  return signal.aborted ? "no_answer" : "refused";
}
