// @ts-check
/**
 * Ui. A question that must be answered before something that cannot be undone, or that needs a reason.
 * @module
 */

import { button, el } from "./dom.js";

/**
 * Ask in a dialog. The focus goes in, and comes back by itself when it closes.
 * @param {import("./panel.js").Page} page
 * @param {{title: string, hint: string, action: string, reason?: "none"|"optional"|"required", label?: string, isFinal?: boolean}} what
 * Where only a press stands between a person and what cannot be undone, the focus is on *Cancel*.
 * `label` asks for something else than a reason; `isFinal` marks what cannot be undone.
 * @returns {Promise<string|null>} the reason ("" where none is asked for), or null if it was cancelled
 */
export function confirm({ t }, { title, hint, action, reason = "none", label: asked, isFinal = false }) {
  const field = el("input", { maxlength: asked ? 2000 : 500, dir: "auto", required: reason === "required" });
  const label = reason !== "none" && el("label", {}, asked ?? t(reason === "required" ? "reason" : "reason.optional"), field);
  const cancel = button(t("close_dialog"), () => dialog.close(), { autofocus: reason === "none" });
  const form = el("form", { method: "dialog" },
    el("h2", { id: "dialog-title" }, title),
    el("p", { class: "hint", id: "dialog-hint" }, hint),
    label,
    el("div", { class: "row" }, el("button", { class: isFinal ? "main danger" : "main", value: "done" }, action), cancel),
  );
  const dialog = el("dialog", { "aria-labelledby": "dialog-title", "aria-describedby": "dialog-hint" }, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "done" ? field.value : null);
    });
  });
}
