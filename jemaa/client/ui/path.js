// @ts-check
/**
 * Ui. The plain line: which way the sound comes, why this one, and what it costs.
 * @module
 */

import { byId, el, set, write } from "./dom.js";
import { costWords } from "./time.js";

const SETTLED_MS = 10_000; // the page itself and the first burst of sound say nothing about an hour

/**
 * What the line says: the way itself, and the rest of the sentence.
 * @param {import("./attending.js").Attending["path"]} path
 * @param {import("./attending.js").Translate} t
 * @returns {{way: string, rest: string}}
 */
export function pathWords({ down, up, why, connected }, t) {
  const refusal = `refusal.${why}`; // whoever was sent away does not come back by himself
  if (!connected) return { way: t("path.none"), rest: `. ${t(refusal) === refusal ? t("connection.lost") : t(refusal)}` };
  if (!down) return { way: "", rest: "" };
  const reason = t(`why.${why}`);
  const parts = reason === `why.${why}` ? [] : [reason];
  if (up) parts.push(t(`path.up.${up}`));
  return { way: t(`path.${down}`), rest: parts.length ? `: ${parts.join("; ")}` : "" };
}

/** Keep the page's two lines up to date. @param {import("./panel.js").Page} page */
export function followPath({ attendance, t }) {
  const line = byId("path");
  const cost = byId("cost");
  const way = el("b");
  const rest = el("span");
  line.append(way, rest);
  let known = false;
  /** @type {number|null} */
  let since = null;
  const draw = () => {
    known ||= attendance.path.connected;
    const words = known ? pathWords(attendance.path, t) : { way: "", rest: "" };
    write(way, words.way);
    write(rest, words.rest);
    set(line, "data-path", attendance.path.down ?? "");
    set(line, "data-lost", known && !attendance.path.connected);
    since = attendance.isReceiving ? (since ?? performance.now()) : null;
    const isSettled = since !== null && performance.now() - since > SETTLED_MS;
    write(cost, isSettled ? t("cost", costWords(attendance.cost)) : "");
  };
  for (const type of ["path", "cost", "publishing", "state"]) attendance.addEventListener(type, draw);
  draw();
}
