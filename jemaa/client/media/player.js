// @ts-check
/**
 * Media. The one sound: every path brings chunks, the player decodes them and plays each moment once, by media time.
 *
 * A path gets a `Lane`; two lanes may run at once while one takes over from the other, and only one is ever heard.
 * What is due when is decided by `Timeline`, which knows nothing of the browser.
 */

import { opusMs } from "../wire/chunk.js";

const RATE = 48000;
const FADE_SAMPLES = 240; // 5 ms: short enough not to be noticed, long enough not to click
const LEAD = 0.02; // seconds that scheduling needs
const GATHER_MS = 25;
const GATHERINGS = 20;
const QUIET = 0.003; // about -50 dBFS: nobody misses such a frame
const CATCH_UP_RATE = 1.03;
const PAUSE_MS = 80; // shorter quiet belongs to a word
const PAUSE_PACE = 0.5; // of the rest of a pause may be left out
const MOST_MARGIN = 3;
const MOST_GROWN = 1.2;
const MOST_WAIT = 0.3; // after a stall: what it held up comes at once, and is the reserve that another one needs
const WINDOW = 2.5; // seconds over which the shortest reserve counts
const TOO_LATE = 2.5; // seconds of reserve more than twice what is wanted: the tab slept; jump instead of running after it

/** @typedef {import("../wire/chunk.js").Chunk} Chunk */
/**
 * @typedef {object} Placed
 * @property {number} at seconds on the clock of the AudioContext
 * @property {number} skipMs what of the frame's beginning has been played already
 * @property {number} rate
 * @property {boolean} isStart nothing was played right before: fade in
 * @property {number} cutAt from then on throw away what is scheduled; Infinity: nothing of it
 */

/** @typedef {{timeMs: number, durationMs: number, buffer: AudioBuffer}} Decoded */

/** When each moment is played. Reserve: how long before its time a frame is here. */
export class Timeline {
  constructor() {
    this.margin = 0.1;
    this.burst = 0; // seconds that come at once: the last of them is early by so much
    this.late = 0;
    this.duplicates = 0;
    this.shortened = 0;
    /** @type {number|null} media time up to which there is sound */
    this.endMs = null;
    /** When that ends, in seconds. */
    this.endAt = 0;
    this.isFast = false;
  }
  /** What stalls have added to the margin. */
  #grown = 0;
  /** @type {{at: number, reserve: number}[]} */
  #window = [];
  /** Media time from which the next quiet frame may be left out. */
  #nextPause = 0;
  /** How long it has been quiet, in media time. */
  #quietMs = 0;
  #hurries = false;

  /** Start afresh with the next frame: another server, or time lost. */
  reset() {
    this.endMs = null;
    this.#window = [];
    this.#nextPause = this.#quietMs = 0;
    this.isFast = false;
  }

