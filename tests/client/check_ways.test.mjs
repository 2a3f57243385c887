// The ways are tried against a server behind bad networks: portals, proxies that collect, cut, change or say yes to all.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";

import { firstAdvice } from "../../jemaa/client/check/first.js";
import { filling, longFilling } from "../../jemaa/client/check/plan.js";
import { askOffer, patience, piece, rateOf, tryLive, tryPieces, tryRadio, tryStream, tryUp } from "../../jemaa/client/check/rungs.js";

// A page does not wait for the timers of tries that have ended; Node would.
const { setTimeout: plainTimeout } = globalThis;
globalThis.setTimeout = Object.assign((...all) => plainTimeout(...all).unref(), plainTimeout);

const OFFER = { run: "0a1b2c3d", key: "ab".repeat(32), seconds: 1200, udp_host: "", udp: [], tls_sha256: "", handshake: false };
const PORTAL = "<html>Please sign in to HotelNet</html>";
const number = (url, name) => Number(url.searchParams.get(name));
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a network makes of an answer; each may take over a request that it cares for. */
const network = {
  clean: () => false,
  portal: (_, answer) => answer.end(PORTAL),
  /** Keeps a long answer until it is complete. */
  collects: (url, answer) => url.pathname === "/check/long" && later(number(url, "ms") * (number(url, "pieces") - 1)).then(() => answer.end(longOf(url))),
  /** Does so once, as a lost packet does. */
  collects_once: (url, answer) => url.pathname === "/check/long" && !lost++ && network.collects(url, answer),
  /** Hands on no less than 8 kB at a time. */
  collects_8kB: (url, answer) => url.pathname === "/check/long" && slowly(url, answer, 8192),
  cuts: (url, answer) => url.pathname === "/check/long" && (answer.writeHead(200, { "Content-Length": number(url, "bytes") }), answer.write(longOf(url).subarray(0, 500)), setTimeout(() => answer.destroy(), 50)),
  /** Connections freeze after 9 kB. */
  freezes: (url, answer) => number(url, "bytes") > 9000 && begins(url, answer),
  /** One connection has frozen, and new ones have not. */
  froze: (url, answer) => number(url, "bytes") > 9000 && !answer.req.headers["jemaa-connection"] && begins(url, answer),
  /** A longer answer comes so slowly that it is not there in time. */
  crawls: (url, answer) => number(url, "bytes") > 5000 && crawl(answer, filling(number(url, "bytes"))),
  changes: (url, answer) => url.pathname !== "/check/plan" && answer.end(filling(number(url, "bytes") || 9).map((byte) => byte ^ 1)),
  silent: (url) => url.pathname !== "/check/plan",
  down: (_, answer) => answer.destroy(),
};

const begins = (url, answer) => (answer.writeHead(200, { "Content-Length": number(url, "bytes") }), answer.write(filling(number(url, "bytes")).subarray(0, 9000)));

function crawl(answer, body) {
  let at = 0;
  const timer = setInterval(() => (answer.write(body.subarray(at, (at += 50))), answer.destroyed && clearInterval(timer)), 50);
  return true;
}

let lost = 0;
const longOf = (url) => Buffer.from(longFilling(number(url, "bytes"), number(url, "pieces")));

async function slowly(url, answer, atOnce) {
  const all = longOf(url);
  let ready = 0;
  for (let n = 1, out = 0; n <= number(url, "pieces"); n++) {
    ready = Math.floor((all.length * n) / number(url, "pieces"));
    while (ready - out >= atOnce) answer.write(all.subarray(out, (out += atOnce)));
    if (n === number(url, "pieces")) return answer.end(all.subarray(out));
    await later(number(url, "ms"));
  }
}

async function serve(request, answer) {
  const url = new URL(request.url, "http://here");
  if (url.pathname === "/check/plan") return answer.end(JSON.stringify(OFFER));
  if (url.pathname === "/check/piece") return answer.end(filling(number(url, "bytes")));
  if (url.pathname === "/check/long") return slowly(url, answer, 1);
  const body = Buffer.concat(await Array.fromAsync(request));
  answer.end(JSON.stringify({ bytes: body.length, whole: body.equals(Buffer.from(filling(body.length))) }));
}

