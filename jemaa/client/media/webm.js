// @ts-check
/**
 * Media. Opus packets out of the WebM that a MediaRecorder writes (RFC 9559, RFC 9535), cut anywhere. Pure.
 *
 * Only what recorders write is read: elements of unknown size (Segment, Cluster), SimpleBlocks and BlockGroups without
 * lacing. Anything else is skipped by its size.
 */

const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const CLUSTER_TIME = 0xe7;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;
const SIMPLE_BLOCK = 0xa3;
const INSIDE = new Set([SEGMENT, CLUSTER, BLOCK_GROUP]); // read on inside instead of skipping
const MOST_WAITING = 1_000_000;

export class WebmReader {
  constructor() {
    this.rest = new Uint8Array(0);
    this.clusterMs = 0;
  }

  /**
   * @param {Uint8Array} data what came next
   * @returns {{timeMs: number, frame: Uint8Array}[]}
   * @throws {Error} where it is no WebM
   */
  push(data) {
    const all = new Uint8Array(this.rest.length + data.length);
    all.set(this.rest);
    all.set(data, this.rest.length);
    const found = [];
    let at = 0;
    for (let head = headAt(all, at); head; head = headAt(all, at)) {
      if (INSIDE.has(head.id)) {
        at = head.start;
        continue;
      }
      if (head.start + head.size > all.length) break;
      const body = all.subarray(head.start, head.start + head.size);
      at = head.start + head.size;
      if (head.id === CLUSTER_TIME) this.clusterMs = number(body);
      else if (head.id === SIMPLE_BLOCK || head.id === BLOCK) found.push(this.#block(body));
    }
    this.rest = all.slice(at);
    if (this.rest.length > MOST_WAITING) throw new Error("this recording is no WebM that can be read");
    return found;
  }

  /** Track number, time in the cluster (signed, 16 bits), flags, packet. @param {Uint8Array} body */
  #block(body) {
    const trackBytes = Math.clz32(body[0]) - 23;
    const view = new DataView(body.buffer, body.byteOffset, body.length);
    return { timeMs: this.clusterMs + view.getInt16(trackBytes), frame: body.slice(trackBytes + 3) };
  }
}

/** Identifier and size of the element at `at`; null while it is not all here. @param {Uint8Array} data @param {number} at */
function headAt(data, at) {
  if (at >= data.length) return null;
  const idBytes = Math.clz32(data[at]) - 23;
  const sizeAt = at + idBytes;
  if (idBytes > 4) throw new Error("this recording is no WebM that can be read");
  if (sizeAt >= data.length) return null;
  const sizeBytes = Math.clz32(data[sizeAt]) - 23;
  if (sizeBytes > 8) throw new Error("this recording is no WebM that can be read");
  const start = sizeAt + sizeBytes;
  if (start > data.length) return null;
  let size = data[sizeAt] & (0xff >> sizeBytes);
  for (let n = sizeAt + 1; n < start; n++) size = size * 256 + data[n];
  return { id: number(data.subarray(at, sizeAt)), size, start };
}

/** @param {Uint8Array} bytes */
function number(bytes) {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}
