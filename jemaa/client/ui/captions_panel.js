// @ts-check
/**
 * Ui. Live captions: every line in a log that a screen reader reads politely, with a choice of size and of language.
 * @module
 */

import { button, el, keep, recall, remember, set } from "./dom.js";
import { Lines } from "./lines.js";
import { Panel } from "./panel.js";

const SIZES = [0.8, 1, 1.3, 1.7, 2.2];
const KEPT = "jemaa-caption-size";

export class Captions extends Panel {
  /** @param {HTMLElement} root @param {import("./panel.js").Page} page */
  constructor(root, page) {
    super(root, page);
    const { t } = page;
    this.size = Number(recall(KEPT) ?? 1);
    this.lines = new Lines("captions", t("captions"), t("captions.newest"));
    this.languages = el("select", { onchange: () => (this.lines.hush(), this.redraw()) });
    this.choice = el("label", { class: "row", hidden: true }, t("captions.language"), this.languages);
    this.empty = el("p", { class: "empty" }, t("captions.none"));
    const smaller = button("A−", () => this.resize(-1), { class: "icon quiet", dir: "ltr", "aria-label": `A− ${t("captions.smaller")}` });
    const larger = button("A+", () => this.resize(1), { class: "icon quiet", dir: "ltr", "aria-label": `A+ ${t("captions.larger")}` });
    const sizes = el("div", { class: "row", role: "group", "aria-label": t("captions.size") }, smaller, larger);
    root.replaceChildren(el("div", { class: "row between" }, el("h2", {}, t("captions")), sizes), this.choice, this.empty, this.lines.element);
    this.resize(0);
  }

  /** @param {number} step */
  resize(step) {
    this.size = Math.max(0, Math.min(SIZES.length - 1, (this.size || 0) + step));
    remember(KEPT, String(this.size));
    this.root.style.setProperty("--size", String(SIZES[this.size]));
  }

  redraw() {
    if (this.attendance.state) this.render(this.attendance.state);
  }

  /** @override @param {import("./attending.js").State} state */
  render(state) {
    this.empty.hidden = state.captions.length > 0;
    const languages = ["", ...new Set(state.captions.map((caption) => caption.language))];
    this.choice.hidden = languages.length < 3;
    keep(this.languages, languages, String, (tag) => el("option", { value: tag }, tag ? languageName(tag, this.page.language) : this.t("captions.all")));
    const wanted = this.languages.value;
    const shown = state.captions.filter((caption) => !wanted || caption.language === wanted);
    this.lines.draw(shown, (caption) => `${caption.at}/${caption.text}`, (caption) => {
      const line = el("p", { dir: "auto" }, caption.text);
      set(line, "lang", caption.language);
      return line;
    });
  }
}

/** What they call themselves: of these some browsers have no name in any language. @type {Record<string, string>} */
const OWN_NAMES = { zgh: "ⵜⴰⵎⴰⵣⵉⵖⵜ (Tamaziɣt)", shi: "ⵜⴰⵛⵍⵃⵉⵜ (Taclḥit)", rif: "Tarifiyt", kab: "Taqbaylit" };

/** A language's name in another, else in itself. @param {string} tag @param {string} language */
export function languageName(tag, language) {
  try {
    const name = new Intl.DisplayNames([language], { type: "language" }).of(tag);
    return name && name !== tag ? name : (OWN_NAMES[tag] ?? tag);
  } catch {
    return tag; // not a tag that Intl knows the form of
  }
}
