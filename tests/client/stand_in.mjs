/**
 * The page's own client without a browser: Node's fetch and WebSocket, and a loudspeaker that only notes what it would
 * play and when. Run in the lab (tests/lab/test_ladder.py), it says what a listener would have heard behind a network.
 *
 *   node stand_in.mjs ORIGIN SESSION SECONDS '{"rttMs": 700, "isThin": true}'
 *
 * The last argument is what a browser would have learned from the page's files. Prints `playing` at the first sound, and at the end a line of JSON:
 * `first` (seconds to the first sound), `gaps` (`[when, how long]`), `paths` (`[when, which]`), `streams` (when one was asked for), `network`.
 */

import { opusMs } from "../../jemaa/client/wire/chunk.js";

const [origin, session, seconds, learned = "{}"] = process.argv.slice(2);
const RATE = 48000;
const AUDIBLE_S = 0.02; // a shorter gap is filled by the fade
const began = performance.now() / 1000;

/** When `stream` was asked for. @type {number[]} */
const streams = [];

/** What is played: from when to when, in seconds. @type {{from: number, to: number}[]} */
const played = [];

class Part {
  connect(other) {
    return other;
  }
}

class Buffer {
  constructor({ length, sampleRate }) {
    Object.assign(this, { length, sampleRate, duration: length / sampleRate, samples: new Float32Array(length).fill(0.1) });
  }
  getChannelData() {
    return this.samples;
  }
}

class Source extends Part {
  constructor(_context, { buffer, playbackRate = 1 }) {
    super();
    Object.assign(this, { buffer, rate: playbackRate, note: null });
  }
  start(when, offset = 0) {
    const isFrame = this.buffer.duration > 0.006; // shorter is the fade after a frame
    if (isFrame) played.push((this.note = { from: when, to: when + (this.buffer.duration - offset) / this.rate }));
    setTimeout(() => this.onended?.(), 50);
  }
  stop() {
    if (this.note) this.note.to = Math.min(this.note.to, performance.now() / 1000);
  }
}

class Decoder {
  state = "configured";
  constructor({ output }) {
    this.output = output;
  }
  configure() {}
  close() {
    this.state = "closed";
  }
  decode({ timestamp, data }) {
    const numberOfFrames = (opusMs(data) * RATE) / 1000;
    const decoded = { timestamp, numberOfFrames, sampleRate: RATE, copyTo() {}, close() {} };
    queueMicrotask(() => this.state === "configured" && this.output(decoded));
  }
}

class Context {
  state = "running";
  destination = new Part();
  get currentTime() {
    return performance.now() / 1000;
  }
}

/** No radio here. */
class Silence {
  canPlayType() {
    return "";
  }
  async play() {}
  pause() {}
  removeAttribute() {}
  load() {}
}

const kept = new Map();
const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
const ask = globalThis.fetch;
Object.assign(globalThis, {
  location: new URL(origin),
  AudioBuffer: Buffer,
  AudioBufferSourceNode: Source,
  AudioContext: Context,
  AudioDecoder: Decoder,
  Audio: Silence,
  EncodedAudioChunk: class {
    constructor(fields) {
      Object.assign(this, fields);
    }
  },
  GainNode: class extends Part {
    gain = { value: 1 };
  },
  AnalyserNode: Part,
  // Modules are files here, which no network keeps back.
  fetch: (address, init) => {
    if (String(address).startsWith("file:")) return Promise.resolve(new Response(""));
    if (String(address).includes("/stream?")) streams.push(now());
    return ask(new URL(address, origin), init);
  },
});

const { Attendance } = await import("../../jemaa/client/net/attendance.js");
const attendance = new Attendance({ session, storage });
Object.assign(attendance.network, JSON.parse(learned));
const paths = [];
attendance.addEventListener("path", () => {
  const { down } = attendance.path;
  if (down && paths.at(-1)?.[1] !== down) paths.push([now(), down]);
});
attendance.addEventListener("playing", () => console.log("playing"));
await attendance.listen({ sound: true });
attendance.join();
setTimeout(report, Number(seconds) * 1000 - performance.now());

function now(at = performance.now() / 1000) {
  return Math.round((at - began) * 100) / 100;
}

function report() {
  const sounded = played.filter(({ from, to }) => to > from).sort((one, other) => one.from - other.from); // else it was stopped before it began
  const gaps = [];
  let end = sounded[0]?.to ?? 0;
  for (const { from, to } of [...sounded.slice(1), { from: performance.now() / 1000, to: 0 }]) {
    if (from - end > AUDIBLE_S) gaps.push([now(end), Math.round((from - end) * 100) / 100]);
    end = Math.max(end, to);
  }
  const first = sounded.length ? now(sounded[0].from) : null;
  console.log(JSON.stringify({ first, gaps, paths, streams, network: attendance.network, is_in: attendance.state !== null }));
  process.exit(0);
}
