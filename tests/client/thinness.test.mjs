// A line that was thin: whether it has room again is measured, seldom, and by little.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Thinness } from "../../jemaa/client/net/thinness.js";
import { until } from "./until.mjs";

const PIECE_BYTES = 4000;

/** Somebody on a thin line of so many kb/s and ms there and back, and what he asks; `queueMs` waits before the first questions. */
function on(kbps, rttMs, queueMs = 0) {
  const asked = [];
  const attendance = {
    network: { isThin: true, isNarrow: false, rttMs: 0 },
    cost: { kbps: 80, bytes: 0 },
    learn: (known) => Object.assign(attendance.network, known),
    spent() {},
    async request(address) {
      asked.push(address);
      const isPiece = !address.includes("newest");
      const body = isPiece ? new Uint8Array(PIECE_BYTES) : JSON.stringify({ epoch: "e", n: 7 });
      await new Promise((resolve) => setTimeout(resolve, rttMs + (isPiece ? (PIECE_BYTES * 8) / kbps : queueMs)));
      return new Response(body);
    },
  };
  const changes = [];
  return { attendance, asked, changes, thinness: new Thinness(attendance, () => changes.push(attendance.network.isThin)) };
}

test("a line that was thin from the beginning is measured after a minute, and not while something else is on its way", async () => {
  const { attendance, asked, changes, thinness } = on(2000, 20);
  for (const now of [0, 59_000]) thinness.judge(now, true);
  thinness.judge(61_000, false);
  assert.deepEqual(asked, []);
  assert.deepEqual(changes, []);
  thinness.judge(61_000, true);
  await until(() => !attendance.network.isThin);
  assert.deepEqual(asked, ["pieces/newest?track=sound%2F32", "pieces/newest?track=sound%2F32", "pieces/e/sound/32/7"]);
  assert.ok(attendance.network.rttMs < 200);
  for (const now of [62_000, 62_200]) thinness.judge(now, true);
  assert.deepEqual(changes, [false], "said once");
});

test("a line that is thin still is measured more and more seldom", async () => {
  const { attendance, asked, thinness } = on(64, 10);
  let now = 0;
  const times = [];
  for (; now < 1_200_000; now += 1000) {
    const before = asked.length;
    thinness.judge(now, true);
    if (asked.length > before) {
      times.push(now / 1000);
      await until(() => !thinness.isMeasuring);
    }
  }
  assert.deepEqual(times, [61, 182, 483, 784, 1085]);
  assert.ok(attendance.network.isThin);
});

test("a queue that was there while the way was measured, and has gone, makes no thin line wide", async () => {
  const { attendance, thinness } = on(24, 70, 1500);
  thinness.judge(0, true);
  thinness.judge(61_000, true);
  await until(() => !thinness.isMeasuring);
  assert.ok(attendance.network.isThin);
});

/** Somebody on a line that is taken for wide, to whom the server gives less than he asks for, for so long. */
async function eased(kbps, rttMs, forMs) {
  const here = on(kbps, rttMs);
  here.attendance.network.isThin = false;
  const { thinness } = here;
  thinness.given(false, 0);
  for (let now = 100; now <= forMs; now += 200) {
    thinness.given(true, now);
    thinness.judge(now, true);
  }
  thinness.given(false, forMs + 100);
  await until(() => !thinness.isMeasuring);
  return here;
}

test("where the server gives less for a while the line is measured, and is thin if it has no room", async () => {
  const { attendance, asked, changes } = await eased(64, 10, 3000);
  assert.equal(asked.length, 3, "once");
  assert.deepEqual(changes, [true]);
  assert.ok(attendance.network.isThin && !attendance.network.isNarrow);
});

test("a line that has only become longer stays what it was, and a stall is not measured", async () => {
  const longer = await eased(2000, 300, 3000);
  assert.equal(longer.asked.length, 3);
  assert.deepEqual(longer.changes, []);
  assert.ok(!longer.attendance.network.isThin);
  const stall = await eased(64, 10, 1500);
  assert.deepEqual(stall.asked, []);
});

test("a line that was found thin meanwhile is not measured for what the server gave less before", async () => {
  const { asked, thinness } = on(24, 10);
  thinness.given(true, 0);
  for (const now of [0, 2000, 4000]) thinness.judge(now, true);
  assert.deepEqual(asked, []);
});
