import assert from "node:assert/strict";
import { test } from "node:test";

import { Stream, lineOf } from "../../jemaa/client/net/attendance.js";
import { importsOf } from "../../jemaa/client/net/modules.js";
import { Pieces } from "../../jemaa/client/net/pieces.js";
import { Retry } from "../../jemaa/client/net/retry.js";
import { encodeChunk } from "../../jemaa/client/wire/chunk.js";
import { encodeRecord } from "../../jemaa/client/wire/record.js";
import { attending, opened } from "./ladder_clock.mjs";

test("it starts low, by itself, and without a socket", () => {
  const one = attending();
  assert.equal(opened(one), "stream");
  assert.equal(one.ladder.why, "first");
});

test("where nothing comes within a second the next runs beside it, and the first to sound stays", () => {
  const one = attending();
  one.run(1000);
  assert.equal(opened(one), "stream");
  one.run(300);
  assert.equal(opened(one), "pieces,stream");
  one.run(500, "pieces");
  assert.equal(one.ladder.current, "pieces");
  assert.equal(opened(one), "pieces");
});

test("it climbs once the sound is steady, make before break", () => {
  const one = attending();
  one.run(1500, "stream");
  assert.equal(opened(one), "live,stream");
  assert.equal(one.ladder.current, "stream");
  one.run(200, "stream", "live");
  assert.equal(opened(one), "live");
  assert.equal(one.ladder.why, "better");
});

test("what is late has the rung below opened beside it, and silence leaves it for that, and it is said why", () => {
  const one = attending();
  one.run(2500, "stream", "live");
  assert.equal(one.ladder.current, "live");
  one.run(300);
  assert.equal(opened(one), "live");
  one.run(200);
  assert.equal(opened(one), "live,stream");
  one.run(200, "stream");
  assert.equal(one.ladder.current, "live");
  one.run(400, "stream");
  assert.equal(opened(one), "stream");
  assert.equal(one.ladder.why, "stalled");
});

test("a path that sounds again keeps its place", () => {
  const one = attending();
  one.run(2500, "stream", "live");
  one.run(700);
  assert.equal(opened(one), "live,stream");
  one.run(300, "live", "stream");
  assert.equal(opened(one), "live");
});

test("who has seconds of sound in reserve opens nothing in a hurry", () => {
  const one = attending();
  one.run(2500, "stream", "live");
  one.ladder.hasReserve = true;
  one.run(500);
  assert.equal(opened(one), "live");
  one.run(200);
  assert.equal(opened(one), "live,stream");
});

test("who is far away, or comes unevenly, is not silent so soon", () => {
  const far = attending({ rttMs: 400 });
  far.run(2500, "stream", "live");
  far.run(1100);
  assert.equal(opened(far), "live");
  const uneven = attending();
  uneven.run(2500, "stream", "live");
  for (let n = 0; n < 4; n++) uneven.run(400), uneven.run(100, "live");
  uneven.run(900);
  assert.equal(opened(uneven), "live");
});

test("a path that stays silent while another sounds was cut: climbing waits, longer each time", () => {
  const one = attending();
  one.run(2500, "stream", "live");
  one.run(1000);
  one.run(200, "stream");
  assert.equal(one.ladder.current, "stream");
  const since = one.now;
  while (!one.ladder.trying.has("live")) one.run(100, "stream");
  assert.ok(one.now - since >= 14_000, `${one.now - since} ms`);
});

test("where connections were cut last time, what began by one gives way to pieces while it still sounds", () => {
  const one = attending({ isCutting: true, hint: "pieces" });
  one.ladder.trying.set("stream", 0);
  one.run(300, "stream");
  assert.equal(one.ladder.current, "stream");
  one.run(600, "stream", "pieces");
  assert.equal(one.ladder.current, "pieces");
});

test("each climb that failed makes the next one wait longer", () => {
  const one = attending();
  const waits = [];
  for (let n = 0; n < 4; n++) {
    const since = one.now;
    while (!one.ladder.trying.has("live")) one.run(100, "stream");
    waits.push(one.now - since);
    one.ladder.failed("live", "blocked", one.now);
  }
  assert.ok(waits[1] >= 4500 && waits[2] > waits[1] * 1.5 && waits[3] > waits[2] * 1.5, String(waits));
  assert.equal(one.ladder.why, "blocked");
});

