/** A server of a meeting that has gone on for some hours: it answers like ours. Its snapshot has 80 KB, packed 15: what people write packs a third worse. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { brotliCompressSync, constants } from "node:zlib";

const WORDS = "the road water school council asks budget year district because every family clinic bridge market teacher answer before we cannot will open valley winter price land women vote harvest light".split(" ");

/** Sentences that do not repeat each other more than people do. */
function sentence(n) {
  let random = n + 1;
  const word = () => WORDS[(random = (random * 48271) % 2147483647) % WORDS.length];
  return Array.from({ length: 22 }, word).join(" ");
}

const captions = Array.from({ length: 200 }, (_, n) => ({ text: sentence(n), language: "en", time_ms: n * 4000, at: 1790000000000 + n * 4000 }));
const messages = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`m${n}`, { person: `p${n}`, text: sentence(n + 500), at: 1790000000000 + n * 9000, removed: false }]));
export const SEQ = 900;
const STATE = { title: "Assembly", phase: "open", persons: {}, queue: [], floor: {}, questions: {}, messages, captions };
const SNAPSHOT = { op: "snapshot", seq: SEQ, state: STATE };
const STATUS = { op: "status", epoch: "e1", time: 0, tracks: [], listeners: {}, publishing: [] };

/** A text message of a WebSocket (RFC 6455). */
function frame(message) {
  const body = Buffer.from(JSON.stringify(message));
  const head = body.length < 126 ? [0x81, body.length] : body.length < 65536 ? [0x81, 126, body.length >> 8, body.length & 255] : [0x81, 127, 0, 0, 0, 0, 0, body.length >> 16, (body.length >> 8) & 255, body.length & 255];
  return Buffer.concat([Buffer.from(head), body]);
}

function unmasked(data) {
  const at = (data[1] & 127) === 126 ? 4 : 2;
  return Buffer.from(data.subarray(at + 4).map((byte, n) => byte ^ data[at + (n % 4)])).toString();
}

/** @param {(request: object, response: object) => boolean} [first] may answer a request otherwise */
export async function longMeeting(first = () => false) {
  /** What was asked, in turn. @type {string[]} */
  const asked = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://here");
    const name = url.pathname.split("/").at(-1);
    const isStream = request.headers.accept === "text/event-stream";
    if (name !== "join") asked.push(`${isStream ? "sse" : name} ${url.searchParams.get("since")}`);
    if (request.headers["jemaa-connection"]) response.setHeader("Connection", "close");
    if (first(request, response)) return;
    if (name === "join") return response.end(JSON.stringify({ person: "p1", role: "participant", token: "t" }));
    if (name === "commands") return response.end(JSON.stringify({ seq: SEQ + 1 }));
    const isKnown = Number(url.searchParams.get("since")) === SEQ;
    if (isStream) {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      return response.write([...(isKnown ? [] : [SNAPSHOT]), STATUS].map((one) => `event: ${one.op}\ndata: ${JSON.stringify(one)}\n\n`).join(""));
    }
    if (isKnown && url.searchParams.get("wait") !== "0") return; // held: nothing happens
    const body = JSON.stringify(isKnown ? { events: [], seq: SEQ, status: STATUS } : { snapshot: SNAPSHOT, seq: SEQ, status: STATUS });
    const packed = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
    return response.writeHead(200, { "Content-Encoding": "br", "Content-Length": packed.length }).end(packed);
  });
  server.on("upgrade", (request, socket) => {
    const key = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`);
    socket.on("error", () => {});
    socket.once("data", (data) => {
      const { since } = JSON.parse(unmasked(data));
      asked.push(`live ${since}`);
      socket.write(Buffer.concat([{ op: "welcome", person: "p1", role: "participant" }, ...(since === SEQ ? [] : [SNAPSHOT]), STATUS].map(frame)));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: server.address().port, asked, close: () => (server.closeAllConnections(), server.close()) };
}
