// @ts-check
/**
 * Ui. The chat. The desk's page may take a message out of sight or send a person out.
 * @module
 */

import { el, named, set, theirs, write } from "./dom.js";
import { Lines } from "./lines.js";
import { Panel, single } from "./panel.js";
import { hour } from "./time.js";

/** @typedef {import("./attending.js").State} State */
/** @typedef {import("./attending.js").Message} Message */

export class Chat extends Panel {
  /**
   * @param {HTMLElement} root
   * @param {import("./panel.js").Page} page
   * @param {{ensure: () => Promise<boolean>}} name
   * @param {((person: string, name: string) => void)|null} [sendOut] given on the desk's page only
   */
  constructor(root, page, name, sendOut = null) {
    super(root, page);
    const { t } = page;
    this.sendOut = sendOut;
    this.lines = new Lines("chat", t("chat"), t("chat.newest"));
    this.empty = el("p", { class: "empty" }, t("chat.none"));
    this.closed = el("p", { class: "hint", hidden: true }, t("chat.closed"));
    this.field = el("input", { autocomplete: "off", maxlength: 2000, dir: "auto", required: true });
    const label = el("label", { class: "grow" }, t("chat.label"), this.field);
    const send = single(() => this.send(name));
    this.form = el("form", { onsubmit: (/** @type {Event} */ event) => (event.preventDefault(), send()) }, el("div", { class: "row end" }, label, el("button", {}, t("chat.send"))));
    root.replaceChildren(el("h2", {}, t("chat")), this.empty, this.lines.element, this.closed, this.form);
  }

  /** @param {{ensure: () => Promise<boolean>}} name */
  async send(name) {
    const text = this.field.value;
    if (text.trim() && (await name.ensure()) && (await this.ask({ type: "say", text })) && this.field.value === text) this.field.value = "";
  }

  /** @override @param {State} state */
  render(state) {
    const messages = Object.entries(state.messages);
    this.empty.hidden = messages.length > 0;
    const shut = state.phase === "closed" || (!this.sendOut && !state.doors.chat);
    this.closed.hidden = !shut || state.phase === "closed";
    this.form.hidden = shut || Boolean(this.me(state)?.removed);
    const key = (/** @type {[string, Message]} */ [id, message]) => `${id}/${message.removed}`;
    this.lines.draw(messages, key, ([id, message]) => this.line(state, id, message));
    messages.forEach(([, { person }], index) => this.rename(this.lines.list.children[index], this.nameOf(state, person)));
  }

  /** @param {State} state @param {string} id @param {Message} message */
  line(state, id, message) {
    const when = el("time", { datetime: new Date(message.at).toISOString() }, hour(message.at, this.page.language));
    const text = message.removed ? el("p", { class: "gone" }, this.t("chat.removed")) : el("p", { dir: "auto" }, message.text);
    const who = el("p", { class: "who" }, theirs(""), " ", when);
    const line = el("div", { class: "said" }, who, text, this.sendOut && !message.removed && this.moderation(id, message.person));
    this.rename(line, this.nameOf(state, message.person));
    return line;
  }

  /** Who said it may have another name by now; the line is no other for that. @param {Element} line @param {string} name */
  rename(line, name) {
    write(/** @type {Element} */ (line.querySelector("bdi")), name);
    const [remove, sendOut] = line.querySelectorAll("button");
    if (remove) set(remove, "aria-label", this.t("chair.message.remove", { name }));
    if (sendOut) set(sendOut, "aria-label", this.t("chair.person.remove", { name }));
  }

  /** @param {string} id @param {string} person */
  moderation(id, person) {
    const { t } = this;
    const name = () => (this.attendance.state ? this.nameOf(this.attendance.state, person) : "");
    return el(
      "div",
      { class: "row" },
      named(t("chair.remove"), "", () => this.ask({ type: "remove_message", message: id }), "small quiet"),
      named(t("chair.remove.person"), "", () => this.sendOut?.(person, name()), "small quiet"),
    );
  }
}
