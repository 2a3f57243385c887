// A voice by short POSTs: what the page says of it is what the server does with it.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { Refusal } from "../../jemaa/client/net/insist.js";
import { Publishing } from "../../jemaa/client/net/publishing.js";
import { microphone } from "./microphone.mjs";
import { until } from "./until.mjs";

/** What a test that failed left open would keep Node for ever. @type {Publishing[]} */
const begun = [];
afterEach(async () => {
  for (const publishing of begun.splice(0)) await publishing.stop("sound");
});

/** A server that lets a voice in by POST, and somebody who speaks by it. `refuse` is what it says to pieces from now on. */
async function speaking(network = { isCutting: true }, more = {}) {
  const server = { epoch: "one", refuse: null, open: 0, pieces: [], newest: 0 };
  const told = [];
  const attendance = {
    network: { rttMs: 0, isThin: false, ...network },
    publishing: { sound: null, picture: null },
    path: { up: null },
    spent() {},
    learn() {},
    tell: (type, detail) => told.push({ type, ...detail }),
    async request(address, { method = "GET" } = {}) {
      if (address === "publications") return Response.json({ publication: ++server.open, tracks: [server.open] });
      if (address.startsWith("pieces/newest")) return server.newest++, Response.json({ epoch: server.epoch });
      if (method === "DELETE") return new Response(null, { status: 204 });
      if (server.refuse) throw new Refusal(server.refuse, "No.");
      server.pieces.push(address);
      return Response.json({ next: 1 });
    },
  };
  const line = Object.assign(new EventTarget(), { epoch: "one", live: null, isCutting: false, openLive: async () => null, ...more });
  const publishing = new Publishing(attendance, line, { speakingChanged() {} });
  begun.push(publishing);
  await publishing.sound(microphone());
  await until(() => server.pieces.length);
  const unpublished = () => told.filter(({ type }) => type === "unpublished");
  return { server, attendance, line, publishing, unpublished };
}

test("a voice that the server has ended is over on the page too, and it is said why", async () => {
  const { server, attendance, unpublished } = await speaking();
  server.refuse = "no-such-publication"; // muted by the chair, a recess, or another tab
  await until(() => unpublished().length);
  assert.deepEqual(unpublished(), [{ type: "unpublished", kind: "sound", code: "no-such-publication", text: "No." }]);
  assert.equal(attendance.publishing.sound, null);
  assert.equal(attendance.path.up, null);
  assert.equal(server.open, 1, "it is not begun again: of two tabs each would end the other");
});

test("of two pieces that are refused together the page is told once", async () => {
  const { server, unpublished } = await speaking();
  server.refuse = "chunk-order";
  await until(() => unpublished().length);
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.equal(unpublished().length, 1);
  assert.equal(server.newest, 1);
});

test("a server that began anew is told of the voice anew, whether the line or a refusal says so first", async () => {
  for (const first of ["line", "refusal"]) {
    const { server, attendance, line, unpublished, publishing } = await speaking();
    server.epoch = "two";
    server.refuse = "no-such-publication";
    if (first === "line") {
      line.epoch = "two";
      line.dispatchEvent(new Event("epoch"));
    }
    await until(() => server.open === 2);
    server.refuse = null;
    server.pieces = [];
    await until(() => server.pieces.length);
    assert.equal(server.pieces[0], "publications/2/0", first);
    assert.deepEqual(unpublished(), [], first);
    assert.ok(attendance.publishing.sound, first);
    await publishing.stop("sound");
  }
});

test("nothing is kept of what is said after the end", async () => {
  const { server, publishing, unpublished } = await speaking();
  const { up } = publishing.current.get("sound");
  server.refuse = "no-such-publication";
  await until(() => unpublished().length);
  up.write(1, new Uint8Array(9));
  assert.equal(up.records.length, 0);
});

test("where WebSockets die young a voice does not try them, though other connections last", async () => {
  let tried = 0;
  const { server, publishing } = await speaking({ isCutting: false }, { isCutting: true, openLive: async () => (tried++, null) });
  assert.equal(tried, 0);
  assert.ok(server.pieces.length);
  await publishing.stop("sound");
});

test("how much of a voice is sent is what the line has room for, and less when a queue grows before it", async () => {
  const manner = (voice) => [voice.source.frameMs, voice.together];
  for (const [network, wanted] of [[{}, [20, 1]], [{ isThin: true }, [60, 4]], [{ isThin: true, isNarrow: true }, [60, 8]], [{ isNarrow: true }, [20, 1]]]) {
    const { publishing } = await speaking({ isCutting: true, ...network });
    const voice = publishing.current.get("sound");
    assert.deepEqual(manner(voice), wanted);
    await publishing.stop("sound");
  }
  const { publishing } = await speaking();
  const voice = publishing.current.get("sound");
  const late = async (times) => {
    await voice.took(100);
    for (let n = 0; n < times; n++) await voice.took(900);
  };
  await late(2);
  assert.deepEqual(manner(voice), [60, 4]);
  await late(3);
  assert.deepEqual(manner(voice), [60, 4], "so long a packet that was lost holds a thin line up");
  await late(4);
  assert.deepEqual(manner(voice), [60, 8]);
  await publishing.stop("sound");
});
