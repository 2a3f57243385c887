// @ts-check
/**
 * Ui. Ties a page's panels to the attendance: what arrives is drawn, once a frame of the screen, and never asked for.
 * @module
 */

import { byId, el, set, write } from "./dom.js";
import { notice } from "./panel.js";
import { loadStrings, refusalText, translator } from "./strings.js";

/** @typedef {import("./panel.js").Page} Page */
/** @typedef {import("./panel.js").Panel} Panel */

/**
 * Load the words, make the panels, join, and draw whatever comes.
 * @param {import("./attending.js").Attending} attendance
 * @param {Record<string, string>} first words that are in the page already
 * @param {(page: Page) => Panel[]} make
 * @param {(page: Page) => Promise<Panel[]>} [makeMore] panels that may come when one is in
 * @returns {Promise<Page>}
 */
export async function bind(attendance, first, make, makeMore) {
  const { base = "", session = "", page: name } = document.body.dataset;
  const language = document.documentElement.lang || "en";
  const strings = { ...first, ...(await loadStrings(base, language, name).catch(() => ({}))) };
  const page = { attendance, t: translator(strings), strings, language, session };
  const panels = make(page);
  let asked = 0;
  const draw = () => {
    asked = 0;
    const state = attendance.state;
    if (!state) return;
    drawPhase(page, state);
    for (const panel of panels) panel.render(state);
  };
  // A timer and not requestAnimationFrame: a tab in the background must still follow the floor.
  const drawSoon = () => (asked ||= setTimeout(draw, 16));
  for (const type of ["state", "status", "path", "publishing", "picture"]) attendance.addEventListener(type, drawSoon);
  attendance.addEventListener("press", () => document.getElementById("hint") || notice(page.t("first.press"))); // where there is a hint it says so
  followConnection(page);
  drawSoon();
  attendance.addEventListener("gone", (event) => {
    notice(""); // that it is tried again is not so
    stand(refusalText(strings, event.detail));
  });
  const joined = attendance.join().then(drawSoon, (error) => stand(refusalText(strings, error)));
  if (makeMore) joined.then(() => makeMore(page)).then((more) => (panels.push(...more), drawSoon()));
  return page;
}

/** @param {Page} page @param {import("./attending.js").State} state */
function drawPhase(page, state) {
  const pill = byId("state");
  write(pill, page.t(`state.${state.phase}`));
  set(pill, "data-phase", state.phase);
  set(document.body, "data-phase", state.phase);
}

/** What keeps one out stays on the page: it does not pass by itself. @param {string} words */
export function stand(words) {
  const line = document.getElementById("standing") ?? el("p", { class: "recess", id: "standing", role: "alert" });
  byId("meeting").before(line);
  write(line, words);
  line.hidden = !words;
}

/** Lost and regained, in words, without touching the focus. @param {Page} page */
function followConnection({ attendance, t }) {
  let { connected } = attendance.path;
  let wasConnected = connected;
  attendance.addEventListener("path", () => {
    if (attendance.path.connected === connected) return;
    connected = attendance.path.connected;
    if (wasConnected) notice(t(connected ? "connection.back" : "connection.lost"));
    wasConnected ||= connected; // the first connection is no news
  });
}
