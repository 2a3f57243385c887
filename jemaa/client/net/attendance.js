// @ts-check
/**
 * Net. A person's attendance of a session, as the page sees it: one object, its fields and its events.
 *
 * This file, the player and `wire/` are all that the first sound needs (path `stream`); what climbs, speaks, reads and
 * asks is loaded after it. It reads nothing from the page.
 */

import { Player } from "../media/player.js";
import { decodeChunk } from "../wire/chunk.js";
import { RecordStream } from "../wire/record.js";
import { Refusal, brought, deadMs, inVain, insist, offline } from "./insist.js";

/** Of path `stream`: the reserve, and what is played of the first burst (a chunk's length more). */
const STREAM_MARGIN_MS = 120;
const STREAM_START_MS = 360;
const ALONE_MS = 1200; // nothing sounds by then: the rest is needed, to try other paths
const BURST_MS = 400; // of sound that the server has already: plays at once, and is the reserve
/** On a thin line a file of this page delays the sound by seconds: so much is in reserve. */
const THIN_MARGIN_MS = 3000;
const THIN_BURST_MS = 3000;
export const THIN_KBPS = 80;
export const NARROW_KBPS = 40;
const THIN_BYTES = 6000; // packed; fewer say nothing of a line, and of the first files one or two may not be told of yet
const THIN_RTT_MS = 60; // who is nearer and yet slow has a busy machine
const KNOWN_MS = 12 * 3600_000; // what was learned of a network on another day may be of another network

/** @typedef {"live"|"stream"|"pieces"|"radio"|"text"} Down */
/** @typedef {"live"|"pieces"|"note"|"text"} Up */
/** @typedef {import("../wire/record.js").TrackRecord} TrackRecord */

/**
 * @typedef {object} Options
 * @property {string} session
 * @property {string} [invitation] the token out of a link
 * @property {string} [down] force this path
 * @property {string} [up]
 * @property {string} [sound] force this rendition: "8", "12", "32", or "mp3" on `radio`
 * @property {Pick<Storage, "getItem"|"setItem">|null} [storage] keeps who one is, and what worked last time
 */

/** Path `stream`: one long answer. `onEnd` hears once why it is over, but not from who has closed it. */
export class Stream {
  /**
   * @param {Attendance} attendance
   * @param {{sound: string|null, picture?: string|null, back_ms?: number, credentials?: RequestCredentials}} wish
   * @param {(record: TrackRecord) => void} onRecord
   * @param {(code: string) => void} onEnd
   */
  constructor(attendance, wish, onRecord, onEnd) {
    this.stop = new AbortController();
    this.isClosed = false;
    this.isAnonymous = !attendance.token;
    const query = new URLSearchParams({ batch_ms: attendance.network.isThin ? "200" : "60", back_ms: String(Math.round(wish.back_ms ?? BURST_MS)) });
    if (wish.sound) query.set("sound", wish.sound);
    if (wish.picture) query.set("picture", wish.picture);
    const over = (/** @type {string} */ code) => this.isClosed || onEnd(code);
    this.#read(attendance, (how) => attendance.request(`stream?${query}`, { credentials: wish.credentials, ...how }), onRecord).then(over, (error) => over(error.code ?? "lost"));
  }

  close() {
    this.isClosed = true;
    this.stop.abort();
  }

  /** @param {Attendance} attendance @param {(how: RequestInit) => Promise<Response>} ask @param {(record: TrackRecord) => void} onRecord */
  async #read(attendance, ask, onRecord) {
    let hasBegun = false;
    inVain(attendance.network).addEventListener("abort", () => hasBegun || this.stop.abort());
    const answer = await insist(ask, deadMs(attendance.network), this.stop.signal);
    hasBegun = true;
    const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
    const records = new RecordStream();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.stop.signal.aborted) return "closed";
      attendance.spent("stream", value.length);
      for (const record of records.push(value)) onRecord(record);
    }
  }
}

/**
 * Events: `state` (`detail.events`), `status`, `path`, `cost`, `publishing`, `unpublished` (`detail` `{kind, code, text}`),
 * `playing` (once), `press` (the browser wants one more before anything sounds), `gone` (the link is not, or no more, valid; `detail` `{code, text}`).
 */
