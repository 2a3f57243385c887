// @ts-check
/**
 * Ui. What the room sends: its microphone or mixer, unfiltered, and a camera or a screen.
 * @module
 */

import { button, el, write } from "./dom.js";
import { DeviceChoice, cameraWords, close, openCamera, openMicrophone, openScreen, whenGone, whyNot } from "./devices.js";
import { Meter } from "./meter.js";
import { Panel, attempt, notice, single } from "./panel.js";
import { Preview } from "./preview.js";
import { refusalText } from "./strings.js";

export class Inputs extends Panel {
  /** @param {HTMLElement} root @param {import("./panel.js").Page} page */
  constructor(root, page) {
    super(root, page);
    const { t } = page;
    /** @type {MediaStream|null} */
    this.voice = null;
    /** @type {MediaStream|null} */
    this.view = null;
    this.microphone = new DeviceChoice("audioinput", t("room.microphone"), t("microphone.default"), () => this.change());
    this.meter = new Meter(t("room.level.in"), () => this.attendance.publishing.sound?.level, t, "level");
    this.level = this.meter.field;
    this.send = button(t("room.publish"), () => this.toggleSound(), { class: "main" });
    this.camera = new DeviceChoice("videoinput", t("camera"), t("camera.default"), () => {});
    this.show = button(t("room.camera.send"), single(() => this.sendPicture("camera")));
    this.screen = button(t("room.screen.send"), single(() => this.sendPicture("screen")));
    this.hide = button(t("room.picture.stop"), () => this.stopPicture(), { hidden: true });
    this.preview = new Preview(t("picture.own"));
    root.replaceChildren(
      el("h2", {}, t("room.send")), this.microphone.element, el("p", { class: "hint" }, t("room.input.hint")),
      this.send, this.level, this.camera.element, el("div", { class: "row" }, this.show, this.screen, this.hide), this.preview.element,
    );
    this.attendance.addEventListener("unpublished", (event) => this.lost(event.detail));
    this.redraw();
  }

  async toggleSound(device = this.microphone.value) {
    if (this.voice) return this.stopSound();
    this.send.disabled = true;
    try {
      const voice = (this.voice = await openMicrophone(device, "mixer"));
      whenGone(voice, () => this.voice === voice && this.lostMicrophone());
      await this.attendance.publishSound(voice);
    } catch (error) {
      close(this.voice);
      this.voice = null;
      const why = whyNot(error);
      notice(why ? this.t(why) : refusalText(this.page.strings, error));
    }
    this.send.disabled = false;
    this.redraw();
  }

  async stopSound() {
    close(this.voice);
    this.voice = null;
    await attempt(this.page, () => this.attendance.stopPublishing("sound"));
    this.redraw();
  }

  /** Nobody may be at this machine: whatever microphone there still is is better than a silent room. */
  async lostMicrophone() {
    await this.stopSound();
    notice(this.t("room.microphone.gone"));
    await this.toggleSound("");
  }

  async change() {
    if (!this.voice) return;
    await this.stopSound();
    await this.toggleSound();
  }

  /** @param {"camera"|"screen"} source */
  async sendPicture(source) {
    /** @type {MediaStream|null} */
    let view = null;
    try {
      view = source === "screen" ? await openScreen() : await openCamera(this.camera.value);
      if (this.view) await this.stopPicture();
      this.view = view;
      whenGone(view, () => this.view === view && this.stopPicture());
      this.preview.show(view); // before: what is not on the page is not played by every browser
      await this.attendance.publishPicture(view, source, this.preview.video);
    } catch (error) {
      close(view);
      if (this.view === view) this.view = null;
      notice(cameraWords(this.page, error));
    }
    this.redraw();
  }

  async stopPicture() {
    close(this.view);
    this.view = null;
    await attempt(this.page, () => this.attendance.stopPublishing("picture"));
    this.redraw();
  }

  /** @param {{kind: string, code: string, text: string}} what */
  lost(what) {
    const gone = what.kind === "sound" ? "voice" : "view";
    close(this[gone]);
    this[gone] = null;
    notice(refusalText(this.page.strings, what));
    this.redraw();
  }

  redraw() {
    write(this.send, this.t(this.voice ? "room.publish.stop" : "room.publish"));
    this.send.classList.toggle("main", !this.voice);
    this.level.hidden = !this.voice;
    this.hide.hidden = !this.view;
    this.preview.show(this.view);
  }
}
