// @ts-check
/**
 * Net. Asking so that an answer comes, though a network freezes connections and says so to nobody: what is late is asked
 * for once more, by a connection that has carried nothing yet.
 */

const DEAD_MS = 700;
const ANSWER_MS = 10_000; // for a short answer, at the most
const THIN = 3; // a line that is busy with the sound answers late, and a handshake costs it more than the wait
/** Without cookies a browser takes no connection that it has used with them. @type {RequestCredentials} */
export const FRESH = "omit";

/** An answer that is no success, or a refusal; `code` is stable (docs/protocol.md §6). */
export class Refusal extends Error {
  /** @param {string} code @param {string} text @param {Record<string, any>} [more] */
  constructor(code, text, more = {}) {
    super(text);
    this.code = code;
    this.more = more;
  }
}

/** Nothing came. @param {unknown} [cause] */
export const offline = (cause) => new Refusal("offline", "There is no connection at the moment.", { cause });

/** After so long without an answer its connection may be dead. @param {{rttMs: number}} network */
export const deadMs = ({ rttMs }) => DEAD_MS + 4 * rttMs;

/** The same for what can wait: a thin line is left in peace. @param {{rttMs: number, isThin: boolean}} network */
export const lateMs = (network) => deadMs(network) * (network.isThin ? THIN : 1);

/** Given when a short answer need not be waited for any longer. @param {{rttMs: number}} network @returns {AbortSignal} */
export const inVain = ({ rttMs }) => AbortSignal.timeout(ANSWER_MS + 10 * rttMs);

/**
 * What comes first: an answer, or where it is late the answer to the same by a fresh connection. What is asked must be
 * safe to repeat. A refusal is an answer; that nothing came (`offline`) is none while the other may still come.
 * @template T
 * @param {(how: RequestInit) => Promise<T>} ask rejects with an error that has a `code`
 * @param {number} lateMs
 * @param {AbortSignal} [signal] ends both, and afterwards the body of the one that came
 * @returns {Promise<T>} rejects as `ask` does
 */
export async function insist(ask, lateMs, signal) {
  const stops = [new AbortController(), new AbortController()];
  const end = () => stops.forEach((stop) => stop.abort());
  signal?.addEventListener("abort", end);
  if (signal?.aborted) end();
  const one = async (/** @type {number} */ n, /** @type {RequestInit} */ how) => {
    try {
      const answer = await ask({ ...how, signal: stops[n].signal });
      stops[1 - n].abort();
      return answer;
    } catch (error) {
      if (codeOf(error) !== "offline") stops[1 - n].abort();
      throw error;
    }
  };
  const first = one(0, {});
  const late = new Promise((resolve) => setTimeout(resolve, lateMs, "late"));
  if ((await Promise.race([first.catch(() => {}), late])) !== "late") return first;
  // Its cache a browser would let wait for the first answer, hence "reload".
  const both = [first, one(1, { credentials: FRESH, cache: "reload" })];
  return Promise.any(both).catch(({ errors }) => {
    throw errors.find((/** @type {unknown} */ error) => codeOf(error) !== "offline") ?? errors[0];
  });
}

/** @param {unknown} error */
const codeOf = (error) => /** @type {Partial<Refusal>} */ (error)?.code;

/**
 * A file, to the end. What a proxy says of a server that is away is none.
 * @param {string|URL} file @param {RequestInit} how
 * @returns {Promise<string>} rejects with `offline`
 */
export async function textOf(file, how) {
  try {
    const answer = await fetch(file, how);
    if (answer.status < 500) return await answer.text();
  } catch (error) {
    throw offline(error);
  }
  throw offline();
}

/**
 * A file is in the browser's cache, however long it takes: an `import` would wait for ever on a frozen connection.
 * @param {URL} file @param {{rttMs: number, isThin: boolean}} network
 */
export async function brought(file, network) {
  for (;;) {
    try {
      return await insist((how) => textOf(file, how), lateMs(network), inVain(network));
    } catch {
      await new Promise((again) => setTimeout(again, DEAD_MS));
    }
  }
}
