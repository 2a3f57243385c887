// @ts-check
/**
 * Ui. Who has the floor and who is on the air, at the desk: mute, take back; who listens, by which path.
 * @module
 */

import { el, keep, named, theirs, write } from "./dom.js";
import { Meter } from "./meter.js";
import { Panel } from "./panel.js";

/** @typedef {import("./attending.js").State} State */
/** @typedef {import("./panel.js").Page} Page */

export class FloorPanel extends Panel {
  /** @param {HTMLElement} root @param {Page} page @param {(person: string, name: string) => void} sendOut */
  constructor(root, page, sendOut) {
    super(root, page);
    this.sendOut = sendOut;
    this.list = el("ul", { class: "items" });
    this.empty = el("p", { class: "empty" }, page.t("floor.nobody"));
    this.playing = el("p", { class: "place", hidden: true });
    root.replaceChildren(el("h2", {}, page.t("floor")), this.playing, this.list, this.empty);
  }

  /** @override @param {State} state */
  render(state) {
    const people = Object.entries(state.floor);
    this.empty.hidden = people.length > 0 || state.playing !== null;
    const question = state.playing ? state.questions[state.playing] : undefined;
    this.playing.hidden = !question;
    write(this.playing, question ? this.t("floor.playing", { name: this.nameOf(state, question.person) }) : "");
    keep(this.list, people, ([person, { muted }]) => `${person}/${muted}/${this.nameOf(state, person)}`, ([person, { muted }]) => this.line(state, person, muted));
  }

  /** @param {State} state @param {string} person @param {boolean} muted */
  line(state, person, muted) {
    const { t } = this;
    const name = this.nameOf(state, person);
    const affiliation = state.persons[person]?.affiliation;
    const level = () => this.attendance.status?.publishing.find((one) => one.person === person && one.sound)?.level;
    const toggle = muted
      ? named(t("speak.unmute"), t("chair.unmute.one", { name }), () => this.ask({ type: "unmute", person }), "")
      : named(t("speak.mute"), t("chair.mute.one", { name }), () => this.ask({ type: "mute", person }), "");
    return el("li", {},
      el("div", { class: "row" }, el("span", { class: "grow lead" }, theirs(name), affiliation ? el("span", { class: "meta" }, " · ", theirs(affiliation)) : ""), muted && el("span", { class: "tag waiting" }, t("floor.muted"))),
      new Meter(t("chair.level.of", { name }), level, t, "level").element,
      el("div", { class: "row" }, toggle, named(t("chair.take"), t("chair.take.from", { name }), () => this.ask({ type: "take_floor", person }), "danger"),
        named(t("chair.remove.person"), t("chair.person.remove", { name }), () => this.sendOut(person, name), "quiet")),
    );
  }
}

export class Listeners extends Panel {
  /** @param {HTMLElement} root @param {Page} page */
  constructor(root, page) {
    super(root, page);
    const { t } = page;
    this.total = el("p", { class: "lead" });
    this.paths = el("ul", { "data-testid": "listeners" });
    this.air = el("ul", { class: "items" });
    this.nobody = el("p", { class: "empty" }, t("chair.publishing.none"));
    root.replaceChildren(el("h2", {}, t("chair.listeners")), this.total, this.paths, el("h3", {}, t("chair.publishing")), this.air, this.nobody);
  }

  /** @override @param {State} state */
  render(state) {
    const { listeners = {}, publishing = [] } = this.attendance.status ?? {};
    const counts = Object.entries(listeners);
    write(this.total, this.t("chair.listeners.total", { n: counts.reduce((sum, [, n]) => sum + n, 0) }));
    keep(this.paths, counts, ([path, n]) => `${path}/${n}`, ([path, n]) => el("li", { class: "row between meta" }, el("span", {}, this.t(`path.${path}`)), String(n)));
    const sounds = publishing.filter((one) => one.sound);
    this.nobody.hidden = sounds.length > 0;
    keep(this.air, sounds, ({ person }) => `${person}/${this.nameOf(state, person)}`, ({ person }) => this.line(state, person));
  }

  /** @param {State} state @param {string} person */
  line(state, person) {
    const name = state.persons[person]?.name || this.t("chair.room");
    const level = () => this.attendance.status?.publishing.find((one) => one.person === person)?.level;
    return el("li", {}, el("p", {}, theirs(name)), new Meter(this.t("chair.level.of", { name }), level, this.t).element);
  }
}
