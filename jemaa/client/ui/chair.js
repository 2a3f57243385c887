// @ts-check
/**
 * Ui. The desk of the chair and of the manager.
 * @module
 */

import { bind, stand } from "./bind.js";
import { Captions } from "./captions_panel.js";
import { Chat } from "./chat.js";
import { confirm } from "./dialog.js";
import { byId } from "./dom.js";
import { FloorPanel, Listeners } from "./floor_panel.js";
import { Keys } from "./keys.js";
import { attempt } from "./panel.js";
import { followPath } from "./path.js";
import { QuestionsPanel } from "./questions_panel.js";
import { QueuePanel } from "./queue_panel.js";
import { Agenda, DoorsPanel, Sitting } from "./sitting.js";
import { soundControls } from "./sound.js";

/** @typedef {import("./panel.js").Page} Page */

/**
 * @param {import("./attending.js").Attending} attendance
 * @param {Record<string, string>} first
 */
export async function start(attendance, first) {
  const page = await bind(attendance, first, (page) => {
    const out = (/** @type {string} */ person, /** @type {string} */ name) => sendOut(page, person, name);
    return [
      new Sitting(byId("sitting"), page),
      new Agenda(byId("agenda"), page),
      new DoorsPanel(byId("doors"), page),
      new FloorPanel(byId("floor"), page, out),
      new QueuePanel(byId("queue"), page, out),
      new QuestionsPanel(byId("questions"), page, out),
      new Listeners(byId("listeners"), page),
      new Captions(byId("captions"), page),
      new Chat(byId("chat"), page, deskName(page), out),
      new Keys(byId("keys"), page),
    ];
  });
  soundControls(byId("sound"), page);
  followPath(page);
  attendance.addEventListener("state", () => warn(page));
}

/** The desk is known by its office; nobody at it is asked for a name. @param {Page} page */
function deskName(page) {
  const { attendance, t } = page;
  const ensure = async () => {
    if (attendance.state?.persons[attendance.person ?? ""]) return true;
    const name = t(attendance.role === "manager" ? "role.manager" : "role.chair");
    return attempt(page, () => attendance.command({ type: "introduce", name }));
  };
  return { ensure };
}

/** @param {Page} page @param {string} person @param {string} name */
async function sendOut(page, person, name) {
  const { t, attendance } = page;
  const what = { title: t("chair.person.remove", { name }), hint: t("chair.remove.hint"), action: t("chair.person.remove", { name }), isFinal: true };
  const reason = await confirm(page, { ...what, reason: "optional" });
  if (reason !== null) attempt(page, () => attendance.command({ type: "remove_person", person, reason }));
}

/** Somebody who opened this page without its link would only meet refusals: it says so. @param {Page} page */
function warn({ attendance, t }) {
  const isDesk = !attendance.role || ["chair", "manager"].includes(attendance.role);
  if (!isDesk) stand(t("chair.not_desk"));
}
