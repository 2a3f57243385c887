// @ts-check
/**
 * Net. Which path the sound shall come by. Pure: told what happens and when, it says which paths are to be open.
 *
 * The start is low and a race; climbing is make before break; a path that falls silent for longer than it ever did has
 * the rung below opened beside it, and the first that sounds stays. A path that stays silent while another sounds was
 * cut: climbing waits, longer each time, and after two cuts in a row nothing that keeps one connection is trusted: now and
 * then one is kept beside what sounds, and not heard, until it has lived longer than those that were cut. Where nothing
 * else sounds either it is the network that is dead: in the end the path is opened anew, as all others are.
 */

/** @typedef {"live"|"stream"|"pieces"|"radio"|"text"} Rung */

/** From the best to the last; `text` has no sound and is always there. @type {readonly Rung[]} */
export const RUNGS = ["live", "stream", "pieces", "radio"];

/** What keeps one connection and needs no socket. @type {Rung} */
export const TRIAL = "stream";

/** So late may be a cut: what is below is opened, and heard if nothing comes until it sounds. Twice round, and what is usual, come to it. */
const LATE_MS = 300;
const LATE_USUAL = 2.5;
/** Silence after which something is wrong: what comes by each path comes at least so often, and a bit. */
const SILENCE_MS = { live: 500, stream: 800, pieces: 2000, radio: 4000, text: Infinity };
const PICTURE_MS = 1500; // a key frame before the sound on the same connection
const CUT_MS = 300; // more, and it is given up for what sounds beside it
const MOST_SILENCE_MS = 6000;
const NEXT_IN_RACE_MS = 1000; // a proxy that collects whole answers gives nothing: start the next beside it
const ATTEMPT_MS = 6000; // for one attempt to give sound while another plays
const STEADY_MS = 1000; // before the first climb
const DEAD_MS = 15_000; // silent for so long, it is opened anew: the programme goes on also while nobody speaks
const PROVEN_MS = 45_000; // a climb that lasted so long was no failure, unless what was cut had lived as long
const PROVEN_LIVES = 1.5;
const OLD_MS = 120_000; // what lived so long was not cut for its age, or so seldom that it does not matter
const CLIMB_MS = 5_000;
const MOST_MS = 600_000;
/** After the first, second, … cut: how long nothing is climbed or tried. */
const HOLD_MS = [15_000, 15_000, 60_000, 240_000, MOST_MS];
const CUTS_TO_DISTRUST = 2;

export class Ladder {
  /**
   * @param {{forced?: Rung, hint?: Rung, usable?: Iterable<Rung>, rttMs?: number, isCutting?: boolean, random?: () => number}} [options]
   *   `usable`: what this browser can at all; `hint`: what worked last time; `rttMs`: how long this network takes to
   *   answer at the least; `isCutting`: last time it cut what kept one connection
   */
  constructor({ forced, hint, usable = RUNGS, rttMs = 0, isCutting = false, random = Math.random } = {}) {
    this.forced = forced;
    this.usable = new Set(usable);
    this.rttMs = rttMs;
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
    this.tickedAt = 0;
    /** Since when time has passed without a hole: a page whose timers stood still has not listened. */
    this.awakeSince = 0;
    this.cuts = isCutting ? CUTS_TO_DISTRUST : 0;
    this.climbNotBefore = 0;
    /** How long the longest lived of those that were cut young. */
    this.livedMs = 0;
    /** @type {{since: number, heardAt: number}|null} a `stream` that is kept and not heard: does this network still cut? */
    this.trial = null;
    /** When such a trial last ended well. */
    this.lastedAt = -1;
    /** Whether a picture comes the same way. */
    this.hasPicture = false;
    /** Whether `live` is left for what is below, because the line has no room for what it costs. */
    this.leavesLive = false;
    /** Whether there is sound for seconds: nothing has to be opened in a hurry. */
    this.hasReserve = false;
    /** How much sound comes at once on `pieces`. */
    this.pieceMs = 960;
    /** The longest silence that was none: how unevenly the current path comes. */
    this.usualMs = 0;
    /** @type {Rung[]} */
    this.race = forced ? [forced] : raceFrom(hint ?? "stream");
  }

  /** The paths that are to be open. @returns {Set<Rung>} */
  get open() {
    return new Set([...(this.current ? [this.current] : []), ...this.trying.keys(), ...(this.trial ? [TRIAL] : [])]);
  }

  /** Whether this network cuts connections that live long or carry much. */
  get isCutting() {
    return this.cuts >= CUTS_TO_DISTRUST;
  }

