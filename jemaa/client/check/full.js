// @ts-check
/**
 * Check. The fuller test: the steps that a person chose, one after the other, each of which can be skipped while it
 * runs. Its facts stay in this object: nothing is sent anywhere but by `judge`, which asks, and by `keep`, which gives.
 */

import { Book, chance, coarse, isCutting, measurement, programOf } from "./facts.js";
import { askOffer, closeOld, get, patience } from "./rungs.js";
import { STEPS } from "./steps.js";

/**
 * @typedef {import("./steps.js").Step} Step
 * @typedef {object} Wishes
 * @property {ReadonlySet<string>} chosen ids of steps
 * @property {string} access as the person said
 * @property {boolean|null} vpn
 * @property {string} version of the page's program
 *
 * @typedef {"waits"|"runs"|"done"|"skipped"} How
 * @typedef {(step: Step, how: How, doneSeconds: number, ofSeconds: number) => void} OnProgress
 */

const HOUR_MS = 3_600_000;
const PORTS = /** @type {Record<string, number>} */ ({ "https:": 443, "http:": 80 });

export class FullTest {
  /** @param {import("./first.js").First} first @param {Wishes} wishes */
  constructor(first, wishes) {
    this.first = first;
    this.wishes = wishes;
    this.stop = new AbortController();
    /** Ends the step under way alone. */
    this.skipping = new AbortController();
    /** @type {import("./steps.js").Ground["found"]} */
    this.found = [];
    /** @type {ReturnType<typeof measurement>|null} */
    this.facts = null;
    this.isCutting = false;
  }

  /**
   * Run. @param {OnProgress} onProgress @returns {Promise<boolean>} whether it came to its end; rejects with
   *   `CheckFailure` where the server is not there any more
   */
  async run(onProgress) {
    const { signal } = this.stop;
    const { offer, server_ms } = await askOffer(patience(signal, 15_000));
    const clock_off_h = server_ms === null ? null : coarse((Date.now() - server_ms) / HOUR_MS);
    const began = performance.now();
    const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    const book = new Book();
    const now = () => performance.now() - began;
    const port = Number(location.port) || PORTS[location.protocol] || 443;
    const { family } = this.first;
    const ground = { book, offer, family, random: chance(seed), now, port, kbps: this.first.tried.pieces?.kbps ?? null, found: this.found };
    const steps = STEPS.filter((step) => this.wishes.chosen.has(step.id) && step.can(ground));
    const ofSeconds = steps.reduce((sum, step) => sum + step.seconds, 0);
    let doneSeconds = 0;
    /** @type {string[]} */
    const done = ["rungs"];
    for (const step of steps) {
      if (signal.aborted) return false;
      onProgress(step, "runs", doneSeconds, ofSeconds);
      const isWhole = await this.#one(step, ground);
      doneSeconds += step.seconds;
      onProgress(step, isWhole ? "done" : "skipped", doneSeconds, ofSeconds);
      if (isWhole) done.push(...step.steps);
    }
    if (signal.aborted) return false;
    this.isCutting = isCutting(book);
    if (this.isCutting) await closeOld(signal);
    const { version, access, vpn } = this.wishes;
    const about = {
      ...programOf(navigator.userAgent), software: `jemaa-browser ${version}`, seed, access, vpn, steps: done,
      started_s: (server_ms ?? Date.now()) / 1000, clock_off_h, seconds: now() / 1000,
    };
    this.facts = measurement(book, this.#rungs(), await countsOf(offer.run, signal), about);
    return true;
  }

  /** @param {Step} step @param {import("./steps.js").Ground} ground @returns {Promise<boolean>} whether it was not skipped */
  async #one(step, ground) {
    this.skipping = new AbortController();
    const { signal } = this.skipping;
    const end = () => this.skipping.abort();
    this.stop.signal.addEventListener("abort", end);
    await step.run(ground, signal);
    this.stop.signal.removeEventListener("abort", end);
    return !signal.aborted;
  }

  /** Leave the step under way. */
  skip() {
    this.skipping.abort();
  }

  /** The ways of the first advice, and whether a call could be set up. */
  #rungs() {
    const { tried, calls } = this.first;
    const { live, stream, pieces, radio, text } = tried;
    // A way for which the server had no time was not tried.
    const known = Object.entries({ live, stream, pieces, radio, text }).filter(([, found]) => found && found.why !== "busy");
    const times = (calls ?? []).filter((one) => one.shaken).map((one) => one.dtls_ms ?? 0);
    const call = calls ? [["webrtc-udp", times.length ? { usable: true, setup_ms: Math.min(...times) } : { usable: false }]] : [];
    return Object.fromEntries([...known, ...call]);
  }
}

/** What the server logged; null where it cannot be asked. @param {string} run @param {AbortSignal} signal @returns {Promise<import("./facts.js").Counts|null>} */
async function countsOf(run, signal) {
  try {
    return { arms: {}, ...(await (await get(`/check/counts/${run}`, patience(signal))).json()) };
  } catch {
    return null;
  }
}

/**
 * @typedef {{node: string, verdict: string, text: string, because: string}} Said a finding, in words
 * @typedef {{findings: Said[], todo: string[], unknown: string[]}} Judgement
 * @param {unknown} facts @param {string} language
 * @returns {Promise<Judgement>} what follows from the facts; nothing is kept of them
 */
export async function judge(facts, language) {
  return (await get(`/api/check/judge?lang=${language}`, patience(undefined, 20_000), jsonOf(facts))).json();
}

/** Give the facts to the public record. @param {unknown} facts @returns {Promise<string>} the receipt */
export async function keep(facts) {
  const answer = await get("/api/check/measurements", patience(undefined, 20_000), jsonOf(facts));
  return (await answer.json()).receipt;
}

/** Take them back. @param {string} receipt */
export async function takeBack(receipt) {
  await get(`/api/check/measurements/${encodeURIComponent(receipt)}`, patience(undefined, 20_000), { method: "DELETE" });
}

/** @param {unknown} facts @returns {RequestInit} */
function jsonOf(facts) {
  return { method: "POST", body: JSON.stringify(facts), headers: { "Content-Type": "application/json" } };
}
