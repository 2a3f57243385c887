// @ts-check
/**
 * Check. What a check writes down while it runs, and the record that comes of it: a `Measurement` of
 * `jemaa/facts/record.py`, by the arms of docs/check.md. Pure: times are arguments. Nothing is judged here.
 */

import { quantile } from "./plan.js";

/**
 * @typedef {"udp"|"tcp"|"tls"|"quic"|"https"|"ws"} Transport
 * @typedef {"genuine"|"neutral"} Payload what a browser can send
 * @typedef {{server: "reference-1"|"page-1", port: number, transport: Transport, payload: Payload, inSeries?: boolean}} Place
 * @typedef {object} Counts what the server logged, and what it had no time for
 * @property {Record<number, {count: number, seconds: number[], turned_away?: number}>} arms by the arms' numbers
 * @property {string[]} [unread] kinds of things that were turned away of which it does not know whose they were
 *
 * @typedef {object} About
 * @property {string} software
 * @property {string} stack
 * @property {string} platform
 * @property {number} started_s by the server's clock, in Unix seconds
 * @property {number|null} clock_off_h by how many hours this device's clock is ahead of the server's, to one figure
 * @property {number} seconds
 * @property {string} access as the person said
 * @property {boolean|null} vpn as the person said
 * @property {string[]} steps
 * @property {number} seed
 */

const HOUR_S = 3600;
const TIMEOUT = "generic_timeout_error";

/** One arm under way: `send`, then `answered` or `failed` once for each. */
export class Tally {
  /** @param {string} id @param {string} step @param {number} number @param {Place} place @param {number} atMs since the check's start */
  constructor(id, step, number, place, atMs) {
    this.id = id;
    this.step = step;
    this.number = number;
    this.place = place;
    this.atMs = atMs;
    this.sent = 0;
    /** @type {Set<number>} */
    this.answers = new Set();
    /** @type {number[]} */
    this.rtts = [];
    /** @type {Map<string, number>} */
    this.failures = new Map();
    /** @type {number[]} */
    this.down = [];
    /** @type {number|null} */
    this.lastMs = null;
    this.bytes = 0;
    /** Attempts of which the server said itself that it has no time for them. */
    this.turnedAway = 0;
  }

  /** One more. @returns {number} its number */
  send() {
    return this.sent++;
  }

  /**
   * An answer; a second one to the same counts for nothing.
   * @param {number} number
   * @param {number} atMs since the check's start
   * @param {{rttMs?: number, bytes?: number}} [more]
   */
  answered(number, atMs, { rttMs, bytes = 0 } = {}) {
    if (this.answers.has(number) || number < 0 || number >= this.sent) return;
    this.answers.add(number);
    if (rttMs !== undefined) this.rtts.push(rttMs);
    this.bytes += bytes;
    this.lastMs = atMs - this.atMs;
    const second = Math.floor(this.lastMs / 1000);
    while (this.down.length <= second) this.down.push(0);
    this.down[second] = (this.down[second] ?? 0) + 1;
  }

  /** @param {string} word of OONI's df-007, or of docs/check.md */
  failed(word) {
    this.failures.set(word, (this.failures.get(word) ?? 0) + 1);
  }

  /** @param {Counts|null} counts */
  arm(counts) {
    const { server, port, transport, payload } = this.place;
    const seen = counts && server === "reference-1" ? Math.min(counts.arms[this.number]?.count ?? 0, this.sent) : null;
    const lost = this.sent - this.answers.size;
    return {
      id: this.id, step: this.step, server, port, transport, payload,
      sent: this.sent, rx_client: this.answers.size, rx_server: this.step === "dtls_handshake" ? null : seen,
      failure: this.#failure(),
      rtt_ms_p50: this.rtts.length ? tenth(quantile(this.rtts, 0.5)) : null,
      rtt_ms_p95: this.rtts.length ? tenth(quantile(this.rtts, 0.95)) : null,
      artefact: null, at_ms: Math.round(this.atMs), turned_away: Math.min(lost, this.turnedAway || this.#turnedAway(counts, lost)),
    };
  }

  /** Of what did not come through: how much the server turned away, or may have. @param {Counts|null} counts @param {number} lost */
  #turnedAway(counts, lost) {
    if (!counts || this.place.server !== "reference-1") return 0;
    const kinds = this.step === "dtls_handshake" ? ["packets", "handshakes"] : ["packets"];
    return counts.unread?.some((kind) => kinds.includes(kind)) ? lost : (counts.arms[this.number]?.turned_away ?? 0);
  }

  /** @param {Counts|null} counts */
  series(counts) {
    const last_rx_s = this.lastMs === null ? null : Math.round(this.lastMs) / 1000;
    return { arm: this.id, up: (counts?.arms[this.number]?.seconds ?? []).slice(0, 1200), down: this.down.slice(0, 1200), last_rx_s, bytes: this.bytes };
  }

