// The browser's check by the vectors that Python makes: what it sends, what it writes down, what it advises.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { advise } from "../../jemaa/client/check/advice.js";
import { callsWord, isCareful, saySomething } from "../../jemaa/client/check/calls.js";
import { Book, chance, coarse, isCutting, measurement, programOf, shuffled } from "../../jemaa/client/check/facts.js";
import { remember, rememberCutting } from "../../jemaa/client/check/memory.js";
import { callPorts, filling, isSame, longFilling, quantile, readOffer, stampWord } from "../../jemaa/client/check/plan.js";

const vectors = JSON.parse(readFileSync(new URL("../vectors/check.json", import.meta.url), "utf8"));
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
/** Fields that one language leaves out and the other writes with their default. */
const DEFAULTS = { residual: [], profile: null, seed: null };

test("every answer's bytes are known", () => {
  for (const { size, sha256: expected } of vectors.filling) assert.equal(sha256(filling(size)), expected, String(size));
  for (const { size, pieces, sha256: expected } of vectors.long) assert.equal(sha256(longFilling(size, pieces)), expected, `${size}/${pieces}`);
  assert.ok(!isSame(filling(10), filling(11)) && !isSame(filling(10), new Uint8Array(10)));
});

test("a stamp is the server's", async () => {
  for (const { run, key, arm, number, word } of vectors.stamps) assert.equal(await stampWord({ run, key }, arm, number), word);
});

test("an offer is read, and whatever a portal answers is none", () => {
  const offer = { run: "0a1b2c3d", key: "ab".repeat(32), seconds: 1200, udp_host: "192.0.2.1", udp: [3478, 40000], tls_sha256: "", handshake: true, peers: {} };
  assert.deepEqual(readOffer(JSON.stringify(offer)).udp, [3478, 40000]);
  const wrong = [{ run: "x" }, { key: "ab" }, { udp: ["3478"] }, { udp: [0] }, { udp: [70000] }, { udp_host: 7 }, { tls_sha256: "<b>" }];
  const texts = ["", "<html>Please sign in</html>", "null", "[]", "1", "{}", ...wrong.map((one) => JSON.stringify({ ...offer, ...one }))];
  for (const text of texts) assert.throws(() => readOffer(text), { code: "not_ours" }, text);
});

test("calls go to the usual port and to the highest", () => {
  assert.deepEqual(callPorts([443, 3478, 40000]), [3478, 40000]);
  assert.deepEqual(callPorts([443, 500]), [443, 500]);
  assert.deepEqual(callPorts([3478]), [3478]);
  assert.deepEqual(callPorts([]), []);
});

test("calls that failed say nothing where the page came by the other internet protocol", () => {
  const failed = [{ port: 1, arm: 1, checked: false, shaken: false, ice_ms: null, dtls_ms: null }];
  assert.ok(saySomething(failed, "192.0.2.1", "4") && saySomething(failed, "2001:db8::1", "6") && saySomething(failed, "192.0.2.1", ""));
  assert.ok(!saySomething(failed, "192.0.2.1", "6") && !saySomething(failed, "2001:db8::1", "4"));
  assert.ok(saySomething([{ ...failed[0], checked: true }], "192.0.2.1", "6"));
});

test("where a call may bring trouble none is tried unasked", () => {
  assert.ok(isCareful("Asia/Dubai") && isCareful("Africa/Addis_Ababa"));
  assert.ok(!isCareful("Africa/Casablanca") && !isCareful(""));
});

test("what became of calls is told by the deepest stage that was reached", () => {
  const call = (port, checked, shaken, arrived) => ({ port, arm: 1, checked, shaken, ice_ms: null, dtls_ms: null, ...(arrived === undefined ? {} : { arrived }) });
  assert.equal(callsWord(null), "untried");
  assert.equal(callsWord([call(1, true, true), call(2, true, true)]), "work");
  assert.equal(callsWord([call(1, false, false), call(2, true, true)]), "some");
  assert.equal(callsWord([call(1, true, false), call(2, false, false)]), "dtls");
  assert.equal(callsWord([call(1, false, false), call(2, false, false)]), "udp");
  assert.equal(callsWord([call(1, false, false, false)]), "udp_up");
  assert.equal(callsWord([call(1, false, false, true)]), "udp_down");
});

for (const { name, seen, advice } of vectors.advice) {
  test(`advice: ${name}`, () => assert.deepEqual(advise(seen), advice));
}

test("the record is a measurement, field by field", () => {
  const { acts, tried, counts, about, measurement: expected } = vectors.record;
  const book = new Book();
  const named = (id) => book.tallies.find((tally) => tally.id === id);
  for (const [act, id, ...more] of acts) {
    if (act === "open") book.open(id, ...more);
    else named(id)[act](...more);
  }
  const made = JSON.parse(JSON.stringify(measurement(book, tried, counts, about)));
  for (const rung of expected.rungs) for (const [key, value] of Object.entries(rung)) if (value === null) delete rung[key];
  for (const part of [expected.network, expected.controls]) for (const [key, value] of Object.entries(part)) if (value === null) delete part[key];
  for (const key of Object.keys(DEFAULTS)) if (!(key in made)) delete expected[key];
  assert.deepEqual(made, expected);
});

test("where the server's log could not be asked, what arrived is not known", () => {
  const book = new Book();
  const tally = book.open("stun-3478-genuine", { server: "reference-1", port: 3478, transport: "udp", payload: "genuine" }, 0);
  tally.send();
  assert.equal(tally.arm(null).rx_server, null);
  assert.equal(tally.arm({ arms: {} }).rx_server, 0);
});

