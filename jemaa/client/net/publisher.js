// @ts-check
/**
 * Net. Being heard and seen: a stream of this browser becomes publications, by `live` or by `pieces`, and goes on
 * by another way when one is cut. The server decides whether it is let in, and when it ends.
 * @module
 */

import { encodeChunk } from "../wire/chunk.js";
import { LivePath, refusal } from "./live.js";
import { UpPieces } from "./up_pieces.js";

const LIVE_PATIENCE_MS = 3000;
const AGAIN_MS = 500;
const AGAIN_MOST = 20;

/** @typedef {"sound"|"picture"} Kind */
/**
 * @typedef {object} Publication
 * @property {{close: () => void, wantKeyframe?: () => void}} source
 * @property {object} ask what the server was asked
 * @property {LivePath|UpPieces} up
 * @property {number} number
 * @property {number[]} tracks
 * @property {number} seq
 */

export class Publisher {
  /**
   * @param {import("./attendance.js").Attendance} attendance
   * @param {import("./desk.js").Desk} desk
   * @param {import("./route.js").Route} route
   */
  constructor(attendance, desk, route) {
    this.attendance = attendance;
    this.desk = desk;
    this.route = route;
    /** @type {Map<Kind, Publication>} */ this.current = new Map();
    /** @type {LivePath|null} for speaking only, where another path brings the sound */ this.own = null;
  }

  /** @param {MediaStream} stream */
  async publishSound(stream) {
    const { attendance } = this;
    const { Capture } = await import("../media/capture.js");
    await this.stop("sound");
    attendance.publishing = { ...attendance.publishing, sound: { level: -Infinity } }; // from here on only the mix is played
    this.route.rename();
    try {
      const capture = await Capture.begin(stream, (timeMs, frame) => this.write("sound", 0, { timeMs, frames: [frame] }));
      attendance.publishing = { ...attendance.publishing, sound: capture };
      await this.open("sound", { kind: "sound", codec: "opus", frame_ms: capture.frameMs }, capture);
    } catch (error) {
      await this.stop("sound");
      throw error;
    }
    this.route.live?.listen();
  }

  /** @param {MediaStream} stream @param {"camera"|"screen"} source */
  async publishPicture(stream, source) {
    const { Camera } = await import("../media/camera.js");
    await this.stop("picture");
    const camera = await Camera.begin(stream, source, (rendition, chunk) => this.write("picture", rendition, chunk));
    this.attendance.publishing = { ...this.attendance.publishing, picture: camera };
    try {
      await this.open("picture", { kind: "picture", source, renditions: camera.renditions }, camera);
      camera.start();
    } catch (error) {
      await this.stop("picture");
      throw error;
    }
  }

  /** @param {Kind} kind */
  async stop(kind) {
    const { attendance } = this;
    const publication = this.current.get(kind);
    this.current.delete(kind);
    const source = publication?.source ?? /** @type {any} */ (attendance.publishing[kind]);
    source?.close?.();
    if (attendance.publishing[kind]) {
      attendance.publishing = { ...attendance.publishing, [kind]: null };
      attendance.emit("publishing");
    }
    publication?.up.unpublish(publication.number);
    if (this.current.size === 0) {
      attendance.setPath({ up: null });
      this.own?.close();
      this.own = null;
      this.route.live?.listen();
    }
  }

  /** The server says something of a publication. @param {any} message */
  told(message) {
    const found = [...this.current].find(([, publication]) => publication.number === message.publication);
    if (!found) return;
    const [kind, { source }] = found;
    if (message.op === "keyframe") source.wantKeyframe?.();
    if (message.op !== "unpublished") return;
    this.stop(kind);
    this.attendance.emit("unpublished", { kind, code: message.code, text: message.text });
  }

  /** A path has ended; what went up by it goes up by another. @param {object} path */
  ended(path) {
    if (path === this.own) this.own = null;
    for (const [kind, publication] of this.current) if (publication.up === path) this.again(kind, publication);
  }

  /** @param {Kind} kind @param {Publication} lost */
  async again(kind, lost) {
    for (let n = 0; n < AGAIN_MOST && this.current.get(kind) === lost; n++) {
      try {
        return await this.open(kind, lost.ask, lost.source);
      } catch (error) {
        const { code, status, message } = /** @type {any} */ (error);
        if (status || !["lost", "blocked", undefined].includes(code)) {
          await this.stop(kind);
          return this.attendance.emit("unpublished", { kind, code, text: message });
        }
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  /** @param {Kind} kind @param {object} ask @param {any} source */
  async open(kind, ask, source) {
    const up = await this.way();
    const { publication, tracks } = await up.publish(ask);
    this.current.set(kind, { source, ask, up, number: publication, tracks, seq: 0 });
    source.wantKeyframe?.();
    this.attendance.setPath({ up: up instanceof LivePath ? "live" : "pieces" });
    this.attendance.emit("publishing");
  }

  /** By `live` where it is open or opens now, else by short POSTs. @returns {Promise<LivePath|UpPieces>} */
  async way() {
    const { forced } = this.attendance;
    const pieces = () => new UpPieces(this.desk, (message) => this.told(message), (up) => this.ended(up));
    if (forced.up === "pieces") return pieces();
    const open = this.route.live ?? (this.own?.isOpen ? this.own : null);
    const live = open?.isNamed ? open : this.callOwn();
    live.onpublication = (message) => this.told(message);
    try {
      await within(LIVE_PATIENCE_MS, live.opened);
      return live;
    } catch (error) {
      if (live === this.own) {
        live.close();
        this.own = null;
      }
      if (forced.up === "live" || /** @type {any} */ (error).code !== "lost") throw error;
      return pieces();
    }
  }

  callOwn() {
    this.own?.close();
    this.own = new LivePath(this.attendance, null);
    return this.own;
  }

  /** @param {Kind} kind @param {number} rendition @param {{timeMs: number, frames: Uint8Array[], isIndependent?: boolean, config?: Uint8Array}} chunk */
  write(kind, rendition, chunk) {
    const publication = this.current.get(kind);
    const track = publication?.tracks[rendition];
    if (!publication || track === undefined) return;
    publication.up.write(track, encodeChunk({ ...chunk, seq: publication.seq++ }));
  }
}

/** @template T @param {number} ms @param {Promise<T>} promise @returns {Promise<T>} */
function within(ms, promise) {
  const late = new Promise((_, reject) => setTimeout(() => reject(refusal({ code: "lost", text: "" })), ms));
  return Promise.race([promise, /** @type {Promise<never>} */ (late)]);
}
