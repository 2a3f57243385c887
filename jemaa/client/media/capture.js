// @ts-check
/**
 * Media. A microphone to Opus frames: 48 kHz mono, captured on the audio thread, encoded by the browser.
 *
 * Where the browser has no AudioEncoder (or one that only says so), or takes no microphone at that rate (Firefox),
 * MediaRecorder does it, a little later (`recorder.js`).
 */

import { loudness } from "./player.js";

const RATE = 48000;
const PROBE_MS = 1500;

/** @typedef {(timeMs: number, frame: Uint8Array) => void} OnFrame */
/** @typedef {{level: number, readonly frameMs: number, flush(): Promise<void>, close(): void}} Source */

/**
 * Begin. `timeMs` counts from the beginning, on the clock of the microphone.
 * @param {MediaStream} stream
 * @param {OnFrame} onFrame
 * @param {{frameMs?: number, bitrate?: number}} [options]
 * @returns {Promise<Source>} rejects with `code` `unsupported` where the browser cannot
 */
export async function capture(stream, onFrame, { frameMs = 20, bitrate = 32000 } = {}) {
  const captured = (await canEncode(frameMs)) && (await Capture.begin(stream, onFrame, frameMs, bitrate).catch(() => null));
  if (captured) return captured;
  const { Recorder } = await import("./recorder.js");
  return Recorder.begin(stream, onFrame, bitrate);
}

/** @type {Map<number, Promise<boolean>>} */
const probed = new Map();

/** Whether a real encode gives a packet: what a browser says of itself is not to be relied upon. @param {number} frameMs */
function canEncode(frameMs) {
  const known = probed.get(frameMs) ?? probe(frameMs).catch(() => false);
  probed.set(frameMs, known);
  return known;
}

/** @param {number} frameMs @returns {Promise<boolean>} */
async function probe(frameMs) {
  if (!("AudioEncoder" in globalThis && "AudioWorkletNode" in globalThis)) return false;
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PROBE_MS);
    const done = (/** @type {boolean} */ isAble) => (clearTimeout(timer), resolve(isAble));
    const encoder = new AudioEncoder({ output: () => done(true), error: () => done(false) });
    encoder.configure(configuration(frameMs, 32000));
    const samples = new Float32Array((RATE * frameMs) / 1000);
    for (let n = 0; n < 3; n++) encode(encoder, samples, n * frameMs * 1000);
    encoder.flush().then(() => encoder.close(), () => done(false));
  });
}

/** @param {number} frameMs @param {number} bitrate @returns {AudioEncoderConfig} */
function configuration(frameMs, bitrate) {
  const opus = { application: "voip", frameDuration: frameMs * 1000, signal: "voice" };
  return /** @type {AudioEncoderConfig} */ ({ codec: "opus", sampleRate: RATE, numberOfChannels: 1, bitrate, opus });
}

/** @param {AudioEncoder} encoder @param {Float32Array<ArrayBuffer>} samples @param {number} timestamp µs */
function encode(encoder, samples, timestamp) {
  const data = new AudioData({ format: "f32", sampleRate: RATE, numberOfFrames: samples.length, numberOfChannels: 1, timestamp, data: samples });
  encoder.encode(data);
  data.close();
}

export class Capture {
  /** @param {MediaStream} stream @param {OnFrame} onFrame @param {number} frameMs @param {number} bitrate */
  static async begin(stream, onFrame, frameMs, bitrate) {
    const context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
    try {
      await context.resume();
      await context.audioWorklet.addModule(new URL("./capture_worklet.js", import.meta.url));
      return new Capture(context, stream, onFrame, frameMs, bitrate);
    } catch (error) {
      await context.close();
      throw error;
    }
  }

  /** @param {AudioContext} context @param {MediaStream} stream @param {OnFrame} onFrame @param {number} frameMs @param {number} bitrate */
  constructor(context, stream, onFrame, frameMs, bitrate) {
    this.context = context;
    this.frameMs = frameMs;
    this.level = -Infinity; // dBFS
    this.count = 0;
    this.input = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    this.encoder = new AudioEncoder({
      output: (chunk) => {
        const frame = new Uint8Array(chunk.byteLength);
        chunk.copyTo(frame);
        onFrame(Math.max(0, Math.round(chunk.timestamp / 1000)), frame);
      },
      error: () => this.close(),
    });
    this.encoder.configure(configuration(frameMs, bitrate));
    const processorOptions = { length: (RATE * frameMs) / 1000 };
    this.node = new AudioWorkletNode(context, "jemaa-frames", { numberOfOutputs: 0, processorOptions });
    this.node.port.onmessage = ({ data }) => this.#frame(new Float32Array(data));
    this.input.connect(this.node);
  }

  /** Give what is still inside the encoder. */
  async flush() {
    this.input.disconnect();
    if (this.encoder.state === "configured") await this.encoder.flush();
  }

  close() {
    this.node.port.onmessage = null;
    this.input.disconnect();
    if (this.encoder.state !== "closed") this.encoder.close();
    if (this.context.state !== "closed") this.context.close();
  }

  /** @param {Float32Array<ArrayBuffer>} samples */
  #frame(samples) {
    if (this.encoder.state !== "configured") return;
    this.level = 20 * Math.log10(loudness(samples) || 1e-6);
    encode(this.encoder, samples, this.count++ * this.frameMs * 1000);
  }
}
