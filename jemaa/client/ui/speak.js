// @ts-check
/**
 * Ui. One has the floor: an unmistakable panel, a microphone that opens only by one's own hand, and closes at once.
 * @module
 */

import { button, el, set, write } from "./dom.js";
import { DeviceChoice, HeadphonesChoice, cameraWords, close, openCamera, openMicrophone, whenGone, whyNot } from "./devices.js";
import { Meter } from "./meter.js";
import { Panel, attempt, notice, single } from "./panel.js";
import { Preview } from "./preview.js";
import { refusalText } from "./strings.js";

/** @typedef {import("./attending.js").State} State */

export class Speak extends Panel {
  /** @param {HTMLElement} root @param {import("./panel.js").Page} page */
  constructor(root, page) {
    super(root, page);
    const { t } = page;
    /** @type {MediaStream|null} */
    this.voice = null;
    /** @type {MediaStream|null} */
    this.face = null;
    this.held = false;
    this.silenced = false; // by the desk; the microphone opens again by one's own hand only
    this.title = document.title;
    this.opening = false;
    this.line = el("p");
    this.choice = new DeviceChoice("audioinput", t("microphone"), t("microphone.default"), () => this.change());
    this.headphones = new HeadphonesChoice(t("headphones"), () => this.change());
    this.lens = new DeviceChoice("videoinput", t("camera"), t("camera.default"), () => this.changeCamera());
    this.meter = new Meter(t("level"), () => (this.isMuted() ? null : this.attendance.publishing.sound?.level), t, "level");
    this.level = this.meter.field;
    this.start = button(t("speak.start"), () => this.open(), { class: "main" });
    this.stop = button(t("speak.stop"), () => this.shut(), { class: "main" });
    this.mute = button(t("speak.mute"), () => this.toggleMute());
    this.camera = button(t("speak.camera"), single(() => this.toggleCamera()));
    this.preview = new Preview(t("picture.own"));
    this.back = button(t("speak.back"), () => this.giveBack(), { class: "danger" });
    const title = el("h2", { id: "speak-title" }, t("speak"));
    set(root, "aria-labelledby", "speak-title");
    this.hint = el("p", { class: "hint" }, t("speak.echo"));
    root.replaceChildren(title, this.line, this.start, this.stop, this.level, this.choice.element, this.headphones.element, this.lens.element, el("div", { class: "row" }, this.mute, this.camera, this.back), this.preview.element, this.hint);
    this.attendance.addEventListener("unpublished", (event) => this.lost(event.detail));
  }

  isMuted() {
    return !this.voice?.getAudioTracks().some((track) => track.enabled);
  }

  async open() {
    if (this.opening) return;
    this.opening = true;
    this.start.disabled = true;
    notice(""); // that he press Speak: he has
    const hadFocus = document.activeElement === this.start;
    try {
      const voice = await openMicrophone(this.choice.value, "voice");
      this.voice = voice;
      if (!this.held) throw Object.assign(new Error("the floor is gone"), { code: "floor-taken" });
      whenGone(voice, () => this.voice === voice && this.lostMicrophone());
      await this.attendance.publishSound(voice);
      if (this.voice !== voice) await this.attendance.stopPublishing("sound");
    } catch (error) {
      this.silence();
      const why = whyNot(error);
      notice(why ? this.t(why) : refusalText(this.page.strings, error));
    } finally {
      this.opening = false;
      this.start.disabled = false;
      this.redraw();
    }
    if (hadFocus && this.voice) this.stop.focus();
  }

  /** Another microphone while one speaks, or the same one opened otherwise. */
  async change() {
    if (!this.voice) return;
    const muted = this.isMuted();
    await this.shut();
    await this.open();
    if (muted) this.toggleMute();
  }

  async shut() {
    const hadFocus = document.activeElement === this.stop;
    this.silence();
    await attempt(this.page, () => this.attendance.stopPublishing("sound"));
    this.redraw();
    if (hadFocus) this.start.focus();
  }

  async lostMicrophone() {
    await this.shut();
    notice(this.t("microphone.gone"));
  }