  /**
   * Put a frame in its place, or nowhere (null).
   * @param {number} timeMs
   * @param {number} durationMs
   * @param {number} now seconds
   * @param {number} [loudness] root of the mean square: what is quiet may be left out to catch up
   * @returns {Placed|null}
   */
  place(timeMs, durationMs, now, loudness = 1) {
    if (this.endMs === null) return this.#put(timeMs, durationMs, now + LEAD, { isStart: true });
    const skipMs = Math.max(0, this.endMs - timeMs);
    if (skipMs > durationMs - 1) {
      this.duplicates++;
      return null;
    }
    const gap = timeMs - this.endMs > 1 ? (timeMs - this.endMs) / 1000 : 0; // decoders round their times
    // Where nothing was, no time need be kept: a gap may only bring the reserve back to what is wanted.
    const wanted = this.wanted();
    const at = gap ? Math.max(this.endAt, Math.min(this.endAt + gap, now + wanted)) : this.endAt;
    const reserve = at - now;
    if (reserve < 0) return this.#after(timeMs, durationMs, now, -reserve);
    const cutAt = this.#hurries ? now : now + wanted; // of what was late all that the reserve needs is played
    // Who begins with the newest burst just before the next has two in reserve. A stall that is over leaves its length.
    const most = wanted + (this.#hurries ? LEAD : wanted + 2 * this.burst + TOO_LATE);
    this.#hurries = false;
    if (reserve > most) return this.#put(timeMs, durationMs, now + wanted, { isStart: true, cutAt });
    const excess = this.#excess(now, reserve);
    this.#quietMs = loudness < QUIET ? this.#quietMs + durationMs : 0;
    const isSpare = this.#quietMs > PAUSE_MS && !gap && excess * 1000 > durationMs && timeMs >= this.#nextPause;
    if (isSpare) return this.#leaveOut(durationMs - skipMs);
    this.isFast = excess > (this.isFast ? 0.02 : 0.08);
    const rate = this.isFast ? CATCH_UP_RATE : 1;
    return this.#put(timeMs, durationMs, at, { skipMs, rate, isStart: gap > 0 });
  }

  /** Somebody's voice has been taken away: what is left of it in the reserve is not to be played out. */
  hurry() {
    this.#hurries = true;
  }

  /** The sound comes another way from here on: what the old one had in reserve says nothing. */
  change() {
    this.#window = [];
  }

  /** The shortest reserve of late, in seconds. */
  get reserve() {
    return Math.min(...this.#window.map((one) => one.reserve));
  }

  /** The reserve that is aimed at, in seconds. */
  wanted() {
    return Math.min(MOST_MARGIN, this.margin + this.#grown);
  }

  /** The sound has stood still: play on from here, with more in reserve. @param {number} timeMs @param {number} durationMs @param {number} now @param {number} lateness */
  #after(timeMs, durationMs, now, lateness) {
    this.late++;
    this.#grown = Math.min(MOST_GROWN, this.#grown + Math.min(0.1, Math.max(0.01, lateness / 2)));
    this.#window = [];
    return this.#put(timeMs, durationMs, now + Math.max(LEAD, Math.min(lateness, this.wanted(), MOST_WAIT)), { isStart: true });
  }

  /** The shortest reserve of late, beyond what is wanted. @param {number} now @param {number} reserve */
  #excess(now, reserve) {
    const last = this.#window.at(-1);
    if (last && now - last.at < 0.25) last.reserve = Math.min(last.reserve, reserve);
    else this.#window.push({ at: now, reserve });
    while (this.#window[0].at < now - WINDOW) this.#window.shift();
    const isKnown = now - this.#window[0].at > WINDOW * 0.6;
    if (!isKnown) return 0;
    this.#grown = Math.max(0, this.#grown - 0.00002); // about 1 ms a second: a bad minute is forgotten in a quiet one
    return this.reserve - this.wanted();
  }

  /** @param {number} leftOutMs */
  #leaveOut(leftOutMs) {
    this.endMs = (this.endMs ?? 0) + leftOutMs;
    this.#nextPause = this.endMs + leftOutMs / PAUSE_PACE - leftOutMs;
    this.shortened += leftOutMs;
    this.#sooner(leftOutMs / 1000);
    return null;
  }

  /** @param {number} seconds what has been caught up: everything in the window has that much less in reserve */
  #sooner(seconds) {
    for (const one of this.#window) one.reserve -= seconds;
  }

  /** @param {number} timeMs @param {number} durationMs @param {number} at @param {Partial<Placed>} how @returns {Placed} */
  #put(timeMs, durationMs, at, how) {
    const placed = { at, skipMs: 0, rate: 1, isStart: false, cutAt: Infinity, ...how };
    const seconds = (durationMs - placed.skipMs) / 1000;
    this.endMs = timeMs + durationMs;
    this.endAt = at + seconds / placed.rate;
    if (placed.cutAt < Infinity) this.#window = [];
    else if (placed.rate !== 1) this.#sooner(seconds - seconds / placed.rate);
    return placed;
  }
}

/** Sound of one path on its way into the player. */
export class Lane {
  /**
   * @param {Player} player
   * @param {number} marginMs reserve that this path needs at the least
   * @param {() => void} onHeard
   * @param {number} startMs how much of what is here is played where nothing was before: what is older is left out
   */
  constructor(player, marginMs, onHeard, startMs) {
    this.player = player;
    this.startMs = startMs;
    this.margin = marginMs / 1000;
    this.burst = 0; // as in `Timeline`
    this.onHeard = onHeard;
    this.isClosed = false;
    /** @type {AudioDecoder|null} */
    this.decoder = null;
  }

  /** @param {Chunk} chunk */
  push(chunk) {
    if (this.isClosed) return;
    if (!this.decoder || this.decoder.state === "closed") this.decoder = this.#open();
    let timestamp = chunk.timeMs * 1000;
    for (const data of chunk.frames) {
      this.decoder.decode(new EncodedAudioChunk({ type: "key", timestamp, data: /** @type {BufferSource} */ (data) }));
      timestamp += opusMs(data) * 1000;
    }
  }