export class Attendance extends EventTarget {
  /** @param {Options} options */
  constructor({ session, invitation, down, up, sound, storage = pageStorage() }) {
    super();
    this.session = session;
    this.invitation = invitation;
    this.down = /** @type {Down|undefined} */ (down);
    this.up = /** @type {Up|undefined} */ (up);
    this.rendition = sound;
    this.storage = storage;
    /** @type {import("../ui/attending.js").State|null} */
    this.state = null;
    /** @type {any} newest of §3.3 */
    this.status = null;
    /** @type {string|null} */
    this.person = null;
    /** @type {string|null} */
    this.role = null;
    /** @type {string|null} */
    this.token = null;
    /** @type {{down: string|null, up: string|null, why: string, connected: boolean}} */
    this.path = { down: null, up: null, why: "first", connected: false };
    this.cost = { kbps: 0, bytes: 0 };
    /** @type {{sound: {readonly level: number}|null, picture: object|null}} */
    this.publishing = { sound: null, picture: null };
    this.wanted = { sound: false, picture: false };
    /** @type {HTMLCanvasElement|OffscreenCanvas|null} */
    this.canvas = null;
    /** What the line has room for now of a picture that is wanted. @type {"moving"|"still"|"none"} */
    this.pictureFits = "moving";
    /** @type {Player|null} */
    this.player = null;
    /** What is known of the network. @type {Network} */
    this.network = this.#met();
    /** What the volume and the loudspeaker shall be, before there is a player. */
    this.sound = new SoundControls(this);
    /** Told of each piece of a body: path and bytes. @type {(path: string, bytes: number) => void} */
    this.spent = (path, bytes) => void this.early.push([path, bytes]);
    /** @type {[string, number][]} what was spent before anyone counted */
    this.early = [];
  }
  #loader = /** @type {Promise<typeof import("./modules.js")>|null} */ (null);
  #rest = /** @type {Promise<import("./attending.js").Attending>|null} */ (null);
  /** The first sound needs the network for itself. */
  #firstSound = Promise.resolve();

  get isListening() {
    return this.wanted.sound;
  }

  /** Whether anything comes: who wants the picture alone gets the sound with it, and does not hear it. */
  get isReceiving() {
    return this.wanted.sound || this.wanted.picture;
  }

  /** Who one is, and all that happens, from now on. Settles when one is in. */
  async join() {
    return (await this.rest()).join();
  }

  /**
   * Hear and see, or stop; what is left out stays as it is. Call it in a click's handler the first time.
   * @param {{sound?: boolean, picture?: boolean}} wanted
   */
  async listen(wanted) {
    const wasReceiving = this.isReceiving;
    Object.assign(this.wanted, wanted);
    if (this.isReceiving) {
      this.player ??= this.#openPlayer();
      this.player?.wake();
      if (!this.player || this.down === "radio") this.sound.wakeRadio();
      if (!wasReceiving) this.#startAtOnce();
    } else this.#endFirst();
    this.sound.apply();
    if (this.isReceiving) await this.#firstSound;
    await (await this.rest()).listen();
  }

  /** @param {{type: string, [field: string]: unknown}} command @returns {Promise<{seq: number}>} rejects with a `Refusal` */
  async command(command) {
    return (await this.rest()).command(command);
  }

  /** Send one's voice. `stream` stays the caller's to stop. @param {MediaStream} stream */
  publishSound = async (stream) => (await this.rest()).publishSound(stream);
  /** @param {MediaStream} stream @param {"camera"|"screen"} source @param {HTMLVideoElement} player */
  publishPicture = async (stream, source, player) => (await this.rest()).publishPicture(stream, source, player);
  /** @param {"sound"|"picture"} kind */
  stopPublishing = async (kind) => (await this.rest()).stopPublishing(kind);

  /** Where the picture is drawn; null: nowhere. @param {HTMLCanvasElement|OffscreenCanvas|null} canvas */
  showPicture(canvas) {
    this.canvas = canvas;
  }

  /** Record a question, connection or none. @param {MediaStream} stream @returns {Promise<import("./note.js").NoteRecording>} */
  recordNote = async (stream) => (await this.rest()).recordNote(stream);
  /** A recording that has not been sent yet. @returns {Promise<import("./note.js").Note|null>} */
  pendingNote = async () => (await this.rest()).pendingNote();

