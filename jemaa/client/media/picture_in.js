// @ts-check
/**
 * Media. The picture: decoded, and drawn when the sound has come to the same media time.
 * @module
 */

import { decodePictureConfig } from "../wire/chunk.js";

const KEPT = 30; // decoded frames that may wait for the sound
const AHEAD_MS = 3000; // a picture so far ahead of the sound does not belong to it: draw it at once

export class PictureIn {
  /** @param {HTMLCanvasElement} canvas @param {import("./player.js").Player} player whose clock is followed */
  constructor(canvas, player) {
    this.canvas = canvas;
    this.player = player;
    this.pen = canvas.getContext("2d", { alpha: false });
    /** @type {VideoDecoder|null} */ this.decoder = null;
    /** @type {VideoFrame[]} */ this.frames = [];
    this.config = "";
    this.track = 0;
    this.request = requestAnimationFrame(() => this.draw());
  }

  /** @param {import("./player.js").TrackInfo} info @param {import("../wire/chunk.js").Chunk} chunk */
  feed(info, chunk) {
    if (typeof VideoDecoder !== "function") return;
    if (info.id !== this.track || chunk.isAfterGap) this.decoder = this.ended();
    if (chunk.isIndependent && chunk.config.length) this.configure(chunk.config);
    this.track = info.id;
    if (!this.decoder || this.decoder.state !== "configured") return;
    const type = chunk.isIndependent ? "key" : "delta";
    this.decoder.decode(new EncodedVideoChunk({ type, timestamp: chunk.timeMs * 1000, data: chunk.frames[0] }));
  }

  /** @param {Uint8Array} bytes */
  configure(bytes) {
    const text = String.fromCharCode(...bytes);
    if (this.decoder && text === this.config) return;
    this.ended();
    this.config = text;
    const decoder = new VideoDecoder({
      output: (frame) => this.keep(frame),
      error: () => {
        this.decoder = null; // the next key frame begins anew
      },
    });
    decoder.configure({ ...decodePictureConfig(bytes), optimizeForLatency: true });
    this.decoder = decoder;
  }

  /** @param {VideoFrame} frame */
  keep(frame) {
    this.frames.push(frame);
    if (this.frames.length > KEPT) this.frames.shift()?.close();
  }

  draw() {
    this.request = requestAnimationFrame(() => this.draw());
    const now = this.player.mediaTime;
    let due = null;
    while (this.frames.length && isDue(this.frames[0].timestamp / 1000, now)) {
      due?.close();
      due = this.frames.shift() ?? null;
    }
    if (!due) return;
    if (this.canvas.width !== due.displayWidth) this.canvas.width = due.displayWidth;
    if (this.canvas.height !== due.displayHeight) this.canvas.height = due.displayHeight;
    this.pen?.drawImage(due, 0, 0);
    due.close();
  }

  /** @returns {null} */
  ended() {
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
    this.decoder = null;
    this.config = "";
    return null;
  }

  close() {
    cancelAnimationFrame(this.request);
    this.ended();
    for (const frame of this.frames.splice(0)) frame.close();
  }
}

/** @param {number} time @param {number} now */
function isDue(time, now) {
  return time <= now + 20 || time > now + AHEAD_MS || now === 0;
}