  /** Begin, or begin again. @param {number} now milliseconds */
  start(now) {
    this.current = this.trial = null;
    this.trying.clear();
    this.raceSince = now;
    if (this.isCutting) this.climbNotBefore = now + HOLD_MS[CUTS_TO_DISTRUST];
    this.tick(now);
  }

  /** Something may be due. Call a few times a second. @param {number} now */
  tick(now) {
    if (now - this.tickedAt > DEAD_MS / 2) this.awakeSince = now;
    this.tickedAt = now;
    const attemptMs = (this.current ? ATTEMPT_MS : 2 * DEAD_MS) + 10 * this.rttMs;
    for (const [rung, since] of this.trying) if (now - Math.max(since, this.awakeSince) > attemptMs) this.failed(rung, "blocked", now);
    if (this.current && now - Math.max(this.heardAt, this.awakeSince) > DEAD_MS + 10 * this.rttMs) this.failed(this.current, "silent", now);
    if (!this.current) this.#goOnRacing(now);
    else if (!this.forced) {
      if (this.#isLate(now)) this.#beside(now);
      else if (this.#isHeld(this.current, now)) this.#beside(now);
      else this.#climb(now);
      if (this.trial) this.#judge(this.trial, now);
      if (this.#isProven(now)) this.#proven(this.current);
    }
  }

  /** Sound of this path has been put into the player. @param {Rung} rung @param {number} now */
  heard(rung, now) {
    if (this.trial && rung === TRIAL) {
      this.trial.heardAt = now;
      return;
    }
    if (rung === this.current) {
      const wasLate = this.#isLate(now);
      if (!this.#isSilent(now)) this.usualMs = Math.max(now - this.heardAt, this.usualMs * 0.999);
      this.heardAt = now;
      if (wasLate && !this.#isHeld(rung, now)) for (const other of [...this.trying.keys()]) if (isBelow(other, rung)) this.trying.delete(other);
      return;
    }
    if (!this.trying.has(rung)) return;
    const before = this.current;
    if (before && isBelow(rung, before)) {
      const isHeld = this.#isHeld(before, now);
      if (!isHeld && now - this.heardAt < this.#silenceMs(before) + CUT_MS) return;
      this.#cut(before, now);
      this.why = this.leavesLive && before === "live" ? "thin" : "stalled";
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
    if (this.trial && rung === TRIAL) return this.#endTrial(now);
    const wasCurrent = rung === this.current;
    if (!wasCurrent && !this.trying.has(rung)) return;
    this.trying.delete(rung);
    this.#note(rung, now, wasCurrent || !this.current);
    if (code === "unsupported") this.usable.delete(rung);
    if (wasCurrent) {
      this.current = this.trial = null;
      if (code === "lost") this.#countCut(rung, now, this.heardAt - this.currentSince);
      if (!this.forced) this.why = "lost";
      this.raceSince = now;
      this.race = this.forced ? [this.forced] : raceFrom(this.isCutting ? "pieces" : rung);
    } else if (this.current && !this.forced && isBelow(this.current, rung)) this.why = code;
    if (code === "unsupported" && !this.forced) this.why = code;
  }

  /** A path has become possible or impossible. @param {Rung} rung @param {boolean} isUsable */
  allow(rung, isUsable) {
    if (isUsable) this.usable.add(rung);
    else this.usable.delete(rung);
  }

  /** Somebody else has found that this network cuts connections. @param {number} now */
  distrust(now) {
    this.cuts = CUTS_TO_DISTRUST;
    this.climbNotBefore = now + HOLD_MS[CUTS_TO_DISTRUST];
  }

  /** Whether the current path has lasted. @param {number} now */
  #isProven(now) {
    return this.current !== null && now - this.currentSince > this.#provenMs;
  }

  /** Whether a connection that is kept has lasted: the sound's own, or one that was tried beside it and has just ended well. @param {number} now */
  hasLasted(now) {
    return this.lastedAt === now || (keepsOne(this.current) && this.#isProven(now));
  }

  get #provenMs() {
    return Math.max(PROVEN_MS, PROVEN_LIVES * this.livedMs);
  }

  /** @param {Rung} rung */
  #silenceMs(rung) {
    const pictureMs = this.hasPicture ? PICTURE_MS : 0;
    const usualMs = SILENCE_MS[rung] + (rung === "pieces" ? this.pieceMs : 0) + 3 * this.rttMs + pictureMs;
    return Math.min(MOST_SILENCE_MS, Math.max(usualMs, 2 * this.usualMs));
  }

  /** @param {number} now */
  #isSilent(now) {
    return this.current !== null && now - this.heardAt > this.#silenceMs(this.current);
  }

  /** @param {number} now */
  #isLate(now) {
    if (this.#isSilent(now)) return true;
    const isQuick = keepsOne(this.current) && !this.hasPicture && !this.hasReserve;
    return isQuick && now - this.heardAt > Math.max(LATE_MS + 2 * this.rttMs, LATE_USUAL * this.usualMs);
  }

  /** Whether this path is one not to be trusted now, or too much. @param {Rung} rung @param {number} now */
  #isHeld(rung, now) {
    if (this.leavesLive && rung === "live") return true;
    return this.isCutting && now < this.climbNotBefore && keepsOne(rung);
  }

  /** @param {number} now */
  #goOnRacing(now) {
    const runners = this.race.filter((rung) => this.usable.has(rung));
    if (!runners.length && !this.forced) this.race = raceFrom("stream");
    runners.forEach((rung, place) => {
      const isDue = now >= this.raceSince + place * (NEXT_IN_RACE_MS + 4 * this.rttMs) && this.#mayTry(rung, now);
      if (isDue && !this.trying.has(rung)) this.trying.set(rung, now);
    });
  }

  /** Open what is below, one after the other, while nothing is heard. @param {number} now */
  #beside(now) {
    const current = /** @type {Rung} */ (this.current);
    const below = RUNGS.filter((rung) => isBelow(rung, current) && this.usable.has(rung) && !this.#isHeld(rung, now));
    const due = Math.ceil((now - this.heardAt - this.#silenceMs(current)) / (NEXT_IN_RACE_MS + 4 * this.rttMs));
    for (const rung of below.slice(0, Math.max(1, due))) {
      if (!this.trying.has(rung) && this.#mayTry(rung, now)) this.trying.set(rung, now);
    }
  }

  /** @param {number} now */
  #climb(now) {
    const current = /** @type {Rung} */ (this.current);
    if (now < this.climbNotBefore || now - this.currentSince < STEADY_MS || this.trying.size || this.trial) return;
    const above = RUNGS.filter((rung) => isBelow(current, rung) && this.usable.has(rung));
    if (this.isCutting && above.includes(TRIAL)) {
      this.trial = { since: now, heardAt: now };
      return;
    }
    const next = above.find((rung) => this.#mayTry(rung, now));
    if (next) this.trying.set(next, now);
  }

  /** @param {{since: number, heardAt: number}} trial @param {number} now */
  #judge(trial, now) {
    if (now - trial.since > this.#provenMs) {
      this.trial = null;
      this.lastedAt = now;
      this.#proven(TRIAL);
    } else if (now - Math.max(trial.heardAt, this.awakeSince) > ATTEMPT_MS + 10 * this.rttMs) this.#endTrial(now);
  }

  /** What was kept has died; where nothing sounds beside it, it was no cut. @param {number} now */
  #endTrial(now) {
    const { since, heardAt } = /** @type {{since: number, heardAt: number}} */ (this.trial);
    this.trial = null;
    if (this.#isLate(now)) this.climbNotBefore = now + CLIMB_MS;
    else this.#countCut(TRIAL, now, heardAt - since);
  }

  /** @param {Rung} rung @param {number} now */
  #mayTry(rung, now) {
    return now >= (this.history.get(rung)?.notBefore ?? 0);
  }

  /** @param {Rung} rung @param {number} now */
  #settle(rung, now) {
    this.current = rung;
    this.currentSince = this.heardAt = now;
    this.usualMs = 0;
    this.trial = null;
    this.trying.clear();
  }

  /** It fell silent, and another sounds: this connection is dead, not the whole network. @param {Rung} rung @param {number} now */
  #cut(rung, now) {
    this.#note(rung, now);
    this.#countCut(rung, now, this.heardAt - this.currentSince);
  }

  /** @param {Rung} rung @param {number} now @param {number} livedMs */
  #countCut(rung, now, livedMs) {
    if (this.#isHeld(rung, now)) return;
    if (livedMs < OLD_MS) this.livedMs = Math.max(this.livedMs, livedMs);
    this.climbNotBefore = now + HOLD_MS[Math.min(this.cuts, HOLD_MS.length - 1)];
    this.cuts++;
  }

  /** @param {Rung} rung */
  #proven(rung) {
    this.history.delete(rung);
    if (keepsOne(rung)) this.cuts = this.livedMs = 0;
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

/** Whether its sound comes by one connection that lives on. @param {Rung|null} rung */
function keepsOne(rung) {
  return rung === "live" || rung === "stream";
}

/** @param {Rung} one @param {Rung} other */
function isBelow(one, other) {
  return RUNGS.indexOf(one) > RUNGS.indexOf(other);
}