  /** The microphone itself is let go of: the browser's sign goes out too. */
  silence() {
    close(this.voice);
    this.voice = null;
  }

  toggleMute() {
    const muted = this.isMuted();
    for (const track of this.voice?.getAudioTracks() ?? []) track.enabled = muted;
    this.redraw();
  }

  async toggleCamera() {
    if (this.face) return this.dropCamera();
    /** @type {MediaStream|null} */
    let face = null;
    try {
      face = await openCamera(this.lens.value);
      if (!this.held) return close(face); // while the browser asked whether it may, the floor was taken back
      this.face = face;
      whenGone(face, () => this.face === face && this.dropCamera());
      this.preview.show(face); // before: what is not on the page is not played by every browser
      await this.attendance.publishPicture(face, "camera", this.preview.video);
    } catch (error) {
      close(face);
      this.face = null;
      notice(cameraWords(this.page, error));
    }
    this.redraw();
  }

  /** Another camera while one is seen. */
  async changeCamera() {
    if (!this.face) return;
    await this.dropCamera();
    await this.toggleCamera();
  }

  async dropCamera() {
    close(this.face);
    this.face = null;
    await attempt(this.page, () => this.attendance.stopPublishing("picture"));
    this.redraw();
  }

  async giveBack() {
    this.silence();
    await this.ask({ type: "take_floor", person: this.attendance.person });
  }

  /** The server has taken a publication away. @param {{kind: string, code: string, text: string}} what */
  lost(what) {
    if (what.kind === "sound") this.silence();
    else if (this.face) {
      close(this.face);
      this.face = null;
    }
    notice(refusalText(this.page.strings, what));
    this.redraw();
  }

  redraw() {
    if (this.attendance.state) this.render(this.attendance.state);
  }

  /** @override @param {State} state */
  render(state) {
    const holder = state.floor[this.attendance.person ?? ""];
    if (holder && !this.held) this.floorIsMine();
    if (!holder && this.held) this.floorIsGone();
    if (holder && this.held && this.silenced && !holder.muted) notice(this.t("speak.lead"));
    this.held = Boolean(holder);
    this.silenced = Boolean(holder?.muted);
    this.root.hidden = !holder;
    if (!holder) return;
    const speaking = Boolean(this.voice) && !this.opening;
    const silenced = holder.muted;
    this.root.classList.toggle("live", speaking && !silenced && !this.isMuted());
    write(this.line, this.words(state, speaking, silenced));
    this.line.className = speaking ? `onair${silenced || this.isMuted() ? " off" : ""}` : "";
    this.start.hidden = speaking || silenced;
    this.stop.hidden = this.mute.hidden = this.level.hidden = !speaking;
    write(this.mute, this.t(this.isMuted() ? "speak.unmute" : "speak.mute"));
    this.preview.show(this.face);
    write(this.camera, this.t(this.face ? "speak.camera_off" : "speak.camera"));
    this.hint.hidden = speaking;
  }

  /** @param {State} state @param {boolean} speaking @param {boolean} silenced */
  words(state, speaking, silenced) {
    if (silenced) return this.t("speak.muted_by_desk");
    if (state.phase !== "open") return this.t("speak.recess");
    if (!speaking) return this.t("speak.lead");
    return this.t(this.isMuted() ? "speak.is_muted" : "speak.live");
  }

  /** Unmistakable, also in another tab, in a pocket and to a screen reader; the focus stays where it is. */
  floorIsMine() {
    notice(`${this.t("speak")}. ${this.t("speak.lead")}`);
    document.title = `● ${this.t("speak")}`;
    navigator.vibrate?.([200, 100, 200]);
  }

  floorIsGone() {
    document.title = this.title;
    const wasSpeaking = this.voice;
    this.silence();
    close(this.face);
    if (wasSpeaking) this.attendance.stopPublishing("sound");
    if (this.face) this.attendance.stopPublishing("picture");
    this.face = null;
    notice(this.t("refusal.floor-taken"));
  }
}
