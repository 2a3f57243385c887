// @ts-check
/**
 * Ui. A log that grows at its end: follows the newest line, unless one has scrolled back to read.
 * @module
 */

import { button, el, keep } from "./dom.js";

const NEAR_PX = 60;

export class Lines {
  /**
   * @param {string} testid
   * @param {string} label
   * @param {string} newest what the button to the end is called
   */
  constructor(testid, label, newest) {
    this.list = el("div", { class: "lines", role: "log", "aria-live": "polite", "aria-label": label, tabindex: "0", "data-testid": testid });
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

  /**
   * Draw these items, and stay at the end if one was there.
   * @template T
   * @param {readonly T[]} items
   * @param {(item: T, index: number) => string} key
   * @param {(item: T, index: number) => Element} make
   */
  draw(items, key, make) {
    const follows = this.atEnd();
    keep(this.list, items, key, make);
    if (follows) this.toEnd();
    else this.jump.hidden = this.atEnd();
  }
}
