// @ts-check
/**
 * Net. Which path the sound shall come by. Pure: told what happens and when, it says which paths are to be open.
 *
 * The start is low and a race; climbing is make before break; a stall of two seconds opens the rung below beside the one
 * that stalls, and the first that sounds stays. Every failed climb waits longer for the next.
 */

/** @typedef {"live"|"stream"|"pieces"|"radio"|"text"} Rung */

/** From the best to the last; `text` has no sound and is always there. @type {readonly Rung[]} */
export const RUNGS = ["live", "stream", "pieces", "radio"];

const STALL_MS = 2000;
const NEXT_IN_RACE_MS = 1500; // a proxy that collects whole answers gives nothing: start the next beside it
const ATTEMPT_MS = 6000; // for one attempt to give sound while another plays
const STEADY_MS = 1000; // before the first climb
const PROVEN_MS = 30_000; // a climb that lasted so long was no failure
const CLIMB_MS = 5_000;
const MOST_MS = 600_000;

export class Ladder {
  /**
   * @param {{forced?: Rung, hint?: Rung, usable?: Iterable<Rung>, random?: () => number}} [options] `usable`: what this
   *   browser can at all; `hint`: what worked last time
   */
  constructor({ forced, hint, usable = RUNGS, random = Math.random } = {}) {
    this.forced = forced;
    this.usable = new Set(usable);
    this.random = random;
    /** @type {Rung|null} whose sound is heard */
    this.current = null;
    /** @type {Map<Rung, number>} attempts, and since when */
    this.trying = new Map();
    /** Why this rung; a code for the plain line. */
    this.why = forced ? "forced" : "first";
    /** @type {Map<Rung, {failures: number, notBefore: number}>} */
    this.history = new Map();
    this.heardAt = 0;
    this.currentSince = 0;
    this.raceSince = 0;
    /** @type {Rung[]} */
    this.race = forced ? [forced] : raceFrom(hint ?? "stream");
  }

  /** The paths that are to be open. @returns {Set<Rung>} */
  get open() {
    return new Set([...(this.current ? [this.current] : []), ...this.trying.keys()]);
  }

  /** Begin, or begin again. @param {number} now milliseconds */
  start(now) {
    this.current = null;
    this.trying.clear();
    this.raceSince = now;
    this.tick(now);
  }

  /** Something may be due. Call a few times a second. @param {number} now */
  tick(now) {
    for (const [rung, since] of this.trying) {
      if (this.current && now - since > ATTEMPT_MS) this.failed(rung, "blocked", now);
    }
    if (!this.current) this.#goOnRacing(now);
    else if (!this.forced) {
      if (now - this.heardAt > STALL_MS) this.#beside(now);
      else this.#climb(now);
      if (now - this.currentSince > PROVEN_MS) this.history.delete(this.current);
    }
  }

  /** Sound of this path has been put into the player. @param {Rung} rung @param {number} now */
  heard(rung, now) {
    if (rung === this.current) {
      const wasStalled = now - this.heardAt > STALL_MS;
      this.heardAt = now;
      if (wasStalled) for (const other of [...this.trying.keys()]) if (isBelow(other, rung)) this.trying.delete(other);
      return;
    }
    if (!this.trying.has(rung)) return;
    const before = this.current;
    if (before && isBelow(rung, before)) {
      if (now - this.heardAt < STALL_MS / 2) return void this.trying.delete(rung);
      this.#note(before, now);
      this.why = "stalled";
    } else if (before) this.why = "better";
    this.#settle(rung, now);
  }

  /**
   * A path has ended or could not be opened.
   * @param {Rung} rung
   * @param {string} code
   * @param {number} now
   */
  failed(rung, code, now) {
    const wasCurrent = rung === this.current;
    if (!wasCurrent && !this.trying.has(rung)) return;
    this.trying.delete(rung);
    this.#note(rung, now, wasCurrent || !this.current);
    if (code === "unsupported") this.usable.delete(rung);
    if (wasCurrent) {
      this.current = null;
      if (!this.forced) this.why = "lost";
      this.raceSince = now;
      this.race = this.forced ? [this.forced] : raceFrom(rung);
    } else if (this.current && !this.forced && isBelow(this.current, rung)) this.why = code;
    if (code === "unsupported" && !this.forced) this.why = code;
  }

  /** A path has become possible or impossible. @param {Rung} rung @param {boolean} isUsable */
  allow(rung, isUsable) {
    if (isUsable) this.usable.add(rung);
    else this.usable.delete(rung);
  }

  /** @param {number} now */
  #goOnRacing(now) {
    const runners = this.race.filter((rung) => this.usable.has(rung));
    if (!runners.length && !this.forced) this.race = raceFrom("stream");
    runners.forEach((rung, place) => {
      const isDue = now >= this.raceSince + place * NEXT_IN_RACE_MS && now >= (this.history.get(rung)?.notBefore ?? 0);
      if (isDue && !this.trying.has(rung)) this.trying.set(rung, now);
    });
  }

  /** Open what is below, one after the other, while nothing is heard. @param {number} now */
  #beside(now) {
    const current = /** @type {Rung} */ (this.current);
    const below = RUNGS.filter((rung) => isBelow(rung, current) && this.usable.has(rung));
    const due = Math.ceil((now - this.heardAt - STALL_MS) / NEXT_IN_RACE_MS);
    for (const rung of below.slice(0, Math.max(1, due))) {
      if (!this.trying.has(rung) && now >= (this.history.get(rung)?.notBefore ?? 0)) this.trying.set(rung, now);
    }
  }

  /** @param {number} now */
  #climb(now) {
    const current = /** @type {Rung} */ (this.current);
    if (now - this.currentSince < STEADY_MS || this.trying.size) return;
    const above = RUNGS.filter((rung) => isBelow(current, rung) && this.usable.has(rung));
    const next = above.find((rung) => now >= (this.history.get(rung)?.notBefore ?? 0));
    if (next) this.trying.set(next, now);
  }

  /** @param {Rung} rung @param {number} now */
  #settle(rung, now) {
    this.current = rung;
    this.currentSince = this.heardAt = now;
    this.trying.clear();
  }

  /** Remember a failure. @param {Rung} rung @param {number} now @param {boolean} [isSoon] nothing else sounds: try again soon */
  #note(rung, now, isSoon = false) {
    const failures = (this.history.get(rung)?.failures ?? 0) + 1;
    const wait = isSoon ? Math.min(2500, 250 * 2 ** (failures - 1)) : Math.min(MOST_MS, CLIMB_MS * 2 ** (failures - 1));
    this.history.set(rung, { failures, notBefore: now + wait * (0.8 + 0.4 * this.random()) });
  }
}

/** A rung and what is tried beside it, in turn. @param {Rung} first @returns {Rung[]} */
function raceFrom(first) {
  const others = RUNGS.filter((rung) => rung !== "live" && rung !== first);
  return [first, ...others.filter((rung) => isBelow(rung, first)), ...others.filter((rung) => isBelow(first, rung))];
}

/** @param {Rung} one @param {Rung} other */
function isBelow(one, other) {
  return RUNGS.indexOf(one) > RUNGS.indexOf(other);
}
