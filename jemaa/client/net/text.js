// @ts-check
/**
 * Net. Path `text`: events by SSE, and by long poll where a proxy keeps even those (docs/protocol.md §4).
 *
 * SSE is read with fetch: an EventSource cannot say who one is, and retries by a policy of its own.
 */

import { within } from "./retry.js";

const SILENCE_MS = 35_000; // the server says something every 15 s
const PROVE_MS = 2000; // and eight times round, or three times as long on a thin line: the snapshot or the status comes at once, or the answer is being collected
const LATE_MS = 3000; // a held answer that is so late sits on a dead connection

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
 * Read until it ends.
 * @param {import("./attendance.js").Attendance} attendance
 * @param {number|null} since
 * @param {(message: any) => void} onMessage
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} whether anything came
 */
export async function readEvents(attendance, since, onMessage, signal) {
  const stop = new AbortController();
  const end = () => stop.abort();
  signal.addEventListener("abort", end);
  let timer = setTimeout(end, PROVE_MS + (attendance.network.isThin ? 24 : 8) * attendance.network.rttMs);
  let came = false;
  try {
    const headers = { Accept: "text/event-stream" };
    const answer = await attendance.request(`events?since=${since ?? 0}`, { headers, signal: stop.signal });
    const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
    const lines = new EventLines();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return came;
      clearTimeout(timer);
      timer = setTimeout(end, SILENCE_MS);
      attendance.spent("text", value.length);
      for (const message of lines.push(value)) {
        came = true;
        onMessage(message);
      }
    }
  } catch (error) {
    if (came || (stop.signal.aborted && !signal.aborted)) return came;
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}

/**
 * Ask once. The answer is held for less long where connections are cut.
 * @param {import("./attendance.js").Attendance} attendance
 * @param {number|null} since
 * @param {(message: any) => void} onMessage
 * @param {AbortSignal} signal
 * @param {boolean} isFirst answered at once: to see that it goes
 */
export async function pollEvents(attendance, since, onMessage, signal, isFirst) {
  const { isCutting, rttMs } = attendance.network;
  const wait = isFirst ? 0 : isCutting ? 8 : 20;
  const late = within(wait * 1000 + LATE_MS + 10 * rttMs, signal);
  const answer = await attendance.request(`events?since=${since ?? 0}&wait=${wait}`, { signal: late, cache: "no-store" });
  const text = await answer.text();
  attendance.spent("text", text.length);
  const { events, snapshot, status } = JSON.parse(text);
  if (snapshot) onMessage(snapshot);
  if (events?.length) onMessage({ op: "events", events });
  if (status) onMessage(status);
}
