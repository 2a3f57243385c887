// @ts-check
/**
 * Net. Path `pieces`: short GETs, one after the other, of what never changes (docs/protocol.md §4).
 *
 * The next piece is asked for before it is complete: the server holds the answer until it is.
 */

import { decodeChunk } from "../wire/chunk.js";
import { decodeRecords } from "../wire/record.js";
import { Refusal } from "./attendance.js";
import { Retry, pause } from "./retry.js";

const MARGIN_MS = 350;
const FAILURES = 4; // in a row: the path is lost, the ladder decides

export class Pieces {
  /** @param {import("./listening.js").Listening} listening @param {(code: string) => void} onEnd */
  constructor(listening, onEnd) {
    this.listening = listening;
    this.attendance = listening.attendance;
    const { player } = this.attendance;
    if (!player) throw new Refusal("unsupported", "This browser cannot decode the sound of this path.");
    this.lane = player.lane(MARGIN_MS, () => listening.heard("pieces"));
    this.stop = new AbortController();
    /** @type {AbortController|null} */
    this.pictures = null;
    this.#follow(() => listening.soundName("pieces"), (body) => this.lane.push(decodeChunk(body)), this.stop.signal).then(onEnd, onEnd);
    this.change();
  }

  /** The picture is wanted, or no more. */
  change() {
    const wanted = this.listening.pictureName();
    if (!wanted) {
      this.pictures?.abort();
      this.pictures = null;
    } else if (!this.pictures) {
      this.pictures = new AbortController();
      const name = () => this.listening.pictureName() ?? wanted;
      this.#follow(name, (body) => this.listening.picture?.push(decodeChunk(body)), this.pictures.signal);
    }
  }

  close() {
    this.stop.abort();
    this.pictures?.abort();
    this.lane.close();
  }

  /**
   * Piece after piece, of whatever track is wanted at the time.
   * @param {() => string} wanted
   * @param {(body: Uint8Array) => void} onChunk
   * @param {AbortSignal} signal
   * @returns {Promise<string>} why it is over
   */
  async #follow(wanted, onChunk, signal) {
    const retry = new Retry();
    /** @type {{epoch: string, track: string, n: number}|null} */
    let place = null;
    while (!signal.aborted) {
      try {
        const track = wanted();
        /** @type {{epoch: string, track: string, n: number}} */
        const here = place?.track === track ? place : await this.#newest(track, signal);
        const data = await this.#get(`pieces/${here.epoch}/${track}/${here.n}`, signal);
        for (const { track: number, body } of decodeRecords(data)) if (number) onChunk(body);
        place = { ...here, n: here.n + 1 };
        retry.succeeded();
      } catch (error) {
        if (signal.aborted) return "closed";
        const code = error instanceof Refusal ? error.code : "lost";
        if (code === "epoch-gone") this.attendance.player?.reset();
        if (code !== "piece-not-yet") place = null;
        if (retry.failures >= FAILURES) return code;
        await pause(retry.failed(), signal);
      }
    }
    return "closed";
  }

  /** Where to begin: the newest that is complete. @param {string} track @param {AbortSignal} signal @returns {Promise<{epoch: string, track: string, n: number}>} */
  async #newest(track, signal) {
    const answer = await this.attendance.request(`pieces/newest?track=${encodeURIComponent(track)}`, { signal, cache: "no-store" });
    return { ...(await answer.json()), track };
  }

  /** @param {string} address @param {AbortSignal} signal */
  async #get(address, signal) {
    const answer = await this.attendance.request(address, { signal });
    const data = new Uint8Array(await answer.arrayBuffer());
    this.attendance.spent("pieces", data.length);
    return data;
  }
}
