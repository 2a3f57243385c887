// @ts-check
/**
 * Check. The steps of the fuller test: what each does on the network, written down in a book. None rejects, all end
 * with their signal; `docs/check.md` says what its arms mean.
 *
 * A browser sends no twins, and its requests share connections: what only twins or new connections could tell is left
 * to `jemaa check`.
 */

import { call, canCall, saySomething } from "./calls.js";
import { shuffled } from "./facts.js";
import { CheckFailure, callPorts, filling, isSame, longFilling } from "./plan.js";
import { BUSY, get, patience, piece } from "./rungs.js";

/**
 * @typedef {object} Ground what the steps share
 * @property {import("./facts.js").Book} book
 * @property {import("./plan.js").Offer} offer
 * @property {() => number} random
 * @property {() => number} now ms since the check's start
 * @property {number} port of the pages
 * @property {number|null} kbps
 * @property {string} family by which the page came: "4", "6", or ""
 * @property {{way: string, ok: number, of: number}[]} found what the page can say at once
 *
 * @typedef {object} Step
 * @property {string} id
 * @property {string[]} steps names in the plan
 * @property {number} seconds about how long, for the progress
 * @property {(ground: Ground) => boolean} can
 * @property {(ground: Ground, signal: AbortSignal) => Promise<void>} run
 */

const CALLS = 5;
const SOCKETS = 3;
const ECHOES = 5;
const ECHO_BYTES = 300;
const SHORT = { tries: 6, bytes: 8_000 };
const LONG = { tries: 4, bytes: 48_000, pieces: 4, ms: 100 };
const FLOWING = { bytes: 4_000, pieces: 10, ms: 300 };
const LATE_MS = 1200;
const FLOWS = 4;
const FLOW_S = 36;
const NEW_FLOW_S = 3;
const APART_MS = 1500;
const EACH_MS = 500;
const FLOW_BYTES = 60;
const THIN_KBPS = 130; // long answers would take all of the time

/** @type {readonly Step[]} */
export const STEPS = [
  { id: "web", steps: ["up", "ws"], seconds: 4, can: () => true, run: web },
  { id: "calls", steps: ["stun", "dtls_handshake"], seconds: 8, can: ({ offer }) => canCall(offer), run: calls },
  { id: "answers", steps: ["long_answer"], seconds: 8, can: () => true, run: answers },
  { id: "flows", steps: ["long_flow"], seconds: 44, can: () => true, run: flows },
];

/** Pages and WebSockets, several times. @param {Ground} ground @param {AbortSignal} signal */
async function web({ book, now, port, found }, signal) {
  const up = book.open("up-server", { server: "page-1", port, transport: "https", payload: "neutral" }, now());
  for (let n = 0; n < SOCKETS && !signal.aborted; n++) await attempt(up, now, signal, () => piece(137 + n, patience(signal)));
  const ws = book.open("ws-page-genuine", { server: "page-1", port, transport: "ws", payload: "genuine" }, now());
  for (let n = 0; n < SOCKETS && !signal.aborted; n++) await attempt(ws, now, signal, () => conversation(ECHOES, 0, ECHO_BYTES, patience(signal), () => {}));
  found.push({ way: "live", ok: ws.answers.size, of: ws.sent });
}

/** Calls to each port, in turns. @param {Ground} ground @param {AbortSignal} signal */
async function calls({ book, offer, random, now, family, found }, signal) {
  const ports = callPorts(offer.udp);
  /** @param {string} id @param {number} port */
  const open = (id, port) => book.open(id, { server: "reference-1", port, transport: "udp", payload: "genuine" }, now());
  const stun = new Map(ports.map((port) => [port, open(`stun-${port}-genuine`, port)]));
  const high = Math.max(...ports);
  const dtls = open("dtls_handshake-browser-genuine", high);
  /** @type {import("./calls.js").Call[]} */
  const all = [];
  for (let n = 0; n < CALLS && !signal.aborted; n++) {
    await Promise.all(shuffled(ports, random).map(async (port) => {
      const tally = /** @type {import("./facts.js").Tally} */ (stun.get(port));
      const number = tally.send();
      const one = await call(offer, { port, arm: tally.number, number }, signal);
      const { checked, shaken, ice_ms, dtls_ms } = one;
      all.push(one);
      if (checked) tally.answered(number, now(), { rttMs: ice_ms ?? undefined });
      else if (signal.aborted) tally.sent--;
      if (!checked || port !== high) return;
      const shake = dtls.send();
      if (shaken) dtls.answered(shake, now(), { rttMs: dtls_ms ?? undefined });
    }));
  }
  if (!saySomething(all, offer.udp_host, family)) for (const tally of stun.values()) tally.sent = 0;
  found.push({ way: "calls", ok: dtls.answers.size, of: stun.get(high)?.sent ?? 0 });
}

