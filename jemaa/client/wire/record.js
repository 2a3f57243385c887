// @ts-check
/** Records: chunks of several tracks in one body (docs/protocol.md §1.3). The mirror of `jemaa/wire/record.py`. */

import { Reader, encodeVarint, joined } from "./chunk.js";

/** The track whose bodies are JSON messages, or empty. */
export const CONTROL = 0;

/**
 * @typedef {object} TrackRecord
 * @property {number} track
 * @property {Uint8Array} body
 */

/**
 * @param {number} track
 * @param {Uint8Array} body
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function encodeRecord(track, body) {
  return joined([encodeVarint(track), encodeVarint(body.length), body]);
}

/**
 * All records of `data`, which must end with one.
 * @param {Uint8Array} data
 * @returns {TrackRecord[]}
 * @throws {import("./chunk.js").ProtocolError} `truncated`
 */
export function decodeRecords(data) {
  const reader = new Reader(data);
  const records = [];
  while (!reader.isDone) records.push({ track: reader.varint(), body: reader.block() });
  return records;
}

/** Records out of a stream of bytes that is cut anywhere: `push` what arrived, get what is complete. */
export class RecordStream {
  constructor() {
    /** @type {Uint8Array} */
    this.rest = new Uint8Array(0);
  }

  /**
   * @param {Uint8Array} data
   * @returns {TrackRecord[]}
   */
  push(data) {
    const all = this.rest.length ? joined([this.rest, data]) : data;
    const records = [];
    let done = 0;
    for (let found = whole(all, done); found; found = whole(all, done)) {
      records.push(found.record);
      done = found.end;
    }
    this.rest = all.slice(done);
    return records;
  }
}

/**
 * The record at `at`, if all of it is here.
 * @param {Uint8Array} data
 * @param {number} at
 * @returns {{record: TrackRecord, end: number} | null}
 */
function whole(data, at) {
  const trackBytes = at < data.length ? 1 << (data[at] >> 6) : Infinity;
  const lengthAt = at + trackBytes;
  if (lengthAt >= data.length || lengthAt + (1 << (data[lengthAt] >> 6)) > data.length) return null;
  const reader = new Reader(data, at);
  const track = reader.varint();
  const length = reader.varint();
  const end = reader.at + length;
  return end > data.length ? null : { record: { track, body: data.subarray(reader.at, end) }, end };
}
