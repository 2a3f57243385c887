// @ts-check
/**
 * Ui. A log that grows at its end: follows the newest line, unless one has scrolled back to read.
 * @module
 */

import { button, el, keep, set } from "./dom.js";

const NEAR_PX = 60;
const HUSH_MS = 500; // a browser hands on what was added some moments later

export class Lines {
  /**
   * @param {string} testid
   * @param {string} label
   * @param {string} newest what the button to the end is called
   */
  constructor(testid, label, newest) {
    // Text that changes in a line is no news; a line is.
    const log = { role: "log", "aria-live": "off", "aria-relevant": "additions", "aria-label": label };
    this.list = el("div", { class: "lines", ...log, tabindex: "0", "data-testid": testid });
    this.isDrawn = false;
    this.jump = button(newest, () => this.toEnd(), { class: "small quiet", hidden: true });
    this.list.addEventListener("scroll", () => (this.jump.hidden = this.atEnd()), { passive: true });
    this.element = el("div", {}, this.list, this.jump);
  }

  atEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_PX;
  }

  toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
    this.jump.hidden = true;
  }

  /** What is drawn now was there before: a screen reader does not read all of it out. */
  hush() {
    set(this.list, "aria-live", "off");
    setTimeout(() => set(this.list, "aria-live", "polite"), HUSH_MS);
  }

  /**
   * Draw these items, and stay at the end if one was there.
   * @template T
   * @param {readonly T[]} items
   * @param {(item: T, index: number) => string} key
   * @param {(item: T, index: number) => Element} make
   */
  draw(items, key, make) {
    if (!this.isDrawn) this.hush();
    this.isDrawn = true;
    const follows = this.atEnd();
    keep(this.list, items, key, make);
    if (follows) this.toEnd();
    else this.jump.hidden = this.atEnd();
  }
}
