// @ts-check
/**
 * Net. A recorded question: kept piece by piece in this browser while it is spoken, sent piece by piece, and taken up
 * where it stopped after a cut or a reload. Nothing that was said is lost before the server has all of it.
 * @module
 */

import { Capture } from "../media/capture.js";
import { wavOf } from "../media/wav.js";
import { encodeChunk } from "../wire/chunk.js";
import { encodeRecord } from "../wire/record.js";
import { Drawer } from "./drawer.js";

const FRAME_MS = 60;
const FRAMES_A_PIECE = 16; // about a second
const BITRATE = 16000;
const TRACK = 1;
const AGAIN_MS = 1000;
const AGAIN_MOST_MS = 10_000;

/** @typedef {{frames: Uint8Array[]}} Piece */
/** @typedef {{id: string|null, pieces: Piece[]}} Kept */

export class NoteRecording {
  /**
   * @param {import("./attendance.js").Attendance} attendance
   * @param {import("./desk.js").Desk} desk
   * @param {MediaStream} stream
   */
  static async begin(attendance, desk, stream) {
    const drawer = await Drawer.open(desk.key);
    await drawer.clear();
    const recording = new NoteRecording(attendance, desk, drawer);
    const options = { frameMs: FRAME_MS, bitrate: BITRATE };
    recording.capture = await Capture.begin(stream, (_, frame) => recording.take(frame), options);
    return recording;
  }

  /**
   * @param {import("./attendance.js").Attendance} attendance
   * @param {import("./desk.js").Desk} desk
   * @param {Drawer} drawer
   */
  constructor(attendance, desk, drawer) {
    this.attendance = attendance;
    this.desk = desk;
    this.drawer = drawer;
    /** @type {Capture|null} */ this.capture = null;
    /** @type {Uint8Array[]} */ this.frames = [];
    this.count = 0;
    this.pieces = 0;
  }

  get level() {
    return this.capture?.level ?? -Infinity;
  }

  get elapsed_ms() {
    return this.count * FRAME_MS;
  }

  /** @param {Uint8Array} frame */
  take(frame) {
    this.frames.push(frame);
    this.count += 1;
    if (this.frames.length === FRAMES_A_PIECE) this.keep();
  }

  keep() {
    if (this.frames.length) this.drawer.put(this.pieces++, { frames: this.frames.splice(0) });
  }

  /** @returns {Promise<Note>} */
  async stop() {
    await this.capture?.flush();
    this.capture?.close();
    this.keep();
    const kept = await this.drawer.all();
    return Note.of(this.attendance, this.desk, this.drawer, kept);
  }
}

export class Note {
  /**
   * @param {import("./attendance.js").Attendance} attendance
   * @param {import("./desk.js").Desk} desk
   * @param {Drawer} drawer
   * @param {Kept} kept
   */
  static async of(attendance, desk, drawer, kept) {
    const frames = kept.pieces.flatMap((piece) => piece.frames);
    const url = URL.createObjectURL(await wavOf(frames, FRAME_MS));
    return new Note(attendance, desk, drawer, kept, frames.length * FRAME_MS, url);
  }

  /**
   * @param {import("./attendance.js").Attendance} attendance
   * @param {import("./desk.js").Desk} desk
   * @param {Drawer} drawer
   * @param {Kept} kept
   * @param {number} durationMs
   * @param {string} url plays it back
   */
  constructor(attendance, desk, drawer, kept, durationMs, url) {
    this.attendance = attendance;
    this.desk = desk;
    this.drawer = drawer;
    this.kept = kept;
    this.duration_ms = durationMs;
    this.url = url;
  }

  /** Send what the server does not have yet, for as long as it takes. @param {(done: number) => void} progress */
  async send(progress) {
    await this.desk.join();
    for (let failures = 0; ; failures++) {
      try {
        return await this.attempt(progress);
      } catch (error) {
        const { status } = /** @type {any} */ (error);
        if (status && status !== 503) throw error;
        const wait = Math.min(AGAIN_MOST_MS, AGAIN_MS * 1.5 ** failures);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  /** @param {(done: number) => void} progress */
  async attempt(progress) {
    const { desk, kept } = this;
    kept.id ??= (await desk.post("notes", { frame_ms: FRAME_MS })).note;
    await this.drawer.setId(kept.id);
    const { have } = await desk.request(`notes/${kept.id}`, { method: "GET" });
    const missing = kept.pieces.map((_, n) => n).filter((n) => !have.includes(n));
    for (const [place, n] of missing.entries()) {
      progress((kept.pieces.length - missing.length + place) / kept.pieces.length);
      await desk.request(`notes/${kept.id}/${n}`, { method: "PUT", body: pieceBytes(kept.pieces[n], n) });
    }
    const answer = await desk.post(`notes/${kept.id}/finish`, { pieces: kept.pieces.length });
    progress(1);
    await this.discard();
    return answer;
  }

  async discard() {
    URL.revokeObjectURL(this.url);
    await this.drawer.clear();
  }
}

/**
 * What an earlier visit left unsent.
 * @param {import("./attendance.js").Attendance} attendance
 * @param {import("./desk.js").Desk} desk
 * @returns {Promise<Note|null>}
 */
export async function pendingNote(attendance, desk) {
  const drawer = await Drawer.open(desk.key);
  const kept = await drawer.all();
  return kept.pieces.length ? Note.of(attendance, desk, drawer, kept) : null;
}

/** @param {Piece} piece @param {number} n @returns {Uint8Array<ArrayBuffer>} */
function pieceBytes(piece, n) {
  const timeMs = n * FRAMES_A_PIECE * FRAME_MS;
  return encodeRecord(TRACK, encodeChunk({ seq: n, timeMs, frames: piece.frames }));
}
