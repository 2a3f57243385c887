// @ts-check
/**
 * Ui. The room's wall: who speaks and who is next, large enough for a projector.
 * @module
 */

import { button, el, keep, theirs } from "./dom.js";
import { floorKey, floorLines, floorWords } from "./now.js";
import { Panel, attempt } from "./panel.js";

const SHOWN = 8;

export class Board extends Panel {
  /** @param {HTMLElement} root @param {import("./panel.js").Page} page */
  constructor(root, page) {
    super(root, page);
    const { t } = page;
    this.speaking = el("div", { class: "lead", "data-testid": "floor" });
    this.list = el("ol", { class: "items queue", "data-testid": "queue" });
    this.empty = el("p", { class: "empty" }, t("queue.none"));
    const whole = button(t("room.fullscreen"), () => attempt(page, () => root.requestFullscreen()), { class: "small quiet" });
    whole.hidden = !document.fullscreenEnabled;
    root.replaceChildren(el("div", { class: "row between" }, el("h2", {}, t("room.board")), whole), this.speaking, el("h3", {}, t("queue.next")), this.list, this.empty);
  }

  /** @override @param {import("./attending.js").State} state */
  render(state) {
    this.empty.hidden = state.queue.length > 0;
    keep(this.speaking, floorLines(state, null, this.t), floorKey, (line) => el("p", {}, ...floorWords(line)));
    const key = (/** @type {{person: string}} */ { person }, /** @type {number} */ index) => `${index}/${person}/${this.nameOf(state, person)}`;
    keep(this.list, state.queue.slice(0, SHOWN), key, ({ person, channel }, index) => {
      const who = el("span", { class: "grow" }, theirs(this.nameOf(state, person)), " ", el("span", { class: "meta" }, theirs(state.persons[person]?.affiliation ?? "")));
      return el("li", {}, el("div", { class: "row" }, el("span", { class: "num" }, `${index + 1}.`), who, el("span", { class: "tag" }, this.t(`channel.${channel}`))));
    });
  }
}
