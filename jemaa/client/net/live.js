// @ts-check
/**
 * Net. Path `live`: one WebSocket, both ways (docs/protocol.md §4). It says once that it is open, and once that it is over.
 */

import { decodeRecords } from "../wire/record.js";
import { Refusal, offline } from "./insist.js";

const OPENING_MS = 5000;
const PING_MS = 5000;
const SILENCE_MS = 12_000; // two pings without any answer: the connection is dead, whatever the browser thinks
const SNAPSHOT_MS = 60_000; // a message is seen when it is whole, and a snapshot of 64 KB takes so long where sound needs the line too
const SPEAKING_PING_MS = 500; // who speaks into a dead connection, or a queue, is heard by nobody, and does not know
const THIN_PING_MS = 1000;
const EARLY_MS = 50; // timers are not exact
const SPEAKING_SILENCE_MS = 3000;

export class LiveSocket {
  /**
   * @param {import("./attendance.js").Attendance} attendance
   * @param {{since?: number}} hello what the hello says beside the token
   * @param {{welcome: () => void, message: (message: any) => void, record: (record: import("../wire/record.js").TrackRecord) => void,
   *   round: (ms: number) => void, closed: (code: string, wasOpen: boolean) => void}} ear
   */
  constructor(attendance, hello, ear) {
    this.attendance = attendance;
    this.ear = ear;
    this.isOpen = false;
    this.isOver = false;
    /** Behind a snapshot even the answer to a ping waits. */
    this.isSnapshotDue = !hello.since;
    this.lastAt = performance.now();
    this.nextId = 1;
    /** @type {Map<number, {resolve: (answer: any) => void, reject: (error: Error) => void}>} */
    this.asked = new Map();
    const address = new URL(`/api/s/${attendance.session}/live`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    attendance.spent("request", 0);
    this.socket = new WebSocket(address);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => this.say({ op: "hello", ...(attendance.token ? { token: attendance.token } : {}), ...hello });
    this.socket.onmessage = ({ data }) => this.#heard(data);
    this.socket.onclose = ({ code, reason }) => this.#over(code >= 4000 && reason ? reason : "lost");
    this.opening = setTimeout(() => this.isOpen || this.close("blocked"), OPENING_MS + 10 * attendance.network.rttMs);
    this.pingedAt = performance.now();
    /** When the pings were sent that have no answer yet. @type {number[]} */
    this.unanswered = [];
    this.pinging = setInterval(() => this.#ping(), SPEAKING_PING_MS);
  }

  /** @param {object} message */
  say(message) {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    const text = JSON.stringify(message);
    this.attendance.spent("live", text.length);
    this.socket.send(text);
  }

  /** Records, as they are. @param {Uint8Array<ArrayBuffer>} data */
  send(data) {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.attendance.spent("live", data.length);
    this.socket.send(data);
  }

  /** Bytes that the network has not taken yet. */
  get unsent() {
    return this.socket.bufferedAmount;
  }

  /** Say, and get the answer to it. @param {object} message @returns {Promise<any>} rejects with a `Refusal` */
  ask(message) {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      if (this.isOver) return reject(offline());
      this.asked.set(id, { resolve, reject });
      this.say({ ...message, id });
    });
  }

  /** @param {string} [code] */
  close(code = "closed") {
    this.socket.close();
    this.#over(code);
  }

  /** @param {string|ArrayBuffer} data */
  #heard(data) {
    this.lastAt = performance.now();
    if (typeof data === "string") {
      this.attendance.spent("live", data.length);
      this.#message(JSON.parse(data));
    } else {
      this.attendance.spent("live", data.byteLength);
      for (const record of decodeRecords(new Uint8Array(data))) this.ear.record(record);
    }
  }

  /** @param {any} message */
  #message(message) {
    const waiting = this.asked.get(message.id);
    if (message.op === "welcome") {
      this.isOpen = true;
      this.ear.welcome();
    } else if (waiting) {
      this.asked.delete(message.id);
      if (message.op === "refusal") waiting.reject(new Refusal(message.code, message.text));
      else waiting.resolve(message);
    } else if (message.op === "pong") {
      if (message.t !== this.unanswered[0]) return; // it was no ping of this clock's
      this.unanswered.shift();
      this.ear.round(performance.now() - message.t);
    } else {
      this.isSnapshotDue = false;
      this.ear.message(message);
    }
  }

  #ping() {
    if (!this.isOpen) return;
    const { publishing, network } = this.attendance;
    const now = performance.now();
    const silenceMs = this.isSnapshotDue ? SNAPSHOT_MS : publishing.sound ? SPEAKING_SILENCE_MS : SILENCE_MS;
    if (now - this.lastAt > silenceMs + 4 * network.rttMs) return this.close("lost");
    const pingMs = !publishing.sound ? PING_MS : network.isThin ? THIN_PING_MS : SPEAKING_PING_MS;
    if (now - this.pingedAt < pingMs - EARLY_MS) return;
    if (this.unanswered.length) this.ear.round(now - this.unanswered[0]); // so long at the least
    this.pingedAt = now;
    this.unanswered.push(Math.round(now));
    this.say({ op: "ping", t: this.unanswered.at(-1) });
  }

  /** @param {string} code */
  #over(code) {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.opening);
    clearInterval(this.pinging);
    const lost = offline();
    for (const { reject } of this.asked.values()) reject(lost);
    this.asked.clear();
    this.ear.closed(this.isOpen ? code : code === "lost" ? "blocked" : code, this.isOpen);
  }
}
