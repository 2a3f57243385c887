// @ts-check
/**
 * Ui. A voice question: record, listen back, send; what is recorded survives a cut of the connection and a reload.
 * @module
 */

import { button, el, write } from "./dom.js";
import { DeviceChoice, HeadphonesChoice, close, openMicrophone, whenGone, whyNot } from "./devices.js";
import { Meter } from "./meter.js";
import { Panel, notice, say, single } from "./panel.js";
import { refusalText } from "./strings.js";
import { clock } from "./time.js";

const MAX_MS = 180_000; // MAX_NOTE_MS of jemaa/limits.py

/** @typedef {"idle"|"recording"|"ready"|"sending"} Step */

export class NotePanel extends Panel {
  /** @param {HTMLElement} root @param {import("./panel.js").Page} page @param {{ensure: () => Promise<boolean>}} name */
  constructor(root, page, name) {
    super(root, page);
    const { t } = page;
    this.name = name;
    /** @type {Step} */
    this.step = "idle";
    this.isShut = false; // nobody may ask any more
    this.hasBegun = false;
    /** @type {import("./attending.js").Note|null} */
    this.note = null;
    /** @type {import("./attending.js").NoteRecording|null} */
    this.recording = null;
    /** @type {MediaStream|null} */
    this.stream = null;
    this.line = el("p");
    this.choice = new DeviceChoice("audioinput", t("microphone"), t("microphone.default"), () => {});
    this.headphones = new HeadphonesChoice(t("headphones"), () => {});
    this.record = button(t("note.record"), single(() => this.begin()));
    this.stop = button(t("note.stop"), () => this.finish(), { class: "danger" });
    this.send = button(t("note.send"), single(() => this.upload()), { class: "main" });
    this.again = button(t("note.again"), () => this.discard(), { class: "quiet" });
    this.sound = el("audio", { controls: true, preload: "none", "aria-label": t("note.listen") });
    this.bar = el("progress", { max: 1, value: 0, "aria-label": t("note.progress") });
    this.level = new Meter(t("level"), () => this.recording?.level, t).field;
    const body = el("div", { class: "row" }, this.record, this.stop, this.send, this.again);
    root.replaceChildren(el("h2", {}, t("note")), el("p", { class: "hint" }, t("note.hint")), this.choice.element, this.headphones.element, this.line, this.level, this.sound, this.bar, body);
    setInterval(() => this.tick(), 250);
    this.show("idle", "");
    this.restore();
  }

  /** A recording that an earlier visit left unsent. */
  async restore() {
    // What one came to read goes first: over a thin line a recorder's files are eight seconds.
    if (!this.attendance.state) await new Promise((there) => this.attendance.addEventListener("state", there));
    const note = await this.attendance.pendingNote().catch(() => null);
    if (note && !this.hasBegun) this.ready(note);
  }

  async begin() {
    if (!(await this.name.ensure())) return;
    this.hasBegun = true;
    try {
      this.stream = await openMicrophone(this.choice.value, "voice");
      if (this.isShut) return close(this.stream);
      whenGone(this.stream, () => this.recording && this.lostMicrophone());
      this.recording = await this.attendance.recordNote(this.stream);
      this.show("recording", "");
      this.tick();
      this.stop.focus();
    } catch (error) {
      close(this.stream);
      const why = whyNot(error);
      notice(why ? this.t(why) : refusalText(this.page.strings, error));
    }
  }

  /** What was said until then is kept. */
  async lostMicrophone() {
    await this.finish();
    notice(this.t("microphone.gone"));
  }

  async finish() {
    const recording = this.recording;
    this.recording = null;
    if (!recording) return;
    try {
      this.ready(await recording.stop());
      this.send.focus();
    } catch (error) {
      this.show("idle", "");
      notice(refusalText(this.page.strings, error));
    } finally {
      close(this.stream);
    }
  }

  /** @param {import("./attending.js").Note} note */
  ready(note) {
    this.note = note;
    if (note.url) this.sound.src = note.url;
    this.show("ready", this.t("note.ready", { time: clock(note.duration_ms) }));
  }

  async upload() {
    const note = this.note;
    if (!note || !(await this.name.ensure())) return;
    this.show("sending", this.t("note.sending", { percent: 0 }));
    try {
      await note.send((done) => this.progress(done));
      this.note = null;
      this.show("idle", this.t("note.sent"));
      say(this.t("note.sent"));
      this.record.focus();
    } catch (error) {
      this.ready(note);
      notice(refusalText(this.page.strings, error));
    }
  }

  /** @param {number} done from 0 to 1 */
  progress(done) {
    this.bar.value = done;
    const cut = !this.attendance.path.connected && done < 1;
    write(this.line, cut ? this.t("note.paused") : this.t("note.sending", { percent: Math.round(done * 100) }));
  }

  async discard() {
    await this.note?.discard();
    this.note = null;
    this.show("idle", "");
    this.record.focus();
  }

  tick() {
    if (!this.recording) return;
    write(this.line, this.t("note.recording", { time: clock(this.recording.elapsed_ms), max: clock(MAX_MS) }));
    if (this.recording.elapsed_ms >= MAX_MS) this.finish();
  }

  /** @param {Step} step @param {string} words */
  show(step, words) {
    this.step = step;
    write(this.line, words);
    this.line.hidden = !words && step !== "recording";
    this.record.hidden = step !== "idle";
    this.choice.select.disabled = this.headphones.box.disabled = step !== "idle"; // they say which microphone records, and how, and are chosen before
    this.stop.hidden = step !== "recording";
    this.level.hidden = step !== "recording";
    this.send.hidden = this.again.hidden = step !== "ready";
    this.sound.hidden = step !== "ready" || !this.note?.url;
    this.bar.hidden = step !== "sending";
    this.root.hidden = this.isShut && step === "idle";
  }

  /** @override @param {import("./attending.js").State} state */
  render(state) {
    this.isShut = !state.doors.questions || state.phase === "closed" || Boolean(this.me(state)?.removed);
    this.root.hidden = this.isShut && this.step === "idle";
  }
}
