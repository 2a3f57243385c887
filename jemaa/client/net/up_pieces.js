// @ts-check
/**
 * Net. Up path `pieces`: what is said goes up in short numbered POSTs, safe to repeat.
 * @module
 */

import { joined } from "../wire/chunk.js";
import { encodeRecord } from "../wire/record.js";

const PIECE_MS = 500;
const UNDER_WAY = 2;
const WAITING = 6; // pieces that may wait, three seconds; beyond, the oldest are left out: newest matters
const GIVE_UP_MS = 8000;
const AGAIN_MS = 300;

export class UpPieces {
  /**
   * @param {import("./desk.js").Desk} desk
   * @param {(message: any) => void} told what the server says of the publication
   * @param {(up: UpPieces) => void} ended the way is cut
   */
  constructor(desk, told, ended) {
    this.desk = desk;
    this.told = told;
    this.ended = ended;
    this.publication = -1;
    /** @type {Uint8Array[]} */ this.records = [];
    /** @type {Uint8Array<ArrayBuffer>[]} */ this.waiting = [];
    this.next = 0;
    this.underWay = 0;
    this.timer = 0;
  }

  /** @param {object} what */
  async publish(what) {
    const answer = await this.desk.post("publications", what);
    this.publication = answer.publication;
    this.timer = setInterval(() => this.cut(), PIECE_MS);
    return answer;
  }

  /** @param {number} number */
  unpublish(number) {
    this.stop();
    this.desk.request(`publications/${number}`, { method: "DELETE" }).catch(() => {});
  }

  /** @param {number} track @param {Uint8Array} chunk */
  write(track, chunk) {
    this.records.push(encodeRecord(track, chunk));
    return true;
  }

  stop() {
    clearInterval(this.timer);
    this.publication = -1;
    this.waiting = [];
  }

  cut() {
    if (this.records.length) this.waiting.push(joined(this.records.splice(0)));
    if (this.waiting.length > WAITING) this.waiting.shift();
    this.pump();
  }

  pump() {
    while (this.underWay < UNDER_WAY && this.waiting.length && this.publication >= 0) {
      this.underWay += 1;
      const body = /** @type {Uint8Array<ArrayBuffer>} */ (this.waiting.shift());
      this.send(this.next++, body).finally(() => {
        this.underWay -= 1;
        this.pump();
      });
    }
  }

  /** @param {number} n @param {Uint8Array<ArrayBuffer>} body */
  async send(n, body) {
    const begun = performance.now();
    while (this.publication >= 0) {
      try {
        const path = `publications/${this.publication}/${n}`;
        const answer = await this.desk.request(path, { method: "POST", body, signal: AbortSignal.timeout(GIVE_UP_MS) });
        if (answer.keyframe) this.told({ op: "keyframe", publication: this.publication });
        return;
      } catch (error) {
        const { code, text, status } = /** @type {any} */ (error);
        if (status) return this.refused(code, text);
        if (performance.now() - begun > GIVE_UP_MS) return this.cutOff();
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  /** @param {string} code @param {string} text */
  refused(code, text) {
    const publication = this.publication;
    this.stop();
    if (publication >= 0) this.told({ op: "unpublished", publication, code, text });
  }

  cutOff() {
    if (this.publication < 0) return;
    this.stop();
    this.ended(this);
  }
}
