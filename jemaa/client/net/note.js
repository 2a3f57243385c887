// @ts-check
/**
 * Net. A recorded question: kept piece by piece in this browser while it is spoken, sent piece by piece, and taken up
 * where it stopped after a cut or a reload. Nothing that was said is lost before the server has all of it.
 */

import { capture } from "../media/capture.js";
import { wavOf } from "../media/wav.js";
import { encodeChunk, joined, opusMs } from "../wire/chunk.js";
import { encodeRecord } from "../wire/record.js";
import { ask, post } from "./asking.js";
import { openDrawer } from "./drawer.js";
import { Refusal } from "./insist.js";
import { Retry, isPassing, pause } from "./retry.js";

const FRAME_MS = 60;
const PIECE_MS = 960;
const TOGETHER = 4; // pieces in one request, which over a thin line costs as much as two seconds of voice
const BITRATE = 16000;
const TRACK = 1;
const PASSING = new Set(["busy", "too-fast", "note-incomplete"]);

/** @typedef {{frames: Uint8Array[]}} Piece */
/** @typedef {{id: string|null, pieces: Piece[]}} Kept */
/** @typedef {import("./drawer.js").Drawer|import("./drawer.js").Lap} Drawer */
/** @typedef {import("./attendance.js").Attendance} Attendance */
/** @typedef {import("./identity.js").Identity} Identity */

/**
 * @param {Attendance} attendance
 * @param {Identity} identity
 * @param {MediaStream} stream
 * @returns {Promise<NoteRecording>}
 */
export async function record(attendance, identity, stream) {
  const drawer = await openDrawer(attendance.key("note"));
  await drawer.clear();
  const recording = new NoteRecording(attendance, identity, drawer);
  recording.source = await capture(stream, (_, frame) => recording.take(frame), { frameMs: FRAME_MS, bitrate: BITRATE });
  return recording;
}

/** What an earlier visit left unsent. @param {Attendance} attendance @param {Identity} identity @returns {Promise<Note|null>} */
export async function pending(attendance, identity) {
  const drawer = await openDrawer(attendance.key("note"));
  const kept = await drawer.all();
  return kept.pieces.length ? Note.of(attendance, identity, drawer, kept) : null;
}

export class NoteRecording {
  /** @param {Attendance} attendance @param {Identity} identity @param {Drawer} drawer */
  constructor(attendance, identity, drawer) {
    this.attendance = attendance;
    this.identity = identity;
    this.drawer = drawer;
    /** @type {import("../media/capture.js").Source|null} */
    this.source = null;
    /** @type {Uint8Array[]} */
    this.frames = [];
    this.waitingMs = 0;
    this.elapsed_ms = 0;
    this.pieces = 0;
    /** @type {Promise<unknown>[]} */
    this.writing = [];
  }

  /** dBFS */
  get level() {
    return this.source?.level ?? -Infinity;
  }

  /** @param {Uint8Array} frame */
  take(frame) {
    const ms = opusMs(frame);
    this.frames.push(frame);
    this.waitingMs += ms;
    this.elapsed_ms += ms;
    if (this.waitingMs >= PIECE_MS) this.#keep();
  }

  /** @returns {Promise<Note>} */
  async stop() {
    await this.source?.flush();
    this.source?.close();
    this.#keep();
    await Promise.all(this.writing);
    const kept = await this.drawer.all();
    if (!kept.pieces.length) throw new Refusal("note-empty", "Nothing was recorded.");
    return Note.of(this.attendance, this.identity, this.drawer, kept);
  }

  #keep() {
    this.waitingMs = 0;
    if (this.frames.length) this.writing.push(this.drawer.put(this.pieces++, { frames: this.frames.splice(0) }));
  }
}

export class Note {
  /** @param {Attendance} attendance @param {Identity} identity @param {Drawer} drawer @param {Kept} kept */
  static async of(attendance, identity, drawer, kept) {
    const frames = kept.pieces.flatMap((piece) => piece.frames);
    // Who cannot listen to it can send it.
    const url = await wavOf(frames, opusMs(frames[0])).then(URL.createObjectURL, () => null);
    return new Note(attendance, identity, drawer, kept, url);
  }

  /** @param {Attendance} attendance @param {Identity} identity @param {Drawer} drawer @param {Kept} kept @param {string|null} url plays it back */
  constructor(attendance, identity, drawer, kept, url) {
    this.attendance = attendance;
    this.identity = identity;
    this.drawer = drawer;
    this.kept = kept;
    this.url = url;
    this.frameMs = opusMs(kept.pieces[0].frames[0]);
    this.parts = Math.ceil(kept.pieces.length / TOGETHER);
    this.duration_ms = kept.pieces.reduce((sum, piece) => sum + piece.frames.length * this.frameMs, 0);
  }

  /**
   * Send what the server does not have yet, for as long as it takes; may be called again.
   * @param {(done: number) => void} progress from 0 to 1
   * @returns {Promise<{question: string, seq: number}>}
   */
  async send(progress) {
    await this.identity.join();
    const retry = new Retry();
    retry.hasWorked = true;
    for (;;) {
      try {
        return await this.#attempt(progress, retry);
      } catch (error) {
        const code = error instanceof Refusal ? error.code : "offline";
        if (code === "no-such-note" && this.kept.id) await this.#renew(); // the server has lost it: begin again
        else if (!isPassing(code) && !PASSING.has(code)) throw error;
        await pause(retry.failed());
      }
    }
  }

  async discard() {
    if (this.url) URL.revokeObjectURL(this.url);
    await this.drawer.clear();
  }

  async #renew() {
    this.kept.id = null;
    await this.drawer.setId(null);
  }

  async #begin() {
    this.kept.id = /** @type {string} */ ((await post(this.attendance, "notes", { frame_ms: this.frameMs })).note);
    await this.drawer.setId(this.kept.id);
    return { have: [], finished: false };
  }

  /** @param {(done: number) => void} progress @param {Retry} retry */
  async #attempt(progress, retry) {
    const { kept, parts } = this;
    const { have, finished } = kept.id ? await ask(this.attendance, `notes/${kept.id}`) : await this.#begin();
    const missing = finished ? [] : [...Array(parts).keys()].filter((n) => !have.includes(n));
    for (const [place, n] of missing.entries()) {
      progress((parts - missing.length + place) / parts);
      const body = this.#bytes(n);
      await ask(this.attendance, `notes/${kept.id}/${n}`, { method: "PUT", body });
      this.attendance.spent("note", body.length);
      retry.succeeded();
    }
    const answer = await post(this.attendance, `notes/${kept.id}/finish`, { pieces: parts });
    progress(1);
    await this.discard();
    return answer;
  }

  /** @param {number} part @returns {Uint8Array<ArrayBuffer>} */
  #bytes(part) {
    const { pieces } = this.kept;
    const first = part * TOGETHER;
    let before = pieces.slice(0, first).reduce((sum, piece) => sum + piece.frames.length, 0);
    const records = pieces.slice(first, first + TOGETHER).map(({ frames }, place) => {
      const chunk = encodeChunk({ seq: first + place, timeMs: before * this.frameMs, frames });
      before += frames.length;
      return encodeRecord(TRACK, chunk);
    });
    return joined(records);
  }
}
