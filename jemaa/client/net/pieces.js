// @ts-check
/**
 * Net. Path `pieces`: short GETs, one after the other, of what never changes (docs/protocol.md §4).
 *
 * The next piece is asked for before it is complete: the server holds the answer until it is. When it does not come when
 * it is due it is asked for again on another connection, and the first answer counts.
 */

import { decodeChunk } from "../wire/chunk.js";
import { decodeRecords } from "../wire/record.js";
import { FRESH, Refusal, offline } from "./insist.js";
import { Retry, pause } from "./retry.js";

const MARGIN_MS = 350;
const CUTTING_MARGIN_MS = 1000; // where connections freeze: about what it takes to see that and to ask again
const OVERDUE_MS = 700; // and three times round; then the connection may be dead
const MOST_AT_ONCE = 3;
const FAILURES = 4; // in a row: the path is lost, the ladder decides

/** @typedef {{epoch: string, track: string, n: number, piece_ms: number, age_ms: number, dueAt: number}} PiecePlace */
/** @type {RequestCredentials[]} */
const TWO_WAYS = ["same-origin", FRESH];

export class Pieces {
  /** @param {import("./listening.js").Listening} listening @param {(code: string) => void} onEnd */
  constructor(listening, onEnd) {
    this.listening = listening;
    this.attendance = listening.attendance;
    const { player } = this.attendance;
    if (!player) throw new Refusal("unsupported", "This browser cannot decode the sound of this path.");
    this.lane = player.lane(MARGIN_MS, () => listening.heard("pieces"));
    /** How late answers were that came after all. */
    this.latenessMs = 0;
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
    /** @type {PiecePlace|null} */
    let place = null;
    while (!signal.aborted) {
      try {
        const track = wanted();
        // Who came by no invitation is in a public meeting, and only what is for one person has his name in it.
        const isShared = !this.attendance.invitation && !track.startsWith("mix/");
        /** @type {PiecePlace} */
        const here = place?.track === track ? place : await this.#newest(track, signal, isShared);
        if (signal === this.stop.signal) this.#expect(here.piece_ms);
        const data = await this.#get(`pieces/${here.epoch}/${track}/${here.n}`, here.dueAt, signal, isShared);
        if (signal === this.stop.signal) await this.#hold(here, signal);
        for (const { track: number, body } of decodeRecords(data)) if (number) onChunk(body);
        place = { ...here, n: here.n + 1, age_ms: 0, dueAt: Math.min(here.dueAt, performance.now()) - here.age_ms + here.piece_ms };
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

  /** So much sound comes at once. @param {number} pieceMs */
  #expect(pieceMs) {
    this.listening.ladder.pieceMs = pieceMs;
    this.lane.burst = pieceMs / 1000;
    if (this.attendance.network.isCutting) this.lane.margin = CUTTING_MARGIN_MS / 1000;
  }

  /** Nothing sounds yet. A piece that has just become complete would be over before the next one is here: begin a little later. @param {PiecePlace} here @param {AbortSignal} signal */
  async #hold({ age_ms, dueAt }, signal) {
    const { player, network } = this.attendance;
    const reserveMs = age_ms + performance.now() - dueAt - network.rttMs;
    if (player?.timeline.endMs === null) await pause(Math.max(0, MARGIN_MS - reserveMs), signal);
  }

  /** Where to begin: the newest that is complete. @param {string} track @param {AbortSignal} signal @param {boolean} isShared @returns {Promise<PiecePlace>} */
  async #newest(track, signal, isShared) {
    const data = await this.#get(`pieces/newest?track=${encodeURIComponent(track)}`, performance.now(), signal, isShared);
    return { ...JSON.parse(new TextDecoder().decode(data)), track, dueAt: performance.now() };
  }

  /**
   * A body; from another connection if it does not come from the first when it is due.
   * @param {string} address
   * @param {number} dueAt
   * @param {AbortSignal} signal
   * @param {boolean} isShared
   * @returns {Promise<Uint8Array>}
   */
  async #get(address, dueAt, signal, isShared) {
    const race = new AbortController();
    const end = () => race.abort();
    signal.addEventListener("abort", end);
    const overdueMs = OVERDUE_MS + 3 * this.attendance.network.rttMs + 2 * this.latenessMs;
    try {
      return await this.#race(address, dueAt, overdueMs, race.signal, isShared);
    } finally {
      signal.removeEventListener("abort", end);
      end(); // whoever has not answered by now sits on a dead connection, which ends with it
    }
  }

  /** @param {string} address @param {number} dueAt @param {number} overdueMs @param {AbortSignal} signal @param {boolean} isShared @returns {Promise<Uint8Array>} */
  #race(address, dueAt, overdueMs, signal, isShared) {
    return new Promise((resolve, reject) => {
      let asked = 0;
      let failed = 0;
      let timer = 0;
      const ask = (/** @type {number} */ waitMs) => {
        const n = asked++;
        // What is asked for again goes by another connection, and does not wait in the cache for the first answer.
        const credentials = TWO_WAYS[(n + Number(isShared)) % 2];
        const init = { signal, credentials, cache: /** @type {RequestCache} */ (n ? "no-store" : "default") };
        timer = setTimeout(asked < MOST_AT_ONCE ? ask : () => reject(offline()), waitMs, overdueMs * 2);
        this.#body(address, init, isShared).then(
          (data) => (clearTimeout(timer), this.#came(n, performance.now() - dueAt), resolve(data)),
          (error) => ++failed === asked && (clearTimeout(timer), reject(error)),
        );
      };
      ask(Math.max(0, dueAt - performance.now()) + overdueMs);
    });
  }

  /** Learn from what came: the first answer late, or only that of another connection. @param {number} n @param {number} lateMs */
  #came(n, lateMs) {
    if (n) this.attendance.learn({ isCutting: true });
    else this.latenessMs = Math.max(0, Math.min(lateMs, 2000), this.latenessMs * 0.9);
  }

  /**
   * What is for everybody is asked for without a token, which is as long as all else that is asked: the server only
   * counts who listens.
   * @param {string} address @param {RequestInit} init @param {boolean} isShared
   */
  async #body(address, init, isShared) {
    const { person } = this.attendance;
    const headers = isShared && person ? { "Jemaa-Listener": person } : undefined;
    const answer = await this.attendance.request(address, { ...init, headers }, isShared);
    const data = new Uint8Array(await answer.arrayBuffer());
    this.attendance.spent("pieces", data.length);
    return data;
  }
}
