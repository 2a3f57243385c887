// @ts-check
/**
 * Ui. The page of the check: first how one can attend from here, then, for whoever wants it, the fuller test.
 * @module
 */

import { firstAdvice } from "../check/first.js";
import { rateOf } from "../check/rungs.js";
import { button, byId, el, keep, pageStorage, set, write } from "./dom.js";
import { translator } from "./strings.js";

/**
 * @typedef {import("../check/first.js").First} First
 * @typedef {import("../check/rungs.js").Tried} Tried
 * @typedef {{base: string, session: string, language: string, t: import("./attending.js").Translate}} CheckPage
 */

const LIST = /** @type {const} */ (["live", "stream", "pieces", "radio", "text", "up", "calls"]);
const SOON_MS = 2500; // before that the best way may only be the second to answer
const MOST_KBPS = 2000; // tens of kilobytes tell no more
/** Units in which a wrong clock is told, from the largest. @type {readonly (readonly [string, number])[]} */
const UNITS = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]];

const { base = "", session = "", family = "" } = document.body.dataset;
const load_kbps = rateOf(performance.getEntries()); // of this page alone: later entries are of the test itself
const language = document.documentElement.lang || "en";
/** @type {CheckPage} */
const page = { base, session, language, t: translator(JSON.parse(byId("strings").textContent || "{}")) };
const { t } = page;
const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const lists = new Intl.ListFormat(language, { type: "conjunction" });

/** Try, and say so as it comes. */
async function run() {
  byId("tried").hidden = false;
  byId("next").replaceChildren();
  set(byId("answer"), "data-over", false);
  drawWays(null, false);
  const first = await firstAdvice((news) => {
    drawWays(news, false);
    if (isSoon(news) && (news.advice.sound || (news.advice.down && news.tried.pieces))) drawAnswer(news);
  }, { family, load_kbps });
  drawWays(first, true);
  drawAnswer(first);
  byId("plain").hidden = first.advice.sound;
  drawNext(first);
  drawFull(first);
  const { remember } = await import("../check/memory.js").catch(() => ({ remember: null }));
  remember?.(pageStorage(), first, Date.now());
  set(byId("answer"), "data-over", true);
}

/**
 * Whether what is known is worth saying: sooner is better than final, and what is said must hold. So a wide line waits for
 * the answers that show whether it cuts connections, and for the best way.
 * @param {First} news
 */
function isSoon({ isThin, took_ms, tried: { live, stream, pieces } }) {
  return isThin || Boolean(pieces && (took_ms > SOON_MS || live?.usable || (live && stream)));
}

/** From the beginning. */
function again() {
  write(byId("how"), "");
  say(t("check.trying"), "");
  return run();
}

/** One sentence, and beside it by which way and how well, as far as it is known. @param {First} first */
function drawAnswer(first) {
  const { advice, tried } = first;
  if (!advice.down) return say(t(tried.text?.why === "not_ours" ? "check.none.portal" : "check.none"), "none");
  const what = [
    advice.sound && t("check.can.sound"), advice.picture && t(`check.can.picture.${advice.picture}`),
    !advice.sound && t("check.can.text"), advice.up && t(`check.can.up.${advice.up}`),
  ].filter((one) => typeof one === "string");
  say(t("check.can", { what: lists.format(what) }), advice.sound ? "sound" : "text", advice.down);
  const rows = [
    [t("check.by"), t(`path.${advice.down}`)],
    advice.kbps !== null && [t("check.rate"), rateWords(advice.kbps)],
    first.rtt_ms !== null && [t("check.delay"), t("check.delay.value", { ms: numbers.format(tried.pieces?.setup_ms ?? first.rtt_ms) })],
    [t("check.calls"), first.callsAre === "waiting" ? t("check.is.wait") : t(`check.calls.${first.callsAre}`, { ports: portsOf(first) })],
  ].filter((row) => Array.isArray(row));
  byId("how").replaceChildren(el("dl", {}, ...rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])));
  if (first.clock_off_ms !== null) byId("how").append(el("p", { class: "hint" }, clockWords(first.clock_off_ms)));
}

/** @param {string} text @param {string} how @param {string} [way] */
function say(text, how, way = "") {
  write(byId("answer"), text);
  set(byId("answer"), "data-how", how);
  set(byId("answer"), "data-way", way);
}

