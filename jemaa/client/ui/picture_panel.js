// @ts-check
/**
 * Ui. The picture, when there is one and one wants it: it costs ten times as much as the sound, so it is asked for; over a
 * thin line it is a still now and then, which is said beforehand.
 * @module
 */

import { button, el, theirs, write } from "./dom.js";
import { Panel, attempt } from "./panel.js";

export class Picture extends Panel {
  /** @param {HTMLElement} root @param {import("./panel.js").Page} page */
  constructor(root, page) {
    super(root, page);
    this.shown = false;
    this.canvas = el("canvas", { width: 640, height: 360, role: "img", hidden: true, "data-testid": "picture" });
    this.who = el("p", { class: "meta" });
    this.toggle = button(page.t("picture.show"), () => this.press());
    this.hint = el("p", { class: "hint" });
    this.fits = el("p", { class: "hint", role: "status" });
    root.replaceChildren(this.canvas, el("div", { class: "row between" }, this.toggle, this.who), this.hint, this.fits);
  }

  async press() {
    this.shown = !this.shown;
    this.attendance.showPicture(this.shown ? this.canvas : null);
    if (!(await attempt(this.page, () => this.attendance.listen({ picture: this.shown })))) this.shown = !this.shown;
    if (this.attendance.state) this.render(this.attendance.state);
  }

  /** @override @param {import("./attending.js").State} state */
  render(state) {
    const person = this.attendance.status?.picture ?? null;
    this.root.hidden = !person && !this.shown;
    this.canvas.hidden = !this.shown;
    this.hint.hidden = this.shown;
    write(this.toggle, this.t(this.shown ? "picture.hide" : "picture.show"));
    const name = person ? state.persons[person]?.name ?? "" : this.t("picture.none");
    if (this.who.textContent !== name) this.who.replaceChildren(theirs(name));
    this.canvas.setAttribute("aria-label", `${this.t("picture")} ${name}`);
    const { pictureFits, network } = this.attendance;
    write(this.hint, this.t(network.isThin ? "picture.cost.still" : "picture.cost"));
    write(this.fits, this.shown && pictureFits !== "moving" ? this.t(pictureFits === "still" ? "picture.still" : "picture.rests") : "");
  }
}
