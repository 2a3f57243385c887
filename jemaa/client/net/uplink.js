// @ts-check
/**
 * Net. Whether what is said goes up as fast as it is said.
 *
 * A queue before a line that is too thin shows in how long something short takes there and back, long before anything is
 * lost (delay-based, as RFC 6817). What is lost and sent again delays one answer, a queue delays each.
 */

const BEHIND_MS = 400; // more than it took when nothing waited

export class Uplink {
  /** @param {number} times how many late answers in a row are a queue */
  constructor(times) {
    this.times = times;
  }
  #leastMs = Infinity;
  #late = 0;

  /** Something short is there and back. @param {number} ms @returns {boolean} whether a queue is growing */
  took(ms) {
    this.#leastMs = Math.min(this.#leastMs, ms);
    this.#late = ms > this.#leastMs + BEHIND_MS ? this.#late + 1 : 0;
    return this.#late >= this.times;
  }
}
