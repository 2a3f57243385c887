// @ts-check
/**
 * Net. A line that becomes thin while one listens, and wide again: a phone that leaves its good network, and comes back.
 *
 * That it is thin shows in sound that falls behind (`lag.js`). That there is room again nothing shows, for little is asked
 * of it: so a second of better sound is fetched now and then, 4 KB, and timed.
 */

import { NARROW_KBPS, THIN_KBPS } from "./attendance.js";
import { Lag } from "./lag.js";

const TRIAL = "sound/32";
const ROOM_KBPS = 1.5 * THIN_KBPS; // of one measure; what is lost makes a wide line look thin, not a thin one wide
/** Longer in all, and there may be a queue, in which the way there and back looks long and what takes it short. */
const QUEUE_MS = 750;
/** After it became thin for the first time, and so on: how long until it is measured. Each measure costs it 4 KB. */
const HOLD_MS = [10_000, 15_000, 30_000, 60_000, 120_000, 300_000];
const KNOWN = 3; // the place in it of a line that was thin from the beginning, by this page's files or an earlier visit
const STALL_MS = 20_000;
const EASED_MS = 1500; // a stall is over by then

export class Thinness {
  /** @param {import("./attendance.js").Attendance} attendance @param {() => void} onChange it has become thin, or is so no more */
  constructor(attendance, onChange) {
    this.attendance = attendance;
    this.onChange = onChange;
    this.lag = new Lag();
    this.measures = 0;
    this.measureAt = Infinity;
    this.isMeasuring = false;
    /** Since when the server gives less, and what came through of what it had given. @type {{at: number, share: number}|null} */
    this.eased = null;
  }

  /** The server sees it first that sound is long on its way, and gives less than was asked for (decision 23). @param {boolean} isEased @param {number} now */
  given(isEased, now) {
    this.eased = isEased ? (this.eased ?? { at: now, share: this.lag.share }) : null;
  }

  /** Call a few times a second. @param {number} now @param {boolean} isCalm whether nothing but the sound is on its way: a queue would make any measure false */
  judge(now, isCalm) {
    if (this.attendance.network.isThin) this.#judgeThin(now, isCalm);
    else this.#judgeWide(now);
  }

  /** @param {number} now */
  #judgeWide(now) {
    if (this.lag.isGrowing(now)) {
      this.#becomeThin(now, this.lag.share);
    } else if (this.eased && now - this.eased.at > EASED_MS && !this.isMeasuring) {
      const { share } = this.eased;
      this.eased.at = Infinity; // once
      this.#measure().then((found) => found || this.attendance.network.isThin || this.#becomeThin(performance.now(), share));
    }
  }

  /** @param {number} now @param {boolean} isCalm */
  #judgeThin(now, isCalm) {
    if (this.measureAt === Infinity) {
      this.measures = Math.max(this.measures, KNOWN);
      this.#hold(now);
    } else if (isCalm && now > this.measureAt && !this.isMeasuring) {
      this.#hold(now);
      this.#measure().then((found) => found && this.#becomeWide(found.rttMs));
    }
  }

  /** @param {number} now @param {number} share of what is said that comes through */
  #becomeThin(now, share) {
    const { network, cost } = this.attendance;
    this.#hold(now);
    const rttMs = Math.round(Math.max(network.rttMs, this.lag.behindMs)); // or what is asked is asked again before it can be answered
    this.attendance.learn({ isThin: true, isNarrow: share * cost.kbps < NARROW_KBPS, rttMs });
    this.lag.reset();
    this.onChange();
  }

  /** @param {number} rttMs */
  #becomeWide(rttMs) {
    this.attendance.learn({ isThin: false, isNarrow: false, rttMs });
    this.measureAt = Infinity;
    this.onChange();
  }

  /** @param {number} now */
  #hold(now) {
    this.measureAt = now + HOLD_MS[Math.min(this.measures++, HOLD_MS.length - 1)];
  }

  /** Whether a second of better sound comes quickly. @returns {Promise<{rttMs: number}|null>} null: not, or nobody knows */
  async #measure() {
    const newest = `pieces/newest?track=${encodeURIComponent(TRIAL)}`;
    this.isMeasuring = true;
    try {
      const first = await this.#timed(newest); // makes a connection, where there is none
      const second = await this.#timed(newest);
      const { epoch, n } = JSON.parse(new TextDecoder().decode(second.data));
      const { data, ms } = await this.#timed(`pieces/${epoch}/${TRIAL}/${n}`);
      const rttMs = Math.round(Math.min(first.ms, second.ms, ms));
      return ms <= QUEUE_MS && (data.byteLength * 8) / Math.max(1, ms - rttMs) >= ROOM_KBPS ? { rttMs } : null;
    } catch {
      return null; // it has no room, or less
    } finally {
      this.isMeasuring = false;
    }
  }

  /** @param {string} address */
  async #timed(address) {
    const began = performance.now();
    const answer = await this.attendance.request(address, { signal: AbortSignal.timeout(STALL_MS) });
    const data = await answer.arrayBuffer();
    this.attendance.spent("pieces", data.byteLength);
    return { data, ms: performance.now() - began };
  }
}
