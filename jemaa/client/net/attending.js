// @ts-check
/**
 * Net. The rest of an attendance, loaded after the first sound: who one is, what happens, which path, what one sends.
 *
 * It joins the parts and holds no rule of its own.
 */

import { newKey, post } from "./asking.js";
import { Cost } from "./cost.js";
import { Identity } from "./identity.js";
import { lateMs } from "./insist.js";
import { Line } from "./line.js";
import { Listening } from "./listening.js";
import { pause } from "./retry.js";

/** @typedef {import("./attendance.js").Attendance} Attendance */

const COST_MS = 1000;

export class Attending {
  /** @param {Attendance} attendance */
  constructor(attendance) {
    this.attendance = attendance;
    this.cost = new Cost();
    attendance.spent = (path, bytes) => (path === "request" ? this.cost.request() : this.cost.add(path, bytes));
    for (const [path, bytes] of attendance.early.splice(0)) attendance.spent(path, bytes);
    this.identity = new Identity(attendance);
    this.line = new Line(attendance, this.identity);
    this.listening = new Listening(attendance, this.line);
    /** @type {Promise<import("./publishing.js").Publishing>|null} */
    this.publisher = null;
    setInterval(() => this.#tellCost(), COST_MS);
    attendance.addEventListener("state", () => this.#prepare());
  }

  async join() {
    await this.identity.join();
    await this.line.start();
  }

  async listen() {
    if (this.attendance.invitation) await this.identity.join();
    this.listening.update();
  }

  /** @param {object} command @returns {Promise<{seq: number}>} */
  async command(command) {
    await this.identity.join();
    const key = newKey();
    return (await this.#byLive(command, key)) ?? post(this.attendance, "commands", command, key);
  }

  /** @param {object} command @param {string} key @returns {Promise<{seq: number}|null>} null: not open, or frozen */
  async #byLive(command, key) {
    const { live } = this.line;
    const late = pause(lateMs(this.attendance.network)).then(() => null);
    return live && Promise.race([late, live.ask({ op: "command", key, command }).catch((error) => (error.code === "offline" ? null : Promise.reject(error)))]);
  }

  /** @param {MediaStream} stream */
  async publishSound(stream) {
    await this.identity.join();
    await this.listening.becomeKnown();
    return (await this.#publishing()).sound(stream);
  }

  /** @param {MediaStream} stream @param {"camera"|"screen"} source @param {HTMLVideoElement} player shows it to its sender */
  async publishPicture(stream, source, player) {
    await this.identity.join();
    return (await this.#publishing()).picture(stream, source, player);
  }

  /** @param {"sound"|"picture"} kind */
  async stopPublishing(kind) {
    if (this.publisher) await (await this.publisher).stop(kind);
  }

  /** @param {MediaStream} stream */
  async recordNote(stream) {
    await this.attendance.fetched(["net/note.js"]);
    return (await import("./note.js")).record(this.attendance, this.identity, stream);
  }

  async pendingNote() {
    await this.attendance.fetched(["net/note.js"]);
    return (await import("./note.js")).pending(this.attendance, this.identity);
  }

  /** Who waits for the floor shall not wait for files once he has it. */
  #prepare() {
    const { state, person } = this.attendance;
    const isNext = person && state && (person in state.floor || state.queue.some((waiting) => waiting.person === person));
    if (isNext && !this.publisher) this.#publishing().catch(() => {}); // asked for again when he speaks
  }

  #publishing() {
    const needed = ["net/publishing.js", "media/capture.js", "media/capture_worklet.js"];
    this.publisher ??= this.attendance.fetched(needed).then(() => import("./publishing.js")).then(
      (module) => new module.Publishing(this.attendance, this.line, this.listening),
      (error) => {
        this.publisher = null;
        throw error;
      },
    );
    return this.publisher;
  }

  #tellCost() {
    this.attendance.cost = { kbps: this.cost.kbps, bytes: this.cost.bytes };
    if (this.attendance.isReceiving) this.attendance.tell("cost");
  }
}
