// @ts-check
/**
 * Net. Whether what comes falls behind: on a line that has become too thin for it, further and further.
 *
 * A packet that is lost holds everything up, and then everything comes at once; a queue delays each (delay-based, as RFC
 * 6817). So the least delay of each quarter of a second counts, against the least of half a minute. A line that is only
 * further than it was delays each as much, and the player has waited for it after a time or two. Pure: times in ms.
 */

const BUCKET_MS = 250;
const BUCKETS = 120; // half a minute
const BEHIND_MS = 300;
const LASTS = 4; // of them in a row
const GROWS_MS = 100; // from one to the next: less than two thirds of what is said come through
const LATE = 3; // times that the sound stood still, of late
const OF_LATE = 20; // of them

export class Lag {
  /** @type {{at: number, lastAt: number, timeMs: number, leastMs: number, late: number}[]} */
  #buckets = [];

  /**
   * Sound of this media time has come.
   * @param {number} timeMs @param {number} now
   * @param {number} late how often the sound has stood still so far
   */
  came(timeMs, now, late) {
    const last = this.#buckets.at(-1);
    const leastMs = now - timeMs;
    const newest = { lastAt: now, timeMs, late };
    if (last && now - last.at < BUCKET_MS) Object.assign(last, newest, { leastMs: Math.min(last.leastMs, leastMs) });
    else this.#buckets.push({ at: now, leastMs, ...newest });
    if (this.#buckets.length > BUCKETS) this.#buckets.shift();
  }

  /** Media time, or the line, begins anew. */
  reset() {
    this.#buckets = [];
  }

  /** How much later than it was at its best what came last has come. */
  get behindMs() {
    return (this.#buckets.at(-1)?.leastMs ?? 0) - this.#leastMs;
  }

  /** How much of what is said comes of late: 1 on a line that carries all of it. */
  get share() {
    const [first, ...others] = this.#buckets.slice(-LASTS - 1);
    const last = others.at(-1);
    return last ? (last.timeMs - first.timeMs) / (last.lastAt - first.lastAt) : 1;
  }

  get #leastMs() {
    return Math.min(...this.#buckets.map(({ leastMs }) => leastMs));
  }

  /** @param {number} now */
  isGrowing(now) {
    const least = this.#leastMs;
    const recent = this.#buckets.filter(({ at }) => now - at < OF_LATE * BUCKET_MS);
    const whole = recent.filter(({ at }) => now - at >= BUCKET_MS).slice(-LASTS);
    const isBehind = whole.length === LASTS && whole.every(({ leastMs }) => leastMs > least + BEHIND_MS);
    const [before, last] = whole.slice(-2);
    const isFalling = whole.length > 1 && before.leastMs > least + BEHIND_MS && last.leastMs > before.leastMs + GROWS_MS && last.at - before.at < 2 * BUCKET_MS;
    return (isBehind || isFalling) && recent[recent.length - 1].late - recent[0].late >= LATE;
  }
}
