// @ts-check
/**
 * Ui. The sitting, the agenda and the doors, as the desk governs them.
 * @module
 */

import { confirm } from "./dialog.js";
import { button, el, keep, named, theirs, write } from "./dom.js";
import { Panel, attempt, notice } from "./panel.js";

/** @typedef {import("./attending.js").State} State */
/** @typedef {import("./panel.js").Page} Page */

export class Sitting extends Panel {
  /** @param {HTMLElement} root @param {Page} page */
  constructor(root, page) {
    super(root, page);
    const { t } = page;
    this.open = button(t("chair.open"), () => this.ask({ type: "open_session" }), { class: "main" });
    this.resume = button(t("chair.resume"), () => this.ask({ type: "resume_session" }), { class: "main" });
    this.suspend = button(t("chair.suspend"), () => this.pause());
    this.close = button(t("chair.close"), () => this.end(), { class: "danger" });
    this.line = el("p", { class: "hint" });
    root.replaceChildren(el("h2", {}, t("chair.sitting")), this.line, el("div", { class: "row" }, this.open, this.resume, this.suspend, this.close));
  }

  async pause() {
    const { t } = this;
    const what = { title: t("chair.suspend.title"), hint: t("chair.suspend.hint"), action: t("chair.suspend.title") };
    const reason = await confirm(this.page, { ...what, reason: "optional" });
    if (reason !== null) this.ask({ type: "suspend_session", reason });
  }

  async end() {
    const { t } = this;
    const what = { title: t("chair.close.title"), hint: t("chair.close.hint"), action: t("chair.close.confirm"), isFinal: true };
    if ((await confirm(this.page, what)) !== null) this.ask({ type: "close_session" });
  }

  /** @override @param {State} state */
  render(state) {
    this.open.hidden = state.phase !== "announced";
    this.resume.hidden = state.phase !== "suspended";
    this.suspend.hidden = state.phase !== "open";
    this.close.hidden = state.phase === "closed";
    const hint = state.phase === "open" ? "" : this.t(`state.${state.phase}.hint`);
    write(this.line, state.phase === "suspended" && state.recess_reason ? state.recess_reason : hint);
    this.line.hidden = !this.line.textContent;
  }
}

export class Agenda extends Panel {
  /** @param {HTMLElement} root @param {Page} page */
  constructor(root, page) {
    super(root, page);
    const { t } = page;
    this.list = el("ol", { class: "agenda" });
    this.empty = el("p", { class: "empty" }, t("agenda.none"));
    this.lines = el("textarea", { rows: 5, dir: "auto" });
    const form = el("form", { onsubmit: (/** @type {Event} */ event) => this.save(event) }, el("label", {}, t("chair.agenda.lines"), this.lines), el("button", {}, t("chair.agenda.save")));
    this.edit = el("details", { ontoggle: () => this.fill() }, el("summary", {}, t("chair.agenda.edit")), form);
    root.replaceChildren(el("h2", {}, t("agenda")), this.list, this.empty, this.edit);
  }

  fill() {
    if (this.edit.open) this.lines.value = (this.attendance.state?.agenda ?? []).join("\n");
  }

  /** @param {Event} event */
  async save(event) {
    event.preventDefault();
    const items = this.lines.value.split("\n").map((line) => line.trim()).filter(Boolean);
    if (!(await this.ask({ type: "set_agenda", items }))) return;
    this.edit.open = false;
    this.edit.querySelector("summary")?.focus();
  }

  /** @override @param {State} state */
  render(state) {
    this.empty.hidden = state.agenda.length > 0;
    const key = (/** @type {string} */ title, /** @type {number} */ index) => `${state.item === index}/${index}/${title}`;
    keep(this.list, state.agenda, key, (title, index) => this.line(title, index, state.item === index));
  }

  /** @param {string} title @param {number} index @param {boolean} current */
  line(title, index, current) {
    const { t } = this;
    const name = t("chair.agenda.start.item", { n: index + 1, title });
    const act = current ? el("span", { class: "tag" }, t("agenda.current")) : named(t("chair.agenda.start"), name, () => this.ask({ type: "start_item", index }), "small quiet");
    return el("li", { class: "row", "aria-current": current ? "step" : null }, el("span", {}, `${index + 1}. `, theirs(title)), act);
  }
}

export class DoorsPanel extends Panel {
  /** @param {HTMLElement} root @param {Page} page */
  constructor(root, page) {
    super(root, page);
    const { t } = page;
    this.drawnFrom = 0; // the event that a change of ours waits for: until then a box shows what was pressed
    this.boxes = { chat: this.box(), questions: this.box(), hands: this.box() };
    const rows = Object.entries(this.boxes).map(([door, box]) => el("label", { class: "check" }, box, t(`chair.doors.${door}`)));
    const withdraw = button(t("chair.link.withdraw"), () => this.withdraw());
    root.replaceChildren(el("h2", {}, t("chair.doors")), el("div", {}, ...rows), el("div", { class: "row" }, withdraw));
  }

  /** A link that went astray: whoever came by it is out, and nobody comes in by it again. */
  async withdraw() {
    const { t } = this;
    const what = { title: t("chair.link.title"), hint: t("chair.link.hint"), action: t("chair.link.action"), label: t("chair.link"), isFinal: true };
    const link = await confirm(this.page, { ...what, reason: "required" });
    if (link === null) return;
    const { invitationOf } = await import("../wire/invitation.js");
    const invitation = await invitationOf(link);
    if (!invitation) return notice(t("chair.link.none"));
    if (await this.ask({ type: "revoke_invitation", invitation })) notice(t("chair.link.done"));
  }

  box() {
    return el("input", { type: "checkbox", onchange: () => this.change() });
  }

  async change() {
    const { chat, questions, hands } = this.boxes;
    const command = { type: "set_doors", chat: chat.checked, questions: questions.checked, hands: hands.checked };
    this.drawnFrom = Infinity;
    const done = await attempt(this.page, async () => {
      const answer = /** @type {{seq?: number}|undefined} */ (await this.attendance.command(command));
      this.drawnFrom = answer?.seq ?? 0;
    });
    if (!done) this.drawnFrom = 0;
    if (!done && this.attendance.state) this.render(this.attendance.state);
  }

  /** @override @param {State} state */
  render(state) {
    if (state.seq < this.drawnFrom) return;
    this.boxes.chat.checked = state.doors.chat;
    this.boxes.questions.checked = state.doors.questions;
    this.boxes.hands.checked = state.doors.hands;
  }
}
