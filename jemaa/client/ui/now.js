// @ts-check
/**
 * Ui. What happens now: the phase in words, the agenda item, who has the floor.
 * @module
 */

import { el, keep, theirs, write } from "./dom.js";
import { Panel, say } from "./panel.js";

/** @typedef {import("./attending.js").State} State */

export class Now extends Panel {
  /** @param {HTMLElement} root @param {import("./panel.js").Page} page */
  constructor(root, page) {
    super(root, page);
    const { t } = page;
    /** To a screen reader; others see what changes. @type {string[]} */
    this.told = [];
    this.phase = el("p", { class: "recess", role: "status" });
    this.item = el("dd");
    this.floor = el("dd", { "data-testid": "floor" });
    this.agenda = el("ol", { class: "agenda" });
    this.whole = el("details", {}, el("summary", {}, t("agenda.whole")), this.agenda);
    root.append(
      this.phase,
      el("dl", {}, el("div", {}, el("dt", {}, t("agenda")), this.item), el("div", {}, el("dt", {}, t("floor")), this.floor)),
      this.whole,
    );
  }

  /** @override @param {State} state */
  render(state) {
    this.phase.hidden = state.phase === "open";
    const reason = state.phase === "suspended" && state.recess_reason;
    const removed = this.me(state)?.removed;
    const words = state.phase === "open" ? "" : reason ? `${this.t("state.suspended")}: ${reason}` : this.t(`state.${state.phase}.hint`);
    write(this.phase, removed ? this.t("removed") : words);
    if (removed) this.phase.hidden = false;
    const news = [this.drawItem(state), this.drawFloor(state)];
    for (const one of this.told.length ? news : []) if (!this.told.includes(one)) say(one);
    this.told = news;
  }

  /** @param {State} state @returns {string} the item in words */
  drawItem(state) {
    const title = state.item === null ? undefined : state.agenda[state.item];
    const words = title === undefined ? this.t("agenda.no_item") : this.t("agenda.item", { n: (state.item ?? 0) + 1, title });
    keep(this.item, [words], String, theirs);
    this.whole.hidden = !state.agenda.length;
    const key = (/** @type {string} */ text, /** @type {number} */ index) => `${index === state.item}/${index}/${text}`;
    keep(this.agenda, state.agenda, key, (text, index) =>
      el("li", { "aria-current": index === state.item ? "step" : null }, `${index + 1}. `, theirs(text)),
    );
    return words;
  }

  /** @param {State} state @returns {string} who has the floor, in words */
  drawFloor(state) {
    const lines = floorLines(state, this.attendance.person, this.t);
    keep(this.floor, lines, floorKey, (line) => el("div", {}, ...floorWords(line)));
    return `${this.t("floor")}: ${lines.map(({ who, note }) => (note ? `${who} (${note})` : who)).join("; ")}`;
  }
}

/** @typedef {{person: string, who: string, note: string}} FloorLine somebody, and what is to be said of him in the page's own language */

/**
 * Who has the floor, a line each.
 * @param {State} state
 * @param {string|null} self
 * @param {import("./attending.js").Translate} t
 * @returns {FloorLine[]}
 */
export function floorLines(state, self, t) {
  const lines = Object.entries(state.floor).map(([person, holder]) => {
    const known = state.persons[person];
    const name = person === self ? t("floor.you") : [known?.name || t("someone"), known?.affiliation].filter(Boolean).join(", ");
    return { person, who: name, note: holder.muted ? t("floor.muted") : "" };
  });
  const playing = state.playing && state.questions[state.playing];
  if (playing) lines.push({ person: "", who: t("floor.playing", { name: state.persons[playing.person]?.name || t("someone") }), note: "" });
  return lines.length ? lines : [{ person: "", who: t("floor.nobody"), note: "" }];
}

/** What makes a line another line: two may have one name. @param {FloorLine} line */
export function floorKey({ person, who, note }) {
  return `${person}/${who}/${note}`;
}

/** A line in its parts: the direction of a name must not turn what is said of it. @param {FloorLine} line @returns {(Node|string)[]} */
export function floorWords({ who, note }) {
  return [theirs(who), note ? ` (${note})` : ""];
}
