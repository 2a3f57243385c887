// @ts-check
/**
 * Net. The line to the session: everything that happens, lossless and in order, over `live` or else over `text`.
 *
 * It keeps one WebSocket where the network lets it, and reads `text` while that brings nothing. Resuming is by the number
 * of the last event, so nothing is missed and nothing is seen twice, whatever carried it. The first state comes by `text`:
 * in a meeting of some hours it is 64 KB, of which one sees there that they come, and which are packed in a single answer.
 */

import { LiveSocket } from "./live.js";
import { pollEvents, readEvents } from "./text.js";
import { Retry, pause } from "./retry.js";

/** @typedef {import("../wire/record.js").TrackRecord} TrackRecord */

const SLEPT_MS = 30_000; // a timer this late: the machine slept, or its clock jumped
const BEAT_MS = 2000;
const LONG_LIFE_MS = 60_000; // a WebSocket that lived so long was not cut by a network that cuts them
/** After the first, second, … short life of a WebSocket: how long until the next. The first may be a server that starts anew. */
const SHORT_LIFE_MS = [0, 5_000, 30_000, 120_000, 600_000];
const STATE_MS = 8_000; // for `text` to bring the first state; then `live` may try
const OPENING_MS = 1000; // for `live` to open while somebody wants to speak, and four times round
const SHORT_LIVES = 2; // in a row say something of the network
const FINAL = new Set(["token-revoked", "token-expired", "token-forged", "token-elsewhere", "removed", "invitation-needed"]);

/** Events after which somebody may no longer be heard. */
const SILENCING = new Set(["floor_taken", "person_muted", "person_removed", "session_suspended", "session_closed"]);

export class Line extends EventTarget {
  /** @param {import("./attendance.js").Attendance} attendance @param {import("./identity.js").Identity} identity */
  constructor(attendance, identity) {
    super();
    this.attendance = attendance;
    this.identity = identity;
    /** @type {LiveSocket|null} open, or null */
    this.live = null;
    /** Takes the records of `live`. @type {(record: TrackRecord) => void} */
    this.onRecord = () => {};
    /** @type {string|null} */
    this.epoch = null;
    /** @type {(state: any, recorded: any) => any} */
    this.apply = (state) => state;
    this.isStarted = false;
    this.liveWanted = attendance.down ? attendance.down === "live" : true;
    /** Whether `live` was tried, and how it went. @type {"untried"|"open"|"blocked"} */
    this.liveIs = "untried";
    /** Whether it has brought something since it opened. */
    this.liveBrings = false;
    this.liveSince = 0;
    /** How many WebSockets in a row died young. */
    this.shortLives = 0;
    this.textIs = false;
    this.wake = new AbortController();
    /** @type {AbortController|null} */
    this.text = null;
  }

  /** Begin; settles when the state is there. */
  async start() {
    if (!this.isStarted) {
      this.isStarted = true;
      // A mirror of the Python procedure, needed only from here on.
      ({ apply: this.apply } = await import("../meeting/state.js"));
      this.#watchSleep();
      if (this.liveWanted) this.#keepLive();
      this.#keepText();
    }
    if (!this.attendance.state) await this.#next("state");
  }

