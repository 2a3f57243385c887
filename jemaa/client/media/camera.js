// @ts-check
/**
 * Media. A camera or a screen to two renditions of VP8: the publisher encodes, so that the server need not.
 * @module
 */

import { encodePictureConfig } from "../wire/chunk.js";
import { framesOf } from "./frames.js";

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
   * @param {HTMLVideoElement} player plays it where frames are not handed out
   * @param {(rendition: number, chunk: PictureChunk) => void} onchunk
   * @returns {Promise<Camera>} `unsupported` where the browser cannot encode
   */
  static async begin(stream, source, player, onchunk) {
    if (typeof VideoEncoder !== "function") {
      throw Object.assign(new Error("This browser cannot send a picture."), { code: "unsupported" });
    }
    const sizes = SIZES[source];
    return new Camera(await framesOf(stream, player, Math.max(...sizes.map(({ fps }) => fps))), sizes, onchunk);
  }

  /**
   * @param {import("./frames.js").Frames} frames
   * @param {{name: string, width: number, kbps: number, fps: number}[]} sizes
   * @param {(rendition: number, chunk: PictureChunk) => void} onchunk
   */
  constructor(frames, sizes, onchunk) {
    this.frames = frames;
    this.lines = sizes.map((size, n) => new Line(size, frames.height / frames.width, (chunk) => onchunk(n, chunk)));
    /** @type {Rendition[]} */
    this.renditions = this.lines.map((line) => line.rendition);
  }

  start() {
    const begun = performance.now();
    this.frames.start((frame) => {
      const timeMs = Math.round(performance.now() - begun);
      for (const line of this.lines) line.take(frame, timeMs);
    });
  }

  wantKeyframe() {
    for (const line of this.lines) line.keyAt = -Infinity;
  }

  close() {
    this.frames.stop();
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

  /** @param {CanvasImageSource} frame @param {number} timeMs */
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