/** What opens a WebSocket (RFC 6455). */
function open(request, socket) {
  const key = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`);
}

/** One that echoes short binary messages; `isHonest` false: turned over. */
function echo(request, socket, isHonest) {
  open(request, socket);
  let rest = Buffer.alloc(0);
  socket.on("error", () => {});
  socket.on("data", (data) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= 6 && rest.length >= 6 + (rest[1] & 0x7f)) {
      const size = rest[1] & 0x7f;
      const body = rest.subarray(6, 6 + size).map((byte, at) => byte ^ rest[2 + (at % 4)] ^ (isHonest || at !== 5 ? 0 : 1));
      if ((rest[0] & 0x0f) === 8) return socket.end();
      socket.write(Buffer.concat([Buffer.from([0x82, size]), body]));
      rest = rest.subarray(6 + size);
    }
  });
}

/** One that is closed at once, with the code that says that there is no time for it. */
function busy(request, socket) {
  open(request, socket);
  socket.end(Buffer.from([0x88, 2, 1013 >> 8, 1013 & 0xff]));
}

/** Behind a network: the globals that the page has, for as long as `story` takes. */
async function behind(name, story, socket = "echo") {
  const server = createServer((request, answer) => network[name](new URL(request.url, "http://here"), answer) || serve(request, answer));
  server.on("upgrade", (request, raw) => (socket === "refuse" ? raw.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") : socket === "hold" ? raw.on("error", () => {}) : socket === "busy" ? busy(request, raw) : echo(request, raw, socket === "echo")));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${server.address().port}`;
  const { fetch } = globalThis;
  Object.assign(globalThis, { location: { origin }, fetch: (address, init) => fetch(new URL(address, origin), init) });
  try {
    return await story();
  } finally {
    globalThis.fetch = fetch;
    server.closeAllConnections();
    server.close();
  }
}

const why = async (name, way, socket) => {
  const { usable, why: reason } = await behind(name, () => way(patience(undefined, 4000)), socket);
  return usable ? "works" : reason;
};

test("on a clean network every way works", async () => {
  for (const way of [tryLive, tryStream, tryPieces, tryUp]) assert.equal(await why("clean", way), "works", way.name);
});

test("whatever a portal answers is no way", async () => {
  await behind("portal", async () => {
    await assert.rejects(askOffer(patience()), { code: "not_ours" });
    await assert.rejects(piece(137, patience()), { code: "not_ours" });
  });
  for (const [way, reason] of [[tryStream, "cut"], [tryPieces, "not_ours"], [tryUp, "changed"]]) assert.equal(await why("portal", way), reason, way.name);
});

test("bytes that something on the way has changed are noticed", async () => {
  for (const [way, reason] of [[tryStream, "changed"], [tryPieces, "not_ours"], [tryUp, "changed"]]) assert.equal(await why("changes", way), reason, way.name);
  assert.equal(await why("clean", tryLive, "turn"), "changed");
});

test("a proxy that collects whole answers leaves neither stream nor radio", async () => {
  assert.equal(await why("collects", tryStream), "collected");
  assert.equal(await why("collects", tryRadio), "collected");
});

test("one that collects a little leaves the radio, which begins with a burst", async () => {
  assert.equal(await why("collects_8kB", tryStream), "collected");
  assert.equal(await why("collects_8kB", tryRadio), "works");
});

test("an answer that is cut, or never comes, is none", async () => {
  assert.notEqual(await why("cuts", tryStream), "works");
  const { usable, why: reason } = await behind("silent", () => tryPieces(patience(undefined, 300)));
  assert.deepEqual([usable, reason], [false, "no_answer"]);
});

