// @ts-check
/**
 * Net. Who one is: joins once, and remembers, so that a reload or another day is the same person.
 */

import { newKey, post } from "./asking.js";
import { Refusal, lateMs } from "./insist.js";
import { Retry, isPassing, pause } from "./retry.js";

export class Identity {
  /** @param {import("./attendance.js").Attendance} attendance */
  constructor(attendance) {
    this.attendance = attendance;
    this.retry = new Retry();
    /** @type {Promise<void>|null} */
    this.joining = null;
  }

  /** Settles when one is known; rejects with a `Refusal` if one may not come in. No connection is waited for. */
  join() {
    this.joining ??= this.#join().catch((error) => {
      this.joining = null;
      throw error;
    });
    return this.joining;
  }

  /** The server does not know us any more (another key, or it was revoked): ask again. */
  forget() {
    this.joining = null;
    this.attendance.token = null;
  }

  async #join() {
    const { attendance } = this;
    const kept = attendance.storage?.getItem(attendance.key("person")) ?? undefined;
    let resume = kept;
    for (;;) {
      try {
        return this.#know(await this.#ask({ token: attendance.invitation, resume }));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const isOurs = error.code.startsWith("token-") && resume !== undefined;
        if (isOurs) resume = undefined; // what we kept is no longer valid: come in as somebody new
        else if (isPassing(error.code) || error.code === "busy") await pause(this.retry.failed());
        else throw error;
      }
    }
  }

  /** @param {{token?: string, resume?: string}} how */
  async #ask(how) {
    const { attendance } = this;
    const [key, since] = [newKey(), performance.now()];
    const answer = await post(attendance, "join", how, key);
    // It may have come without its cookie, which `radio` and the page without scripts need: once more, for that alone.
    if (performance.now() - since > lateMs(attendance.network)) post(attendance, "join", how, key).catch(() => {});
    return answer;
  }

  /** @param {{person: string, role: string, token: string}} answer */
  #know({ person, role, token }) {
    const { attendance } = this;
    Object.assign(attendance, { person, role, token });
    this.retry.succeeded();
    try {
      attendance.storage?.setItem(attendance.key("person"), token);
    } catch {
      // A full or forbidden store: one is somebody new after a reload, nothing worse.
    }
  }
}
