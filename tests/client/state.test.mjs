// The browser applies events as the server does: the same logs lead to the same states.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { apply, fresh } from "../../jemaa/client/meeting/state.js";

const stories = JSON.parse(readFileSync(new URL("../vectors/procedure.json", import.meta.url), "utf-8"));

for (const { name, events, state } of stories) {
  test(`${name}: events lead to the server's state`, () => {
    assert.deepEqual(events.reduce(apply, fresh()), state);
  });

  test(`${name}: a snapshot and the events since are the same as all events`, () => {
    const half = events.slice(0, events.length / 2).reduce(apply, fresh());
    const resumed = JSON.parse(JSON.stringify(half));
    assert.deepEqual(events.slice(events.length / 2).reduce(apply, resumed), state);
  });
}

test("an event that leaves one out is noticed", () => {
  assert.throws(() => apply(fresh(), { seq: 2, at: 1, type: "session_opened", by: "x" }));
});

test("the state that was is not changed", () => {
  const before = Object.freeze(fresh());
  apply(before, { seq: 1, at: 1, type: "session_created", title: "T", room: "", agenda: [] });
  assert.equal(before.seq, 0);
});

test("an event of a newer server changes nothing but the number", () => {
  assert.deepEqual(apply(fresh(), { seq: 1, at: 5, type: "from_the_future" }), { ...fresh(), seq: 1, at: 5 });
});
