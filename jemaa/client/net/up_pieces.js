// @ts-check
/**
 * Net. Up path `pieces`: what is said goes up in short numbered POSTs, safe to repeat (docs/protocol.md §4).
 */

import { joined } from "../wire/chunk.js";
import { encodeRecord } from "../wire/record.js";
import { post } from "./asking.js";
import { Refusal } from "./insist.js";
import { Retry, isPassing, pause } from "./retry.js";

const PIECE_MS = 500;
const THIN_PIECE_MS = 1000; // a request's headers are as long as half a second of voice
const UNDER_WAY = 2;
const WAITING = 6; // pieces that may wait, three seconds; beyond, the oldest are left out: newest matters
const GIVE_UP_MS = 8000;
const OVERDUE_MS = 1500; // and four times round: then the connection may be dead, and another is asked

/** @typedef {{publication: number, tracks: number[]}} Published */

export class UpPieces {
  name = "pieces";

  /**
   * @param {import("./attendance.js").Attendance} attendance
   * @param {{keyframe: () => void, round: (ms: number) => void, refused: (refusal: Refusal) => void, cut: () => void}} ear
   *   `refused` and `cut` come once, when nothing is sent any more
   */
  constructor(attendance, ear) {
    this.attendance = attendance;
    this.ear = ear;
    this.publication = -1;
    /** @type {Uint8Array[]} */
    this.records = [];
    /** @type {Uint8Array<ArrayBuffer>[]} */
    this.waiting = [];
    this.next = 0;
    this.underWay = 0;
    this.timer = 0;
  }

  /** @param {object} what @returns {Promise<Published>} */
  async publish(what) {
    const answer = await post(this.attendance, "publications", what);
    this.publication = answer.publication;
    this.timer = setInterval(() => this.#cut(), this.attendance.network.isThin ? THIN_PIECE_MS : PIECE_MS);
    return answer;
  }

  /** @param {number} track @param {Uint8Array} chunk */
  write(track, chunk) {
    if (this.publication >= 0) this.records.push(encodeRecord(track, chunk));
  }

  /** Say the rest, and no more. */
  async unpublish() {
    const number = this.publication;
    if (number < 0) return;
    this.#cut();
    clearInterval(this.timer);
    for (let n = 0; this.underWay + this.waiting.length && n < 20; n++) await pause(50);
    this.leave();
    await this.attendance.request(`publications/${number}`, { method: "DELETE" }).catch(() => {});
  }

  /** What it carried goes another way. */
  leave() {
    clearInterval(this.timer);
    this.publication = -1;
    this.waiting = [];
    this.records = [];
  }

  #cut() {
    if (this.records.length) this.waiting.push(joined(this.records.splice(0)));
    if (this.waiting.length > WAITING) this.waiting.shift();
    this.#pump();
  }

  #pump() {
    while (this.underWay < UNDER_WAY && this.waiting.length && this.publication >= 0) {
      this.underWay++;
      const body = /** @type {Uint8Array<ArrayBuffer>} */ (this.waiting.shift());
      this.#send(this.next++, body).finally(() => {
        this.underWay--;
        this.#pump();
      });
    }
  }

  /** @param {number} n @param {Uint8Array<ArrayBuffer>} body */
  async #send(n, body) {
    const retry = new Retry();
    retry.hasWorked = true;
    const begun = performance.now();
    while (this.publication >= 0) {
      try {
        const signal = AbortSignal.timeout((OVERDUE_MS + 4 * this.attendance.network.rttMs) * 2 ** retry.failures);
        // The token says who speaks; a cookie beside it would be as long as a quarter of a second of voice.
        const init = /** @type {RequestInit} */ ({ method: "POST", body, signal, credentials: "omit" });
        const answer = await this.attendance.request(`publications/${this.publication}/${n}`, init);
        this.attendance.spent("pieces", body.length);
        this.ear.round(performance.now() - begun);
        if (retry.failures && performance.now() - begun < GIVE_UP_MS) this.attendance.learn({ isCutting: true });
        if ((await answer.json()).keyframe) this.ear.keyframe();
        return;
      } catch (error) {
        this.ear.round(performance.now() - begun); // so long at the least
        if (error instanceof Refusal && !isPassing(error.code)) return this.#refused(error);
        if (performance.now() - begun > GIVE_UP_MS) return this.#cutOff();
        await pause(retry.failed());
      }
    }
  }

  /** @param {Refusal} refusal */
  #refused(refusal) {
    if (this.publication < 0) return;
    this.leave();
    this.ear.refused(refusal);
  }

  #cutOff() {
    if (this.publication < 0) return;
    this.leave();
    this.ear.cut();
  }
}