/** What one can do now. @param {First} first */
function drawNext({ advice }) {
  const meeting = session ? `/s/${session}?lang=${language}${location.hash}` : `/?lang=${language}`;
  byId("next").replaceChildren(
    advice.down ? el("a", { class: "main", href: meeting }, t(session ? "check.go" : "check.meetings")) : "",
    button(t("check.again"), again),
  );
}

/** The fuller test, for whoever wants it; its files are loaded then. @param {First} first */
function drawFull(first) {
  const root = byId("full");
  if (!first.advice.down || root.childElementCount) return;
  root.hidden = false;
  const open = async (/** @type {Event} */ event) => {
    const pressed = /** @type {HTMLButtonElement} */ (event.currentTarget);
    pressed.disabled = true;
    const { FullPanel } = await import("./check_full.js").catch(() => ({ FullPanel: null }));
    const isOpen = FullPanel && (await new FullPanel(root, page, first).open());
    pressed.disabled = Boolean(isOpen); // what has not come is asked for by another press
  };
  root.replaceChildren(el("h2", {}, t("check.full")), el("p", { class: "meta" }, t("check.full.hint")), el("p", { class: "row" }, button(t("check.full.open"), open)));
}

/** Each way, and how it went. @param {First|null} first @param {boolean} isOver */
function drawWays(first, isOver) {
  const rows = LIST.map((way) => ({ way, ...rowOf(way, first, isOver) }));
  keep(byId("ways"), rows, ({ way, is, of }) => `${way} ${is} ${of}`, ({ way, is, of }) =>
    el("li", { "data-way": way, "data-is": is },
      el("span", { class: "sign", "aria-hidden": "true" }, { yes: "✓", no: "×", wait: "…", skip: "–" }[is]),
      el("span", {}, t(`check.way.${way}`)),
      el("span", { class: "is" }, t(`check.is.${is}`)),
      of && el("span", { class: "of" }, of),
    ));
}

/** @param {typeof LIST[number]} way @param {First|null} first @param {boolean} isOver @returns {{is: "yes"|"no"|"wait"|"skip", of: string}} */
function rowOf(way, first, isOver) {
  if (way === "calls") {
    const isWaiting = !first || first.callsAre === "waiting";
    if (!first?.calls) return { is: isWaiting && !isOver ? "wait" : "skip", of: isWaiting ? "" : t(`check.calls.${first.callsAre}`) };
    const works = ["work", "some"].includes(first.callsAre);
    return { is: works ? "yes" : "no", of: t(`check.calls.${first.callsAre}`, { ports: portsOf(first) }) };
  }
  const tried = first?.tried[way];
  if (!tried) return { is: isOver ? "skip" : "wait", of: "" };
  if (!tried.usable) return { is: "no", of: t(`check.why.${tried.why ?? "no_answer"}`) };
  return { is: "yes", of: detailOf(way, tried, first.browser) };
}

/** @param {Exclude<typeof LIST[number], "calls">} way @param {Tried} tried @param {First["browser"]} browser */
function detailOf(way, tried, browser) {
  if (["live", "stream", "pieces"].includes(way) && !browser.decoder) return t("check.why.unsupported");
  if (tried.kbps) return rateWords(tried.kbps);
  if (tried.delay_ms_p95) return t("check.echo.value", { ms: numbers.format(tried.delay_ms_p95) });
  return "";
}

/** Ports where a call could not be set up, else those where it could. @param {First} first */
function portsOf({ calls }) {
  const found = (calls ?? []).filter((one) => one.shaken);
  const other = (calls ?? []).filter((one) => !one.shaken);
  return lists.format((other.length ? other : found).map((one) => String(one.port)));
}

/** Two digits, and no more than so small a sample can say. @param {number} kbps */
function rateWords(kbps) {
  if (kbps >= MOST_KBPS) return t("check.rate.more", { kbps: numbers.format(MOST_KBPS) });
  return t("check.rate.value", { kbps: numbers.format(Number(kbps.toPrecision(2))) });
}

/** @param {number} off */
function clockWords(off) {
  const [unit, ms] = UNITS.find(([, ms]) => Math.abs(off) >= ms) ?? ["minute", 60_000];
  const format = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 });
  return t("check.clock", { time: format.format(Math.abs(off) / ms) });
}

set(byId("server"), "open", false); // it is open for those who have nothing else
run();
