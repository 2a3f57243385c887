// @ts-check
/**
 * Net. What attending costs: bytes of bodies as counted, and of headers as estimated.
 *
 * A page cannot see headers. The estimate: each read of a body came in a TLS record of its own (22 bytes) in TCP/IP
 * packets (52 bytes for every 1400), acknowledged once for two packets; a request has 700 bytes of headers both ways.
 */

const RECORD = 22;
const PACKET = 52;
const PACKET_BODY = 1400;
const REQUEST = 700;
const WINDOW_MS = 10_000;

export class Cost {
  /** @param {() => number} [now] milliseconds, never backwards */
  constructor(now = () => performance.now()) {
    this.now = now;
    this.bytes = 0;
    /** Body bytes of each path. @type {Record<string, number>} */
    this.byPath = {};
    /** @type {{at: number, bytes: number}[]} one a second at the most */
    this.recent = [];
    this.began = now();
  }

  /** A piece of a body has come, or gone. @param {string} path @param {number} bytes */
  add(path, bytes) {
    const packets = Math.max(1, Math.ceil(bytes / PACKET_BODY));
    this.byPath[path] = (this.byPath[path] ?? 0) + bytes;
    this.#count(bytes + RECORD + packets * PACKET + Math.ceil(packets / 2) * PACKET);
  }

  /** A request was made. */
  request() {
    this.#count(REQUEST);
  }

  /** Over the last ten seconds. */
  get kbps() {
    const now = this.now();
    const sum = this.recent.reduce((total, one) => total + (one.at > now - WINDOW_MS ? one.bytes : 0), 0);
    return (sum * 8) / Math.min(WINDOW_MS, Math.max(1000, now - this.began));
  }

  /** @param {number} bytes */
  #count(bytes) {
    const now = this.now();
    this.bytes += bytes;
    const last = this.recent.at(-1);
    if (last && now - last.at < 1000) last.bytes += bytes;
    else this.recent.push({ at: now, bytes });
    while (this.recent[0].at < now - WINDOW_MS) this.recent.shift();
  }
}
