// The state of a meeting that has gone on for hours comes through what is thin, and through what cuts.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Attendance } from "../../jemaa/client/net/attendance.js";
import { readEvents } from "../../jemaa/client/net/text.js";
import { behind } from "./behind.mjs";
import { SEQ, longMeeting } from "./long_meeting.mjs";
import { until } from "./until.mjs";

// A page's timers end with it; a test's shall not keep Node.
const { setTimeout: plainTimeout, setInterval: plainInterval, fetch: plainFetch } = globalThis;
globalThis.setTimeout = Object.assign((...all) => plainTimeout(...all).unref(), plainTimeout);
globalThis.setInterval = (...all) => plainInterval(...all).unref();

/** Somebody who comes in behind this network, and how long it took until the state was there. */
async function attending(how, network) {
  const meeting = await longMeeting();
  const between = await behind(meeting.port, how);
  globalThis.location = new URL(between.origin);
  globalThis.fetch = (address, init) => (String(address).startsWith("file:") ? Promise.resolve(new Response("")) : plainFetch(new URL(address, between.origin), init));
  const attendance = new Attendance({ session: "s1", storage: null });
  Object.assign(attendance.network, network);
  const began = performance.now();
  await attendance.join();
  const close = async () => {
    (await attendance.rest()).line.take({ op: "refusal", code: "removed" }); // asks for nothing more
    between.close();
    meeting.close();
  };
  return { attendance, asked: meeting.asked, ms: performance.now() - began, close };
}

test("where each connection freezes after 16,384 bytes the state comes packed, and nothing is said of the network", async () => {
  const { attendance, asked, ms, close } = await attending({ frozenAfter: 16_384 }, {});
  assert.equal(attendance.state.seq, SEQ);
  assert.equal(attendance.state.captions.length, 200);
  assert.ok(ms < 6000, `${ms} ms`);
  assert.deepEqual(asked.slice(0, 2), ["sse 0", "events 0"]);
  await until(() => asked.includes(`live ${SEQ}`));
  assert.ok(!asked.includes("live undefined"), "one snapshot is enough");
  assert.equal(attendance.network.isCutting, false);
  await close();
});

test("over a thin line the state is asked for once, packed, and may take its time; then all goes on from there", async () => {
  const { attendance, asked, ms, close } = await attending({ bytesASecond: 3000 }, { isThin: true });
  assert.equal(attendance.state.seq, SEQ);
  assert.ok(ms > 3000, `${ms} ms: no test of patience`);
  await until(() => asked.includes(`live ${SEQ}`));
  assert.deepEqual([asked[0], ...asked.slice(1).sort()], ["events 0", `live ${SEQ}`, `sse ${SEQ}`]);
  await until(() => attendance.path.connected);
  await close();
});

test("where connections are known to be cut nothing long is opened before the state is there", async () => {
  const { asked, ms, close } = await attending({ frozenAfter: 16_384 }, { isCutting: true });
  assert.equal(asked[0], "events 0");
  assert.ok(ms < 1500, `${ms} ms`);
  await close();
});

test("a line that is slow without anybody knowing brings its state too, by whatever goes on coming", async () => {
  const { attendance, asked, close } = await attending({ bytesASecond: 16_000 }, {});
  assert.equal(attendance.state.seq, SEQ);
  assert.equal(asked[0], "sse 0");
  assert.ok(!asked.includes("events 0"));
  await close();
});

test("an answer that stands still in the middle of the snapshot proves nothing, and is given up soon", async () => {
  const begun = new TextEncoder().encode('event: snapshot\ndata: {"op":"snap');
  const request = async (_, { signal }) =>
    new Response(new ReadableStream({ start: (body) => (body.enqueue(begun), signal.addEventListener("abort", () => body.error(signal.reason))) }));
  const began = performance.now();
  const attendance = { network: { rttMs: 0, isThin: false }, spent() {}, request };
  assert.equal(await readEvents(attendance, null, () => {}, new AbortController().signal), false);
  assert.ok(performance.now() - began < 5000);
});
