// @ts-check
/**
 * Ui. What the fuller test found, and what becomes of its facts: a file of one's own, and, for whoever agrees to it, a
 * line in the public record that can be taken back.
 * @module
 */

import { judge, keep, takeBack } from "../check/full.js";
import { button, byId, el, write } from "./dom.js";
import { refusalText } from "./strings.js";

/** @typedef {import("./check.js").CheckPage} CheckPage */

/**
 * @param {HTMLElement} root @param {CheckPage} page @param {import("../check/full.js").FullTest} test
 * @param {() => void} again
 */
export async function showResult(root, page, test, again) {
  const { t } = page;
  const said = el("div", { class: "column", "aria-live": "polite" }, el("p", { class: "meta" }, t("checkup.judging")));
  const kept = el("div", { class: "column" });
  root.replaceChildren(
    heading(t("checkup.result")),
    el("ul", { class: "ways" }, ...test.found.filter(({ of }) => of).map(({ way, ok, of }) =>
      el("li", { "data-is": ok === of ? "yes" : ok ? "skip" : "no" },
        el("span", { class: "sign", "aria-hidden": "true" }, ok === of ? "✓" : ok ? "–" : "×"),
        el("span", {}, t(`checkup.found.${way}`)),
        el("span", { class: "is" }, t("checkup.of", { ok, of }))))),
    said, kept,
    el("div", { class: "row" }, el("a", { class: "download", download: "jemaa-check.json", href: fileOf(test.facts) }, t("checkup.download")), button(t("checkup.again"), again, { class: "quiet" })),
  );
  root.querySelector("h2")?.focus();
  if (document.body.dataset.record) offerToKeep(kept, page, test.facts);
  try {
    said.replaceChildren(...judged(await judge(test.facts, page.language), page));
  } catch {
    said.replaceChildren(el("p", { class: "meta" }, t("checkup.unjudged")));
  }
}

/** @param {import("../check/full.js").Judgement} judgement @param {CheckPage} page */
function judged({ findings, todo, unknown }, { t }) {
  const found = findings.filter(({ verdict }) => verdict !== "ok");
  const list = (/** @type {string[]} */ lines) => el("ul", { class: "plain" }, ...lines.map((line) => el("li", {}, line)));
  return [
    el("h3", {}, t("checkup.findings")),
    !found.length && el("p", {}, t("checkup.nothing")),
    el("ul", { class: "items" }, ...found.map(({ node, text, because }) => el("li", {},
      el("p", {}, el("b", {}, text), " ", el("code", { dir: "ltr" }, node)),
      el("p", { class: "meta", lang: "en", dir: "ltr" }, because)))),
    todo.length > 0 && el("h3", {}, t("checkup.todo")), list(todo),
    el("details", {}, el("summary", {}, t("check.unknown")), list(unknown)),
  ].filter((one) => one !== false);
}

/** @param {HTMLElement} root @param {CheckPage} page @param {unknown} facts */
function offerToKeep(root, page, facts) {
  const { t } = page;
  const agree = el("input", { type: "checkbox", required: true });
  const give = async (/** @type {Event} */ event) => {
    event.preventDefault();
    await attempt(root, page, async () => showReceipt(root, page, await keep(facts)));
  };
  root.replaceChildren(el("form", { onsubmit: give },
    el("h3", {}, t("checkup.keep")),
    el("p", { class: "meta" }, t("checkup.keep.what")),
    el("label", { class: "check" }, agree, t("checkup.keep.agree")),
    el("div", { class: "row" }, el("button", {}, t("checkup.keep.give"))),
  ));
}

/** @param {HTMLElement} root @param {CheckPage} page @param {string} receipt */
function showReceipt(root, page, receipt) {
  const { t } = page;
  const back = () => attempt(root, page, async () => {
    await takeBack(receipt);
    root.replaceChildren(el("p", { role: "status" }, t("checkup.keep.gone")));
    write(byId("said"), t("checkup.keep.gone"));
  });
  root.replaceChildren(
    el("h3", {}, t("checkup.kept")),
    el("p", { class: "meta" }, t("checkup.kept.how")),
    el("p", { class: "receipt", dir: "ltr", "data-testid": "receipt" }, receipt),
    el("div", { class: "row" }, button(t("checkup.keep.back"), back)),
  );
  write(byId("said"), t("checkup.kept"));
}

/** Where somebody who gave facts on another day takes them back. @param {CheckPage} page */
export function takeBackPanel(page) {
  const { t } = page;
  const receipt = el("input", { required: true, maxlength: 2000, dir: "ltr", autocomplete: "off" });
  const root = el("div", { class: "column" });
  const back = async (/** @type {Event} */ event) => {
    event.preventDefault();
    await attempt(root, page, async () => {
      await takeBack(receipt.value.trim());
      root.replaceChildren(el("p", { role: "status" }, t("checkup.keep.gone")));
    });
  };
  root.append(el("form", { onsubmit: back }, el("label", {}, t("checkup.back.receipt"), receipt), el("div", { class: "row" }, el("button", {}, t("checkup.back.do")))));
  return el("details", {}, el("summary", {}, t("checkup.back")), root);
}

/** Do it, or say below why not. @param {HTMLElement} root @param {CheckPage} page @param {() => Promise<void>} act */
async function attempt(root, page, act) {
  root.querySelector(".recess")?.remove();
  try {
    await act();
  } catch (error) {
    root.append(el("p", { class: "recess", role: "alert" }, refusalText({ "later.error": page.t("checkup.keep.failed") }, error)));
  }
}

/** One's own facts as a file, made in this page. @param {unknown} facts */
function fileOf(facts) {
  return URL.createObjectURL(new Blob([JSON.stringify(facts, null, 1)], { type: "application/json" }));
}

/** A heading that the focus can go to. @param {string} text */
export function heading(text) {
  return el("h2", { tabindex: "-1" }, text);
}
