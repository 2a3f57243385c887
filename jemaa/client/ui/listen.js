// @ts-check
/**
 * Ui. The entry of every page: the *Listen* button and nothing else, so that the first sound needs little.
 *
 * The rest of the page is loaded when the first sound has come, or at once where it is not the sound that one came for.
 * @module
 */

import { Attendance } from "../net/attendance.js";

const IDLE_MS = 1500; // nobody pressed Listen by then: the network is free for the rest of the page
const PATIENCE_MS = 8000; // no sound by then: the page must still become usable

/** @type {Record<string, string>} */
const words = JSON.parse(element("strings").textContent || "{}");
const address = new URLSearchParams(location.search);
const attendance = new Attendance({
  session: document.body.dataset.session ?? "",
  invitation: new URLSearchParams(location.hash.slice(1)).get("t") ?? undefined,
  down: address.get("down") ?? undefined,
  up: address.get("up") ?? undefined,
  sound: address.get("sound") ?? undefined,
});
document.documentElement.dataset.runs = ""; // the page itself watches whether this came (ui/at_once.js)
/** @type {Promise<unknown>|null} */
let rest = null;

/** @param {string} id */
function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** The rest of the page, once. */
function loadRest() {
  const page = document.body.dataset.page ?? "participant";
  const table = page === "participant" ? `${document.documentElement.lang}.participant` : document.documentElement.lang;
  const needed = [`ui/${page}.js`, `strings/${table}.json`];
  rest ??= attendance.fetched(needed).then(() => import(`./${page}.js`)).then((module) => module.start(attendance, words));
}

/** Sound on, or off again. */
async function press() {
  const listening = attendance.isListening;
  show(!listening, listening ? "" : words["first.starting"]);
  setTimeout(loadRest, attendance.down === "live" ? 0 : PATIENCE_MS); // the rest brings what `live` goes by
  try {
    await attendance.listen({ sound: !listening });
    if (rest) show(attendance.isListening, "");
  } catch {
    await attendance.listen({ sound: false }).catch(() => {}); // what did not start cannot be stopped either
    show(false, words["first.failed"]);
    loadRest();
  }
}

/**
 * @param {boolean} listening
 * @param {string|undefined} hint
 */
function show(listening, hint) {
  const button = element("listen");
  button.classList.toggle("on", listening);
  const label = button.querySelector("span");
  if (label) label.textContent = words[listening ? "first.stop" : "first.listen"] ?? "";
  const line = document.getElementById("hint");
  if (line) line.textContent = hint ?? "";
}

// On a thin line somebody may press before this file is here: the page itself has noted it.
element("listen").onclick = press;
if ("pressed" in element("listen").dataset) press();
attendance.addEventListener("press", () => show(attendance.isListening, words["first.press"]));
attendance.addEventListener("playing", () => {
  show(attendance.isListening, "");
  loadRest();
});
if (document.body.dataset.page !== "participant" || address.get("down") === "text") loadRest();
else setTimeout(() => attendance.isListening || loadRest(), IDLE_MS);
