// @ts-check
/**
 * Media. A microphone to Opus frames: 48 kHz mono, captured on the audio thread, encoded by the browser.
 * @module
 */

import { loudness } from "./player.js";

const RATE = 48000;

export class Capture {
  /**
   * @param {MediaStream} stream
   * @param {(timeMs: number, frame: Uint8Array) => void} onframe
   * @param {{frameMs?: number, bitrate?: number}} [options]
   * @returns {Promise<Capture>} `unsupported` where the browser cannot encode
   */
  static async begin(stream, onframe, { frameMs = 20, bitrate = 32000 } = {}) {
    if (typeof AudioEncoder !== "function") throw unsupported();
    const context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
    try {
      await context.resume();
      await context.audioWorklet.addModule(new URL("./capture_worklet.js", import.meta.url));
      return new Capture(context, stream, onframe, frameMs, bitrate);
    } catch (error) {
      await context.close();
      throw error;
    }
  }

  /**
   * @param {AudioContext} context
   * @param {MediaStream} stream
   * @param {(timeMs: number, frame: Uint8Array) => void} onframe
   * @param {number} frameMs
   * @param {number} bitrate
   */
  constructor(context, stream, onframe, frameMs, bitrate) {
    this.context = context;
    this.frameMs = frameMs;
    this.level = -Infinity;
    this.count = 0;
    const length = (RATE * frameMs) / 1000;
    this.encoder = new AudioEncoder({
      output: (chunk) => {
        const frame = new Uint8Array(chunk.byteLength);
        chunk.copyTo(frame);
        onframe(Math.max(0, Math.round(chunk.timestamp / 1000)), frame);
      },
      error: () => this.close(),
    });
    const opus = { application: "voip", frameDuration: frameMs * 1000, signal: "voice" };
    this.encoder.configure(/** @type {any} */ ({ codec: "opus", sampleRate: RATE, numberOfChannels: 1, bitrate, opus }));
    this.node = new AudioWorkletNode(context, "jemaa-frames", { numberOfOutputs: 0, processorOptions: { length } });
    this.node.port.onmessage = ({ data }) => this.frame(new Float32Array(data));
    this.input = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    this.input.connect(this.node);
  }

  /** @param {Float32Array<ArrayBuffer>} samples */
  frame(samples) {
    if (this.encoder.state !== "configured") return;
    this.level = 20 * Math.log10(loudness(samples) || 1e-6);
    const timestamp = this.count++ * this.frameMs * 1000;
    const data = new AudioData({ format: "f32", sampleRate: RATE, numberOfFrames: samples.length, numberOfChannels: 1, timestamp, data: samples });
    this.encoder.encode(data);
    data.close();
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
}

function unsupported() {
  return Object.assign(new Error("This browser cannot send sound; please ask in writing."), { code: "unsupported" });
}
