// @ts-check
/**
 * Net. Listening: keeps open the paths that the ladder wants, and tells it what they bring.
 *
 * The ladder decides, the player plays each moment once, this file only carries between them.
 */

import { decodeChunk } from "../wire/chunk.js";
import { Stream, lineOf } from "./attendance.js";
import { FRESH, Refusal } from "./insist.js";
import { Ladder, TRIAL } from "./ladder.js";
import { Thinness } from "./thinness.js";

/** @typedef {import("./ladder.js").Rung} Rung */
/** @typedef {import("../wire/record.js").TrackRecord} TrackRecord */
/** @typedef {{close(): void, change?: () => void}} Path */

const TICK_MS = 200;
const LIVE_MARGIN_MS = 40;
const LIVE_START_MS = 120;
const FIRST_BACK_MS = 80; // on `live` with nothing before it: more would only have to be caught up
const OVERLAP_MS = 1000; // what a new path repeats of the old one's sound, so that there is no gap between them
/** Rendition of the sound on each rung, in kb/s: what the rung's overhead and its networks leave room for. */
const KBPS = { live: 32, stream: 12, pieces: 12 };
/** On a thin line; on `live` only until `stream` has taken over. */
const THIN_KBPS = { live: 12, stream: 12, pieces: 8 };
/** On a narrow one: a chunk of 8 kb/s is a second, after which it is seen at the soonest that the one before was lost. */
const NARROW_KBPS = { ...THIN_KBPS, stream: 8 };
const THIN_LIVE_BATCH_MS = 240;
const THIN_LIVE_MARGIN_MS = 1500; // what is lost holds all up for so long
const THIN_BEHIND_MS = 2000; // no older than its own burst and a batch, it has come about
/** To who speaks: smaller ones, both ways, move like a call, and some networks block whoever they go to. */
const SPEAKING_BATCH_MS = 100;
const FEW_BATCH_MS = 60; // what the server recommends while few listen
/** On a near line both may be short: 20 kb/s more of headers, and some 50 ms less from mouth to ear. */
const NEAR_BATCH_MS = 20;
const NEAR_MARGIN_MS = 25;
const NEAR_RTT_MS = 30;
const MEETING_MS = 30_000; // while the page's files come, they go on telling of the line

export class Listening {
  /** @param {import("./attendance.js").Attendance} attendance @param {import("./line.js").Line} line */
  constructor(attendance, line) {
    this.attendance = attendance;
    this.line = line;
    const forced = /** @type {Rung|undefined} */ (attendance.down === "text" ? undefined : attendance.down);
    const { path, rttMs, isCutting } = attendance.network;
    const hint = /** @type {Rung|undefined} */ (path === "live" ? "stream" : path);
    this.ladder = new Ladder({ forced, hint, rttMs, isCutting });
    if (!forced) this.ladder.allow("live", false);
    /** @type {Map<Rung, Path>} */
    this.paths = new Map();
    /** @type {import("../media/picture.js").Picture|null} */
    this.picture = null;
    this.thinness = new Thinness(attendance, () => this.#thinnessChanged());
    this.isOn = false;
    this.timer = 0;
    this.since = 0;
    line.addEventListener("live", () => this.#liveIs());
    line.addEventListener("epoch", () => (this.attendance.player?.reset(), this.thinness.lag.reset()));
    line.addEventListener("awake", () => this.restart());
    attendance.addEventListener("status", () => this.paths.get("live")?.change?.()); // it may recommend other batches
    line.onRecord = (record) => this.liveLane && this.#record(record, this.liveLane);
    /** @type {import("../media/player.js").Lane|null} */
    this.liveLane = null;
  }

  /** What one wants to hear and see has changed. */
  update() {
    const { isReceiving, wanted, down } = this.attendance;
    if (!isReceiving && this.isOn) this.#end();
    this.#showPicture(wanted.picture);
    if (isReceiving && !this.isOn && down !== "text") this.#begin();
  }

  /** All connections are dead: the machine has slept. */
  restart() {
    if (!this.isOn) return;
    this.#end();
    this.attendance.player?.reset();
    this.thinness.lag.reset();
    this.#begin();
  }

  /** Before one speaks, the paths must know who one is, or one would hear oneself. */
  async becomeKnown() {
    const path = this.paths.get("stream");
    if (path && "isAnonymous" in path && path.isAnonymous) {
      this.#replace(path);
    }
  }

  /** Speaking has begun or ended: some paths must be asked for another sound. */
  speakingChanged() {
    for (const path of this.paths.values()) path.change?.();
  }

  #begin() {
    this.isOn = true;
    this.since = performance.now();
    const { player, first } = this.attendance;
    if (!player) for (const rung of /** @type {Rung[]} */ (["live", "stream", "pieces"])) this.ladder.failed(rung, "unsupported", 0), this.ladder.allow(rung, false);
    if (!player) this.ladder.why = this.ladder.forced ? "forced" : "unsupported";
    if (player) player.onUnable = () => this.#unable();
    this.ladder.start(performance.now());
    if (player && first && !this.paths.has("stream") && !first.ended) this.#adopt(first);
    this.timer = setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  #end() {
    this.isOn = false;
    clearInterval(this.timer);
    for (const path of this.paths.values()) path.close();
    this.paths.clear();
    this.attendance.first?.stream.close();
    this.attendance.first = null;
    this.ladder.start(performance.now());
    this.attendance.player?.reset();
    Object.assign(this.attendance.path, { down: null });
    this.attendance.tell("path");
  }

  #tick() {
    const now = performance.now();
    this.ladder.hasPicture = this.pictureName() !== null;
    this.ladder.hasReserve = this.attendance.network.isThin;
    const before = this.ladder.current;
    this.ladder.tick(now);
    if (before && !this.ladder.current) this.attendance.player?.reset(); // it was given up: whatever comes now is played
    this.#learn(now);
    const wanted = this.ladder.open;
    for (const [rung, path] of this.paths) {
      if (wanted.has(rung)) continue;
      this.paths.delete(rung);
      path.close();
    }
    for (const rung of wanted) if (!this.paths.has(rung)) this.#open(rung);
    this.#tellPath();
  }

