// @ts-check
/**
 * Check. The first advice: the ways tried beside each other, then the rate by itself, all within seconds.
 *
 * A try that is not back in time has failed, and nothing waits for it. What is known is told as it comes: on a thin line
 * the page itself has shown the rate, and that sound comes through is known before the rest is.
 */

import { advise } from "./advice.js";
import { CheckFailure, callPorts } from "./plan.js";
import { askOffer, closeOld, get, patience, tryLive, tryPieces, tryRadio, tryStream, tryUp } from "./rungs.js";

/**
 * @typedef {import("./rungs.js").Tried} Tried
 * @typedef {import("./advice.js").Advice} Advice
 * @typedef {"live"|"stream"|"pieces"|"radio"|"text"|"up"} Way
 *
 * @typedef {object} First
 * @property {import("./plan.js").Offer|null} offer
 * @property {number|null} clock_off_ms how far this device's clock is from the server's
 * @property {number|null} rtt_ms
 * @property {Partial<Record<Way, Tried>>} tried
 * @property {import("./calls.js").Call[]|null} calls null: not tried
 * @property {ReturnType<typeof import("./calls.js").callsWord>|"waiting"} callsAre
 * @property {import("./advice.js").Seen["browser"]} browser
 * @property {number|null} load_kbps how quickly the page itself came, where that was slow enough to tell
 * @property {Advice} advice
 * @property {boolean} isThin
 * @property {string} family
 * @property {number} took_ms
 */

const ALL_MS = 20_000; // the first words come long before: this is for what hangs
const THIN_KBPS = 150; // calls are tried after the ways, which need what there is of the line
const CLOCK_MS = 120_000; // less is a slow answer, or nobody's business

/**
 * Try everything. Never rejects: what fails is a fact.
 * @param {(first: First) => void} onNews called whenever something is known
 * @param {{family?: string, load_kbps?: number|null}} [known] by which internet protocol the page came ("4", "6", or ""
 *   where the server cannot know), and how quickly, where that was slow enough to tell
 * @returns {Promise<First>}
 */
export async function firstAdvice(onNews, { family = "", load_kbps = null } = {}) {
  const began = performance.now();
  const all = patience(undefined, ALL_MS);
  const ended = new Promise((resolve) => all.addEventListener("abort", resolve));
  /** @type {First} */
  const first = {
    offer: null, clock_off_ms: null, rtt_ms: null, tried: {}, calls: null, callsAre: "waiting",
    family, load_kbps, isThin: load_kbps !== null && load_kbps < THIN_KBPS,
    browser: abilities(), advice: { down: null, sound: false, picture: null, up: null, kbps: null }, took_ms: 0,
  };
  const tell = () => {
    if (first.tried.pieces?.isCutting) distrust(first.tried);
    first.advice = advise(first);
    first.took_ms = performance.now() - began;
    onNews(first);
  };
  /** @param {Way} way @param {Promise<Tried>} trying */
  const note = async (way, trying) => {
    first.tried[way] = await trying;
    tell();
  };
  // Over a thin line a meeting begins with `stream`: that is tried at once, and what else there is when the line is free again.
  const stream = () => note("stream", streamOf(first, all));
  await Promise.all([note("text", reach(first, all)), ...(first.isThin ? [stream()] : [])]);
  if (!first.tried.text?.usable) return first;
  const live = () => note("live", tryLive(patience(all)));
  const pieces = () => note("pieces", tryPieces(patience(all), first.isThin));
  const rest = () => [note("up", tryUp(patience(all), first.tried.pieces?.isCutting)), note("radio", radioOf(first, all))];
  const calls = () => Promise.race([tryCalls(first, all).then(tell), ended]); // a script that never comes ends nothing
  if (first.isThin) {
    if (!first.tried.stream?.usable) await pieces();
    await live();
    if (!first.tried.pieces) await pieces();
    await Promise.all([...rest(), calls()]);
  } else {
    const called = calls();
    await Promise.all([live(), stream(), pieces()]);
    await Promise.all([...rest(), called]);
  }
  if (first.tried.pieces?.isCutting) await closeOld(all);
  return first;
}