test("a climb that gives nothing is given up after six seconds, and nothing was lost", () => {
  const one = attending();
  one.run(9000, "stream");
  assert.equal(one.ladder.current, "stream");
  assert.equal(opened(one), "stream");
});

test("a path that ends is tried again at once and others beside it", () => {
  const one = attending();
  one.run(2500, "stream", "live");
  one.ladder.failed("live", "lost", one.now);
  assert.equal(one.ladder.why, "lost");
  one.run(700);
  assert.ok(one.ladder.open.has("live"));
  one.run(1500);
  assert.ok(one.ladder.open.has("stream"));
});

test("while a server is away it is asked at least every three seconds, so that sound is back within five", () => {
  const one = attending();
  one.run(2500, "stream");
  let asked = one.now;
  let longest = 0;
  for (let n = 0; n < 600; n++) {
    one.run(100);
    for (const rung of [...one.ladder.open]) {
      longest = Math.max(longest, one.now - asked);
      asked = one.now;
      one.ladder.failed(rung, "offline", one.now);
    }
  }
  assert.ok(longest <= 3000, `${longest} ms`);
});

test("a forced path is the only one, whatever happens", () => {
  const one = attending({ forced: "pieces" });
  assert.equal(opened(one), "pieces");
  one.run(20_000);
  assert.equal(opened(one), "pieces");
  one.ladder.failed("pieces", "lost", one.now);
  one.run(3000, "pieces");
  assert.equal(one.ladder.current, "pieces");
  assert.equal(one.ladder.why, "forced");
});

for (const options of [{ usable: ["radio"] }, { forced: "stream" }, { forced: "radio" }, {}]) {
  const name = options.forced ?? (options.usable ? "radio alone" : "all");
  test(`a path that falls silent for good is opened anew, though nothing else sounds: ${name}`, () => {
    const one = attending(options);
    one.run(4000, "stream", "radio");
    const { current } = one.ladder;
    one.run(15_500);
    assert.equal(one.ladder.current, null);
    assert.ok(!one.ladder.isCutting, "the whole network may be dead");
    one.run(1000);
    assert.ok(one.ladder.open.has(current));
    one.run(45_000);
    one.run(2500, current);
    assert.equal(one.ladder.current, current);
  });
}

test("an attempt that gives nothing while nothing else does is made anew", () => {
  const one = attending({ forced: "radio" });
  const since = one.ladder.trying.get("radio");
  one.run(29_000);
  assert.equal(one.ladder.trying.get("radio"), since);
  one.run(2000);
  assert.ok(one.ladder.trying.get("radio") > since);
});

test("a page whose timers stood still while the sound went on has heard it", () => {
  const one = attending({ usable: ["radio"] });
  one.run(4000, "radio");
  one.now += 600_000; // a locked phone
  one.run(5000);
  assert.equal(one.ladder.current, "radio");
  one.run(11_000);
  assert.equal(one.ladder.current, null);
});

test("without WebCodecs there is the radio", () => {
  const one = attending({ usable: ["radio"] });
  one.run(4000, "radio");
  assert.equal(one.ladder.current, "radio");
  one.run(60_000, "radio");
  assert.equal(opened(one), "radio");
});

test("what worked last time is a hint and no more", () => {
  const one = attending({ hint: "pieces" });
  assert.equal(opened(one), "pieces");
  one.run(5000, "stream");
  assert.equal(one.ladder.current, "stream");
});

