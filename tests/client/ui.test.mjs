// The pure parts of the interface: words, amounts, levels, shortcuts, lines of the path and of the floor.
import assert from "node:assert/strict";
import { test } from "node:test";

import { languageName } from "../../jemaa/client/ui/captions_panel.js";
import { KEYS, shortcut } from "../../jemaa/client/ui/keys.js";
import { height, judge } from "../../jemaa/client/ui/meter.js";
import { floorLines } from "../../jemaa/client/ui/now.js";
import { pathWords } from "../../jemaa/client/ui/path.js";
import { refusalText, translator } from "../../jemaa/client/ui/strings.js";
import { clock, costWords } from "../../jemaa/client/ui/time.js";
import { whyNot } from "../../jemaa/client/ui/devices.js";

const t = translator({
  greet: "Hello {name}, {name}!",
  someone: "Someone",
  "floor.you": "You have the floor",
  "floor.nobody": "Nobody",
  "floor.muted": "muted",
  "floor.playing": "Question of {name}",
  "path.live": "Live",
  "path.none": "Not connected",
  "path.up.live": "voice goes live",
  "why.better": "the best way",
  "connection.lost": "Lost.",
});

test("blanks are filled with text, and only those that are known", () => {
  assert.equal(t("greet", { name: "{x} $& <b>" }), "Hello {x} $& <b>, {x} $& <b>!");
  assert.equal(t("greet"), "Hello {name}, {name}!");
});

test("a missing key shows itself", () => assert.equal(t("no.such"), "no.such"));

test("a refusal is said in the page's language, else in the server's words, else in general ones", () => {
  const table = { "refusal.queue-full": "La file est pleine.", "later.error": "Erreur." };
  assert.equal(refusalText(table, { code: "queue-full", text: "The queue is full." }), "La file est pleine.");
  assert.equal(refusalText(table, { code: "new-code", text: "Something new." }), "Something new.");
  assert.equal(refusalText(table, Object.assign(new Error("from the server"), { code: "new-code" })), "from the server");
  assert.equal(refusalText(table, new TypeError("x is undefined")), "Erreur.", "our own errors are not shown to people");
  assert.equal(refusalText(table, null), "Erreur.");
});

test("times are minutes and seconds", () => {
  assert.equal(clock(0), "0:00");
  assert.equal(clock(75_000), "1:15");
  assert.equal(clock(59_600), "1:00");
  assert.equal(clock(-5), "0:00");
});

test("the cost is in kb/s, MB so far and MB an hour", () => {
  assert.deepEqual(costWords({ kbps: 11, bytes: 1_234_567 }), { kbps: "11", mb: "1.2", hour: "5.0" });
  assert.deepEqual(costWords({ kbps: 0, bytes: 0 }), { kbps: "0.0", mb: "0.0", hour: "0.0" });
});

test("a meter is empty in silence and full at 0 dBFS", () => {
  assert.equal(height(-Infinity), 0);
  assert.equal(height(NaN), 0);
  assert.equal(height(-60), 0);
  assert.equal(height(-30), 0.5);
  assert.equal(height(3), 1);
  assert.deepEqual([judge(-50), judge(-20), judge(-3)], ["level.quiet", "level.good", "level.loud"]);
});

const press = (key, more = {}) => ({ key, ctrlKey: false, altKey: false, metaKey: false, isComposing: false, repeat: false, ...more });

test("a shortcut is a single key, never while one writes or holds a modifier", () => {
  for (const [key, does] of Object.entries(KEYS)) assert.equal(shortcut(press(key), "BODY"), does);
  assert.equal(shortcut(press("N"), "BUTTON"), "next");
  for (const tag of ["INPUT", "TEXTAREA", "SELECT", "AUDIO"]) assert.equal(shortcut(press("n"), tag), null);
  for (const held of ["ctrlKey", "altKey", "metaKey", "isComposing", "repeat"]) assert.equal(shortcut(press("n", { [held]: true }), "BODY"), null);
  assert.equal(shortcut(press("Enter"), "BODY"), null);
  assert.equal(shortcut(press("constructor"), "BODY") ?? null, null);
});

test("who has the floor: oneself in other words, the muted marked, a played question named", () => {
  const persons = { a: { name: "Amina", affiliation: "Figuig" }, b: { name: "Badr", affiliation: "" } };
  const said = (lines) => lines.map(({ who, note }) => (note ? `${who} (${note})` : who));
  const state = { floor: { a: { muted: false }, b: { muted: true } }, persons, playing: null, questions: {} };
  assert.deepEqual(said(floorLines(state, "a", t)), ["You have the floor", "Badr (muted)"]);
  assert.deepEqual(said(floorLines(state, null, t)), ["Amina, Figuig", "Badr (muted)"]);
  assert.deepEqual(said(floorLines({ ...state, floor: {} }, null, t)), ["Nobody"]);
  assert.deepEqual(said(floorLines({ ...state, floor: {}, playing: "q1", questions: { q1: { person: "b" } } }, null, t)), ["Question of Badr"]);
});

test("the path is said in words; a reason that is not known is left out", () => {
  assert.deepEqual(pathWords({ down: "live", up: null, why: "better", connected: true }, t), { way: "Live", rest: ": the best way" });
  assert.deepEqual(pathWords({ down: "live", up: "live", why: "?", connected: true }, t), { way: "Live", rest: ": voice goes live" });
  assert.deepEqual(pathWords({ down: null, up: null, why: "", connected: true }, t), { way: "", rest: "" });
  assert.equal(pathWords({ down: "live", up: null, why: "lost", connected: false }, t).way, "Not connected");
});

test("why a microphone did not open", () => {
  const failed = (name) => Object.assign(new Error(""), { name });
  assert.equal(whyNot(failed("NotAllowedError")), "microphone.refused");
  assert.equal(whyNot(failed("NotFoundError")), "microphone.missing");
  assert.equal(whyNot(failed("NotReadableError")), "microphone.busy");
  assert.equal(whyNot(failed("InsecurePageError")), "microphone.insecure");
  assert.equal(whyNot(new TypeError("other")), null);
});

test("a language for which a browser has no name is called as it calls itself, and one without any by its tag", () => {
  const { DisplayNames } = Intl;
  assert.equal(languageName("fr", "en"), "French");
  try {
    Intl.DisplayNames = class {
      of(tag) {
        return tag;
      }
    };
    assert.match(languageName("zgh", "fr"), /Tamaziɣt/);
    assert.equal(languageName("qaa", "fr"), "qaa");
  } finally {
    Intl.DisplayNames = DisplayNames;
  }
  assert.equal(languageName("not a tag", "fr"), "not a tag");
});