  /**
   * A request to the session's part of the API, as the person one is. Rejects with a `Refusal` (`offline` if nothing came).
   * @param {string} address
   * @param {RequestInit} [init]
   * @param {boolean} [isShared] it is for everybody: no need to say who asks
   * @returns {Promise<Response>}
   */
  async request(address, init = {}, isShared = false) {
    const headers = new Headers(init.headers);
    if (this.token && !isShared) headers.set("Authorization", `Bearer ${this.token}`);
    if (this.network.isCutting) headers.set("Jemaa-Connection", "once");
    this.spent("request", 0);
    const signal = init.signal ?? inVain(this.network);
    const answer = await fetch(`/api/s/${this.session}/${address}`, { ...init, headers, signal }).catch((error) => Promise.reject(offline(error)));
    if (answer.ok) return answer;
    const { error = {} } = await answer.json().catch(() => ({}));
    throw new Refusal(error.code ?? `http-${answer.status}`, error.text ?? "The server did not answer as expected.", error);
  }

  /** @param {string} type @param {object} [detail] */
  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** The name under which something is kept. @param {string} what */
  key(what) {
    return `jemaa-${what}-${this.session}${this.invitation ? `-${this.invitation.slice(-12)}` : ""}`;
  }

  /** What this page's files have told, and where they did not, an earlier visit. @returns {Network} */
  #met() {
    return { isCutting: false, isThin: false, isNarrow: false, ...this.#known(), ...lineOf(performance.getEntries?.() ?? []) };
  }

  /** What was learned in an earlier visit, if not too long ago. @returns {Partial<Network>} */
  #known() {
    try {
      const { at, ...known } = JSON.parse(this.storage?.getItem("jemaa-network") ?? "{}");
      return Date.now() - at < KNOWN_MS ? known : {};
    } catch {
      return {};
    }
  }

  /** Learn something of the network, and keep it for the next visit. @param {Partial<Network>} known */
  learn(known) {
    const { network } = this;
    Object.assign(network, known);
    try {
      this.storage?.setItem("jemaa-network", JSON.stringify({ ...network, rttMs: undefined, at: Date.now() }));
    } catch {} // only a hint: the next visit starts as the first did
  }

  /**
   * Load modules, and all that they need, in a way that outlasts connections that freeze; then `import` finds them.
   * @param {string[]} modules from the client's folder
   */
  async fetched(modules) {
    const own = ["./modules.js", "./retry.js"].map((file) => new URL(file, import.meta.url));
    this.#loader ??= Promise.all(own.map((file) => brought(file, this.network))).then(() => import("./modules.js"));
    const { fetchModules } = await this.#loader.catch((error) => {
      this.#loader = null;
      throw error;
    });
    await fetchModules(modules.map((module) => new URL(`../${module}`, import.meta.url).href), this);
  }

  /** Everything else, loaded once; a load that failed is tried again by the next call. */
  rest() {
    this.#rest ??= this.fetched(["net/attending.js", "meeting/state.js", "net/pieces.js"]).then(() => import("./attending.js")).then(
      (module) => new module.Attending(this),
      (error) => {
        this.#rest = null;
        throw offline(error);
      },
    );
    return this.#rest;
  }

  /** A stream that the ladder finds running. @type {{stream: Stream, lane: import("../media/player.js").Lane, ended: string|null, since: number}|null} */
  first = null;

  #startAtOnce() {
    const isFirst = !this.first && this.player && (!this.down || this.down === "stream");
    if (!isFirst || (this.invitation && !this.token) || this.publishing.sound) return;
    const { marginMs, startMs, kbps, back_ms } = this.streamManner(BURST_MS);
    const lane = /** @type {Player} */ (this.player).lane(marginMs, () => {}, startMs);
    const wish = { sound: `sound/${this.rendition ?? kbps}`, back_ms };
    const stream = new Stream(this, wish, ({ track, body }) => track && lane.push(decodeChunk(body)), (code) => first && (first.ended = code));
    const first = (this.first = { stream, lane, ended: /** @type {string|null} */ (null), since: performance.now() });
    this.#firstSound = new Promise((resolve) => {
      this.addEventListener("playing", () => resolve(), { once: true });
      setTimeout(resolve, ALONE_MS + 6 * this.network.rttMs);
    });
    this.path.down = "stream";
    if (this.down) this.path.why = "forced";
  }

  /** Who stops before the rest of the page is there has nobody else to end it. */
  #endFirst() {
    this.first?.stream.close();
    this.first?.lane.close();
    this.first = null;
  }

  /** How path `stream` is used on this line: reserve, how much of the first burst is played, rendition, burst. @param {number} back_ms */
  streamManner(back_ms) {
    const { isThin, rttMs } = this.network;
    if (isThin) return { marginMs: THIN_MARGIN_MS, startMs: THIN_BURST_MS, kbps: 8, back_ms: THIN_BURST_MS };
    const marginMs = Math.max(STREAM_MARGIN_MS, rttMs);
    return { marginMs, startMs: STREAM_START_MS + marginMs - STREAM_MARGIN_MS, kbps: 12, back_ms: back_ms + marginMs };
  }

  /** None where the browser has no WebCodecs: `radio` needs none. */
  #openPlayer() {
    if (!("AudioDecoder" in globalThis)) return null;
    const player = new Player();
    player.onPlaying = () => this.tell("playing");
    if (this.sound.output) player.setOutput(this.sound.output).catch(() => {}); // it may be unplugged by now
    return player;
  }
}

