// @ts-check
/**
 * Media. A microphone to Opus frames by MediaRecorder, where the browser has no AudioEncoder of its own.
 *
 * Only WebM can be read back out; a browser that records nothing else is told so, and a written question is what is left.
 */

import { WebmReader } from "./webm.js";
import { opusMs } from "../wire/chunk.js";

const TYPE = "audio/webm;codecs=opus";
const SLICE_MS = 60;
const LEVEL_MS = 100;

export class Recorder {
  /** @param {MediaStream} stream @param {import("./capture.js").OnFrame} onFrame @param {number} bitrate */
  static async begin(stream, onFrame, bitrate) {
    if (!globalThis.MediaRecorder?.isTypeSupported(TYPE)) {
      throw Object.assign(new Error("This browser cannot send sound; please ask in writing."), { code: "unsupported" });
    }
    const recorder = new Recorder(stream, onFrame, bitrate);
    await recorder.begun;
    return recorder;
  }

  /** @param {MediaStream} stream @param {import("./capture.js").OnFrame} onFrame @param {number} bitrate */
  constructor(stream, onFrame, bitrate) {
    this.onFrame = onFrame;
    this.frameMs = 20;
    this.level = -Infinity;
    this.timeMs = 0;
    this.reader = new WebmReader();
    /** @type {(value?: unknown) => void} */
    let started = () => {};
    /** Settles with the first frame, whose length is then known. */
    this.begun = new Promise((resolve) => (started = resolve));
    this.recorder = new MediaRecorder(new MediaStream(stream.getAudioTracks()), { mimeType: TYPE, audioBitsPerSecond: bitrate });
    this.reading = Promise.resolve();
    this.recorder.ondataavailable = ({ data }) => {
      this.reading = this.reading.then(async () => {
        if (await this.#take(data)) started();
      });
    };
    this.recorder.start(SLICE_MS);
    this.context = new AudioContext();
    this.analyser = new AnalyserNode(this.context, { fftSize: 2048 });
    new MediaStreamAudioSourceNode(this.context, { mediaStream: stream }).connect(this.analyser);
    this.meter = setInterval(() => this.#measure(), LEVEL_MS);
  }

  async flush() {
    const stopped = new Promise((resolve) => (this.recorder.onstop = resolve));
    if (this.recorder.state !== "inactive") this.recorder.stop();
    else return;
    await stopped;
    await this.reading;
  }

  close() {
    clearInterval(this.meter);
    if (this.recorder.state !== "inactive") this.recorder.stop();
    this.recorder.ondataavailable = null;
    if (this.context.state !== "closed") this.context.close();
  }

  /** @param {Blob} data @returns {Promise<boolean>} whether there are frames */
  async #take(data) {
    const frames = this.reader.push(new Uint8Array(await data.arrayBuffer()));
    for (const { frame } of frames) {
      this.frameMs = opusMs(frame);
      this.onFrame(this.timeMs, frame);
      this.timeMs += this.frameMs;
    }
    return frames.length > 0;
  }

  #measure() {
    const samples = new Float32Array(this.analyser.fftSize);
    this.analyser.getFloatTimeDomainData(samples);
    this.level = 10 * Math.log10(samples.reduce((sum, one) => sum + one * one, 0) / samples.length || 1e-12);
  }
}
