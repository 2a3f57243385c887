// @ts-check
/**
 * Net. Being heard and seen: a stream of this browser becomes a publication, by `live` or by `pieces`, and goes on another
 * way when one is cut. The server decides whether it is let in, and when it ends.
 */

import { encodeChunk } from "../wire/chunk.js";
import { Refusal, inVain, offline } from "./insist.js";
import { Retry, pause } from "./retry.js";
import { UpLive } from "./up_live.js";
import { UpPieces } from "./up_pieces.js";

/** @typedef {"sound"|"picture"} Kind */
/** @typedef {{close(): void, wantKeyframe?: () => void}} Source */
/** @typedef {{timeMs: number, frames: Uint8Array[], isIndependent?: boolean, config?: Uint8Array}} Fresh */

/** Over a thin line: with 32 kb/s in frames of 20 ms a voice is 60 kb/s on the wire, with these 15: each packet costs 70 bytes. */
const THIN_VOICE = { frameMs: 60, bitrate: 12_000 };
const THIN_CHUNK_MS = 240;

/** One publication, whichever way it goes up at the time. */
class Publication {
  /** @param {Kind} kind @param {object} wanted @param {Source} source */
  constructor(kind, wanted, source) {
    this.kind = kind;
    this.wanted = wanted;
    this.source = source;
    /** @type {UpLive|UpPieces|null} */
    this.up = null;
    this.isOpening = false;
    /** @type {number[]} none while it is not open */
    this.tracks = [];
    /** @type {number[]} the next chunk's number, for each track */
    this.next = [];
    /** How many frames of sound go together. */
    this.together = 1;
    /** @type {{timeMs: number, frames: Uint8Array[]}|null} a chunk that is not full yet */
    this.part = null;
  }

  /** The server lets it in. @param {import("./up_pieces.js").Published} how */
  opened({ tracks }) {
    this.next = tracks.map(() => 0);
    this.tracks = tracks;
    this.source.wantKeyframe?.();
  }

  /** The next frame of sound. @param {number} timeMs @param {Uint8Array} frame */
  say(timeMs, frame) {
    this.part ??= { timeMs, frames: [] };
    this.part.frames.push(frame);
    if (this.part.frames.length >= this.together) this.sayRest();
  }

  /** What waits for more. */
  sayRest() {
    if (this.part) this.write(0, this.part);
    this.part = null;
  }

  /** @param {number} rendition @param {Fresh} chunk */
  write(rendition, chunk) {
    const track = this.tracks[rendition];
    if (track === undefined) return;
    this.up?.write(track, encodeChunk({ ...chunk, seq: this.next[rendition]++ }), this.kind === "picture");
  }
}

