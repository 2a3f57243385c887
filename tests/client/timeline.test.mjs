import assert from "node:assert/strict";
import { test } from "node:test";

import { Timeline } from "../../jemaa/client/media/player.js";
import { opusMs } from "../../jemaa/client/wire/chunk.js";

/** Frames of `durationMs` arrive `delay` seconds after their media time; returns what was placed. */
function feed(timeline, { from = 0, to, durationMs = 20, arrival = (ms) => ms / 1000, loudness = 1 }) {
  const placed = [];
  for (let ms = from; ms < to; ms += durationMs) {
    const one = timeline.place(ms, durationMs, arrival(ms), loudness);
    if (one) placed.push({ ms, ...one });
  }
  return placed;
}

test("frames that follow each other are played without gap", () => {
  const placed = feed(new Timeline(), { to: 1000 });
  for (let n = 1; n < placed.length; n++) assert.ok(Math.abs(placed[n].at - placed[n - 1].at - 0.02) < 1e-9);
  assert.ok(placed[0].isStart && !placed[1].isStart);
});

test("a moment that another path has brought is not played again, and half of one only by half", () => {
  const timeline = new Timeline();
  feed(timeline, { to: 100 });
  assert.equal(timeline.place(60, 20, 0.1), null);
  assert.equal(timeline.duplicates, 1);
  assert.equal(timeline.place(80, 60, 0.1).skipMs, 20);
});

test("a late frame is counted, and waits with more in reserve", () => {
  const timeline = new Timeline();
  feed(timeline, { to: 200 });
  const late = timeline.place(200, 20, 0.5);
  assert.equal(timeline.late, 1);
  assert.ok(late.isStart && late.at > 0.5);
  assert.ok(timeline.wanted() > timeline.margin);
});

test("after a long stall it does not wait as long again: what was held up comes at once, and is the reserve", () => {
  const timeline = new Timeline();
  timeline.margin = 1.5;
  feed(timeline, { to: 200 });
  const back = feed(timeline, { from: 200, to: 3000, arrival: (ms) => Math.max(2, ms / 1000) });
  assert.ok(back[0].at - 2 <= 0.3, "silent for what the stall lasted, and a bit");
  assert.ok(back.every(({ ms, at, isStart }, n) => (n === 0 || !isStart) && at - Math.max(2, ms / 1000) > 0));
  assert.ok(timeline.endAt - 3 > 1.5, "and another one is covered");
});

test("what a stall held up over a thin line is no tab that has slept: nothing of it is thrown away", () => {
  const timeline = new Timeline();
  timeline.margin = 3;
  feed(timeline, { to: 3840, arrival: () => 0 });
  const placed = feed(timeline, { from: 3840, to: 20_000, arrival: (ms) => Math.max(6, ms / 1000 - 4) });
  assert.ok(placed.every(({ cutAt, isStart }, n) => cutAt === Infinity && (n === 0 || !isStart)));
});

test("what comes in long pieces is played whole, though the last of a piece is early by its length", () => {
  const timeline = new Timeline();
  Object.assign(timeline, { margin: 0.35, burst: 3.84 });
  const placed = feed(timeline, { to: 23_040, durationMs: 60, arrival: (ms) => (Math.floor(ms / 3840) + 1) * 3.84 });
  assert.equal(placed.length, 384);
  assert.ok(placed.every(({ cutAt }) => cutAt === Infinity));
});

test("who begins with a piece just before the next one is there plays both whole", () => {
  for (const begins of [3.85, 5.5, 7.2, 7.67]) {
    const timeline = new Timeline();
    Object.assign(timeline, { margin: 0.35, burst: 3.84 });
    const placed = feed(timeline, { to: 23_040, durationMs: 60, arrival: (ms) => Math.max(begins, (Math.floor(ms / 3840) + 1) * 3.84) });
    assert.equal(placed.length, 384);
    assert.ok(placed.every((one, n) => one.cutAt === Infinity && (n === 0 || !one.isStart)), `begun at ${begins}`);
  }
});

