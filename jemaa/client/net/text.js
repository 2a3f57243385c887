// @ts-check
/**
 * Net. Path `text`: events by SSE, and by long poll where a proxy keeps even those (docs/protocol.md §4).
 *
 * SSE is read with fetch: an EventSource cannot say who one is, and retries by a policy of its own.
 */

import { Patience } from "./retry.js";

const SILENCE_MS = 35_000; // the server says something every 15 s
const PROVE_MS = 2000; // and eight times round, or three times as long on a thin line: the snapshot or the status begins at once, or the answer is being collected
const ONE_ANSWER = { "Jemaa-Connection": "once" };
const LATE_MS = 3000; // an answer that is so late, or stands still for so long, sits on a dead connection

/** The messages of an SSE stream that is cut anywhere. */
export class EventLines {
  constructor() {
    this.rest = "";
    this.decoder = new TextDecoder();
  }

  /** @param {Uint8Array} data @returns {any[]} the messages that are complete */
  push(data) {
    const blocks = (this.rest + this.decoder.decode(data, { stream: true })).split("\n\n");
    this.rest = blocks.pop() ?? "";
    return blocks.map(dataOf).filter(Boolean).map((text) => JSON.parse(text));
  }
}

/** @param {string} block */
function dataOf(block) {
  const lines = block.split("\n").filter((line) => line.startsWith("data:"));
  return lines.map((line) => line.slice(5).trimStart()).join("\n");
}

/**
 * Read until it ends. A snapshot may take long, if only it goes on: what has begun is proven when a message is whole.
 * @param {import("./attendance.js").Attendance} attendance
 * @param {number|null} since
 * @param {(message: any) => void} onMessage
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} whether anything came
 */
export async function readEvents(attendance, since, onMessage, signal) {
  const patience = new Patience(signal);
  const proveMs = PROVE_MS + (attendance.network.isThin ? 24 : 8) * attendance.network.rttMs;
  let came = false;
  try {
    patience.wait(proveMs);
    const headers = { Accept: "text/event-stream" };
    const answer = await attendance.request(`events?since=${since ?? 0}`, { headers, signal: patience.signal });
    const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
    const lines = new EventLines();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return came;
      attendance.spent("text", value.length);
      for (const message of lines.push(value)) {
        came = true;
        onMessage(message);
      }
      patience.wait(came ? SILENCE_MS : proveMs);
    }
  } catch (error) {
    if (came || (patience.signal.aborted && !signal.aborted)) return came;
    throw error;
  } finally {
    patience.done();
  }
}

/**
 * Ask once. The answer is held for less long where connections are cut, and may take as long as it goes on coming. A large
 * snapshot comes in parts, each by a connection of its own: whoever polls may be where connections freeze.
 * @param {import("./attendance.js").Attendance} attendance
 * @param {number|null} since
 * @param {(message: any) => void} onMessage
 * @param {AbortSignal} signal
 * @param {boolean} isFirst answered at once: to see that it goes
 */
export async function pollEvents(attendance, since, onMessage, signal, isFirst) {
  const { isCutting, rttMs } = attendance.network;
  const wait = isFirst || !since ? 0 : isCutting ? 8 : 20;
  const lateMs = LATE_MS + 10 * rttMs;
  const patience = new Patience(signal);
  /** @param {string} query @param {number} waitMs @param {Record<string, string>} [headers] */
  const ask = async (query, waitMs, headers) => {
    patience.wait(waitMs + lateMs);
    const answer = await attendance.request(`events?${query}`, { signal: patience.signal, cache: "no-store", headers });
    const text = await textOf(answer, () => patience.wait(lateMs));
    attendance.spent("text", Number(answer.headers.get("Content-Length")) || text.length); // the one is of what came, packed
    return JSON.parse(text);
  };
  try {
    const answer = await ask(`since=${since ?? 0}&wait=${wait}&part=0`, wait * 1000);
    let text = answer.part;
    for (let part = 1; part < answer.parts; part++) text += (await ask(`whole=${answer.seq}&part=${part}`, 0, ONE_ANSWER)).part;
    tell(text ? { ...answer, snapshot: JSON.parse(text) } : answer, onMessage);
  } finally {
    patience.done();
  }
}

/** A body as text. @param {Response} answer @param {() => void} onPart whenever some of it comes */
async function textOf(answer, onPart) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
  const decoder = new TextDecoder();
  for (let text = ""; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    onPart();
  }
}

/** @param {{snapshot?: any, events?: any[], status?: any}} answer @param {(message: any) => void} onMessage */
function tell({ snapshot, events, status }, onMessage) {
  if (snapshot) onMessage(snapshot);
  if (events?.length) onMessage({ op: "events", events });
  if (status) onMessage(status);
}
