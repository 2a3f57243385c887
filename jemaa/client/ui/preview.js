// @ts-check
/**
 * Ui. What one's own camera or screen shows, so that one knows what everybody sees.
 * @module
 */

import { el } from "./dom.js";

export class Preview {
  /** @param {string} label */
  constructor(label) {
    this.video = /** @type {HTMLVideoElement} */ (el("video", { muted: true, autoplay: true, playsinline: true, "aria-label": label }));
    this.video.muted = true; // the attribute alone does not mute a video made by script
    this.element = el("div", { class: "preview", hidden: true }, this.video);
  }

  /** @param {MediaStream|null} stream */
  show(stream) {
    this.element.hidden = !stream;
    if (this.video.srcObject !== stream) this.video.srcObject = stream;
  }
}