test("what the server itself turned away, or may have, is no loss", () => {
  const book = new Book();
  const stun = book.open("stun-3478-genuine", { server: "reference-1", port: 3478, transport: "udp", payload: "genuine" }, 0);
  const dtls = book.open("dtls_handshake-browser-genuine", { server: "reference-1", port: 3478, transport: "udp", payload: "genuine" }, 0);
  const ws = book.open("ws-page-genuine", { server: "page-1", port: 443, transport: "ws", payload: "genuine" }, 0);
  for (const tally of [stun, dtls, ws]) for (let n = 0; n < 3; n++) tally.send();
  stun.answered(0, 10);
  const away = (counts) => [stun, dtls, ws].map((tally) => tally.arm(counts).turned_away);
  assert.deepEqual(away(null), [0, 0, 0]);
  assert.deepEqual(away({ arms: { 1: { count: 3, seconds: [3], turned_away: 3 } } }), [2, 0, 0]);
  assert.deepEqual(away({ arms: {}, unread: ["handshakes", "connections"] }), [0, 3, 0]);
  assert.deepEqual(away({ arms: {}, unread: ["packets"] }), [2, 3, 0]);
  ws.turnedAway = 3;
  assert.deepEqual(away(null), [0, 0, 3]);
});

test("how wrong a clock is tells nobody apart", () => {
  for (const [hours, kept] of [[0.4, 0], [-0.4, 0], [1.6, 2], [-23, -20], [8760, 9000], [1e9, 1e6]]) assert.equal(coarse(hours), kept);
});

test("the order of a check can be had again from its seed", () => {
  const ports = [1, 2, 3, 4, 5, 6, 7, 8];
  assert.deepEqual(shuffled(ports, chance(7)), shuffled(ports, chance(7)));
  assert.notDeepEqual(shuffled(ports, chance(7)), shuffled(ports, chance(8)));
  assert.deepEqual([...shuffled(ports, chance(9))].sort(), ports);
});

test("of the browser only its kind is written down", () => {
  const agent = "Mozilla/5.0 (Linux; Android 14; SM-A146B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.8078.79 Mobile Safari/537.36";
  assert.deepEqual(programOf(agent), { stack: "Chromium 156", platform: "Android" });
  assert.deepEqual(programOf("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), { stack: "Firefox 140", platform: "Linux" });
  assert.deepEqual(programOf("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1"), { stack: "Safari 18", platform: "iOS" });
  assert.deepEqual(programOf("<script>"), { stack: "unknown", platform: "unknown" });
});

test("a quantile of nothing is nothing", () => {
  assert.equal(quantile([], 0.5), 0);
  assert.equal(quantile([3, 1, 2], 0.5), 2);
  assert.equal(quantile([1, 2, 3], 1), 3);
});

test("the meeting finds what the check learned, and keeps what it knew itself", () => {
  const kept = new Map([["jemaa-network", JSON.stringify({ at: 1, isCutting: true, isThin: true, path: "radio" })]]);
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
  const advice = { down: "pieces", sound: true, picture: "moving", up: "pieces", kbps: 400 };
  const tried = { pieces: { usable: true } };
  remember(storage, { advice, tried }, 99);
  assert.deepEqual(JSON.parse(kept.get("jemaa-network")), { at: 99, isCutting: true, isThin: false, isNarrow: false, path: "pieces" });
  remember(storage, { advice: { ...advice, down: "text", sound: false }, tried }, 100);
  assert.equal(JSON.parse(kept.get("jemaa-network")).at, 99);
  remember(storage, { advice: { ...advice, kbps: null }, tried }, 101);
  assert.equal(JSON.parse(kept.get("jemaa-network")).isThin, false);
  rememberCutting(storage, 102);
  assert.deepEqual(JSON.parse(kept.get("jemaa-network")), { at: 102, isCutting: true, isThin: false, isNarrow: false, path: "pieces" });
  kept.set("jemaa-network", "{");
  remember(storage, { advice, tried }, 102);
  remember(null, { advice, tried }, 103);
  assert.equal(kept.get("jemaa-network"), "{");
  kept.clear();
  remember(storage, { advice, tried: { pieces: { usable: true, isCutting: true } } }, 104);
  assert.deepEqual(JSON.parse(kept.get("jemaa-network")), { at: 104, isCutting: true, isThin: false, isNarrow: false, path: "pieces" });
});

test("connections that are cut while new ones live are told from a network that is gone", () => {
  const cut = (lived, fresh, long = 4) => {
    const book = new Book();
    const place = { server: "page-1", port: 443, transport: "ws", payload: "neutral" };
    const arm = (id, sent, answered) => {
      const tally = book.open(id, place, 0);
      for (let n = 0; n < sent; n++) tally.send();
      for (let n = 0; n < answered; n++) tally.answered(n, 100);
    };
    for (const n of [1, 2, 3, 4]) arm(`long_flow-tls_${n}-neutral`, 72, lived);
    arm("long_flow-tls_new-neutral", 6, fresh);
    arm("long_answer-short-neutral", 6, 6);
    arm("long_answer-long-neutral", 4, long);
    return isCutting(book);
  };
  assert.equal(cut(72, 6), false);
  assert.equal(cut(40, 6), true);
  assert.equal(cut(40, 0), false);
  assert.equal(cut(72, 6, 1), true);
  assert.equal(isCutting(new Book()), false);
});
