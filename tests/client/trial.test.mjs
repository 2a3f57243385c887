import assert from "node:assert/strict";
import { test } from "node:test";

import { attending, opened } from "./ladder_clock.mjs";

/** A ladder on `pieces`, after two connections that were cut. */
function cutTwice() {
  const one = attending();
  one.run(2500, "stream", "live");
  one.run(1000);
  one.run(6000, "stream");
  one.run(1500);
  one.run(1000, "pieces");
  assert.equal(one.ladder.current, "pieces");
  assert.ok(one.ladder.isCutting);
  return one;
}

test("after two cuts in a row a connection is kept beside the pieces, and nothing is heard of it until it has lasted", () => {
  const one = cutTwice();
  one.run(13_000, "pieces");
  assert.equal(opened(one), "pieces");
  one.run(44_000, "pieces", "stream");
  assert.equal(opened(one), "pieces,stream");
  assert.equal(one.ladder.current, "pieces");
  one.run(4_000, "pieces", "stream", "live");
  assert.equal(one.ladder.current, "live");
  assert.equal(one.ladder.isCutting, false);
});

test("a connection that is kept beside the pieces and dies makes the next one wait longer, and costs no silence", () => {
  const one = cutTwice();
  const waits = [];
  for (let n = 0; n < 3; n++) {
    const since = one.now;
    while (!one.ladder.trial) one.run(100, "pieces");
    waits.push(Math.round((one.now - since) / 1000));
    one.run(20_000, "pieces", "stream");
    while (one.ladder.trial) one.run(100, "pieces");
    assert.equal(one.ladder.current, "pieces");
    assert.equal(opened(one), "pieces");
  }
  assert.deepEqual(waits, [14, 60, 240]);
});

test("while nothing sounds at all, what dies beside it was not cut", () => {
  const one = cutTwice();
  const { cuts } = one.ladder;
  while (!one.ladder.trial) one.run(100, "pieces");
  one.run(2000, "pieces", "stream");
  one.run(7000);
  assert.equal(one.ladder.trial, null);
  assert.equal(one.ladder.cuts, cuts);
});

test("where connections that were cut had lived for long, one has to live longer to be trusted", () => {
  const one = attending();
  one.run(62_000, "stream", "live");
  one.run(2000);
  one.run(16_000, "stream");
  assert.equal(one.ladder.current, "stream");
  one.run(60_000, "stream", "live");
  one.run(2000, "pieces");
  assert.ok(one.ladder.isCutting, "it lasted a minute again, and no longer");
  while (!one.ladder.trial) one.run(100, "pieces");
  one.run(80_000, "pieces", "stream");
  assert.ok(one.ladder.trial);
  one.run(15_000, "pieces", "stream");
  assert.equal(one.ladder.isCutting, false);
});

test("a server that was started anew after an hour makes nobody wait longer", () => {
  const one = attending();
  for (let n = 0; n < 2; n++) {
    one.run(3_600_000, "stream", "live");
    one.ladder.failed("live", "lost", one.now);
    one.run(1000, "stream");
  }
  one.run(2000, "stream", "live");
  one.ladder.failed(one.ladder.current, "lost", one.now);
  one.run(2000, "stream", "pieces");
  assert.ok(one.ladder.isCutting);
  one.run(80_000, "pieces", "stream", "live");
  assert.equal(one.ladder.isCutting, false);
});

test("what lasts after it was distrusted is trusted again", () => {
  const one = attending({ isCutting: true, hint: "pieces" });
  one.run(59_000, "pieces", "stream");
  assert.equal(opened(one), "pieces");
  one.run(48_000, "pieces", "stream", "live");
  assert.equal(one.ladder.current, "live");
  assert.equal(one.ladder.isCutting, false);
});