  /** @param {string} event */
  #next(event) {
    return new Promise((resolve) => this.addEventListener(event, resolve, { once: true }));
  }

  /** Whether this network cuts WebSockets. What else lives long in it says nothing of that, only one that does. */
  get isCutting() {
    const livesLong = this.live && performance.now() - this.liveSince > LONG_LIFE_MS;
    return this.shortLives >= SHORT_LIVES && !livesLong;
  }

  /**
   * Somebody needs `live` (to speak) though the sound comes another way.
   * @returns {Promise<LiveSocket|null>} null where it is not open about at once: there are other ways to be heard
   */
  async openLive() {
    if (!this.liveWanted) {
      this.liveWanted = true;
      this.#keepLive();
    }
    if (this.liveIs === "untried") {
      this.hurry();
      await Promise.race([this.#next("live"), pause(OPENING_MS + 4 * this.attendance.network.rttMs)]);
    }
    return this.live;
  }

  /** Try again now: the network has changed, or the machine has slept. */
  hurry() {
    this.wake.abort();
    this.wake = new AbortController();
  }

  async #keepLive() {
    const retry = new Retry();
    await this.#stateBefore();
    for (;;) {
      const since = performance.now();
      const how = await this.#liveOnce(retry);
      if (how === "open") {
        const isShort = performance.now() - since < LONG_LIFE_MS;
        this.shortLives = isShort ? Math.min(this.shortLives + 1, SHORT_LIFE_MS.length) : 0;
      }
      if (this.shortLives === SHORT_LIVES) this.attendance.learn({ isCutting: true });
      const rest = pause(Math.max(retry.failed(), SHORT_LIFE_MS[this.shortLives - 1] ?? 0), this.wake.signal);
      this.#liveBecame(how === "blocked" ? how : "untried"); // who hears that may want no rest
      if (this.isGone) return;
      await rest;
    }
  }

  /** The first state goes before `live`, which could not show that it comes; where it might never come whole, always. */
  async #stateBefore() {
    const { isThin, isCutting, rttMs } = this.attendance.network;
    if (this.attendance.state) return;
    await Promise.race([this.#next("state"), ...(isThin || isCutting ? [] : [pause(STATE_MS + 10 * rttMs)])]);
  }

  /** @param {Retry} retry @returns {Promise<"blocked"|"open"|"slow">} how it was: slow where the first state was still to come */
  #liveOnce(retry) {
    return new Promise((resolve) => {
      const seq = this.attendance.state?.seq;
      const socket = new LiveSocket(this.attendance, seq ? { since: seq } : {}, {
        welcome: () => {
          retry.succeeded();
          this.live = socket;
          this.liveSince = performance.now();
          this.#liveBecame("open");
        },
        message: (message) => {
          this.#liveBrought();
          this.take(message);
        },
        record: (record) => this.onRecord(record),
        round: (ms) => this.dispatchEvent(new CustomEvent("round", { detail: ms })),
        closed: (code, wasOpen) => {
          const how = !wasOpen ? "blocked" : socket.isSnapshotDue ? "slow" : "open";
          this.live = this.live === socket ? null : this.live;
          this.liveBrings = false;
          this.#refused(code);
          resolve(how);
        },
      });
      this.socket = socket;
    });
  }

  /** From now on everything comes by `live`. */
  #liveBrought() {
    if (this.liveBrings) return;
    this.liveBrings = true;
    this.text?.abort();
  }

  /** @param {"untried"|"open"|"blocked"} how */
  #liveBecame(how) {
    this.liveIs = how;
    this.#tellPath();
    this.dispatchEvent(new Event("live"));
    if (how !== "open") this.dispatchEvent(new Event("text-needed"));
  }

  async #keepText() {
    const retry = new Retry();
    retry.hasWorked = true; // one has joined by a short request
    let polls = false;
    while (!this.isGone) {
      if (this.liveBrings) {
        await this.#next("text-needed");
        continue;
      }
      this.text = new AbortController();
      polls ||= this.attendance.network.isCutting;
      const seq = this.attendance.state?.seq ?? null;
      const isOnce = polls || (!seq && this.attendance.network.isThin);
      try {
        const take = (/** @type {any} */ message) => {
          retry.succeeded();
          this.#textIs(true);
          this.take(message);
        };
        if (isOnce) await pollEvents(this.attendance, seq, take, this.text.signal, !this.textIs);
        else if (!(await readEvents(this.attendance, seq, take, this.text.signal))) polls = !this.text.signal.aborted;
        if (isOnce) retry.succeeded();
      } catch (error) {
        if (!this.text.signal.aborted) {
          this.#refused(/** @type {{code?: string}} */ (error).code ?? "lost");
          this.#textIs(false);
          await pause(retry.failed(), this.wake.signal);
        }
      }
      if (!isOnce) this.#textIs(false);
    }
  }

  /** @param {any} message */
  take(message) {
    if (message.op === "status") return this.#status(message);
    if (message.op === "snapshot") this.#snapshot(message);
    else if (message.op === "events") this.#events(message.events);
    else if (message.op === "unpublished" || message.op === "keyframe") this.dispatchEvent(new CustomEvent("publication", { detail: message }));
    else if (message.op === "refusal") this.#refused(message.code);
  }

  /** @param {{seq: number, state: any}} message */
  #snapshot({ seq, state }) {
    const { attendance } = this;
    if (attendance.state && attendance.state.seq >= seq && this.epochIs(attendance.status)) return;
    attendance.state = { ...state, seq };
    this.dispatchEvent(new Event("state"));
    attendance.tell("state", { events: [] });
  }

  /** @param {any} status */
  epochIs(status) {
    return !status || status.epoch === this.epoch;
  }

  /** @param {any[]} events */
  #events(events) {
    const { attendance } = this;
    const fresh = [];
    for (const recorded of events) {
      if (!attendance.state || recorded.seq <= attendance.state.seq) continue;
      if (recorded.seq > attendance.state.seq + 1) return this.#resync();
      attendance.state = /** @type {any} */ (this.apply(attendance.state, recorded));
      fresh.push(recorded);
    }
    // The server has ended a voice at once; what this page has in reserve of it would still be heard for a while.
    if (fresh.some(({ type }) => SILENCING.has(type))) attendance.player?.timeline.hurry();
    if (fresh.length) attendance.tell("state", { events: fresh });
  }

  /** A hole in the events must never happen; if it does, the connection is taken anew, from the last event that we have. */
  #resync() {
    this.live?.close("lost");
    this.text?.abort();
  }

  /** @param {any} status */
  #status(status) {
    const isAnother = this.epoch !== null && status.epoch !== this.epoch;
    this.epoch = status.epoch;
    this.attendance.status = status;
    if (isAnother) this.dispatchEvent(new Event("epoch"));
    this.attendance.tell("status");
  }

  /** @param {string} code */
  #refused(code) {
    if (code === "token-forged" || code === "not-joined") {
      this.identity.forget(); // the server has another key: come in again
      this.identity.join().catch((error) => this.#gone(error.code, error.message));
    } else if (FINAL.has(code)) this.#gone(code, "");
  }

  /** @param {string} code @param {string} text */
  #gone(code, text) {
    if (this.isGone) return;
    this.isGone = true;
    this.live?.close(code);
    this.text?.abort();
    this.#tellPath(code);
    this.attendance.tell("gone", { code, text });
  }
  isGone = false;

  /** @param {boolean} isUp */
  #textIs(isUp) {
    if (this.textIs === isUp) return;
    this.textIs = isUp;
    this.#tellPath();
  }

  /** @param {string} [why] */
  #tellPath(why) {
    const { path } = this.attendance;
    const connected = Boolean(this.live) || this.textIs;
    if (path.connected === connected && !why) return;
    path.connected = connected;
    if (why) path.why = why;
    this.attendance.tell("path");
  }

  /** Timers stand still while a machine sleeps; afterwards its connections are dead and do not know it. */
  #watchSleep() {
    let last = Date.now();
    setInterval(() => {
      const now = Date.now();
      if (Math.abs(now - last - BEAT_MS) > SLEPT_MS) this.#awake();
      last = now;
    }, BEAT_MS);
    globalThis.addEventListener?.("online", () => this.hurry());
  }

  #awake() {
    this.socket?.say({ op: "ping", t: 0 });
    this.hurry();
    this.dispatchEvent(new Event("awake"));
  }
}
