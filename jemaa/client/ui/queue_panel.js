// @ts-check
/**
 * Ui. The one queue, at the desk: place, waiting time, where each person is; give the floor, move, drop, add, send out.
 * @module
 */

import { el, keep, named, theirs, write } from "./dom.js";
import { Panel } from "./panel.js";

/** @typedef {import("./attending.js").State} State */
/** @typedef {import("./attending.js").Waiting} Waiting */

const RULES = ["arrival", "alternate", "first_time"];
const CHANNELS = ["room", "hub", "phone", "remote"];

export class QueuePanel extends Panel {
  /** @param {HTMLElement} root @param {import("./panel.js").Page} page @param {(person: string, name: string) => void} sendOut */
  constructor(root, page, sendOut) {
    super(root, page);
    this.sendOut = sendOut;
    const { t } = page;
    this.list = el("ol", { class: "items queue", "data-testid": "queue" });
    this.empty = el("p", { class: "empty" }, t("queue.none"));
    this.rule = el("select", { onchange: () => this.ask({ type: "set_queue_rule", rule: this.rule.value }) });
    this.rule.append(...RULES.map((rule) => el("option", { value: rule }, t(`rule.name.${rule}`))));
    this.said = el("p", { class: "hint" });
    root.replaceChildren(el("h2", {}, t("queue")), this.list, this.empty, el("label", {}, t("queue.rule"), this.rule), this.said, this.adding());
    setInterval(() => this.attendance.state && this.drawTimes(this.attendance.state), 20_000);
  }

  adding() {
    const { t } = this;
    const name = el("input", { maxlength: 80, dir: "auto", required: true, autocomplete: "off" });
    const affiliation = el("input", { maxlength: 80, dir: "auto", autocomplete: "off" });
    const channel = el("select", {}, ...CHANNELS.map((one) => el("option", { value: one }, t(`channel.${one}`))));
    const add = async (/** @type {Event} */ event) => {
      event.preventDefault();
      if (!(await this.ask({ type: "add_to_queue", name: name.value, affiliation: affiliation.value, channel: channel.value }))) return;
      name.value = affiliation.value = "";
      name.focus();
    };
    const fields = el("div", { class: "row end" },
      el("label", { class: "grow" }, t("queue.add.name"), name),
      el("label", { class: "grow" }, t("name.affiliation"), affiliation),
      el("label", {}, t("queue.add.channel"), channel),
      el("button", {}, t("queue.add.send")),
    );
    return el("details", {}, el("summary", {}, t("queue.add")), el("form", { onsubmit: add }, fields));
  }

  /** @override @param {State} state */
  render(state) {
    this.empty.hidden = state.queue.length > 0;
    if (this.rule.value !== state.queue_rule && document.activeElement !== this.rule) this.rule.value = state.queue_rule;
    write(this.said, this.t(`rule.${state.queue_rule}`));
    const key = (/** @type {Waiting} */ waiting) => `${waiting.person}/${this.nameOf(state, waiting.person)}`;
    keep(this.list, state.queue, key, (waiting) => this.line(state, waiting));
    this.drawTimes(state);
  }

  /** @param {State} state @param {Waiting} waiting */
  line(state, { person, channel }) {
    const { t } = this;
    const name = this.nameOf(state, person);
    const affiliation = state.persons[person]?.affiliation;
    const who = el("span", { class: "grow" }, theirs(name), affiliation ? el("span", { class: "meta" }, " · ", theirs(affiliation)) : "");
    const facts = el("span", { class: "tag" }, t(`channel.${channel}`));
    const place = () => this.attendance.state?.queue.findIndex((one) => one.person === person) ?? 0;
    const move = (/** @type {number} */ by) => this.ask({ type: "move_in_queue", person, place: Math.max(0, place() + by) });
    return el("li", {},
      el("div", { class: "row" }, el("span", { class: "num" }), who, facts, el("span", { class: "meta waited" })),
      el("div", { class: "row" },
        named(t("queue.give"), t("queue.give.to", { name }), () => this.ask({ type: "give_floor", person }), "main"),
        named("↑", t("queue.up", { name }), () => move(-1), "icon"),
        named("↓", t("queue.down", { name }), () => move(1), "icon"),
        el("div", { class: "row" },
          named("✕", t("queue.drop", { name }), () => this.ask({ type: "lower_hand", person }), "icon quiet"),
          named(t("chair.remove.person"), t("chair.person.remove", { name }), () => this.sendOut(person, name), "small quiet"),
        ),
      ),
    );
  }

  /** @param {State} state */
  drawTimes(state) {
    state.queue.forEach((waiting, index) => {
      const child = this.list.children[index];
      const minutes = Math.max(0, Math.floor((Date.now() - waiting.since) / 60_000));
      const number = child?.querySelector(".num");
      const waited = child?.querySelector(".waited");
      if (number) write(number, `${index + 1}.`);
      if (waited) write(waited, this.t("queue.minutes", { n: minutes }));
    });
  }
}
