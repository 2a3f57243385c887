// The line: what a WebSocket is worth that is open and brings nothing, or dies young.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Line } from "../../jemaa/client/net/line.js";
import { LiveSocket } from "../../jemaa/client/net/live.js";

globalThis.location = new URL("https://meeting.example/s/s1");
const plainNow = performance.now;
const step = () => new Promise((resolve) => setImmediate(resolve));

/** WebSockets that do what a test says. @type {Socket[]} */
let sockets = [];

class Socket {
  static OPEN = 1;
  readyState = 0;
  said = [];
  constructor() {
    sockets.push(this);
  }
  send(text) {
    this.said.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  open() {
    this.readyState = 1;
    this.onopen();
    this.hears({ op: "welcome", person: "p", role: "participant" });
  }
  hears(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }
  dies() {
    this.readyState = 3;
    this.onclose({ code: 1006, reason: "" });
  }
}

/** What comes by `text`, if the test lets it. */
let texts = [];
/** Lets time pass. @type {(ms: number) => Promise<void>} */
let passes;

beforeEach(() => {
  [sockets, texts] = [[], []];
  globalThis.WebSocket = Socket;
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  let clock = 0;
  performance.now = () => clock;
  passes = async (ms) => {
    for (const end = clock + ms; clock < end; await step()) {
      clock += 50;
      mock.timers.tick(50);
    }
  };
});

afterEach(() => {
  mock.timers.reset();
  performance.now = plainNow;
});

const SNAPSHOT = { op: "snapshot", seq: 7, state: {} };
const STATUS = { op: "status", epoch: "e" };

/** A line whose `text` is asked for by `request`; `texts` has who asked, and answers. */
function lineWith(network = {}) {
  const told = [];
  const attendance = {
    session: "s1",
    network: { rttMs: 0, isThin: false, isCutting: false, ...network },
    publishing: {},
    path: { connected: false },
    state: null,
    spent() {},
    tell: (type) => told.push(type),
    learn: (known) => Object.assign(attendance.network, known),
    request: (address, { signal }) =>
      new Promise((resolve, reject) => {
        const answer = (message) => resolve(new Response(new ReadableStream({ start: (body) => (body.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(message)}\n\n`)), signal.addEventListener("abort", () => body.error(signal.reason))) })));
        texts.push({ address, signal, answer });
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      }),
  };
  const line = new Line(attendance, { join: async () => {}, forget() {} });
  return { line, attendance };
}

test("the first state comes by text, and live is asked only for what follows", async () => {
  const { line } = lineWith();
  const there = line.start();
  await passes(500);
  assert.equal(sockets.length, 0);
  texts[0].answer(SNAPSHOT);
  await passes(100);
  await there;
  sockets[0].open();
  assert.deepEqual(sockets[0].said, [{ op: "hello", since: 7 }]);
  assert.ok(!texts[0].signal.aborted, "it is open, and has brought nothing yet");
  sockets[0].hears(STATUS);
  await passes(100);
  assert.ok(texts[0].signal.aborted);
});

test("where text brings nothing live is asked for the state, and text goes on until it is there", async () => {
  const { line } = lineWith();
  line.start();
  await passes(9000);
  sockets[0].open();
  assert.deepEqual(sockets[0].said, [{ op: "hello" }]);
  await passes(1000);
  assert.ok(!texts.at(-1).signal.aborted);
  sockets[0].hears(SNAPSHOT);
  await passes(100);
  assert.ok(texts.at(-1).signal.aborted);
});

test("who waits for a snapshot by live waits longer than who knows the state", async () => {
  const { attendance } = lineWith();
  const over = [];
  const ear = { welcome() {}, message() {}, record() {}, round() {}, closed: (code) => over.push(code) };
  new LiveSocket(attendance, {}, ear);
  new LiveSocket(attendance, { since: 7 }, ear);
  for (const socket of sockets) socket.open();
  await passes(14_000);
  assert.deepEqual(sockets.map(({ readyState }) => readyState), [1, 3]);
  sockets[0].hears(SNAPSHOT);
  await passes(14_000);
  assert.deepEqual(over, ["lost", "lost"], "once it is there silence is silence");
});

test("a WebSocket that dies with the snapshot on its way says nothing of the network; two that die afterwards do", async () => {
  const { line, attendance } = lineWith();
  line.start();
  for (let n = 0; n < 3; n++) {
    await passes(9000);
    sockets.at(-1).open();
    sockets.at(-1).dies();
  }
  await passes(1000);
  assert.equal(attendance.network.isCutting, false);
  texts.at(-1).answer(SNAPSHOT);
  await passes(1000);
  for (let n = 0; n < 2; n++) {
    sockets.at(-1).open();
    sockets.at(-1).hears(STATUS);
    sockets.at(-1).dies();
    await passes(1000);
  }
  assert.equal(attendance.network.isCutting, true);
  assert.ok(line.isCutting);
  attendance.learn({ isCutting: false }); // a stream has lasted
  assert.ok(line.isCutting);
  await passes(6000);
  sockets.at(-1).open();
  for (let n = 0; n < 70; n++) sockets.at(-1).hears(STATUS), await passes(1000);
  assert.equal(line.isCutting, false, "this one lasts");
});

test("a voice whose WebSocket dies young has another tried in that moment", async () => {
  const { line } = lineWith();
  line.start();
  await passes(100);
  texts[0].answer(SNAPSHOT);
  await passes(100);
  line.addEventListener("live", () => line.liveIs === "untried" && line.openLive());
  for (let n = 0; n < 3; n++) {
    sockets.at(-1).open();
    sockets.at(-1).hears(STATUS);
    sockets.at(-1).dies();
    await passes(100);
    assert.equal(sockets.length, n + 2);
  }
});

test("who wants to speak does not wait for a WebSocket that died young: it is tried at once, and for a second", async () => {
  const { line } = lineWith();
  line.start();
  await passes(100);
  texts[0].answer(SNAPSHOT);
  await passes(100);
  for (let n = 0; n < 2; n++) {
    sockets.at(-1).open();
    sockets.at(-1).hears(STATUS);
    sockets.at(-1).dies();
    await passes(1000);
  }
  const tried = sockets.length;
  let found;
  line.openLive().then((socket) => (found = socket));
  await passes(300);
  assert.equal(sockets.length, tried + 1, "not in 5 s");
  assert.equal(found, undefined);
  await passes(1000);
  assert.equal(found, null, "there is another way");
  sockets.at(-1).open();
  assert.equal((await line.openLive()).socket, sockets.at(-1));
});