  close() {
    this.isClosed = true;
    this.player.drop(this);
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
  }

  #open() {
    const decoder = new AudioDecoder({
      output: (data) => this.player.take(this, data),
      error: () => this.player.isProven || this.player.onUnable(),
    });
    decoder.configure({ codec: "opus", sampleRate: RATE, numberOfChannels: 1 });
    return decoder;
  }
}

/** Plays, through one AudioContext. Make it in the handler of a click, or the browser will not let it sound. */
export class Player {
  constructor() {
    this.context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
    this.timeline = new Timeline();
    this.isProven = false; // a frame has been decoded in this browser
    /** @type {() => void} this browser does not decode Opus after all */
    this.onUnable = () => {};
    /** @type {() => void} once, when sound begins to come out */
    this.onPlaying = () => {};
    /** @type {Lane[]} the newest last */
    this.lanes = [];
    /** @type {Lane|null} */
    this.heard = null;
    this.gain = new GainNode(this.context);
    this.analyser = new AnalyserNode(this.context, { fftSize: 2048 });
    this.gain.connect(this.analyser).connect(this.context.destination);
    /** Decoded, and not yet begun with. @type {Decoded[]} */
    this.gathered = [];
    /** @type {Set<AudioBufferSourceNode>} */
    this.nodes = new Set();
    /** @type {AudioBufferSourceNode|null} */
    this.tail = null;
    this.context.onstatechange = () => this.wake();
    this.wake();
  }

  /** Sound again after the browser has taken it away (a phone call, a click that was awaited). */
  wake() {
    if (this.context.state !== "running" && this.context.state !== "closed") this.context.resume().catch(() => {});
  }

  /** @param {number} marginMs @param {() => void} onHeard whenever this lane's sound is scheduled @param {number} [startMs] */
  lane(marginMs, onHeard, startMs = Infinity) {
    const lane = new Lane(this, marginMs, onHeard, startMs);
    this.lanes.push(lane);
    return lane;
  }

  /** This lane may take over from all others. @param {Lane} lane */
  prefer(lane) {
    this.lanes = [...this.lanes.filter((one) => one !== lane), lane];
  }

  /** @param {Lane} lane */
  drop(lane) {
    this.lanes = this.lanes.filter((one) => one !== lane);
    if (this.heard === lane) this.heard = null;
  }

  /** Media time begins anew (another epoch), or the sound was off. What is scheduled plays out. */
  reset() {
    this.timeline.reset();
    this.gathered = [];
    this.heard = null;
  }

  /** @param {Lane} lane @param {AudioData} data */
  take(lane, data) {
    this.isProven = true;
    const timeMs = data.timestamp / 1000;
    const durationMs = (data.numberOfFrames / data.sampleRate) * 1000;
    if (!lane.isClosed && this.#mayPlay(lane, timeMs)) {
      const buffer = new AudioBuffer({ length: data.numberOfFrames, sampleRate: data.sampleRate });
      const samples = buffer.getChannelData(0);
      data.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
      if (this.timeline.endMs === null) this.#gather(lane, { timeMs, durationMs, buffer });
      else this.#play(lane, { timeMs, durationMs, buffer });
      lane.onHeard();
    }
    data.close();
  }

