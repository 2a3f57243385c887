// @ts-check
/**
 * A chunk: a few encoded frames (docs/protocol.md §1.2), and the numbers that it is made of: unsigned integers in 1, 2, 4 or 8
 * bytes (RFC 9000 §16). The mirror of `jemaa/wire/chunk.py` and `varint.py`, in one file since the first sound needs both.
 */

const INDEPENDENT = 1;
const CONFIG = 2;
const GAP = 4;

export const MAX_CHUNK_BYTES = 262144;
export const MAX_FRAMES = 64;

/**
 * @typedef {object} Chunk
 * @property {number} seq counts the chunks of a track
 * @property {number} timeMs media time of the first frame
 * @property {Uint8Array[]} frames views into what was decoded
 * @property {boolean} isIndependent decoding can start here
 * @property {boolean} isAfterGap what came before is missing
 * @property {Uint8Array} config a picture's decoder configuration, else empty
 */

/**
 * What a picture's key frame says about its decoding.
 * @typedef {object} PictureConfig
 * @property {string} codec as WebCodecs takes it
 * @property {number} codedWidth
 * @property {number} codedHeight
 * @property {Uint8Array} [description]
 */

const EMPTY = new Uint8Array(0);

/**
 * @param {{seq: number, timeMs: number, frames: Uint8Array[], isIndependent?: boolean, isAfterGap?: boolean,
 *   config?: Uint8Array}} chunk
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function encodeChunk({ seq, timeMs, frames, isIndependent = true, isAfterGap = false, config = EMPTY }) {
  const flags = (isIndependent ? INDEPENDENT : 0) | (config.length ? CONFIG : 0) | (isAfterGap ? GAP : 0);
  /** @type {ArrayLike<number>[]} */
  const parts = [[flags], encodeVarint(seq), encodeVarint(timeMs)];
  if (config.length) parts.push(encodeVarint(config.length), config);
  for (const frame of frames) parts.push(encodeVarint(frame.length), frame);
  return joined(parts);
}

/**
 * The chunk in all of `data`.
 * @param {Uint8Array} data
 * @returns {Chunk}
 * @throws {ProtocolError} `chunk-too-large`, `chunk-flags`, `truncated`, `chunk-empty`, `chunk-frames`
 */
export function decodeChunk(data) {
  if (data.length > MAX_CHUNK_BYTES) throw new ProtocolError("chunk-too-large", "A chunk is too large.");
  if (!data.length) throw new ProtocolError("truncated", "A chunk is cut off.");
  const flags = data[0];
  if (flags & ~(INDEPENDENT | CONFIG | GAP)) throw new ProtocolError("chunk-flags", "A chunk has an unknown flag.");
  const reader = new Reader(data, 1);
  const seq = reader.varint();
  const timeMs = reader.varint();
  const config = flags & CONFIG ? reader.block() : EMPTY;
  const frames = [];
  while (!reader.isDone) frames.push(reader.block());
  if (!frames.length || frames.some((frame) => !frame.length)) {
    throw new ProtocolError("chunk-empty", "A chunk has at least one frame, and no frame is empty.");
  }
  if (frames.length > MAX_FRAMES) throw new ProtocolError("chunk-frames", "A chunk has too many frames.");
  return { seq, timeMs, frames, config, isIndependent: !!(flags & INDEPENDENT), isAfterGap: !!(flags & GAP) };
}

/**
 * @param {PictureConfig} config
 * @returns {Uint8Array} as it stands in a key frame's chunk
 */
export function encodePictureConfig({ codec, codedWidth, codedHeight, description }) {
  const text = new TextEncoder().encode(`${codec} ${codedWidth}x${codedHeight}`);
  return description ? joined([text, [0], description]) : text;
}

/**
 * @param {Uint8Array} config
 * @returns {PictureConfig}
 * @throws {ProtocolError} `picture-config`
 */
export function decodePictureConfig(config) {
  const end = config.indexOf(0);
  const text = new TextDecoder().decode(end < 0 ? config : config.subarray(0, end));
  const match = /^(\S+) (\d{1,5})x(\d{1,5})$/.exec(text);
  if (!match) throw new ProtocolError("picture-config", "A picture does not say how to decode it.");
  const found = { codec: match[1], codedWidth: Number(match[2]), codedHeight: Number(match[3]) };
  return end < 0 ? found : { ...found, description: config.slice(end + 1) };
}

/**
 * One array of all parts.
 * @param {ArrayLike<number>[]} parts
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function joined(parts) {
  const data = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return data;
}

/** How long an Opus packet lasts, in ms (RFC 6716 §3.1). @param {Uint8Array} packet */
export function opusMs(packet) {
  const config = packet[0] >> 3;
  const ms = config < 12 ? [10, 20, 40, 60][config & 3] : config < 16 ? [10, 20][config & 1] : [2.5, 5, 10, 20][config & 3];
  const code = packet[0] & 3;
  return ms * (code === 3 ? packet[1] & 0x3f : code ? 2 : 1);
}

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
