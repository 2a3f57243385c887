// @ts-check
/**
 * Net. A microphone as a publication: as much of it as the way up can carry.
 */

import { Publication } from "./publication.js";
import { Uplink } from "./uplink.js";

/**
 * How a voice is encoded, and how much of it goes together: the first on a line with room, the second on a thin one, the
 * third on one that even that would fill. On the wire they are 60, 17 and 11 kb/s: each packet costs 110 bytes.
 * `times` is how many late answers in a row tell a queue from a packet that was lost; a thin line stands still for longer.
 */
const GRADES = [
  { frameMs: 20, bitrate: 32_000, chunkMs: 20, times: 2 },
  { frameMs: 60, bitrate: 12_000, chunkMs: 240, times: 4 },
  { frameMs: 60, bitrate: 8_000, chunkMs: 480, times: Infinity },
];

/** @typedef {import("../media/capture.js").Source} Microphone */

export class Voice extends Publication {
  /** @param {MediaStream} stream @param {{isThin: boolean, isNarrow: boolean}} network @returns {Promise<Voice>} */
  static async begin(stream, { isThin, isNarrow }) {
    const voice = new Voice(stream);
    await voice.#capture(!isThin ? 0 : isNarrow ? 2 : 1);
    return voice;
  }

  /** @param {MediaStream} stream */
  constructor(stream) {
    super("sound");
    this.stream = stream;
    /** Which of `GRADES`. */
    this.grade = 0;
    /** How many frames go together. */
    this.together = 1;
    /** @type {{timeMs: number, frames: Uint8Array[]}|null} a chunk that is not full yet */
    this.part = null;
    this.uplink = new Uplink(Infinity);
  }

  /** dBFS of what is said. */
  get level() {
    return /** @type {Microphone|null} */ (this.source)?.level ?? -Infinity;
  }

  /** Something short has gone up, and its answer has come. @param {number} ms @returns {Promise<boolean>} whether less is said from now on */
  async took(ms) {
    if (!this.uplink.took(ms) || this.isOver) return false;
    this.source?.close();
    this.rest(); // the next frames count their time anew
    await this.#capture(this.grade + 1);
    return true;
  }

  /** What waits for more goes as it is. */
  rest() {
    if (this.part) this.write(0, this.part);
    this.part = null;
  }

  /** @param {number} grade */
  async #capture(grade) {
    const { chunkMs, times, ...how } = GRADES[grade];
    this.grade = grade;
    this.uplink = new Uplink(times);
    const { capture } = await import("../media/capture.js");
    const source = await capture(this.stream, (timeMs, frame) => this.#say(timeMs, frame), how);
    if (this.isOver) return source.close();
    this.source = source;
    this.together = Math.ceil(chunkMs / source.frameMs);
    this.wanted = { kind: "sound", codec: "opus", frame_ms: source.frameMs };
  }

  /** @param {number} timeMs @param {Uint8Array} frame */
  #say(timeMs, frame) {
    this.part ??= { timeMs, frames: [] };
    this.part.frames.push(frame);
    if (this.part.frames.length >= this.together) this.rest();
  }
}