  #tellPath() {
    const { path } = this.attendance;
    const { current, why } = this.ladder;
    const down = current ?? (this.isOn ? path.down : null);
    const reason = !this.ladder.forced && current === "stream" && this.line.liveIs === "blocked" && why === "first" ? "blocked" : why;
    if (down === path.down && reason === path.why) return;
    Object.assign(path, { down, why: reason });
    if (current) this.attendance.learn({ path: current });
    this.attendance.tell("path");
  }

  /** That a network cuts connections may be found out here or by whoever else asks something of it. @param {number} now */
  #learn(now) {
    const { ladder, attendance } = this;
    if (!attendance.network.isThin && now < this.since + MEETING_MS) this.#measure();
    const isCalm = !ladder.trying.size && !(this.#isLeavingLive && !ladder.forced);
    // A moving picture that is too much rests by itself; over a thin line there are stills, and it may widen beside them.
    if (!ladder.hasPicture || attendance.network.isThin) this.thinness.judge(now, isCalm);
    const isCutting = ladder.isCutting || (attendance.network.isCutting && !ladder.hasLasted(now));
    if (isCutting && !ladder.isCutting) ladder.distrust(now);
    if (isCutting !== attendance.network.isCutting) attendance.learn({ isCutting });
  }

  /** The first files did not tell, or told wrong: over a thin line less sound, and more of it in reserve. */
  #measure() {
    const { isThin, isNarrow } = lineOf(performance.getEntries?.() ?? []);
    if (!isThin) return;
    this.attendance.learn({ isThin, isNarrow });
    this.#thinnessChanged();
  }

  #thinnessChanged() {
    const { isThin, isNarrow, rttMs } = this.attendance.network;
    // Over 24 kb/s another connection would take longer to come about than the sound can wait for it.
    Object.assign(this.ladder, { leavesLive: isThin && !isNarrow, rttMs });
    this.#allowLive();
    const stream = this.paths.get("stream");
    if (stream) this.#replace(stream);
    this.speakingChanged();
  }

  /** @param {Rung} rung @param {Path} [before] of the same rung: it goes on until this one gives something */
  #open(rung, before) {
    const ended = (/** @type {string} */ code) => this.#ended(rung, path, code);
    /** @type {Path|null} */
    let path = null;
    if (rung === "live") path = this.#openLive();
    else if (this.ladder.trial && rung === TRIAL) path = this.#openTrial(ended);
    else if (rung === "stream") path = this.#openStream(ended, before);
    else if (rung === "pieces") path = this.#late(rung, import("./pieces.js").then((module) => () => new module.Pieces(this, ended)));
    else path = this.#late(rung, this.attendance.fetched(["net/radio.js"]).then(() => import("./radio.js")).then((module) => () => new module.Radio(this, ended)));
    if (path) this.paths.set(rung, path);
    else this.ladder.failed(rung, this.line.liveIs === "blocked" ? "blocked" : "lost", performance.now());
  }

  /** A path whose module has yet to come. @param {Rung} rung @param {Promise<() => Path>} loading @returns {Path} */
  #late(rung, loading) {
    /** @type {Path|null} */
    let opened = null;
    let isClosed = false;
    const late = { close: () => ((isClosed = true), opened?.close()), change: () => opened?.change?.() };
    loading.then(
      (open) => isClosed || (opened = open()),
      () => this.#ended(rung, late, "lost"),
    );
    return late;
  }

  /** @returns {Path|null} */
  #openLive() {
    if (!this.line.live) return null;
    const lane = this.#lane("live", this.#liveMarginMs, LIVE_START_MS);
    const socket = this.line.live;
    this.liveLane = lane;
    let asked = "";
    const change = (/** @type {number} */ back_ms) => {
      const wish = { sound: this.soundName("live"), picture: this.pictureName(), batch_ms: this.attendance.publishing.sound ? SPEAKING_BATCH_MS : this.batchMs() };
      if (JSON.stringify(wish) === asked) return;
      asked = JSON.stringify(wish);
      lane.margin = this.#liveMarginMs / 1000;
      socket.say({ op: "listen", ...wish, back_ms });
    };
    change(this.attendance.player?.timeMs == null ? FIRST_BACK_MS : OVERLAP_MS);
    const close = () => {
      if (this.liveLane === lane) this.liveLane = null;
      lane.close();
      socket.say({ op: "listen", sound: null, picture: null });
    };
    return { close, change: () => change(0) };
  }

  /** @param {(code: string) => void} ended @param {Path} [before] @returns {Path & {isAnonymous: boolean}} */
  #openStream(ended, before) {
    const { marginMs, startMs, back_ms: burstMs } = this.attendance.streamManner(OVERLAP_MS);
    // What has been heard already would only stand before what follows it, and keep `live` silent meanwhile.
    const back_ms = this.#isLeavingLive ? THIN_LIVE_MARGIN_MS : before ? OVERLAP_MS : burstMs;
    const lane = this.#lane("stream", marginMs, startMs);
    let asked = this.pictureName();
    // Beside what has fallen silent by a connection that carried nothing yet: those that did may be as dead.
    const credentials = this.ladder.current === "live" && !this.#isLeavingLive ? FRESH : "same-origin";
    /** The newest last: those before it go on until it gives something. @type {{close(): void, isAnonymous?: boolean}[]} */
    const streams = before ? [before] : [];
    const start = (/** @type {number} */ backMs) => {
      const wish = { sound: this.soundName("stream"), picture: asked, back_ms: backMs, credentials };
      const given = (/** @type {TrackRecord} */ record) => {
        while (streams[0] !== stream) streams.shift()?.close();
        this.#record(record, lane);
      };
      const stream = new Stream(this.attendance, wish, given, ended);
      streams.push(stream);
    };
    start(back_ms);
    const end = () => streams.splice(0).forEach((stream) => stream.close());
    const change = () => {
      if (this.pictureName() === asked) return;
      if (asked && this.attendance.wanted.picture) end(); // it was too much, and what waits of it is in the way
      asked = this.pictureName();
      start(OVERLAP_MS);
    };
    return { close: () => (end(), lane.close()), change, get isAnonymous() { return !!streams.at(-1)?.isAnonymous; } };
  }

  /** The same sound once more, by a connection of its own, for nobody's ears. @param {(code: string) => void} ended @returns {Path} */
  #openTrial(ended) {
    return new Stream(this.attendance, { sound: this.soundName(TRIAL), back_ms: 0, credentials: FRESH }, () => this.heard(TRIAL), ended);
  }

  /** The stream that began before this file was here. @param {NonNullable<import("./attendance.js").Attendance["first"]>} first */
  #adopt(first) {
    const { stream, lane } = first;
    this.ladder.raceSince = first.since; // what has given nothing since then need not be waited for once more
    lane.onHeard = () => this.ladder.heard("stream", performance.now());
    this.ladder.trying.set("stream", performance.now());
    const check = setInterval(() => first.ended && this.#ended("stream", path, first.ended), TICK_MS);
    const close = () => (clearInterval(check), stream.close(), lane.close());
    const path = { close, change: () => this.pictureName() && this.#replace(path), isAnonymous: stream.isAnonymous };
    this.paths.set("stream", path);
  }

  /** @param {Path} path */
  #replace(path) {
    if (this.paths.get("stream") !== path) return;
    this.paths.delete("stream");
    this.#open("stream", path);
    if (this.liveLane && this.ladder.trying.has("live")) this.attendance.player?.prefer(this.liveLane);
  }

  /** @param {Rung} rung @param {number} marginMs @param {number} startMs */
  #lane(rung, marginMs, startMs) {
    if (!this.attendance.player) throw new Refusal("unsupported", "This browser cannot decode the sound of this path.");
    return this.attendance.player.lane(marginMs, () => this.heard(rung), startMs);
  }

  /** @param {Rung} rung */
  heard(rung) {
    const before = this.ladder.current;
    this.ladder.heard(rung, performance.now());
    const hasFallen = before === "live" && this.ladder.current !== "live" && this.ladder.why === "stalled";
    if (hasFallen) this.line.live?.close("lost"); // whatever else goes by it is as dead as its sound
  }

  /** @param {string} rung @returns {string} the track to ask for */
  soundName(rung) {
    const { rendition, person, publishing, network } = this.attendance;
    if (rung === "pieces" && publishing.sound && person) return `mix/${person}`;
    const kbps = (!network.isThin ? KBPS : network.isNarrow ? NARROW_KBPS : THIN_KBPS)[/** @type {keyof typeof KBPS} */ (rung)];
    return `sound/${rendition ?? kbps ?? 12}`;
  }

  pictureName() {
    const has = this.attendance.wanted.picture && this.picture && this.attendance.status?.tracks;
    return has ? (this.picture?.rendition ?? null) : null;
  }

  get isNear() {
    return this.attendance.network.rttMs < NEAR_RTT_MS;
  }

  get #isLeavingLive() {
    return this.ladder.current === "live" && this.ladder.leavesLive;
  }

  get #liveMarginMs() {
    return this.attendance.network.isThin ? THIN_LIVE_MARGIN_MS : this.isNear ? NEAR_MARGIN_MS : LIVE_MARGIN_MS;
  }

  /** Of whoever only listens: small packets one way do not move like a call, which are small both ways. */
  batchMs() {
    if (this.attendance.network.isThin) return THIN_LIVE_BATCH_MS;
    const recommended = this.attendance.status?.recommended_batch_ms ?? FEW_BATCH_MS;
    return this.isNear && recommended <= FEW_BATCH_MS ? NEAR_BATCH_MS : recommended;
  }

  /** @param {TrackRecord} record @param {import("../media/player.js").Lane} lane */
  #record({ track, body }, lane) {
    if (!track) return;
    const info = this.attendance.status?.tracks?.find((/** @type {any} */ one) => one.id === track);
    if (info?.kind === "picture") this.picture?.push(decodeChunk(body));
    else if (info || !this.attendance.wanted.picture) {
      if (lane === this.liveLane) this.thinness.given(!!info?.name.startsWith("sound/") && info.name !== this.soundName("live"), performance.now());
      this.#sound(decodeChunk(body), lane);
    }
  }

  /** @param {import("../wire/chunk.js").Chunk} chunk @param {import("../media/player.js").Lane} lane */
  #sound(chunk, lane) {
    const { player } = this.attendance;
    if (player?.heard === lane) this.thinness.lag.came(chunk.timeMs, performance.now(), player.timeline.late);
    // Beside `live` on the same thin line the other never comes to where the sound ends: the same words come after.
    if (this.#isLeavingLive && lane !== this.liveLane && chunk.timeMs > (player?.timeline.endMs ?? 0) - THIN_BEHIND_MS) this.heard("stream");
    lane.push(chunk);
  }

  /** @param {Rung} rung @param {Path|null} path @param {string} code */
  #ended(rung, path, code) {
    if (!path || this.paths.get(rung) !== path) return;
    this.paths.delete(rung);
    path.close();
    if (this.ladder.current === rung || !this.ladder.current) this.attendance.player?.reset();
    this.ladder.failed(rung, code, performance.now());
    this.#tellPath();
  }

  #liveIs() {
    const path = this.paths.get("live");
    if (path) {
      this.#ended("live", path, "lost");
    }
    this.#allowLive();
  }

  /** Where the socket is open; on a thin line what is gained by it is not worth its room. */
  #allowLive() {
    if (!this.ladder.forced) this.ladder.allow("live", this.line.liveIs === "open" && !this.attendance.network.isThin);
  }

  /** The browser said yes to WebCodecs and cannot do it: `radio`, then. */
  #unable() {
    for (const rung of /** @type {Rung[]} */ (["live", "stream", "pieces"])) {
      this.ladder.failed(rung, "unsupported", performance.now());
      this.ladder.allow(rung, false);
    }
    this.#tick();
  }

  /** @param {boolean} isWanted */
  async #showPicture(isWanted) {
    if (isWanted && !this.picture) {
      await this.attendance.fetched(["media/picture.js"]);
      const { Picture } = await import("../media/picture.js");
      this.picture ??= new Picture(this.attendance, () => this.speakingChanged());
    }
    if (!isWanted) this.picture?.stop();
    this.speakingChanged();
  }
}
