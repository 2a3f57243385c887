// @ts-check
/** Unsigned integers in 1, 2, 4 or 8 bytes (RFC 9000 §16). The mirror of `jemaa/wire/varint.py`. */

/** What the peer sent is not what the protocol allows; `code` is stable (docs/protocol.md §6). */
export class ProtocolError extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * The shortest form. Numbers up to 2^53-1, which is all that JavaScript counts exactly.
 * @param {number} value
 * @returns {number[]} its bytes
 */
export function encodeVarint(value) {
  if (value < 0x40) return [value];
  if (value < 0x4000) return [0x40 | (value >>> 8), value & 0xff];
  if (value < 0x40000000) return [0x80 | (value >>> 24), (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
  const high = Math.floor(value / 0x100000000);
  const low = value >>> 0;
  return [0xc0 | (high >>> 24), (high >>> 16) & 0xff, (high >>> 8) & 0xff, high & 0xff,
    low >>> 24, (low >>> 16) & 0xff, (low >>> 8) & 0xff, low & 0xff];
}

/** Reads numbers and blocks one after the other. `ProtocolError` `truncated` where something is missing. */
export class Reader {
  /** @param {Uint8Array} data @param {number} [at] */
  constructor(data, at = 0) {
    this.data = data;
    this.at = at;
  }

  /** Whether nothing is left. */
  get isDone() {
    return this.at >= this.data.length;
  }

  /** @returns {number} the next number; those beyond 2^53-1 lose their last digits */
  varint() {
    const { data, at } = this;
    if (at >= data.length) throw truncated();
    const length = 1 << (data[at] >> 6);
    if (at + length > data.length) throw truncated();
    let value = data[at] & 0x3f;
    for (let i = 1; i < length; i++) value = value * 256 + data[at + i];
    this.at = at + length;
    return value;
  }

  /** @returns {Uint8Array} the next bytes, whose number stands before them; a view, not a copy */
  block() {
    const length = this.varint();
    if (this.at + length > this.data.length) throw truncated();
    const start = this.at;
    this.at = start + length;
    return this.data.subarray(start, this.at);
  }
}

function truncated() {
  return new ProtocolError("truncated", "Something is cut off.");
}
