// @ts-check
/**
 * Ui. A level meter: a bar that follows a loudness in dBFS; a screen reader gets it in words when it asks.
 * @module
 */

import { el, set } from "./dom.js";

const FLOOR_DB = -60;
const QUIET_DB = -40;
const LOUD_DB = -6;
const REFRESH_MS = 80; // twelve times a second looks continuous and costs an old phone little

/** Where a level stands on the bar, from 0 to 1. @param {number} db @returns {number} */
export function height(db) {
  return Number.isFinite(db) ? Math.min(1, Math.max(0, 1 - db / FLOOR_DB)) : 0;
}

/** In words: the key of the sentence. @param {number} db @returns {"level.quiet"|"level.good"|"level.loud"} */
export function judge(db) {
  if (db > LOUD_DB) return "level.loud";
  return db < QUIET_DB ? "level.quiet" : "level.good";
}

export class Meter {
  /**
   * @param {string} label
   * @param {() => number|null|undefined} read the level in dBFS, null while there is none
   * @param {import("./attending.js").Translate} t
   * @param {string} [testid]
   * @param {(db: number) => string|null} [words] what to do about it; none for a level that is not ours to mend
   */
  constructor(label, read, t, testid, words = (db) => t(judge(db))) {
    this.bar = el("i");
    this.element = el(
      "div",
      { class: "meter", role: "meter", "aria-label": label, "aria-valuemin": FLOOR_DB, "aria-valuemax": 0, "aria-valuenow": FLOOR_DB, "data-testid": testid },
      this.bar,
    );
    this.read = read;
    this.words = words;
    this.wasSeen = false;
    this.timer = setInterval(() => this.draw(), REFRESH_MS);
  }

  /** The bar under its name. */
  get field() {
    const name = this.element.getAttribute("aria-label") ?? "";
    return el("div", { class: "field" }, el("span", { "aria-hidden": "true" }, name), this.element);
  }

  /** Follow the level, while it can be seen. */
  draw() {
    if (!this.element.isConnected && this.wasSeen) clearInterval(this.timer); // its line is gone
    if (!this.element.isConnected || document.hidden) return;
    this.wasSeen = true;
    const db = this.read() ?? -Infinity;
    this.bar.style.transform = `scaleX(${height(db).toFixed(2)})`;
    set(this.element, "data-loud", db > LOUD_DB);
    set(this.element, "aria-valuenow", Math.round(Math.max(FLOOR_DB, Math.min(0, db))));
    set(this.element, "aria-valuetext", this.words(db));
  }
}
