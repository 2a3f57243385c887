// @ts-check
/**
 * Net. The one retry policy: soon at first, never more often than every few seconds, jittered, slower for what has never
 * worked. Whoever waits asks here; nothing else in the client counts failures.
 */

const FIRST_MS = 250;
const KNOWN_CAP_MS = 2_500; // it has worked before: a server that restarts is back for everyone within five seconds
const LATER_CAP_MS = 15_000; // it has been away for long
const LONG_FAILURES = 60;
const UNKNOWN_CAP_MS = 300_000; // it has never worked here: a network that blocks it will hardly change its mind

export class Retry {
  /** @param {() => number} [random] from 0 to 1 */
  constructor(random = Math.random) {
    this.random = random;
    this.failures = 0;
    this.hasWorked = false;
  }

  /** It works. */
  succeeded() {
    this.failures = 0;
    this.hasWorked = true;
  }

  /** It does not. @returns {number} how long to wait before the next attempt, in ms */
  failed() {
    const cap = !this.hasWorked ? UNKNOWN_CAP_MS : this.failures > LONG_FAILURES ? LATER_CAP_MS : KNOWN_CAP_MS;
    const base = Math.min(cap, FIRST_MS * 2 ** Math.min(this.failures++, 20));
    return base * (0.75 + 0.25 * this.random());
  }
}

/** Whether what was refused so may go better later. @param {string} code @returns {boolean} */
export const isPassing = (code) => code === "offline" || code.startsWith("http-5");

/** Wait, or until `signal`. @param {number} ms @param {AbortSignal} [signal] @returns {Promise<void>} */
export function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done);
    if (signal?.aborted) done();
  });
}

/** How long one waits for the next sign of life. `signal` is given when it has not come in time, or with the one that came first. */
export class Patience {
  #stop = new AbortController();
  #timer = /** @type {ReturnType<typeof setTimeout>|undefined} */ (undefined);
  #end = () => this.#stop.abort();

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.outer = signal;
    signal.addEventListener("abort", this.#end);
    if (signal.aborted) this.#end();
  }

  get signal() {
    return this.#stop.signal;
  }

  /** There is life: from now on for so long. @param {number} ms */
  wait(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#end, ms);
  }

  /** Nothing is waited for any more. */
  done() {
    clearTimeout(this.#timer);
    this.outer.removeEventListener("abort", this.#end);
  }
}