/** How loud and where, also before anything sounds. */
class SoundControls {
  #volume = 1;
  /** @param {Attendance} attendance */
  constructor(attendance) {
    this.attendance = attendance;
    this.output = "";
    /** The `<audio>` of path `radio`. @type {HTMLAudioElement|null} */
    this.radio = null;
  }

  /** In a press, before there is anything in it: a browser lets sound later what was asked to play in one. */
  wakeRadio() {
    this.radio ??= new Audio();
    this.radio.play()?.catch(() => {});
  }

  /** From 0 to 1. */
  get volume() {
    return this.#volume;
  }
  set volume(value) {
    this.#volume = value;
    this.apply();
  }

  /** To whatever sounds; nothing is heard by who wants the picture alone. */
  apply() {
    const volume = this.attendance.isListening ? this.#volume : 0;
    for (const one of [this.attendance.player, this.radio]) if (one) one.volume = volume;
  }

  /** dBFS of what is heard; -Infinity where the browser does not say. */
  get level() {
    return this.attendance.player?.level ?? -Infinity;
  }

  /** @param {string} deviceId */
  async setOutput(deviceId) {
    this.output = deviceId;
    await this.attendance.player?.setOutput(deviceId);
    await this.radio?.setSinkId?.(deviceId);
  }
}

/**
 * `rttMs`: how long an answer takes at the least. `isThin`: the line has little more room than the sound needs; `isNarrow`:
 * or none at all. `isCutting`: connections that live long or carry much are cut. `path`: what worked last.
 * @typedef {{rttMs: number, isThin: boolean, isNarrow: boolean, isCutting: boolean, path?: string}} Network
 */

/**
 * What the page's files tell of the line: how long each took beyond the way there and back, each moment once. What is
 * lost makes a wide line look thin, not a thin one wide. @param {any[]} entries as `performance.getEntries()` has them
 * @returns {{rttMs: number, isThin?: boolean, isNarrow?: boolean}} how far alone where too little came to say more
 */
export function lineOf(entries) {
  const files = entries.filter(({ name, transferSize }) => transferSize > 0 && /\/client\//.test(name));
  const rttMs = roundTrip(entries, files);
  let [ms, until] = [0, 0];
  for (const { requestStart, responseEnd } of files.sort((one, other) => one.requestStart - other.requestStart)) {
    ms += Math.max(0, responseEnd - Math.max(requestStart + rttMs, until));
    until = Math.max(until, responseEnd);
  }
  const bytes = files.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  if (bytes <= THIN_BYTES) return { rttMs };
  const kbps = rttMs > THIN_RTT_MS ? (bytes * 8) / ms : Infinity;
  return { rttMs, isThin: kbps < THIN_KBPS, isNarrow: kbps < NARROW_KBPS };
}

/**
 * A connection that the browser had opened ahead is told of only from when a file wanted it, and looks fast. That of the
 * page itself is whole; where it is an older one, no answer comes sooner than once round.
 * @param {any[]} entries @param {any[]} files */
function roundTrip(entries, files) {
  const whole = entries.filter(({ connectStart: from, secureConnectionStart: via, connectEnd: to }) => to > from && via !== from);
  const ofPage = whole.filter(({ entryType }) => entryType === "navigation");
  const opened = ofPage.length ? ofPage : whole;
  const halves = opened.flatMap(({ connectStart: from, connectEnd: to, secureConnectionStart: via }) => (via ? [via - from, to - via] : [to - from]));
  const told = halves.length ? halves : files.map(({ requestStart, responseStart }) => responseStart - requestStart);
  return told.length ? Math.min(...told) : 0;
}

/** None where the browser forbids it. */
function pageStorage() {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