test("what the page's own files took says how far the server is, and how thin the line", () => {
  const name = "https://meeting.example/client/abc/net/x.js";
  const file = (start, end, size) => ({ name, connectStart: 0, connectEnd: 0, secureConnectionStart: 0, transferSize: size, encodedBodySize: size, requestStart: start, responseStart: end - 5, responseEnd: end });
  const page = (rtt) => ({ ...file(300, 400, 5000), name: "https://meeting.example/s/x", entryType: "navigation", connectStart: 10, secureConnectionStart: 10 + rtt, connectEnd: 20 + 2 * rtt });
  assert.deepEqual(lineOf([page(100), file(400, 510, 5000), file(405, 530, 8000)]), { rttMs: 100, isThin: false, isNarrow: false });
  const slow = [file(400, 2000, 5000), file(405, 3500, 8000)];
  assert.equal(lineOf([page(100), ...slow]).isThin, true);
  const { isThin, isNarrow } = lineOf([page(100), file(400, 1500, 5000), file(405, 2300, 8000)]);
  assert.deepEqual([isThin, isNarrow], [true, false], "58 kb/s");
  const ahead = { ...slow[0], connectStart: 390, secureConnectionStart: 390, connectEnd: 399 };
  const late = { ...slow[1], connectStart: 390, secureConnectionStart: 395, connectEnd: 500 };
  assert.deepEqual(lineOf([page(100), ahead, late]), { rttMs: 100, isThin: true, isNarrow: true }, "opened ahead, and told of only from when they were wanted");
  assert.equal(lineOf([ahead, slow[1]]).isThin, true, "the page itself came by an older connection");
  assert.deepEqual(lineOf([file(400, 405, 5000), file(405, 412, 8000)]), { rttMs: 0, isThin: false, isNarrow: false }, "so it did, and all is near");
  assert.equal(lineOf([page(2), ...slow]).isThin, false, "a busy machine");
  assert.deepEqual(lineOf([page(100)]), { rttMs: 100 }, "from the cache");
  const far = [0, 600, 1200].flatMap((at) => [file(at, at + 620, 1900), file(at, at + 640, 1900)]);
  assert.equal(lineOf([page(600), ...far]).isThin, false, "a satellite: it was waiting, not coming");
  const atOnce = [file(400, 2900, 5000), file(405, 2910, 8000)];
  assert.equal(lineOf([page(100), ...atOnce]).isThin, true, "the first packet was lost, and then all came together");
  const poll = { ...file(500, 30_000, 3000), name: "https://meeting.example/api/s/x/events" };
  assert.equal(lineOf([page(100), file(400, 510, 9000), poll]).isThin, false, "what the server holds says nothing");
});

test("a stream is asked for in whole milliseconds, however far the server is", () => {
  const asked = [];
  const attendance = { network: { rttMs: 600.1, isThin: false }, request: (address) => (asked.push(address), new Promise(() => {})) };
  new Stream(attendance, { sound: "sound/12", back_ms: 1000.1 }, () => {}, () => {}).close();
  assert.equal(new URLSearchParams(asked[0].split("?")[1]).get("back_ms"), "1000");
});

/** What `pieces` needs around it. */
const listeningWith = (attendance) => ({ attendance, ladder: {}, soundName: () => "sound/12", pictureName: () => null, heard() {} });

test("long pieces are no silence", () => {
  const one = attending({ forced: "pieces" });
  one.run(1000, "pieces");
  one.ladder.forced = undefined;
  one.ladder.climbNotBefore = Infinity;
  one.run(3500);
  assert.equal(opened(one), "pieces,radio", "a second of sound at a time: something is wrong");
  one.run(100, "pieces");
  one.ladder.pieceMs = 3840;
  one.run(5000);
  assert.equal(opened(one), "pieces");
});

for (const [invitation, track, isShared] of [[undefined, "sound/8", true], [undefined, "mix/p1", false], ["token", "sound/8", false]]) {
  test(`${track} ${invitation ? "by invitation" : "in public"}: ${isShared ? "nobody in particular asks" : "the token goes along"}`, async () => {
    const asked = [];
    const attendance = {
      invitation,
      person: "p1",
      network: { rttMs: 0, isCutting: false },
      player: { timeline: { endMs: 0 }, lane: () => ({ push() {}, close() {} }) },
      spent() {},
      request(address, init, isForAll = false) {
        asked.push({ ...init, isForAll });
        if (asked.length === 1) return Promise.resolve(Response.json({ epoch: "e", n: 7, piece_ms: 3840, age_ms: 0 }));
        return new Promise((_, reject) => init.signal.addEventListener("abort", () => reject(new Error("aborted"))));
      },
    };
    const listening = { ...listeningWith(attendance), soundName: () => track };
    const pieces = new Pieces(listening, () => {});
    while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    pieces.close();
    assert.equal(asked[1].isForAll, isShared);
    assert.equal(asked[1].credentials, isShared ? "omit" : "same-origin");
    assert.deepEqual(asked[1].headers, isShared ? { "Jemaa-Listener": "p1" } : undefined);
    assert.equal(listening.ladder.pieceMs, 3840);
  });
}