  /** Set only where most went wrong: what most of them said. */
  #failure() {
    const lost = this.sent - this.answers.size;
    if (!this.sent || 2 * lost <= this.sent) return null;
    const [most] = [...this.failures].sort(([, one], [, other]) => other - one);
    return most?.[0] ?? (this.answers.size ? null : TIMEOUT);
  }
}

/** All arms of one check. They are numbered as they are opened: the number is what their stamps carry. */
export class Book {
  /** @type {Tally[]} */
  tallies = [];

  /** @param {string} id @param {Place} place @param {number} atMs @returns {Tally} */
  open(id, place, atMs) {
    const tally = new Tally(id, id.split("-", 1)[0] ?? id, this.tallies.length + 1, place, atMs);
    this.tallies.push(tally);
    return tally;
  }
}

/**
 * The record of a check. What was never sent is absent, never zero.
 * @param {Book} book
 * @param {Partial<Record<string, import("./rungs.js").Tried>>} tried by the names of rungs
 * @param {Counts|null} counts
 * @param {About} about
 */
export function measurement(book, tried, counts, about) {
  const sent = book.tallies.filter((tally) => tally.sent);
  return {
    version: "1",
    software: about.software,
    started_at: Math.floor(about.started_s / HOUR_S) * HOUR_S,
    seconds: tenth(about.seconds),
    network: { access: about.access, vpn: about.vpn },
    plan: { seed: about.seed, order: sent.map((tally) => tally.id), steps: about.steps, lite: true, left_out: [] },
    arms: sent.map((tally) => tally.arm(counts)),
    series: sent.filter((tally) => tally.place.inSeries).map((tally) => tally.series(counts)),
    rungs: Object.entries(tried).map(([name, found]) => rung(name, found)),
    controls: { clock_off_h: about.clock_off_h },
    stack: about.stack,
    platform: about.platform,
  };
}

/**
 * Whether connections that live long, or carry much, were cut while new or short ones lived: a hint for the meeting's page,
 * no verdict.
 * @param {Book} book @returns {boolean}
 */
export function isCutting({ tallies }) {
  const share = (/** @type {RegExp} */ ids) => {
    const found = tallies.filter(({ id, sent, turnedAway }) => sent && !turnedAway && ids.test(id));
    const sent = found.reduce((sum, one) => sum + one.sent, 0);
    return sent ? found.reduce((sum, one) => sum + one.answers.size, 0) / sent : null;
  };
  const isCut = (/** @type {number|null} */ of, /** @type {number|null} */ beside) => of !== null && beside !== null && of < 0.75 && beside >= 0.9;
  return isCut(share(/^long_flow-tls_\d/), share(/^long_flow-tls_new/)) || isCut(share(/^long_answer-long-/), share(/^long_answer-short-/));
}

/** @param {string} name @param {import("./rungs.js").Tried|undefined} found */
function rung(name, found) {
  const { usable = false, setup_ms, delay_ms_p95, jitter_ms, kbps } = found ?? {};
  const known = Object.entries({ setup_ms, delay_ms_p95, jitter_ms, kbps }).filter(([, value]) => Number.isFinite(value));
  return { name, usable, ...Object.fromEntries(known.map(([key, value]) => [key, tenth(Number(value))])) };
}

/** @param {number} value */
function tenth(value) {
  return Math.round(value * 10) / 10;
}

/** To one figure, at most a million, as `jemaa/facts/scrub.py` has it: what is finer tells people apart. @param {number} value */
export function coarse(value) {
  return Math.sign(value) * Number(Math.min(Math.round(Math.abs(value)), 1e6).toPrecision(1)) || 0;
}

/** Chance that can be had again: the order of a check comes from its seed (mulberry32). @param {number} seed @returns {() => number} from 0 to 1 */
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** In an order by chance. @template T @param {readonly T[]} items @param {() => number} random @returns {T[]} */
export function shuffled(items, random) {
  const all = [...items];
  for (let last = all.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [all[last], all[other]] = [/** @type {T} */ (all[other]), /** @type {T} */ (all[last])];
  }
  return all;
}

/** The program whose DTLS it is, and on what it runs; nothing finer, so that nobody is known by it. @param {string} agent navigator.userAgent */
export function programOf(agent) {
  const name = ["Firefox", "Edg", "Chromium", "Chrome", "Version"].find((word) => agent.includes(`${word}/`));
  const version = name && agent.match(new RegExp(`${name}/(\\d+)`))?.[1];
  const known = /** @type {Record<string, string>} */ ({ Edg: "Chromium", Chrome: "Chromium", Version: "Safari" });
  const platform = ["Android", "iPhone", "iPad", "Windows", "Macintosh", "CrOS", "Linux"].find((word) => agent.includes(word));
  const phones = /** @type {Record<string, string>} */ ({ iPhone: "iOS", iPad: "iOS", Macintosh: "macOS" });
  return {
    stack: name ? `${known[name] ?? name} ${version}` : "unknown",
    platform: platform ? (phones[platform] ?? platform) : "unknown",
  };
}
