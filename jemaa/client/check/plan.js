// @ts-check
/**
 * Check. What the server offers to a check, and how one knows that it is really the server that answers. Pure.
 *
 * A captive portal and a proxy that says yes to everything answer with bytes of their own: so the offer is read strictly,
 * and every answer is compared, byte by byte, with what only the measuring server gives (`jemaa/web/check.py`).
 */

/**
 * @typedef {object} Offer what this page uses of `jemaa/packets/offer.py`
 * @property {string} run
 * @property {string} key
 * @property {string} udp_host
 * @property {number[]} udp
 * @property {string} tls_sha256
 * @property {boolean} handshake
 */

/** Something else than the measuring server answered, or nothing; `code` says which. */
export class CheckFailure extends Error {
  /** @param {string} code one of `check.why.*` */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * The offer in the text of an answer.
 * @param {string} text
 * @returns {Offer} rejects what is none with `CheckFailure` `not_ours`
 */
export function readOffer(text) {
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    throw new CheckFailure("not_ours");
  }
  const { run, key, udp_host = "", udp = [], tls_sha256 = "", handshake = false } = found ?? {};
  const isOffer =
    /^[0-9a-f]{8}$/.test(run) && /^[0-9a-f]{64}$/.test(key) && typeof udp_host === "string" &&
    Array.isArray(udp) && udp.every(isPort) && /^([0-9a-f]{64})?$/.test(tls_sha256);
  if (!isOffer) throw new CheckFailure("not_ours");
  return { run, key, udp_host, udp, tls_sha256, handshake: handshake === true };
}

/** @param {unknown} port */
function isPort(port) {
  return Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536;
}

/**
 * The ports to call on: the one that calls use, where it is offered, and the highest, which is on no list.
 * @param {readonly number[]} udp
 * @returns {number[]} each once
 */
export function callPorts(udp) {
  const usual = udp.includes(3478) ? 3478 : Math.min(...udp);
  return udp.length ? [...new Set([usual, Math.max(...udp)])] : [];
}

const BLOCK = 4096;

/** The bytes of which an answer of this size consists. @param {number} size @returns {Uint8Array<ArrayBuffer>} */
export function filling(size) {
  const whole = size - (size % BLOCK);
  return Uint8Array.from({ length: size }, (_, at) => (at < whole ? blockByte(at % BLOCK) : (at - whole) * 167 + 11) & 0xff);
}

/** @param {number} at */
function blockByte(at) {
  return at * 167 + (at >> 8) * 89 + 11;
}

/**
 * The bytes of a long answer: so many pieces, each a filling of its own.
 * @param {number} size @param {number} pieces @returns {Uint8Array<ArrayBuffer>}
 */
export function longFilling(size, pieces) {
  const all = new Uint8Array(size);
  for (let n = 0; n < pieces; n++) {
    const [from, to] = [Math.floor((size * n) / pieces), Math.floor((size * (n + 1)) / pieces)];
    all.set(filling(to - from), from);
  }
  return all;
}

/** @param {Uint8Array} one @param {Uint8Array} other */
export function isSame(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/**
 * The stamp of a packet of this check, as a word (`jemaa/packets/stamp.py`): the server knows by it what arrived.
 * @param {Pick<Offer, "run"|"key">} offer @param {number} arm @param {number} number @returns {Promise<string>}
 */
export async function stampWord({ run, key }, arm, number) {
  const head = [...bytesOf(run), arm >> 8, arm & 0xff, number >> 8, number & 0xff];
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const secret = await crypto.subtle.importKey("raw", bytesOf(key), algorithm, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", secret, Uint8Array.from(head)));
  return `jmaa${[...head, ...mac.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** @param {string} hex */
function bytesOf(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** @param {readonly number[]} values @param {number} share from 0 to 1 @returns {number} */
export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
