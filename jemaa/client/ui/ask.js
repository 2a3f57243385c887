// @ts-check
/**
 * Ui. Asking in writing, and what became of one's own questions.
 * @module
 */

import { el, keep, theirs, write } from "./dom.js";
import { Panel, say, single } from "./panel.js";

/** @typedef {import("./attending.js").State} State */
/** @typedef {import("./attending.js").Question} Question */

export class Ask extends Panel {
  /** @param {HTMLElement} root @param {import("./panel.js").Page} page @param {{ensure: () => Promise<boolean>}} name */
  constructor(root, page, name) {
    super(root, page);
    const { t } = page;
    this.field = el("textarea", { rows: 3, maxlength: 2000, dir: "auto", required: true });
    const send = single(() => this.send(name));
    this.form = el("form", { onsubmit: (/** @type {Event} */ event) => (event.preventDefault(), send()) },
      el("label", {}, t("ask.label"), this.field),
      el("p", { class: "hint" }, t("ask.hint")),
      el("button", { class: "main" }, t("ask.send")),
    );
    this.closed = el("p", { class: "hint", hidden: true }, t("ask.closed"));
    this.mine = el("ul", { class: "items", "data-testid": "questions" });
    root.replaceChildren(el("h2", {}, t("ask")), this.closed, this.form, this.mine);
  }

  /** @param {{ensure: () => Promise<boolean>}} name */
  async send(name) {
    const text = this.field.value;
    if (!text.trim() || !(await name.ensure()) || !(await this.ask({ type: "ask", text }))) return;
    if (this.field.value === text) this.field.value = "";
    say(this.t("ask.sent"));
  }

  /** @override @param {State} state */
  render(state) {
    const shut = !state.doors.questions || state.phase === "closed";
    this.closed.hidden = !shut;
    write(this.closed, this.t(state.phase === "closed" ? "state.closed.hint" : "ask.closed"));
    this.form.hidden = shut;
    this.root.hidden = Boolean(this.me(state)?.removed);
    const mine = Object.entries(state.questions).filter(([, question]) => question.person === this.attendance.person);
    const key = (/** @type {[string, Question]} */ [id, question]) => `${id}/${question.status}/${question.reason}`;
    keep(this.mine, mine.reverse(), key, ([, question]) => this.line(question));
  }

  /** @param {Question} question */
  line(question) {
    return el("li", {}, questionText(question, this.t), outcome(question, this.t));
  }
}

/** What was asked. @param {Question} question @param {import("./attending.js").Translate} t */
export function questionText(question, t) {
  if (question.kind === "text") return el("p", { dir: "auto" }, question.text);
  return el("p", {}, t("question.voice", { seconds: Math.round(question.duration_ms / 1000) }));
}

/** What became of it. @param {Question} question @param {import("./attending.js").Translate} t */
export function outcome(question, t) {
  const tag = el("span", { class: `tag ${question.status}` }, t(`question.${question.status}`));
  const reason = question.reason && el("span", { class: "meta" }, theirs(t("question.reason", { reason: question.reason })));
  return el("p", { class: "row" }, tag, reason);
}
