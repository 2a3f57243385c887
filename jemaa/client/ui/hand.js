// @ts-check
/**
 * Ui. Raising a hand: one's place, how many wait, and the rule of the queue in words.
 * @module
 */

import { button, el, write } from "./dom.js";
import { Name } from "./name.js";
import { Panel, say, single } from "./panel.js";

export class Hand extends Panel {
  /** @param {HTMLElement} root @param {import("./panel.js").Page} page */
  constructor(root, page) {
    super(root, page);
    const { t } = page;
    const nameRoot = el("div");
    this.name = new Name(nameRoot, page);
    this.place = el("p", { class: "place", hidden: true });
    this.toggle = button(t("hand.raise"), single(() => this.press()), { class: "main" });
    this.waiting = el("p", { class: "meta", "data-testid": "queue" });
    this.rule = el("p", { class: "hint" });
    root.replaceChildren(el("h2", {}, t("hand")), nameRoot, this.place, this.toggle, this.waiting, this.rule);
    this.isUp = false;
    this.told = 0; // the place in the queue that was said
  }

  async press() {
    if (this.isUp) await this.ask({ type: "lower_hand" });
    else if (await this.name.ensure()) await this.ask({ type: "raise_hand" });
  }

  /** @override @param {import("./attending.js").State} state */
  render(state) {
    this.name.render(state);
    const self = this.attendance.person ?? "";
    const index = state.queue.findIndex((waiting) => waiting.person === self);
    const holds = self in state.floor;
    const shut = !state.doors.hands && index < 0;
    this.isUp = index >= 0;
    this.root.hidden = state.phase === "closed" || Boolean(this.me(state)?.removed);
    write(this.toggle, this.t(this.isUp ? "hand.lower" : "hand.raise"));
    this.toggle.classList.toggle("main", !this.isUp);
    this.toggle.hidden = holds || shut;
    const words = { n: index + 1, total: state.queue.length };
    const place = index < 0 ? (shut ? this.t("hand.closed") : "") : this.t(index ? "hand.place" : "hand.next", words);
    write(this.place, place);
    this.place.hidden = !place;
    // How many wait behind changes all the time, and is to be seen below: said is only one's own place.
    const n = shut ? -1 : index + 1;
    if (n && n !== this.told) say(place);
    this.told = n;
    write(this.waiting, this.t("hand.waiting", { n: state.queue.length }));
    write(this.rule, this.t(`rule.${state.queue_rule}`));
  }
}