test("a piece that is overdue is asked for again on another connection, and the dead one is given up", async () => {
  const asked = [];
  const attendance = {
    network: { rttMs: 0, isCutting: false },
    player: { timeline: { endMs: 0 }, lane: () => ({ push() {}, close() {} }) },
    spent() {},
    learn: (known) => Object.assign(attendance.network, known),
    request(address, { signal, credentials }) {
      asked.push({ address, credentials, signal });
      if (address.includes("newest")) return Promise.resolve(Response.json({ epoch: "e", n: 7, piece_ms: 20, age_ms: 0 }));
      if (asked.length === 3) return Promise.resolve(new Response(""));
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
    },
  };
  const pieces = new Pieces(listeningWith(attendance), () => {});
  while (asked.length < 4) await new Promise((resolve) => setTimeout(resolve, 20));
  pieces.close();
  assert.deepEqual(asked.map(({ address }) => address.split("/").at(-1)), ["newest?track=sound%2F12", "7", "7", "8"]);
  assert.notEqual(asked[1].credentials, asked[2].credentials);
  assert.ok(asked[1].signal.aborted && attendance.network.isCutting);
});

test("sound does not begin so early that the next piece comes when the first is over", async () => {
  const beginsAfter = async (age_ms, rttMs) => {
    const piece = encodeRecord(2, encodeChunk({ seq: 1, timeMs: 0, frames: [new Uint8Array([0])] }));
    const began = performance.now();
    let pushedAt = 0;
    const attendance = {
      network: { rttMs, isCutting: false },
      player: { timeline: { endMs: null }, lane: () => ({ push: () => (pushedAt = performance.now()), close() {} }) },
      spent() {},
      request: async (address, { signal }) => {
        if (address.includes("newest")) return Response.json({ epoch: "e", n: 7, piece_ms: 3840, age_ms });
        if (address.endsWith("/7")) return new Response(piece);
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
      },
    };
    const pieces = new Pieces(listeningWith(attendance), () => {});
    while (!pushedAt) await new Promise((resolve) => setTimeout(resolve, 2));
    pieces.close();
    return pushedAt - began;
  };
  assert.ok((await beginsAfter(0, 200)) > 500, "complete just now: its margin, and the way there and back, later");
  assert.ok((await beginsAfter(3000, 200)) < 400, "the next one is here long before it is over");
});

test("a module's imports are found, and only those", () => {
  const text = 'import { a } from "./a.js";\nimport "../b.js";\n/** @typedef {import("./c.js").C} C */\nconst d = () => import("./d.js");';
  assert.deepEqual(importsOf(text, "https://x/net/y.js"), ["https://x/net/a.js", "https://x/b.js"]);
});

test("retries are soon, jittered and capped, and rare where it never worked", () => {
  const known = new Retry(() => 1);
  known.succeeded();
  assert.equal(known.failed(), 250);
  for (let n = 0; n < 20; n++) known.failed();
  assert.equal(known.failed(), 2500);
  const unknown = new Retry(() => 0);
  for (let n = 0; n < 20; n++) unknown.failed();
  assert.equal(unknown.failed(), 225_000);
});

test("on a line that has become thin what costs much is left for what is below, and comes back when there is room", () => {
  const one = attending();
  one.ladder.allow("live", true);
  one.run(20_000, "live", "stream");
  assert.equal(one.ladder.current, "live");
  one.ladder.leavesLive = true;
  one.ladder.allow("live", false);
  one.run(200, "live");
  assert.equal(opened(one), "live,stream", "live sounds until the other does");
  one.run(1000, "live", "stream");
  assert.deepEqual([one.ladder.current, one.ladder.why, one.ladder.isCutting], ["stream", "thin", false]);
  one.run(60_000, "stream");
  assert.equal(opened(one), "stream");
  one.ladder.leavesLive = false;
  one.ladder.allow("live", true);
  one.run(10_000, "live", "stream");
  assert.deepEqual([one.ladder.current, one.ladder.why], ["live", "better"]);
});
