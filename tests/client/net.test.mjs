import assert from "node:assert/strict";
import { test } from "node:test";

import { isDue } from "../../jemaa/client/media/picture.js";
import { header } from "../../jemaa/client/media/wav.js";
import { WebmReader } from "../../jemaa/client/media/webm.js";
import { Cost } from "../../jemaa/client/net/cost.js";
import { EventLines } from "../../jemaa/client/net/text.js";
import { Lag } from "../../jemaa/client/net/lag.js";
import { Uplink } from "../../jemaa/client/net/uplink.js";

test("the cost of an hour of sound in pieces is counted with its headers", () => {
  let now = 0;
  const cost = new Cost(() => now);
  for (; now < 3_600_000; now += 960) {
    cost.request();
    cost.add("pieces", 1000);
  }
  assert.equal(cost.byPath.pieces, 3_750_000);
  assert.ok(cost.bytes > 1.5 * cost.byPath.pieces);
  assert.ok(cost.kbps > 14 && cost.kbps < 17, String(cost.kbps));
});

test("the rate is that of the last ten seconds", () => {
  let now = 0;
  const cost = new Cost(() => now);
  cost.add("live", 100_000);
  now = 60_000;
  assert.equal(cost.kbps, 0);
});

test("SSE is read though it is cut in the middle of a letter", () => {
  const bytes = new TextEncoder().encode('id: 3\nevent: events\ndata: {"op":"events","events":["é"]}\n\n:\n\ndata: {"op":"status"}\n\n');
  for (const size of [1, 2, 7, 1000]) {
    const lines = new EventLines();
    const messages = [];
    for (let at = 0; at < bytes.length; at += size) messages.push(...lines.push(bytes.subarray(at, at + size)));
    assert.deepEqual(messages, [{ op: "events", events: ["é"] }, { op: "status" }]);
  }
});

/** An EBML element with a size of one byte. */
const element = (id, body) => [...id, 0x80 | body.length, ...body];
const UNKNOWN = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

function webm() {
  const block = (relative, frame) => [0x81, relative >> 8, relative & 0xff, 0x80, ...frame];
  return Uint8Array.from([
    ...element([0x1a, 0x45, 0xdf, 0xa3], [1, 2, 3]),
    ...[0x18, 0x53, 0x80, 0x67], ...UNKNOWN,
    ...element([0x15, 0x49, 0xa9, 0x66], [9, 9]),
    ...[0x1f, 0x43, 0xb6, 0x75], ...UNKNOWN,
    ...element([0xe7], [0x03, 0xe8]),
    ...element([0xa3], block(0, [0xf8, 1])),
    ...element([0xa3], block(20, [0xf8, 2])),
    ...element([0xa0], element([0xa1], block(40, [0xf8, 3]))),
    ...[0x1f, 0x43, 0xb6, 0x75], ...UNKNOWN,
    ...element([0xe7], [0x07, 0xd0]),
    ...element([0xa3], block(0, [0xf8, 4])),
  ]);
}

test("Opus packets come out of a WebM that is cut anywhere", () => {
  const bytes = webm();
  for (const size of [1, 3, 10, 1000]) {
    const reader = new WebmReader();
    const frames = [];
    for (let at = 0; at < bytes.length; at += size) frames.push(...reader.push(bytes.subarray(at, at + size)));
    assert.deepEqual(frames.map((one) => one.timeMs), [1000, 1020, 1040, 2000]);
    assert.deepEqual(frames.map((one) => [...one.frame]), [[0xf8, 1], [0xf8, 2], [0xf8, 3], [0xf8, 4]]);
  }
});

test("what is no WebM is refused, not waited for", () => {
  assert.throws(() => new WebmReader().push(new Uint8Array(20)), /no WebM/);
});

test("a picture waits for its sound, and not for one that it does not belong to", () => {
  assert.ok(isDue(1000, 1000));
  assert.ok(!isDue(1500, 1000));
  assert.ok(isDue(9000, 1000));
  assert.ok(isDue(1000, null));
});

test("a WAV says how long it is", () => {
  const view = new DataView(header(96_000));
  assert.equal(view.getUint32(40, true), 96_000);
  assert.equal(view.getUint32(28, true), 96_000);
});

test("a queue before the line is noticed, one late answer is not", () => {
  const far = new Uplink(2);
  assert.ok(![700, 760, 1400, 720, 1500, 710].some((ms) => far.took(ms)), "a far line, on which something is lost now and then");
  const thin = new Uplink(2);
  assert.deepEqual([60, 400, 700, 1200].map((ms) => thin.took(ms)), [false, false, false, true]);
});

test("a line that has become too thin is told from one that lost a packet, and from one that is further away", () => {
  /** Media of 60 ms at a time: `late(n)` is how late the n-th comes, `stood(n)` how often the player stood still by then. */
  const over = (late, stood) => {
    const lag = new Lag();
    for (let n = 0, now = 0; n < 400; n++) {
      now = Math.max(now, n * 60 + late(n));
      lag.came(n * 60, now, stood(n));
      if (lag.isGrowing(now)) return now;
    }
    return 0;
  };
  const thin = (n) => Math.max(0, n - 200) * 20; // a third too slow from the 200th on
  assert.ok(over(thin, (n) => Math.max(0, n - 205)));
  assert.ok(!over(thin, () => 0), "nothing is missing yet");
  const lost = (n) => (n % 50 < 20 ? 1200 - (n % 50) * 60 : 0); // all that was held up comes at once
  assert.ok(!over(lost, (n) => n));
  const further = (n) => (n < 200 ? 0 : 700);
  assert.ok(!over(further, (n) => (n < 200 ? 0 : 2)));
  const muchTooThin = (n) => (n < 200 ? 0 : 350 + (n - 200) * 140); // three tenths of it come through
  const noticed = over(muchTooThin, (n) => Math.max(0, n - 200)) - 200 * 60;
  assert.ok(noticed > 0 && noticed < 1200, "what falls behind so fast is not waited for: each second puts two more into the queue");
});
