import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { ask, newKey, post } from "../../jemaa/client/net/asking.js";
import { Attendance } from "../../jemaa/client/net/attendance.js";
import { Refusal, insist } from "../../jemaa/client/net/insist.js";

/** What came, in turn. @type {{method: string, path: string, key: string|undefined, body: string, isGone: boolean}[]} */
let came = [];
/** How each is answered, in turn: not at all, or with a status and a body. @type {(null|[number, object])[]} */
let answers = [];
let origin = "";
const plainFetch = globalThis.fetch;

const server = createServer(async (request, response) => {
  const one = { method: request.method, path: request.url, key: request.headers["idempotency-key"], body: "", isGone: false };
  came.push(one);
  response.on("close", () => (one.isGone = !response.writableEnded));
  const answer = answers.shift();
  for await (const part of request) one.body += part;
  if (answer) response.writeHead(answer[0], { "Content-Type": "application/json" }).end(JSON.stringify(answer[1]));
});

before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
  globalThis.fetch = (address, init) => plainFetch(new URL(address, origin), init);
});

after(() => {
  globalThis.fetch = plainFetch;
  server.closeAllConnections();
  server.close();
});

/** An attendance whose requests are answered so. */
function attendance(...how) {
  [came, answers] = [[], how];
  return new Attendance({ session: "s1", storage: null });
}

const until = async (isTrue) => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
};

test("what is answered in time is asked once", async () => {
  assert.deepEqual(await post(attendance([200, { seq: 3 }]), "commands", { type: "raise_hand" }), { seq: 3 });
  assert.equal(came.length, 1);
  assert.equal(came[0].path, "/api/s/s1/commands");
  assert.equal(came[0].body, '{"type":"raise_hand"}');
});

test("a wish whose connection is frozen is asked again, as the same wish, and the frozen one is left", async () => {
  assert.deepEqual(await post(attendance(null, [200, { seq: 4 }]), "commands", { type: "raise_hand" }), { seq: 4 });
  assert.equal(came.length, 2);
  assert.match(came[0].key, /^[A-Za-z0-9_-]{22}$/);
  assert.equal(came[0].key, came[1].key);
  assert.equal(came[0].body, came[1].body);
  await until(() => came[0].isGone);
});

test("another wish has another key", () => assert.notEqual(newKey(), newKey()));

test("a refusal is an answer: nothing is asked again, and its code is told", async () => {
  const refused = ask(attendance([403, { error: { code: "not-allowed", text: "No." } }]), "notes/n1");
  await assert.rejects(refused, { code: "not-allowed" });
  assert.equal(came.length, 1);
});

test("a refusal of the second connection does not wait for the first", async () => {
  const refused = post(attendance(null, [429, { error: { code: "too-fast", text: "Slowly." } }]), "commands", {});
  await assert.rejects(refused, { code: "too-fast" });
  await until(() => came[0].isGone);
});

test("no answer is no error while another connection may bring one", async () => {
  let asked = 0;
  const lost = () => new Promise((_, reject) => setTimeout(() => reject(new Refusal("offline", "")), 30));
  const late = () => new Promise((resolve) => setTimeout(() => resolve("second"), 60));
  assert.equal(await insist(() => (asked++ ? late() : lost()), 10), "second");
  assert.equal(asked, 2);
});

test("where both bring nothing it is said that there is no connection", async () => {
  const fail = () => new Promise((_, reject) => setTimeout(() => reject(new Refusal("offline", "")), 20));
  await assert.rejects(insist(fail, 5), { code: "offline" });
});

test("who has given up already does not wait for a frozen connection", async () => {
  const target = attendance(null, null);
  await assert.rejects(insist((how) => target.request("notes/n1", how), 10, AbortSignal.abort()), { code: "offline" });
});

test("a body without content is an answer too", async () => {
  assert.equal(await ask(attendance([204, {}]), "notes/n1/0", { method: "PUT", body: "x" }), null);
});
