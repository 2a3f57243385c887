// @ts-check
/**
 * Ui. One's name: asked when it is first needed, kept in this browser, shown to everyone.
 * @module
 */

import { button, el, keep, recall, remember, theirs } from "./dom.js";
import { Panel, notice } from "./panel.js";

const KEPT = "jemaa-name";

export class Name extends Panel {
  /** @param {HTMLElement} root @param {import("./panel.js").Page} page */
  constructor(root, page) {
    super(root, page);
    const { t } = page;
    const kept = JSON.parse(recall(KEPT) ?? "{}");
    const given = new URLSearchParams(location.search).get("name");
    this.name = el("input", { autocomplete: "name", maxlength: 80, dir: "auto", value: given ?? kept.name ?? "" });
    this.affiliation = el("input", { autocomplete: "organization", maxlength: 80, dir: "auto", value: kept.affiliation ?? "" });
    this.save = button(t("name.save"), () => this.introduce(), { hidden: true });
    this.form = el("form", { onsubmit: (/** @type {Event} */ event) => this.submit(event) },
      el("label", {}, t("name"), this.name),
      el("label", {}, t("name.affiliation"), this.affiliation),
      el("p", { class: "hint" }, t("name.hint")),
      this.save,
    );
    this.who = el("p");
    this.known = el("div", { class: "row between", hidden: true }, this.who, button(t("name.change"), () => this.edit(), { class: "small quiet" }));
    this.editing = false;
    root.append(this.form, this.known);
  }

  /** @param {Event} event */
  submit(event) {
    event.preventDefault();
    this.introduce();
  }

  edit() {
    this.editing = true;
    this.save.hidden = false;
    if (this.attendance.state) this.render(this.attendance.state);
    this.name.focus();
  }

  /** Make sure that the meeting knows one's name; asks for it if not. @returns {Promise<boolean>} */
  async ensure() {
    const state = this.attendance.state;
    if (state && this.me(state) && !this.editing) return true;
    return this.introduce();
  }

  /** @returns {Promise<boolean>} */
  async introduce() {
    const name = this.name.value.trim();
    if (!name) {
      notice(this.t("name.missing"));
      this.name.focus();
      return false;
    }
    const affiliation = this.affiliation.value.trim();
    if (!(await this.ask({ type: "introduce", name, affiliation }))) return false;
    remember(KEPT, JSON.stringify({ name, affiliation }));
    const hadFocus = this.form.contains(document.activeElement);
    this.editing = false;
    this.save.hidden = true;
    if (this.attendance.state) this.render(this.attendance.state);
    if (hadFocus && !this.known.hidden) this.known.querySelector("button")?.focus();
    return true;
  }

  /** @override @param {import("./attending.js").State} state */
  render(state) {
    const me = this.me(state);
    this.form.hidden = Boolean(me) && !this.editing;
    this.known.hidden = !me || this.editing;
    if (me) keep(this.who, [this.t("name.known", { name: me.name })], String, theirs);
  }
}
