// @ts-check
/**
 * Ui. The captioner's page: hear, type, Enter.
 * @module
 */

import { bind } from "./bind.js";
import { Captions, languageName } from "./captions_panel.js";
import { byId, el, recall, remember } from "./dom.js";
import { Now } from "./now.js";
import { Panel } from "./panel.js";
import { followPath } from "./path.js";
import { soundControls } from "./sound.js";

const LANGUAGES = ["ar", "fr", "en", "es", "pt", "zgh", "shi", "rif", "kab", "de", "it", "nl", "tr", "fa", "sw", "ha", "wo", "ru", "zh", "hi", "ur"];
const KEPT = "jemaa-caption-language";

class Write extends Panel {
  /** @param {HTMLElement} root @param {import("./panel.js").Page} page */
  constructor(root, page) {
    super(root, page);
    const { t, language } = page;
    this.line = el("textarea", { rows: 2, maxlength: 2000, dir: "auto", spellcheck: "true" });
    this.line.addEventListener("keydown", (event) => this.key(event));
    this.language = el("select", { onchange: () => this.speakIn() });
    this.language.append(...LANGUAGES.map((tag) => el("option", { value: tag }, languageName(tag, language))));
    this.language.value = recall(KEPT) ?? language;
    this.waiting = el("p", { class: "hint" }, t("captioner.waiting"));
    this.send = el("button", { class: "main" }, t("captioner.send"));
    const form = el("form", { onsubmit: (/** @type {Event} */ event) => this.post(event) },
      el("label", {}, t("captioner.line"), this.line),
      el("p", { class: "hint" }, t("captioner.hint")),
      el("div", { class: "row end between" }, el("label", {}, t("captions.language"), this.language), this.send),
    );
    root.replaceChildren(el("h2", {}, t("captioner.write")), this.waiting, form);
    this.speakIn();
  }

  speakIn() {
    remember(KEPT, this.language.value);
    this.line.lang = this.language.value;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.post(event);
  }

  /** The field is free at once for the next line; a line that was refused comes back. @param {Event} event */
  async post(event) {
    event.preventDefault();
    const text = this.line.value;
    if (!text.trim()) return;
    this.line.value = "";
    const time_ms = Math.max(0, Math.round(this.attendance.status?.time ?? 0));
    const done = await this.ask({ type: "post_caption", text, language: this.language.value, time_ms });
    if (!done) this.line.value = this.line.value ? `${text} ${this.line.value}` : text;
    this.line.focus();
  }

  /** @override @param {import("./attending.js").State} state */
  render(state) {
    this.waiting.hidden = state.phase === "open";
    this.send.disabled = state.phase !== "open";
  }
}

/**
 * @param {import("./attending.js").Attending} attendance
 * @param {Record<string, string>} first
 */
export async function start(attendance, first) {
  const page = await bind(attendance, first, (page) => [
    new Now(byId("now"), page),
    new Captions(byId("captions"), page),
    new Write(byId("write"), page),
  ]);
  soundControls(byId("sound"), page);
  followPath(page);
}
