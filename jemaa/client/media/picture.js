// @ts-check
/**
 * Media. The picture: decoded, drawn when the sound has come to the same media time, small where the network is thin, and
 * a still now and then where it is thinner.
 */

import { decodePictureConfig } from "../wire/chunk.js";

const KEPT = 20; // decoded frames that may wait for the sound; a decoder has few
const AHEAD_MS = 3000; // a picture so far ahead of the sound does not belong to it: draw it at once
const PROVE_MS = 6000; // without a stall before a better rendition is asked for
const AGAIN_MS = 60_000; // after it did not fit; where not even stills did, twice as long each time
const MOST_MS = 600_000;
const NONE = "";
/** From none to the best. */
const RENDITIONS = [NONE, "picture/still", "picture/low", "picture/high"];
const [, STILL, LOW, HIGH] = RENDITIONS.keys();

/** @typedef {import("./player.js").Player} Player */

export class Picture {
  /** @param {import("../net/attendance.js").Attendance} attendance @param {() => void} onRendition another one is wanted */
  constructor(attendance, onRendition) {
    this.attendance = attendance;
    this.onRendition = onRendition;
    this.wish = LOW; // place in `RENDITIONS`, whatever the line is
    this.vain = 0; // how often in a row not even stills fitted
    this.asked = this.rendition;
    /** @type {VideoDecoder|null} */
    this.decoder = null;
    /** @type {VideoFrame[]} */
    this.frames = [];
    this.config = "";
    this.notBefore = performance.now() + PROVE_MS;
    this.late = this.#lateSoFar();
    this.timer = setInterval(() => this.choose(performance.now()), 1000);
    this.draws = false;
    this.#tell();
  }

  /** The track that is wanted; null: none, the network is too thin. */
  get rendition() {
    return RENDITIONS[this.#place] || null;
  }

  /** No moving picture for a line that has little more room than the sound needs. */
  get #place() {
    return this.attendance.network.isThin ? Math.min(this.wish, STILL) : this.wish;
  }

  /** @param {import("../wire/chunk.js").Chunk} chunk */
  push(chunk) {
    if (!("VideoDecoder" in globalThis) || !this.attendance.canvas) return;
    if (chunk.isAfterGap && !chunk.isIndependent) this.#end();
    if (chunk.config.length) this.#configure(chunk.config);
    if (this.decoder?.state === "configured") {
      const type = chunk.isIndependent ? "key" : "delta";
      const data = /** @type {BufferSource} */ (chunk.frames[0]);
      this.decoder.decode(new EncodedVideoChunk({ type, timestamp: chunk.timeMs * 1000, data }));
    }
    if (!this.draws) this.#draw();
  }

  /** Nothing is to be seen any more; who asks for it again gets it again. */
  stop() {
    this.#end();
    for (const frame of this.frames.splice(0)) frame.close();
    this.wish = LOW;
    this.asked = this.rendition;
    this.notBefore = performance.now() + PROVE_MS;
    this.vain = 0;
    this.#tell();
  }

  /** @param {Uint8Array} bytes */
  #configure(bytes) {
    const text = bytes.join();
    if (this.decoder && text === this.config) return;
    this.#end();
    this.config = text;
    const decoder = new VideoDecoder({
      output: (frame) => this.#keep(frame),
      error: () => (this.decoder = this.decoder === decoder ? null : this.decoder), // the next key frame begins anew
    });
    decoder.configure({ ...decodePictureConfig(bytes), optimizeForLatency: true });
    this.decoder = decoder;
  }

  /** @param {VideoFrame} frame */
  #keep(frame) {
    this.frames.push(frame);
    if (this.frames.length > KEPT) this.frames.shift()?.close();
  }

  #draw() {
    this.draws = Boolean(this.attendance.canvas);
    if (!this.draws) return;
    requestAnimationFrame(() => this.#draw());
    const now = this.attendance.player?.timeMs ?? null;
    let due = null;
    while (this.frames.length && isDue(this.frames[0].timestamp / 1000, now)) {
      due?.close();
      due = /** @type {VideoFrame} */ (this.frames.shift());
    }
    if (due) this.#show(due);
  }

  /** @param {VideoFrame} frame */
  #show(frame) {
    const { canvas } = this.attendance;
    const pen = /** @type {CanvasRenderingContext2D|null} */ (canvas?.getContext("2d", { alpha: false }));
    if (canvas && pen) {
      if (canvas.width !== frame.displayWidth) canvas.width = frame.displayWidth;
      if (canvas.height !== frame.displayHeight) canvas.height = frame.displayHeight;
      pen.drawImage(frame, 0, 0);
    }
    frame.close();
  }

  /**
   * Larger where the sound has lately never been late, smaller or none where it has: the sound goes before the picture.
   * Whether it was late before there was a picture says nothing of that. @param {number} now
   */
  choose(now) {
    const { wanted, network } = this.attendance;
    const late = this.#lateSoFar();
    const isTooMuch = late > this.late + 1;
    this.late = late;
    if (!wanted.picture) return;
    if (network.isThin) this.wish = Math.min(this.wish, LOW); // what it is when the line is wide again
    if (isTooMuch) this.#less(now);
    else if (now > this.notBefore) this.#more(now);
    this.#tell();
    if (this.rendition === this.asked) return;
    this.asked = this.rendition;
    this.onRendition();
  }

  /** @param {number} now */
  #less(now) {
    const before = this.#place;
    if (!before) return;
    if (before === STILL) this.vain++;
    this.wish = before - 1;
    this.notBefore = now + (this.wish ? AGAIN_MS : Math.min(MOST_MS, AGAIN_MS * 2 ** (this.vain - 1)));
  }

  /** One better at a time. @param {number} now */
  #more(now) {
    const { path, network } = this.attendance;
    const most = network.isThin ? STILL : path.down === "live" ? HIGH : LOW;
    if (this.wish >= most) return;
    this.wish++;
    this.notBefore = now + PROVE_MS;
  }

  #lateSoFar() {
    return this.attendance.player?.timeline.late ?? 0;
  }

  #tell() {
    const fits = this.#place > STILL ? "moving" : this.#place ? "still" : "none";
    if (fits === this.attendance.pictureFits) return;
    this.attendance.pictureFits = fits;
    this.attendance.tell("picture");
  }

  #end() {
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
    this.decoder = null;
    this.config = "";
  }
}

/** @param {number} time of the frame @param {number|null} now of the sound */
export function isDue(time, now) {
  return now === null || time <= now + 20 || time > now + AHEAD_MS;
}