export class Publishing {
  /** @param {import("./attendance.js").Attendance} attendance @param {import("./line.js").Line} line @param {import("./listening.js").Listening} listening */
  constructor(attendance, line, listening) {
    this.attendance = attendance;
    this.line = line;
    this.listening = listening;
    /** @type {Map<Kind, Publication>} */
    this.current = new Map();
    line.addEventListener("publication", (event) => this.#told(/** @type {CustomEvent} */ (event).detail));
    line.addEventListener("live", () => this.#checkLive());
  }

  /** @param {MediaStream} stream */
  async sound(stream) {
    const { capture } = await import("../media/capture.js");
    await this.stop("sound");
    const { isThin } = this.attendance.network;
    const say = (/** @type {number} */ timeMs, /** @type {Uint8Array} */ frame) => this.current.get("sound")?.say(timeMs, frame);
    const source = await capture(stream, say, isThin ? THIN_VOICE : {});
    const publication = new Publication("sound", { kind: "sound", codec: "opus", frame_ms: source.frameMs }, source);
    if (isThin) publication.together = Math.ceil(THIN_CHUNK_MS / source.frameMs);
    await this.#begin(publication);
  }

  /** @param {MediaStream} stream @param {"camera"|"screen"} from */
  async picture(stream, from) {
    await this.attendance.fetched(["media/camera.js"]);
    const { Camera } = await import("../media/camera.js");
    await this.stop("picture");
    const camera = await Camera.begin(stream, from, (rendition, chunk) => this.current.get("picture")?.write(rendition, chunk));
    await this.#begin(new Publication("picture", { kind: "picture", source: from, renditions: camera.renditions }, camera));
    camera.start();
  }

  /** @param {Kind} kind */
  async stop(kind) {
    const publication = this.current.get(kind);
    if (!publication) return;
    publication.sayRest();
    this.#forget(publication);
    await publication.up?.unpublish();
  }

  /** @param {Publication} publication */
  async #begin(publication) {
    const { kind, source } = publication;
    this.current.set(kind, publication);
    // From here on only the mix may be heard; the server changes over when the publication opens.
    this.attendance.publishing = { ...this.attendance.publishing, [kind]: source };
    try {
      await this.#open(publication, inVain(this.attendance.network));
    } catch (error) {
      this.#forget(publication);
      throw error;
    }
    this.#changed();
  }

  /**
   * By one way after the other, until the server lets it in or nobody wants it any more.
   * @param {Publication} publication @param {AbortSignal} [signal] when nothing more is tried
   */
  async #open(publication, signal) {
    const retry = new Retry();
    retry.hasWorked = true;
    publication.isOpening = true;
    publication.tracks = [];
    const isWanted = () => this.current.get(publication.kind) === publication;
    try {
      while (isWanted()) {
        try {
          const up = (publication.up = await this.#way());
          const how = await up.publish(publication.wanted);
          return isWanted() ? publication.opened(how) : await up.unpublish();
        } catch (error) {
          if (!isPassing(error) || signal?.aborted) throw error;
          await pause(retry.failed(), signal);
        }
      }
    } finally {
      publication.isOpening = false;
    }
  }

  /** `live` where it is open or opens now, else short POSTs. @returns {Promise<UpLive|UpPieces>} */
  async #way() {
    const { up, network } = this.attendance;
    if (up && up !== "live" && up !== "pieces") throw new Refusal("not-this-way", "The address of this page lets no voice through.");
    const isByPieces = up === "pieces" || (!up && network.isCutting);
    const socket = isByPieces ? null : await this.line.openLive();
    if (socket) return new UpLive(socket);
    if (up === "live") throw offline();
    const pieces = new UpPieces(this.attendance, (message) => this.#told(message), () => this.#cut(pieces));
    return pieces;
  }

  /** The server says something of a publication. @param {any} message */
  #told(message) {
    const publication = [...this.current.values()].find((one) => one.up?.publication === message.publication);
    if (!publication) return;
    if (message.op === "keyframe") return publication.source.wantKeyframe?.();
    this.#forget(publication);
    this.attendance.tell("unpublished", { kind: publication.kind, code: message.code, text: message.text });
  }

  /** A connection has come or gone. */
  #checkLive() {
    for (const { up } of this.current.values()) if (up instanceof UpLive && up.socket.isOver) this.#cut(up);
  }

  /** A way up is cut: what went by it goes by another. @param {UpLive|UpPieces} up */
  #cut(up) {
    for (const publication of this.current.values()) if (publication.up === up && !publication.isOpening) this.#again(publication);
  }

  /** @param {Publication} publication */
  async #again(publication) {
    const { kind } = publication;
    try {
      await this.#open(publication);
      this.#changed();
    } catch (error) {
      this.#forget(publication);
      this.attendance.tell("unpublished", { kind, code: codeOf(error), text: /** @type {Error} */ (error).message });
    }
  }

  /** @param {Publication} publication */
  #forget({ kind, source }) {
    this.current.delete(kind);
    source.close();
    this.attendance.publishing = { ...this.attendance.publishing, [kind]: null };
    this.#changed();
  }

  #changed() {
    const up = [...this.current.values()].at(0)?.up?.name ?? null;
    this.listening.speakingChanged();
    if (this.attendance.path.up !== up) {
      this.attendance.path.up = up;
      this.attendance.tell("path");
    }
    this.attendance.tell("publishing");
  }
}

/** @param {unknown} error */
const codeOf = (error) => (error instanceof Refusal ? error.code : "lost");

/** Whether it may go better by another way, or later. @param {unknown} error */
function isPassing(error) {
  const code = codeOf(error);
  return code === "offline" || code === "lost" || code.startsWith("http-5");
}
