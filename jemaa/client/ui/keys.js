// @ts-check
/**
 * Ui. The desk's keyboard shortcuts: single keys, while nobody writes; listed on the page, and can be turned off there.
 * WCAG 2.1.4 asks for the latter: somebody who speaks to his computer must be able to.
 * @module
 */

import { byId, el, recall, remember } from "./dom.js";
import { Panel } from "./panel.js";

const KEPT = "jemaa-keys-off";

/** @typedef {"next"|"back"|"mute"|"queue"|"questions"|"chat"|"help"} Shortcut */
/** @type {Readonly<Record<string, Shortcut>>} */
export const KEYS = { n: "next", b: "back", m: "mute", u: "queue", q: "questions", c: "chat", "?": "help" };

/**
 * The shortcut that a key press means, if any: never while one writes or holds a modifier.
 * @param {{key: string, ctrlKey: boolean, altKey: boolean, metaKey: boolean, isComposing: boolean, repeat: boolean}} press
 * @param {string} tag of the element that has the focus
 * @returns {Shortcut|null}
 */
export function shortcut(press, tag) {
  if (press.ctrlKey || press.altKey || press.metaKey || press.isComposing || press.repeat) return null;
  if (["INPUT", "TEXTAREA", "SELECT", "AUDIO"].includes(tag)) return null;
  const key = press.key.toLowerCase();
  return (Object.hasOwn(KEYS, key) && KEYS[key]) || null;
}

export class Keys extends Panel {
  /** @param {HTMLElement} root @param {import("./panel.js").Page} page */
  constructor(root, page) {
    super(root, page);
    const { t } = page;
    const rows = Object.entries(KEYS).flatMap(([key, does]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, t(`chair.keys.${does}`))]);
    this.on = el("input", { type: "checkbox", onchange: () => remember(KEPT, this.on.checked ? "" : "off") });
    this.on.checked = recall(KEPT) !== "off";
    this.list = el("details", {}, el("summary", {}, t("chair.keys")), el("label", { class: "check" }, this.on, t("chair.keys.hint")), el("dl", { class: "keys" }, ...rows));
    root.replaceChildren(this.list);
    document.addEventListener("keydown", (event) => this.press(event));
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (!this.on.checked || document.querySelector("dialog[open]")) return;
    const does = shortcut(event, document.activeElement?.tagName ?? "");
    const state = this.attendance.state;
    if (!does || !state) return;
    event.preventDefault();
    this.act(does, state);
  }

  /** @param {Shortcut} does @param {import("./attending.js").State} state */
  act(does, state) {
    const holders = Object.entries(state.floor);
    if (does === "help") this.list.open = !this.list.open;
    else if (does === "next") state.queue[0] && this.ask({ type: "give_floor", person: state.queue[0].person });
    else if (does === "back") for (const [person] of holders) this.ask({ type: "take_floor", person });
    else if (does === "mute") for (const [person, { muted }] of holders) this.ask({ type: muted ? "unmute" : "mute", person });
    else byId(does).focus();
  }
}