  /** @param {Lane} lane @param {Decoded} decoded */
  #play(lane, { timeMs, durationMs, buffer }) {
    Object.assign(this.timeline, { margin: lane.margin, burst: lane.burst });
    const placed = this.timeline.place(timeMs, durationMs, this.context.currentTime, loudness(buffer.getChannelData(0)));
    if (placed) this.#schedule(buffer, placed);
  }

  /** Before the first sound: see how much has come while the page and the loudspeaker woke up. @param {Lane} lane @param {Decoded} decoded */
  #gather(lane, decoded) {
    this.gathered.push(decoded);
    if (this.gathered.length === 1) setTimeout(() => this.#begin(lane, this.context.currentTime, GATHERINGS), GATHER_MS);
  }

  /** @param {Lane} lane @param {number} since @param {number} left how often to look again whether the loudspeaker runs */
  #begin(lane, since, left) {
    if (this.context.currentTime === since && left) return void setTimeout(() => this.#begin(lane, since, left - 1), GATHER_MS);
    const gathered = this.gathered.splice(0);
    const newest = gathered.at(-1);
    if (!newest || lane.isClosed) return;
    const from = newest.timeMs + newest.durationMs - lane.startMs;
    for (const one of gathered) if (one.timeMs >= from || one === newest) this.#play(lane, one);
  }

  /** A lane takes over as soon as it goes on where the sound ends, or the sound has stopped. @param {Lane} lane @param {number} timeMs */
  #mayPlay(lane, timeMs) {
    if (this.heard === lane) return true;
    const { endMs, endAt } = this.timeline;
    const isNewer = !this.heard || this.lanes.indexOf(lane) > this.lanes.indexOf(this.heard);
    const isDry = endMs === null || endAt < this.context.currentTime;
    const goesOn = endMs !== null && timeMs >= endMs - 60 && timeMs <= endMs + 1;
    if (!(isNewer && goesOn) && !(isDry && (endMs === null || timeMs >= endMs - 60))) return false;
    this.heard = lane;
    this.timeline.change();
    return true;
  }

  /** @param {AudioBuffer} buffer @param {Placed} placed */
  #schedule(buffer, { at, skipMs, rate, isStart, cutAt }) {
    if (cutAt < Infinity) for (const node of this.nodes) node.stop(cutAt);
    else if (!isStart) this.tail?.stop();
    const samples = buffer.getChannelData(0);
    const first = Math.round((skipMs / 1000) * buffer.sampleRate);
    if (isStart) for (let i = 0; i < FADE_SAMPLES; i++) samples[first + i] *= i / FADE_SAMPLES;
    const when = Math.round(at * RATE) / RATE;
    this.#start(buffer, when, first / buffer.sampleRate, rate);
    this.tail = this.#start(fading(buffer), Math.round(this.timeline.endAt * RATE) / RATE, 0, 1);
    this.#announce(when);
  }

  /** @param {AudioBuffer} buffer @param {number} when @param {number} offset @param {number} rate */
  #start(buffer, when, offset, rate) {
    const node = new AudioBufferSourceNode(this.context, { buffer, playbackRate: rate });
    node.connect(this.gain);
    node.onended = () => this.nodes.delete(node);
    node.start(when, offset);
    this.nodes.add(node);
    return node;
  }

  /** @param {number} when */
  #announce(when) {
    const tell = this.onPlaying;
    if (this.context.state !== "running") return;
    this.onPlaying = () => {};
    setTimeout(tell, Math.max(0, when - this.context.currentTime) * 1000);
  }

  /** Media time that comes out of the loudspeaker now, in ms; null while nothing does. */
  get timeMs() {
    const { endMs, endAt } = this.timeline;
    const left = endAt - this.context.currentTime + (this.context.outputLatency || 0);
    return endMs === null || left < -1 ? null : endMs - left * 1000;
  }

  /** From 0 to 1. */
  get volume() {
    return this.gain.gain.value;
  }
  set volume(value) {
    this.gain.gain.value = value;
  }

  /** dBFS of what is heard now, before the volume's silence: -Infinity for nothing. */
  get level() {
    const samples = new Float32Array(this.analyser.fftSize);
    this.analyser.getFloatTimeDomainData(samples);
    return 20 * Math.log10(loudness(samples));
  }

  /** Another loudspeaker, where the browser can. @param {string} deviceId "" is the default */
  async setOutput(deviceId) {
    const context = /** @type {AudioContext & {setSinkId?: (id: string) => Promise<void>}} */ (this.context);
    await context.setSinkId?.(deviceId);
  }
}

/** Root of the mean square. @param {Float32Array} samples */
export function loudness(samples) {
  let sum = 0;
  for (const one of samples) sum += one * one;
  return Math.sqrt(sum / samples.length);
}

/** Plays after a frame if nothing else comes: its end, backwards and fading. @param {AudioBuffer} buffer */
function fading(buffer) {
  const tail = new AudioBuffer({ length: FADE_SAMPLES, sampleRate: buffer.sampleRate });
  const [to, from] = [tail.getChannelData(0), buffer.getChannelData(0)];
  for (let i = 0; i < FADE_SAMPLES; i++) to[i] = from[from.length - 1 - i] * (1 - i / FADE_SAMPLES);
  return tail;
}
