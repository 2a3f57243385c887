// @ts-check
/**
 * Ui. The questions at the desk: play or read out, preview, mark what became of each, send its asker out.
 * @module
 */

import { outcome, questionText } from "./ask.js";
import { confirm } from "./dialog.js";
import { el, keep, named, theirs } from "./dom.js";
import { Panel } from "./panel.js";

/** @typedef {import("./attending.js").State} State */
/** @typedef {import("./attending.js").Question} Question */

export class QuestionsPanel extends Panel {
  /** @param {HTMLElement} root @param {import("./panel.js").Page} page @param {(person: string, name: string) => void} sendOut */
  constructor(root, page, sendOut) {
    super(root, page);
    this.sendOut = sendOut;
    this.list = el("ul", { class: "items", "data-testid": "questions" });
    this.empty = el("p", { class: "empty" }, page.t("questions.none"));
    root.replaceChildren(el("h2", {}, page.t("questions")), this.empty, this.list);
  }

  /** @override @param {State} state */
  render(state) {
    const questions = Object.entries(state.questions);
    this.empty.hidden = questions.length > 0;
    const waiting = questions.filter(([, question]) => question.status === "waiting");
    const done = questions.filter(([, question]) => question.status !== "waiting").reverse();
    const key = (/** @type {[string, Question]} */ [id, { status, reason, person }]) =>
      `${id}/${status}/${reason}/${state.phase}/${this.isOut(state, person)}/${this.nameOf(state, person)}`;
    keep(this.list, [...waiting, ...done], key, ([id, question]) => this.line(state, id, question));
  }

  /** @param {State} state @param {string} id @param {Question} question */
  line(state, id, question) {
    const name = this.nameOf(state, question.person);
    const affiliation = state.persons[question.person]?.affiliation;
    const who = el("p", { class: "who" }, theirs(name), affiliation ? el("span", { class: "role" }, " · ", theirs(affiliation)) : "");
    return el("li", {}, who, questionText(question, this.t), question.status === "waiting" ? null : outcome(question, this.t), this.actions(state, id, question, name));
  }

  /** @param {State} state @param {string} person */
  isOut(state, person) {
    return Boolean(state.persons[person]?.removed);
  }

  /** @param {State} state @param {string} id @param {Question} question @param {string} name */
  actions(state, id, question, name) {
    const { t } = this;
    const mark = (/** @type {string} */ result) => this.ask({ type: "mark_question", question: id, outcome: result });
    const act = (/** @type {string} */ key, /** @type {() => void} */ does, look = "small") =>
      named(t(key), t("chair.question.by", { action: t(key), name }), does, look);
    const voice = question.kind === "voice";
    const open = question.status === "waiting";
    const row = el("div", { class: "row" });
    if (voice) row.append(act("chair.play", () => this.ask({ type: "play_note", question: id }), open ? "small main" : "small"), this.preview(question, name));
    else if (open) row.append(act("chair.read", () => mark("read"), "small main"));
    if (question.status !== "answered" && question.status !== "dropped") row.append(act("chair.answered", () => mark("answered")));
    if (open) row.append(act("chair.drop", () => this.drop(id), "small quiet"));
    if (!this.isOut(state, question.person)) row.append(named(t("chair.remove.person"), t("chair.person.remove", { name }), () => this.sendOut(question.person, name), "small quiet"));
    return row;
  }

  /** The recording, for the desk's ears only. @param {Question} question @param {string} name */
  preview(question, name) {
    const { t, page } = this;
    const source = `/api/s/${encodeURIComponent(page.session)}/notes/${encodeURIComponent(question.note ?? "")}/sound.ogg`;
    const label = t("chair.question.by", { action: t("chair.preview"), name });
    const open = named(t("chair.preview"), label, () => {
      const player = el("audio", { controls: true, src: source, "aria-label": label });
      open.replaceWith(player);
      player.focus();
      player.play().catch(() => {}); // a browser that wants another press shows its own button
    });
    return open;
  }

  /** @param {string} id */
  async drop(id) {
    const { t } = this;
    const what = { title: t("chair.drop.title"), hint: t("chair.drop.hint"), action: t("chair.drop.title") };
    const reason = await confirm(this.page, { ...what, reason: "required" });
    if (reason !== null) this.ask({ type: "mark_question", question: id, outcome: "dropped", reason });
  }
}