/** Where connections are cut by what they carry, what keeps one ends soon, however well it began. @param {First["tried"]} tried */
function distrust(tried) {
  for (const way of /** @type {const} */ (["live", "stream", "radio"])) if (tried[way]) tried[way] = { ...tried[way], usable: false, why: "cut" };
}

/** Whether the server itself answers; what is learned from the offer beside. @param {First} first @param {AbortSignal} signal @returns {Promise<Tried>} */
async function reach(first, signal) {
  try {
    const { offer, rtt_ms, server_ms } = await askOffer(patience(signal), first.isThin);
    const off = server_ms === null ? 0 : Date.now() - server_ms;
    Object.assign(first, { offer, rtt_ms, clock_off_ms: Math.abs(off) > CLOCK_MS ? off : null });
    return { usable: true, setup_ms: rtt_ms };
  } catch (error) {
    return { usable: false, why: error instanceof CheckFailure ? error.code : "no_answer" };
  }
}

/** Over a thin line one packet that was lost collects all that comes after it: it was a proxy if it is so again. @param {First} first @param {AbortSignal} signal @returns {Promise<Tried>} */
async function streamOf({ isThin }, signal) {
  const found = await tryStream(patience(signal));
  return isThin && found.why === "collected" ? tryStream(patience(signal)) : found;
}

/** A stream that flows lets a radio flow; only where it is collected does a longer one say more. @param {First} first @param {AbortSignal} signal @returns {Promise<Tried>} */
async function radioOf({ tried }, signal) {
  const { stream } = tried;
  if (stream?.usable || stream?.why !== "collected") return stream ?? { usable: false, why: "no_answer" };
  return tryRadio(patience(signal));
}

/** @param {First} first @param {AbortSignal} signal */
async function tryCalls(first, signal) {
  const { offer } = first;
  first.callsAre = "untried";
  const module = await import("./calls.js").catch(() => null);
  if (!offer || !module?.canCall(offer)) return;
  const { call, callsWord, isCareful, saySomething } = module;
  first.callsAre = "careful";
  if (isCareful(Intl.DateTimeFormat().resolvedOptions().timeZone)) return;
  first.callsAre = "waiting";
  const calls = await Promise.all(callPorts(offer.udp).map((port, at) => call(offer, { port, arm: at + 1, number: 0 }, signal)));
  first.callsAre = "untried";
  if (!saySomething(calls, offer.udp_host, first.family)) return;
  const known = await withArrivals(offer, calls, signal);
  first.calls = known.length ? known : null;
  first.callsAre = callsWord(first.calls);
}

/**
 * The calls, with what the server saw of those that did not work; those that it turned away itself are left out.
 * @param {import("./plan.js").Offer} offer
 * @param {import("./calls.js").Call[]} calls
 * @param {AbortSignal} signal
 */
async function withArrivals(offer, calls, signal) {
  if (calls.every((one) => one.shaken)) return calls;
  try {
    const { arms, unread = [] } = await (await get(`/check/counts/${offer.run}`, patience(signal))).json();
    const isCounted = (/** @type {import("./calls.js").Call} */ { arm, checked, shaken }) =>
      shaken || !(unread.includes("packets") || (checked ? unread.includes("handshakes") : arms[arm]?.turned_away));
    return calls.filter(isCounted).map((one) => ({ ...one, arrived: (arms[one.arm]?.count ?? 0) > 0 }));
  } catch {
    return calls;
  }
}

/** What this browser can at all. @returns {import("./advice.js").Seen["browser"]} */
function abilities() {
  return {
    decoder: "AudioDecoder" in globalThis,
    encoder: "AudioEncoder" in globalThis || "MediaRecorder" in globalThis,
    microphone: Boolean(globalThis.navigator?.mediaDevices?.getUserMedia),
    audio: "Audio" in globalThis,
  };
}