test("too much in reserve is caught up in silence, fast", () => {
  const timeline = new Timeline();
  timeline.margin = 0.04;
  feed(timeline, { to: 1000, arrival: () => 0 });
  feed(timeline, { from: 1000, to: 6000, arrival: (ms) => ms / 1000 - 1, loudness: 0 });
  assert.ok(timeline.endAt - 5 < 0.2, `still ${timeline.endAt - 5} s in reserve`);
});

test("a decoder's rounding of times is no gap", () => {
  const timeline = new Timeline();
  timeline.margin = 0.04;
  feed(timeline, { to: 1000, arrival: () => 0 });
  for (let ms = 1000; ms < 6000; ms += 20) timeline.place(ms + (ms % 3 ? 0.001 : 0), 20, ms / 1000 - 1, 0);
  assert.ok(timeline.endAt - 5 < 0.2, `still ${timeline.endAt - 5} s in reserve`);
});

test("in speech it is caught up by three per cent, without a hole", () => {
  const timeline = new Timeline();
  timeline.margin = 0.04;
  feed(timeline, { to: 500, arrival: () => 0 });
  const placed = feed(timeline, { from: 500, to: 20_000, arrival: (ms) => (ms - 500) / 1000 });
  for (let n = 1; n < placed.length; n++) {
    const played = 0.02 / placed[n - 1].rate;
    assert.ok(Math.abs(placed[n].at - placed[n - 1].at - played) < 1e-6);
    assert.ok(placed[n].rate <= 1.04);
  }
  assert.ok(timeline.endAt - 19.5 < 0.15, `still ${timeline.endAt - 19.5} s in reserve`);
  assert.ok(placed.at(-1).rate === 1);
});

test("what was skipped takes no time beyond the reserve that is wanted", () => {
  const timeline = new Timeline();
  feed(timeline, { to: 200 });
  const { at } = timeline.place(5000, 20, 0.19);
  assert.ok(at < 0.19 + timeline.wanted() + 0.05);
});

test("after an hour of sleep the newest is played, not the hour", () => {
  const timeline = new Timeline();
  feed(timeline, { to: 200 });
  const placed = feed(timeline, { from: 200, to: 10_000, arrival: () => 0.2 });
  const jump = placed.find(({ cutAt }) => cutAt < Infinity);
  assert.equal(jump.cutAt, jump.at, "what is played until then is kept: a jump is no hole");
  assert.ok(timeline.endAt < 0.2 + 4);
});

test("another epoch starts afresh", () => {
  const timeline = new Timeline();
  feed(timeline, { from: 90_000, to: 90_200, arrival: () => 5 });
  timeline.reset();
  assert.ok(timeline.place(40, 20, 6).isStart);
});

test("an Opus packet says how long it is", () => {
  assert.equal(opusMs(Uint8Array.of(0xf8)), 20);
  assert.equal(opusMs(Uint8Array.of(0x78 | 0)), 20);
  assert.equal(opusMs(Uint8Array.of(3 << 3)), 60);
  assert.equal(opusMs(Uint8Array.of((1 << 3) | 1)), 40);
  assert.equal(opusMs(Uint8Array.of((31 << 3) | 3, 3)), 60);
});

test("what is left of a voice that was taken away is thrown away, and nothing else is", () => {
  const timeline = new Timeline();
  feed(timeline, { to: 1500, arrival: () => 0 });
  timeline.hurry();
  const next = timeline.place(1500, 20, 0.1);
  assert.ok(next.cutAt === 0.1 && next.at - 0.1 <= timeline.wanted() + 1e-9);
  const after = timeline.place(1520, 20, 0.12);
  assert.ok(after.cutAt === Infinity && Math.abs(after.at - next.at - 0.02) < 1e-9);
});

test("hurrying with nothing to spare changes nothing", () => {
  const timeline = new Timeline();
  feed(timeline, { to: 200 });
  timeline.hurry();
  assert.equal(timeline.place(200, 20, 0.2).cutAt, Infinity);
});
