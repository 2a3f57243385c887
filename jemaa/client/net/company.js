// @ts-check
/**
 * Net. What an attendance needs beyond its first sound: who one is, what happens, by which way, and being heard.
 * Loaded after the first sound, or when first asked for.
 * @module
 */

import { apply, fresh } from "../meeting/state.js";
import { Desk } from "./desk.js";
import { Feed } from "./feed.js";
import { Publisher } from "./publisher.js";
import { Route } from "./route.js";
import { StreamPath } from "./attendance.js";

const SECOND = 1000;
const COST_WINDOW = 10;
const GOOD_AFTER_S = 8; // so long on `live` without a stall: the line takes the larger picture

/** @typedef {import("./attendance.js").Path} Path */

export class Company {
  /** @param {import("./attendance.js").Attendance} attendance */
  constructor(attendance) {
    this.attendance = attendance;
    this.desk = new Desk(attendance);
    this.route = new Route(attendance);
    this.publisher = new Publisher(attendance, this.desk, this.route);
    /** @type {Feed|null} */ this.feed = null;
    /** @type {number[]} bytes so far, second by second */ this.spent = [attendance.cost.bytes];
    this.goodFor = 0;
    this.wantsFeed = false;
    setInterval(() => this.second(), SECOND);
    this.read();
  }

  async join() {
    this.wantsFeed = true;
    this.reconsider();
    await this.desk.join();
  }

  /** Walk the ladder; known by name if that can be had, so that one's own voice can be left out. */
  async listen() {
    this.wantsFeed = true;
    await this.desk.join().catch((error) => {
      if (this.attendance.invitation) throw error;
    });
    if (!this.attendance.isListening) return;
    if (this.attendance.forced.down === "text") this.attendance.setPath({ down: "text", why: "forced" });
    else this.route.start(this.attendance.first);
    this.attendance.first = null;
    this.reconsider();
  }

  silence() {
    this.route.stop();
    this.reconsider();
  }

  wantsChanged() {
    this.route.wantsChanged();
  }

  /** @param {Record<string, any>} command @returns {Promise<any>} */
  async command(command) {
    await this.desk.join();
    const live = this.route.live;
    return live?.isNamed ? live.command(command) : this.desk.post("commands", command);
  }

  /** Take in the messages that have come. */
  read() {
    const { attendance } = this;
    for (const message of attendance.unread.splice(0)) {
      if (message.op === "snapshot") this.take(message.state, []);
      else if (message.op === "events") this.events(message.events);
      else if (message.op === "unpublished" || message.op === "keyframe") this.publisher.told(message);
    }
  }

  /** @param {any[]} events */
  events(events) {
    let state = this.attendance.state ?? fresh();
    const news = [];
    for (const event of events) {
      if (event.seq <= state.seq) continue;
      if (event.seq > state.seq + 1) return this.resume();
      state = apply(state, event);
      news.push(event);
    }
    if (news.length) this.take(state, news);
  }

  /** @param {any} state @param {any[]} events */
  take(state, events) {
    if (this.attendance.state && state.seq < this.attendance.state.seq) return;
    this.attendance.state = state;
    this.attendance.emit("state", { events });
  }

  /** Something is missing: ask again from where we are. */
  resume() {
    this.feed?.close();
    this.feed = null;
    this.reconsider();
  }

  /** @param {Path} path @param {string} code */
  ended(path, code) {
    if (this.attendance.first === path) {
      this.attendance.first = null;
      this.listen();
    }
    this.route.ended(path, code);
    this.publisher.ended(path);
    this.reconsider();
  }

  /** Events come with `live` and `stream`; where neither is open they have a way of their own. */
  reconsider() {
    const { attendance, route } = this;
    const now = performance.now();
    const first = attendance.first;
    const streams = [...route.paths.values()].filter((path) => path instanceof StreamPath);
    const comes = Boolean(route.live) || [...streams, first].some((path) => path && now - path.lastAt < 3 * SECOND);
    if (comes || !this.wantsFeed) {
      this.feed?.close();
      this.feed = null;
      if (comes && !route.used) attendance.setPath({ connected: true });
    } else if (!this.feed) {
      this.feed = new Feed(attendance);
      this.feed.onchange = (isUp) => {
        if (!route.used || attendance.path.down === "text") attendance.setPath({ connected: isUp });
      };
    }
  }

  second() {
    const { attendance } = this;
    this.reconsider();
    this.spent = [...this.spent, attendance.cost.bytes].slice(-COST_WINDOW - 1);
    const bytes = attendance.cost.bytes - this.spent[0];
    attendance.cost.kbps = (bytes * 8) / 1000 / Math.max(1, this.spent.length - 1);
    if (attendance.isListening) attendance.emit("cost");
    this.choosePicture();
  }

  /** The larger picture where the line has shown that it takes it, the smaller one where it has not. */
  choosePicture() {
    const { attendance, route } = this;
    const isGood = attendance.path.down === "live" && attendance.sound.extra < 0.2;
    this.goodFor = isGood ? this.goodFor + 1 : 0;
    const rendition = this.goodFor > GOOD_AFTER_S ? "picture/high" : "picture/low";
    if (rendition === attendance.rendition || !attendance.wantsPicture) return;
    if (isGood || attendance.rendition === "picture/high") attendance.rendition = rendition;
    route.live?.listen();
  }

  /** @param {MediaStream} stream */
  async publishSound(stream) {
    await this.desk.join();
    return this.publisher.publishSound(stream);
  }

  /** @param {MediaStream} stream @param {"camera"|"screen"} source */
  async publishPicture(stream, source) {
    await this.desk.join();
    return this.publisher.publishPicture(stream, source);
  }

  /** @param {"sound"|"picture"} kind */
  stopPublishing(kind) {
    return this.publisher.stop(kind);
  }

  /** @param {HTMLCanvasElement|null} canvas */
  async showPicture(canvas) {
    this.attendance.pictureIn?.close();
    this.attendance.pictureIn = null;
    if (!canvas) return;
    const { PictureIn } = await import("../media/picture_in.js");
    this.attendance.pictureIn = new PictureIn(canvas, this.attendance.sound);
  }

  /** @param {MediaStream} stream */
  async recordNote(stream) {
    const { NoteRecording } = await import("./note.js");
    return NoteRecording.begin(this.attendance, this.desk, stream);
  }

  async pendingNote() {
    const { pendingNote } = await import("./note.js");
    return pendingNote(this.attendance, this.desk);
  }
}
