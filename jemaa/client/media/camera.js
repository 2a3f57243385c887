// @ts-check
/**
 * Media. A camera or a screen to two renditions of VP8: the publisher encodes, so that the server need not.
 * @module
 */

import { encodePictureConfig } from "../wire/chunk.js";

const CODEC = "vp8";
const KEY_EVERY_MS = 3000;
const SIZES = {
  camera: [{ name: "low", width: 320, kbps: 100, fps: 12 }, { name: "high", width: 640, kbps: 400, fps: 15 }],
  screen: [{ name: "low", width: 640, kbps: 120, fps: 3 }, { name: "high", width: 1280, kbps: 500, fps: 5 }],
};
const BEHIND = 2; // frames in an encoder: the machine is too slow, leave some out

/**
 * @typedef {{timeMs: number, frames: Uint8Array[], isIndependent: boolean, config?: Uint8Array}} PictureChunk
 * @typedef {{name: string, codec: string, width: number, height: number, kbps: number}} Rendition
 */

export class Camera {
  /**
   * @param {MediaStream} stream
   * @param {"camera"|"screen"} source
   * @param {(rendition: number, chunk: PictureChunk) => void} onchunk
   * @returns {Promise<Camera>} `unsupported` where the browser cannot encode
   */
  static async begin(stream, source, onchunk) {
    const Processor = /** @type {any} */ (globalThis).MediaStreamTrackProcessor;
    if (!Processor || typeof VideoEncoder !== "function") {
      throw Object.assign(new Error("This browser cannot send a picture."), { code: "unsupported" });
    }
    const [track] = stream.getVideoTracks();
    const { width = 640, height = 360 } = track.getSettings();
    const reader = new Processor({ track, maxBufferSize: 2 }).readable.getReader();
    return new Camera(reader, SIZES[source], height / width, onchunk);
  }

  /**
   * @param {ReadableStreamDefaultReader<VideoFrame>} reader
   * @param {{name: string, width: number, kbps: number, fps: number}[]} sizes
   * @param {number} ratio height to width
   * @param {(rendition: number, chunk: PictureChunk) => void} onchunk
   */
  constructor(reader, sizes, ratio, onchunk) {
    this.reader = reader;
    this.isClosed = false;
    this.lines = sizes.map((size, n) => new Line(size, ratio, (chunk) => onchunk(n, chunk)));
    /** @type {Rendition[]} */
    this.renditions = this.lines.map((line) => line.rendition);
  }

  start() {
    this.run();
  }

  wantKeyframe() {
    for (const line of this.lines) line.keyAt = -Infinity;
  }

  async run() {
    const begun = performance.now();
    for (let got = await this.reader.read(); !got.done && !this.isClosed; got = await this.reader.read()) {
      const timeMs = Math.round(performance.now() - begun);
      for (const line of this.lines) line.take(got.value, timeMs);
      got.value.close();
    }
  }

  close() {
    this.isClosed = true;
    this.reader.cancel().catch(() => {});
    for (const line of this.lines) line.close();
  }
}

/** One rendition. */
class Line {
  /** @param {{name: string, width: number, kbps: number, fps: number}} size @param {number} ratio @param {(chunk: PictureChunk) => void} onchunk */
  constructor({ name, width, kbps, fps }, ratio, onchunk) {
    const height = Math.max(2, Math.round((width * ratio) / 2) * 2);
    this.rendition = { name, codec: CODEC, width, height, kbps };
    this.every = 1000 / fps - 10;
    this.last = -Infinity;
    this.keyAt = -Infinity;
    this.canvas = new OffscreenCanvas(width, height);
    this.pen = /** @type {OffscreenCanvasRenderingContext2D} */ (this.canvas.getContext("2d", { alpha: false }));
    const config = encodePictureConfig({ codec: CODEC, codedWidth: width, codedHeight: height });
    this.encoder = new VideoEncoder({
      output: (chunk) => {
        const frame = new Uint8Array(chunk.byteLength);
        chunk.copyTo(frame);
        const isKey = chunk.type === "key";
        onchunk({ timeMs: Math.round(chunk.timestamp / 1000), frames: [frame], isIndependent: isKey, ...(isKey && { config }) });
      },
      error: () => {},
    });
    this.encoder.configure({ codec: CODEC, width, height, bitrate: kbps * 1000, framerate: fps, latencyMode: "realtime" });
  }

  /** @param {VideoFrame} frame @param {number} timeMs */
  take(frame, timeMs) {
    const isEarly = timeMs - this.last < this.every;
    if (isEarly || this.encoder.state !== "configured" || this.encoder.encodeQueueSize > BEHIND) return;
    this.last = timeMs;
    this.pen.drawImage(frame, 0, 0, this.canvas.width, this.canvas.height);
    const scaled = new VideoFrame(this.canvas, { timestamp: timeMs * 1000 });
    const keyFrame = timeMs - this.keyAt > KEY_EVERY_MS;
    if (keyFrame) this.keyAt = timeMs;
    this.encoder.encode(scaled, { keyFrame });
    scaled.close();
  }

  close() {
    if (this.encoder.state !== "closed") this.encoder.close();
  }
}
