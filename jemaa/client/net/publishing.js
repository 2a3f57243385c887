// @ts-check
/**
 * Net. Being heard and seen: a stream of this browser becomes a publication, by `live` or by `pieces`, and goes on another
 * way when one is cut. The server decides whether it is let in, and when it ends.
 */

import { ask } from "./asking.js";
import { Refusal, inVain, offline } from "./insist.js";
import { lull } from "./lull.js";
import { Publication } from "./publication.js";
import { Retry, isPassing, pause } from "./retry.js";
import { UpLive } from "./up_live.js";
import { UpPieces } from "./up_pieces.js";
import { Voice } from "./voice.js";

/** @typedef {import("./publication.js").Kind} Kind */

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
    line.addEventListener("epoch", () => this.#serverIsAnew());
    line.addEventListener("round", (event) => this.#took("live", /** @type {CustomEvent} */ (event).detail));
  }

  /** @param {MediaStream} stream */
  async sound(stream) {
    await this.stop("sound");
    await this.#begin(await Voice.begin(stream, this.attendance.network));
  }

  /** @param {MediaStream} stream @param {"camera"|"screen"} from @param {HTMLVideoElement} player shows it to its sender */
  async picture(stream, from, player) {
    await this.attendance.fetched(["media/camera.js"]);
    const { Camera } = await import("../media/camera.js");
    await this.stop("picture");
    const camera = await Camera.begin(stream, from, player, (rendition, chunk) => this.current.get("picture")?.write(rendition, chunk));
    await this.#begin(new Publication("picture", camera, { kind: "picture", source: from, renditions: camera.renditions }));
    camera.start();
  }

  /** @param {Kind} kind */
  async stop(kind) {
    const publication = this.current.get(kind);
    if (!publication) return;
    if (publication instanceof Voice) publication.rest();
    this.#forget(publication);
    await publication.up?.unpublish();
  }

  /** @param {Publication} publication */
  async #begin(publication) {
    this.current.set(publication.kind, publication);
    this.#show(publication.kind, publication.source);
    try {
      await this.#open(publication, inVain(this.attendance.network));
    } catch (error) {
      this.#forget(publication);
      throw error;
    }
    this.#opened();
  }

  /** Who publishes may hear only the mix; the server changes over when the publication opens. @param {Kind} kind @param {object|null} source */
  #show(kind, source) {
    this.attendance.publishing = { ...this.attendance.publishing, [kind]: source };
  }

  /** @param {"live"|"pieces"} way @param {number} ms how long something short took there and back */
  async #took(way, ms) {
    const voice = this.current.get("sound");
    if (!(voice instanceof Voice) || voice.up?.name !== way) return;
    try {
      if (!(await voice.took(ms)) || this.current.get("sound") !== voice) return;
      this.#show("sound", voice.source);
      this.attendance.tell("publishing");
    } catch (error) {
      this.#lost(voice, error);
    }
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
          if (!isWanted()) return;
          const code = codeOf(error);
          if ((!isPassing(code) && code !== "lost") || signal?.aborted) throw error;
          await pause(retry.failed(), signal);
        }
      }
    } finally {
      publication.isOpening = false;
    }
  }

  /** `live` where it is open or opens now, else short POSTs. @returns {Promise<UpLive|UpPieces>} */
  async #way() {
    const { up } = this.attendance;
    if (up && up !== "live" && up !== "pieces") throw new Refusal("not-this-way", "The address of this page lets no voice through.");
    const socket = this.#isByPieces ? null : await this.line.openLive();
    if (socket) return new UpLive(socket);
    if (up === "live") throw offline();
    const pieces = new UpPieces(this.attendance, {
      keyframe: () => this.#by(pieces)?.source?.wantKeyframe?.(),
      round: (ms) => this.#took("pieces", ms),
      refused: (refusal) => this.#refused(pieces, refusal),
      cut: () => this.#cut(pieces),
    });
    return pieces;
  }

  get #isByPieces() {
    const { up, network } = this.attendance;
    return up === "pieces" || (!up && (network.isCutting || this.line.isCutting));
  }

  /** The server says something of a publication. @param {any} message */
  #told(message) {
    const publication = [...this.current.values()].find((one) => one.up?.publication === message.publication);
    if (!publication) return;
    if (message.op === "keyframe") return publication.source?.wantKeyframe?.();
    this.#forget(publication);
    this.attendance.tell("unpublished", { kind: publication.kind, code: message.code, text: message.text });
  }

  /** A connection has come or gone. */
  #checkLive() {
    for (const publication of this.current.values()) {
      const { up } = publication;
      if (up instanceof UpLive && up.socket.isOver) this.#cut(up);
      if (up instanceof UpPieces && this.line.live && !this.#isByPieces && !publication.isLeaving) this.#backToLive(publication, up);
    }
  }

  /** `live` is a second quicker: back to it, a voice in its next pause. @param {Publication} publication @param {UpPieces} pieces */
  async #backToLive(publication, pieces) {
    const isOver = () => publication.isOver || publication.up !== pieces || publication.isOpening;
    publication.isLeaving = true;
    if (publication instanceof Voice) await lull(publication, isOver);
    publication.isLeaving = false;
    if (isOver() || this.#isByPieces || !this.line.live) return;
    pieces.leave();
    await this.#again(publication);
  }

  /** What goes up this way, if it is not being opened anew. @param {UpLive|UpPieces} up */
  #by(up) {
    return [...this.current.values()].find((one) => one.up === up && !one.isOpening);
  }

  /** A way up is cut: what went by it goes by another. @param {UpLive|UpPieces} up */
  #cut(up) {
    const publication = this.#by(up);
    if (publication) this.#again(publication);
  }

  /** A server that began anew knows no publication; a connection says so by its end, short POSTs do not. */
  #serverIsAnew() {
    for (const { up, isOpening } of [...this.current.values()]) {
      if (!(up instanceof UpPieces) || isOpening) continue;
      up.leave();
      this.#cut(up);
    }
  }

  /**
   * What was sent is not taken. Either the server has ended this (another tab speaks: to begin again would end that one,
   * and so on), or it has begun anew and nobody has noticed yet.
   * @param {UpPieces} up @param {Refusal} refusal
   */
  async #refused(up, refusal) {
    const { epoch } = this.line;
    const newest = await ask(this.attendance, "pieces/newest?track=sound/12").catch(() => null);
    const publication = this.#by(up);
    if (!publication) return;
    if (newest && epoch && newest.epoch !== epoch) await this.#again(publication);
    else this.#lost(publication, refusal);
  }

  /** @param {Publication} publication */
  async #again(publication) {
    try {
      await this.#open(publication);
      this.#opened();
    } catch (error) {
      this.#lost(publication, error);
    }
  }

  /** @param {Publication} publication @param {unknown} error */
  #lost(publication, error) {
    this.#forget(publication);
    this.attendance.tell("unpublished", { kind: publication.kind, code: codeOf(error), text: /** @type {Error} */ (error).message });
  }

  /** @param {Publication} publication */
  #forget(publication) {
    if (this.current.get(publication.kind) !== publication) return;
    this.current.delete(publication.kind);
    publication.close();
    this.#show(publication.kind, null);
    this.#changed();
  }

  #opened() {
    this.#changed();
    this.#checkLive(); // what has come or gone while it was being opened
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
