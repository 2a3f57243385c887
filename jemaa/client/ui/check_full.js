// @ts-check
/**
 * Ui. The fuller test: what each step sends, to whom and why, before anything is sent; progress; and what came of it.
 * @module
 */

import { canCall } from "../check/calls.js";
import { FullTest } from "../check/full.js";
import { rememberCutting } from "../check/memory.js";
import { STEPS } from "../check/steps.js";
import { heading, showResult, takeBackPanel } from "./check_result.js";
import { button, byId, el, pageStorage, set, write } from "./dom.js";
import { loadStrings, translator } from "./strings.js";

/**
 * @typedef {import("./check.js").CheckPage} CheckPage
 * @typedef {import("../check/first.js").First} First
 */

const ACCESS = ["unknown", "2g", "3g", "4g", "5g", "adsl", "ftth", "cable", "sat", "corp"];
const TICK_MS = 500;

export class FullPanel {
  /** @param {HTMLElement} root @param {CheckPage} page @param {First} first */
  constructor(root, page, first) {
    this.root = root;
    this.page = page;
    this.first = first;
    this.t = page.t;
    /** @type {FullTest|null} */
    this.test = null;
  }

  /** Its words, then what it asks first. @returns {Promise<boolean>} whether the words have come */
  async open() {
    const { base, language } = this.page;
    const words = await loadStrings(base, language).catch(() => ({}));
    if (!Object.keys(words).length) return false;
    this.t = translator(words);
    this.page = { ...this.page, t: this.t };
    this.#ask();
    this.root.querySelector("h2")?.focus();
    return true;
  }

  #ask() {
    const { t } = this;
    const access = el("select", { id: "access" }, ...ACCESS.map((one) => el("option", { value: one }, t(`checkup.access.${one}`))));
    const vpn = el("select", { id: "vpn" }, ...["unknown", "no", "yes"].map((one) => el("option", { value: one }, t(`checkup.vpn.${one}`))));
    const boxes = STEPS.map((step) => el("input", { type: "checkbox", id: `step-${step.id}`, checked: this.#can(step) && (step.id !== "calls" || this.first.callsAre !== "careful"), disabled: !this.#can(step) }));
    const start = (/** @type {Event} */ event) => {
      event.preventDefault();
      const chosen = new Set(STEPS.filter((_, at) => boxes[at]?.checked).map((step) => step.id));
      this.#run({ chosen, access: access.value, vpn: vpn.value === "unknown" ? null : vpn.value === "yes" });
    };
    this.root.replaceChildren(
      heading(t("checkup.title")),
      el("p", {}, t("checkup.lead")),
      el("form", { onsubmit: start },
        el("ul", { class: "steps" }, ...STEPS.map((step, at) => el("li", {},
          el("label", { class: "check" }, boxes[at], t(`checkup.step.${step.id}`)),
          el("p", { class: "says" }, this.#can(step) ? t(`checkup.step.${step.id}.says`) : t("check.calls.untried"))))),
        el("p", { class: "recess" }, t("checkup.risk")),
        el("div", { class: "row" }, el("label", { class: "grow" }, t("checkup.access"), access), el("label", { class: "grow" }, t("checkup.vpn"), vpn)),
        el("div", { class: "row" }, el("button", { class: "main" }, t("checkup.start"))),
      ));
    if (document.body.dataset.record) this.root.append(takeBackPanel(this.page));
  }

  /** @param {import("../check/full.js").Step} step */
  #can(step) {
    return step.id !== "calls" || Boolean(this.first.offer && canCall(this.first.offer));
  }

  /** @param {Omit<import("../check/full.js").Wishes, "version">} wishes */
  async #run(wishes) {
    const { t } = this;
    const test = new FullTest(this.first, { ...wishes, version: document.body.dataset.version ?? "0" });
    this.test = test;
    const bar = el("progress", { max: 100, value: 0, "aria-label": t("checkup.progress") });
    const line = el("p", { class: "lead" }, t("checkup.starting"));
    const skip = button(t("checkup.skip"), () => test.skip());
    const stop = button(t("checkup.stop"), () => test.stop.abort(), { class: "quiet" });
    this.root.replaceChildren(heading(t("checkup.title")), line, bar, el("div", { class: "row" }, skip, stop), el("p", { class: "meta" }, t("checkup.leave")));
    this.root.querySelector("h2")?.focus();
    let [from, to, since] = [0, 0, performance.now()];
    const tick = setInterval(() => set(bar, "value", Math.min(to, from + (to - from) * ((performance.now() - since) / 1000) / Math.max(1, to - from))), TICK_MS);
    const isWhole = await test.run((step, how, done, of) => {
      const share = (/** @type {number} */ seconds) => (seconds / of) * 100;
      [from, to, since] = [share(done), how === "runs" ? share(done + step.seconds) : share(done), performance.now()];
      const text = t(how === "runs" ? "checkup.now" : how === "done" ? "checkup.done" : "checkup.skipped", { step: t(`checkup.step.${step.id}`) });
      write(line, text);
      write(byId("said"), text);
    }).catch(() => null);
    clearInterval(tick);
    if (test.isCutting) rememberCutting(pageStorage(), Date.now());
    if (isWhole) return showResult(this.root, this.page, test, () => this.#ask());
    this.#ask();
    this.root.prepend(el("p", { class: "recess", role: "status" }, t(isWhole === null ? "check.none" : "checkup.stopped")));
  }
}