test("where connections freeze by what they carry, what keeps one is no way, and short answers are", async () => {
  let closed = 0;
  network.freezes_and_counts = (url, answer) => ((closed += Number(answer.req.headers["jemaa-connection"] === "once" && number(url, "bytes") > 140)), network.freezes(url, answer));
  const { tried, advice } = await behind("freezes_and_counts", () => firstAdvice(() => {}));
  assert.ok(closed >= 6, "no connection is left for the meeting's page that has carried something");
  assert.equal(tried.pieces.isCutting, true);
  assert.deepEqual(["live", "stream", "radio"].map((way) => tried[way].why), ["cut", "cut", "cut"]);
  assert.ok(tried.up.usable && (tried.pieces.kbps ?? 0) > 0);
  assert.deepEqual([tried.pieces.usable, advice.down], [true, globalThis.AudioDecoder ? "pieces" : "text"]);
});

test("one connection that has frozen says nothing of the others", async () => {
  const { usable, isCutting, kbps } = await behind("froze", () => tryPieces(patience()));
  assert.deepEqual([usable, isCutting, kbps > 0], [true, undefined, true]);
});

test("what came of an answer in the time there was is a rate too", async () => {
  const { usable, kbps } = await behind("crawls", () => tryPieces(patience(undefined, 1500)));
  assert.ok(usable && kbps > 3 && kbps < 9, `${kbps}`);
});

test("a WebSocket that is refused, has no time, or opens and says nothing", async () => {
  assert.equal(await why("clean", tryLive, "refuse"), "refused");
  assert.equal(await why("clean", tryLive, "busy"), "busy");
  const { usable, why: reason } = await behind("clean", () => tryLive(patience(undefined, 300)), "hold");
  assert.deepEqual([usable, reason], [false, "no_answer"]);
});

test("the first advice says what it knows as it comes, and the reason where nothing does", async () => {
  const heard = [];
  const good = await behind("clean", () => firstAdvice(({ tried }) => heard.push(Object.keys(tried).length)));
  assert.ok(heard.length >= 6 && heard[0] === 1);
  assert.deepEqual(Object.values(good.tried).map(({ usable }) => usable), Array(6).fill(true));
  assert.ok(good.took_ms < 5000 && good.callsAre === "untried");
  const portal = await behind("portal", () => firstAdvice(() => {}));
  assert.equal(portal.advice.down, null);
  assert.equal(portal.tried.text.why, "not_ours");
  const nothing = await behind("down", () => firstAdvice(() => {}));
  assert.equal(nothing.tried.text.why, "no_answer");
});

test("on a thin line the page itself has shown the rate, and the answer waits for the way with which a meeting begins there", async () => {
  const loads = [{ transferSize: 9000, responseStart: 1000, responseEnd: 2000 }, { transferSize: 3000, responseStart: 1500, responseEnd: 2500 }];
  assert.equal(rateOf(loads), 64);
  assert.equal(rateOf([{ transferSize: 9000, responseStart: 10, responseEnd: 20 }]), null);
  assert.equal(rateOf([{ transferSize: 0, responseStart: 0, responseEnd: 9000 }]), null);
  Object.assign(globalThis, { AudioDecoder: class {} });
  try {
    const heard = [];
    await behind("clean", () => firstAdvice(({ advice }) => heard.push(advice.down), { load_kbps: 64 }));
    assert.deepEqual([heard[0], heard[1], heard[2], heard.at(-1)], ["text", "stream", "stream", "live"]);
    const again = await behind("collects_once", () => firstAdvice(() => {}, { load_kbps: 64 }));
    assert.ok(again.tried.stream.usable && lost > 1, "what was held back once is no proxy");
    const held = [];
    await behind("collects", () => firstAdvice(({ advice }) => held.push(advice.down), { load_kbps: 64 }));
    assert.deepEqual([held[0], held[2], held.at(-1)], ["text", "pieces", "live"]);
  } finally {
    Reflect.deleteProperty(globalThis, "AudioDecoder");
  }
});