/** Short and long answers in an order by chance, and one that flows. @param {Ground} ground @param {AbortSignal} signal */
async function answers({ book, random, now, port, kbps, found }, signal) {
  /** @type {import("./facts.js").Place} */
  const place = { server: "page-1", port, transport: "https", payload: "neutral" };
  const short = book.open("long_answer-short-neutral", place, now());
  const long = book.open("long_answer-long-neutral", place, now());
  const longs = kbps !== null && kbps < THIN_KBPS ? 0 : LONG.tries;
  const kinds = shuffled([...Array(SHORT.tries).fill(short), ...Array(longs).fill(long)], random);
  for (const tally of kinds) {
    if (signal.aborted) break;
    if (tally === short) await attempt(short, now, signal, () => piece(SHORT.bytes, patience(signal)));
    else await longOne(book, long, place, now, signal);
  }
  if (!signal.aborted) await flowing(book.open("long_answer-flowing-neutral", { ...place, inSeries: true }, now()), now, signal);
  found.push({ way: "answers", ok: short.answers.size + long.answers.size, of: short.sent + long.sent });
}

/** @param {import("./facts.js").Book} book @param {import("./facts.js").Tally} all @param {import("./facts.js").Place} place @param {() => number} now @param {AbortSignal} signal */
async function longOne(book, all, place, now, signal) {
  const one = book.open(`long_answer-long_${all.sent + 1}-neutral`, { ...place, inSeries: true }, now());
  const number = all.send();
  one.send();
  const began = now();
  let got = 0;
  try {
    await read(LONG, patience(signal, 15_000), (bytes) => (got += bytes));
    for (const [tally, of] of /** @type {const} */ ([[all, number], [one, 0]])) tally.answered(of, now(), { rttMs: now() - began });
  } catch (error) {
    if (signal.aborted) return void (all.sent--, (one.sent = 0));
    for (const tally of [all, one]) failed(tally, error);
  }
  one.bytes = got;
  one.lastMs = now() - began;
}

/** A piece counts if it came about when it was due. @param {import("./facts.js").Tally} tally @param {() => number} now @param {AbortSignal} signal */
async function flowing(tally, now, signal) {
  for (let n = 0; n < FLOWING.pieces; n++) tally.send();
  const each = FLOWING.bytes / FLOWING.pieces;
  const began = now();
  let got = 0;
  try {
    await read(FLOWING, patience(signal, 12_000), (bytes) => {
      const before = Math.floor(got / each);
      got += bytes;
      for (let n = before; n < Math.floor(got / each); n++) {
        if (now() - began <= LATE_MS + n * FLOWING.ms) tally.answered(n, now(), { bytes: each });
      }
    });
    if (tally.answers.size < FLOWING.pieces) tally.failed("generic_timeout_error");
  } catch (error) {
    failed(tally, error, FLOWING.pieces);
    if (signal.aborted) tally.sent = 0;
  }
}

/** @param {{bytes: number, pieces: number, ms: number}} what @param {AbortSignal} signal @param {(bytes: number) => void} onBytes */
async function read({ bytes, pieces, ms }, signal, onBytes) {
  const answer = await get(`/check/long?bytes=${bytes}&pieces=${pieces}&ms=${ms}`, signal);
  const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
  const whole = longFilling(bytes, pieces);
  let at = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (!isSame(part.value, whole.subarray(at, at + part.value.length))) throw new CheckFailure("changed");
    at += part.value.length;
    onBytes(part.value.length);
  }
  if (at < bytes) throw new CheckFailure("cut");
}

