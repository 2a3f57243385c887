// @ts-check
/**
 * Net. One publication, whichever way it goes up at the time.
 */

import { encodeChunk } from "../wire/chunk.js";

/** @typedef {"sound"|"picture"} Kind */
/** @typedef {{close(): void, wantKeyframe?: () => void}} Source */
/** @typedef {{timeMs: number, frames: Uint8Array[], isIndependent?: boolean, config?: Uint8Array}} Fresh */
/** @typedef {import("./up_live.js").UpLive|import("./up_pieces.js").UpPieces} Up */

export class Publication {
  /** @param {Kind} kind @param {Source|null} [source] @param {object} [wanted] what the server is asked for */
  constructor(kind, source = null, wanted = {}) {
    this.kind = kind;
    this.source = source;
    this.wanted = wanted;
    /** @type {Up|null} */
    this.up = null;
    this.isOpening = false;
    this.isLeaving = false; // a quicker way waits for a pause
    this.isOver = false;
    /** @type {number[]} none while it is not open */
    this.tracks = [];
    /** @type {number[]} the next chunk's number, for each track */
    this.next = [];
  }

  /** The server lets it in. @param {import("./up_pieces.js").Published} how */
  opened({ tracks }) {
    this.next = tracks.map(() => 0);
    this.tracks = tracks;
    this.source?.wantKeyframe?.();
  }

  /** @param {number} rendition @param {Fresh} chunk */
  write(rendition, chunk) {
    const track = this.tracks[rendition];
    if (track === undefined) return;
    this.up?.write(track, encodeChunk({ ...chunk, seq: this.next[rendition]++ }), this.kind === "picture");
  }

  close() {
    this.isOver = true;
    this.source?.close();
  }
}
