// @ts-check
/**
 * Net. A microphone as a publication: as much of it as the way up can carry.
 */

import { Publication } from "./publication.js";
import { Uplink } from "./uplink.js";

/** Over a thin line: with 32 kb/s in frames of 20 ms a voice is 60 kb/s on the wire, with these 15: each packet costs 70 bytes. */
const THIN_VOICE = { frameMs: 60, bitrate: 12_000 };
const THIN_CHUNK_MS = 240;

/** @typedef {import("../media/capture.js").Source} Microphone */

export class Voice extends Publication {
  /** @param {MediaStream} stream @param {boolean} isThin @returns {Promise<Voice>} */
  static async begin(stream, isThin) {
    const voice = new Voice(stream);
    await voice.#capture(isThin);
    return voice;
  }

  /** @param {MediaStream} stream */
  constructor(stream) {
    super("sound");
    this.stream = stream;
    this.isThin = false;
    /** How many frames go together. */
    this.together = 1;
    /** @type {{timeMs: number, frames: Uint8Array[]}|null} a chunk that is not full yet */
    this.part = null;
    this.uplink = new Uplink();
  }

  /** dBFS of what is said. */
  get level() {
    return /** @type {Microphone|null} */ (this.source)?.level ?? -Infinity;
  }

  /** Something short has gone up, and its answer has come. @param {number} ms @returns {Promise<boolean>} whether less is said from now on */
  async took(ms) {
    if (!this.uplink.took(ms) || this.isThin || this.isOver) return false;
    this.isThin = true;
    this.source?.close();
    await this.#capture(true);
    return true;
  }

  /** What waits for more goes as it is. */
  rest() {
    if (this.part) this.write(0, this.part);
    this.part = null;
  }

  /** @param {boolean} isThin */
  async #capture(isThin) {
    const { capture } = await import("../media/capture.js");
    const source = await capture(this.stream, (timeMs, frame) => this.#say(timeMs, frame), isThin ? THIN_VOICE : {});
    if (this.isOver) return source.close();
    this.source = source;
    this.isThin = isThin;
    this.together = isThin ? Math.ceil(THIN_CHUNK_MS / source.frameMs) : 1;
    this.wanted = { kind: "sound", codec: "opus", frame_ms: source.frameMs };
  }

  /** @param {number} timeMs @param {Uint8Array} frame */
  #say(timeMs, frame) {
    this.part ??= { timeMs, frames: [] };
    this.part.frames.push(frame);
    if (this.part.frames.length >= this.together) this.rest();
  }
}