/** Quiet WebSockets that live long, begun at different times: what a network cuts ends at one age. @param {Ground} ground @param {AbortSignal} signal */
async function flows({ book, now, port, found }, signal) {
  /** @type {import("./facts.js").Place} */
  const place = { server: "page-1", port, transport: "ws", payload: "neutral", inSeries: true };
  /** @param {string} name @param {number} seconds */
  const one = async (name, seconds) => {
    const tally = book.open(`long_flow-tls_${name}-neutral`, place, now());
    const messages = (seconds * 1000) / EACH_MS;
    const sentAt = (/** @type {number} */ n) => void (tally.send(), (times[n] = now()));
    /** @type {number[]} */
    const times = [];
    const echo = (/** @type {number} */ n) => tally.answered(n, now(), { rttMs: now() - (times[n] ?? 0), bytes: FLOW_BYTES });
    await conversation(messages, EACH_MS, FLOW_BYTES, patience(signal, seconds * 1000 + 5000), echo, sentAt).catch((error) => failed(tally, error, messages));
    if (signal.aborted) tally.sent = Math.min(tally.sent, tally.answers.size);
    else while (tally.sent < messages) tally.send(); // a flow that died early was to carry all of them
    return tally;
  };
  const open = Array.from({ length: FLOWS }, async (_, at) => {
    await new Promise((resolve) => setTimeout(resolve, at * APART_MS));
    return one(String(at + 1), FLOW_S);
  });
  const tallies = await Promise.all(open);
  found.push({ way: "flows", ok: tallies.filter((one) => one.sent && one.answers.size === one.sent).length, of: FLOWS });
  if (!signal.aborted) await one("new", NEW_FLOW_S);
}

/**
 * So many messages on one WebSocket, each brought back.
 * @param {number} messages @param {number} eachMs 0: the next when the one before is back @param {number} size @param {AbortSignal} signal
 * @param {(n: number) => void} onEcho @param {(n: number) => void} [onSend]
 * @returns {Promise<void>} rejects with `CheckFailure`
 */
function conversation(messages, eachMs, size, signal, onEcho, onSend = () => {}) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/check/socket`);
    socket.binaryType = "arraybuffer";
    let [sent, back, timer, isOpen] = [0, 0, 0, false];
    const end = (/** @type {string} */ code) => {
      clearInterval(timer);
      signal.removeEventListener("abort", late);
      socket.onclose = socket.onmessage = socket.onopen = null;
      socket.close();
      if (code) reject(new CheckFailure(code));
      else resolve();
    };
    const late = () => end(isOpen ? "silent" : "no_answer");
    const send = () => {
      if (sent >= messages) return clearInterval(timer);
      const message = filling(size);
      message[0] = sent & 0xff;
      onSend(sent++);
      socket.send(message);
    };
    signal.addEventListener("abort", late);
    socket.onopen = () => {
      isOpen = true;
      send();
      if (eachMs) timer = setInterval(send, eachMs);
    };
    socket.onmessage = ({ data }) => {
      const message = new Uint8Array(data);
      if (message.length !== size || message[0] !== (back & 0xff)) return end("changed");
      onEcho(back++);
      if (back === messages) end("");
      else if (!eachMs) send();
    };
    socket.onclose = ({ code }) => end(code === BUSY ? "busy" : isOpen ? "cut" : "refused");
    if (signal.aborted) late();
  });
}

/** @param {import("./facts.js").Tally} tally @param {() => number} now @param {AbortSignal} signal @param {() => Promise<unknown>} act */
async function attempt(tally, now, signal, act) {
  const number = tally.send();
  const began = now();
  try {
    await act();
    tally.answered(number, now(), { rttMs: now() - began });
  } catch (error) {
    if (signal.aborted) tally.sent--;
    else failed(tally, error);
  }
}

/** @param {import("./facts.js").Tally} tally @param {unknown} error @param {number} [of] how many of its tries that ended */
function failed(tally, error, of = 1) {
  tally.failed(wordOf(error));
  if (error instanceof CheckFailure && error.code === "busy") tally.turnedAway += of;
}

/** @param {unknown} error @returns {string} a word of docs/check.md */
function wordOf(error) {
  const code = error instanceof CheckFailure ? error.code : "";
  /** @type {Record<string, string>} */
  const words = { busy: "http_unexpected_status_code", changed: "answer_not_ours", not_ours: "answer_not_ours", cut: "eof_error", silent: "generic_timeout_error", no_answer: "generic_timeout_error" };
  // Why a connection did not come about no browser tells a page.
  return words[code] ?? (/** @type {{name?: string}} */ (error)?.name === "AbortError" ? "generic_timeout_error" : "http_request_failed");
}
