// The picture: the sound goes before it, and what was late before it was there is not its doing.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Attendance } from "../../jemaa/client/net/attendance.js";
import { Picture } from "../../jemaa/client/media/picture.js";

const { setInterval: plainInterval } = globalThis;
globalThis.setInterval = (...all) => plainInterval(...all).unref();
const MINUTE = 60_000;

/** What the page was told of: what the line has room for. @type {string[]} */
let told = [];
/** The tracks that were asked for. @type {(string|null)[]} */
let asked = [];

function opened(late, network = {}) {
  const attendance = new Attendance({ base: "https://example.org", session: "s" });
  Object.assign(attendance.network, network);
  attendance.player = { timeline: { late } };
  attendance.wanted.picture = true;
  attendance.addEventListener("picture", () => told.push(attendance.pictureFits));
  const picture = new Picture(attendance, () => asked.push(picture.rendition));
  return { attendance, picture, timeline: attendance.player.timeline };
}

beforeEach(() => ([told, asked] = [[], []]));

test("a picture is asked for however late the sound was before", () => {
  const { picture } = opened(7);
  picture.choose(performance.now());
  assert.equal(picture.rendition, "picture/low");
  assert.deepEqual([asked, told], [[], []]);
});

test("where the sound is late because of it there are stills for a minute, and the page is told", () => {
  const { picture, timeline } = opened(7);
  timeline.late += 2;
  picture.choose(1000);
  assert.equal(picture.rendition, "picture/still");
  picture.choose(MINUTE);
  assert.deepEqual([asked, told], [["picture/still"], ["still"]]);
  picture.choose(MINUTE + 2000);
  assert.deepEqual([asked, told], [["picture/still", "picture/low"], ["still", "moving"]]);
});

test("where not even stills fit there is none for a minute, then for two", () => {
  const { picture, timeline } = opened(0, { isThin: true });
  let now = 1000;
  for (const rests of [1, 2]) {
    timeline.late += 2;
    picture.choose(now);
    picture.choose((now += rests * MINUTE));
    assert.equal(picture.rendition, null);
    picture.choose((now += 1000));
    assert.equal(picture.rendition, "picture/still");
  }
  assert.deepEqual(told, ["still", "none", "still", "none", "still"]);
});

test("over a thin line nothing moves, and it does as soon as the line is wide", () => {
  const { attendance, picture } = opened(0, { isThin: true });
  const later = performance.now() + 10_000;
  picture.choose(later);
  assert.deepEqual([picture.rendition, told], ["picture/still", ["still"]]);
  attendance.network.isThin = false;
  assert.equal(picture.rendition, "picture/low");
  picture.choose(later + 1000);
  assert.deepEqual([asked, told], [["picture/low"], ["still", "moving"]]);
});

test("a line that becomes thin gets stills at once", () => {
  const { attendance, picture } = opened(0);
  attendance.path.down = "live";
  const later = performance.now() + 10_000;
  picture.choose(later);
  attendance.network.isThin = true;
  picture.choose(later + 1000);
  assert.deepEqual(asked, ["picture/high", "picture/still"]);
  attendance.network.isThin = false;
  assert.equal(picture.rendition, "picture/low", "and the small one first when it is wide again");
});

test("what nobody looks at makes no sound late", () => {
  const { attendance, picture, timeline } = opened(0);
  attendance.wanted.picture = false;
  timeline.late += 2;
  picture.choose(1000);
  attendance.wanted.picture = true;
  picture.choose(2000);
  assert.equal(picture.rendition, "picture/low");
});

test("who hides it and shows it again gets it again", () => {
  const { picture, timeline } = opened(0);
  timeline.late += 2;
  picture.choose(1000);
  picture.stop();
  assert.equal(picture.rendition, "picture/low");
  assert.deepEqual(told, ["still", "moving"]);
});

test("the large one where there is room for it, the small one where there was not", () => {
  const { attendance, picture, timeline } = opened(0);
  attendance.path.down = "live";
  const later = performance.now() + 10_000;
  picture.choose(later);
  assert.equal(picture.rendition, "picture/high");
  timeline.late += 2;
  picture.choose(later + 1000);
  assert.equal(picture.rendition, "picture/low");
  picture.choose(later + 2000);
  assert.equal(picture.rendition, "picture/low");
});
