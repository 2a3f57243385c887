// Lists that are drawn anew: what stays is left alone, nothing grows, and nobody loses the focus.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { button, el, keep } from "../../jemaa/client/ui/dom.js";
import { FloorPanel } from "../../jemaa/client/ui/floor_panel.js";
import { floorKey, floorLines } from "../../jemaa/client/ui/now.js";
import { QuestionsPanel } from "../../jemaa/client/ui/questions_panel.js";
import { QueuePanel } from "../../jemaa/client/ui/queue_panel.js";
import { pageFor, section, stateOf } from "./page.mjs";

let list = section();

beforeEach(() => {
  list = el("ul");
  section().append(list);
});

const draw = (keys, make = (key) => el("li", {}, button(`give ${key}`), button(`drop ${key}`))) => keep(list, keys, String, make);
const buttonOf = (name) => list.querySelectorAll("button").find((one) => one.textContent === name);
const focused = () => document.activeElement.textContent;

test("two of one name are two lines, however often they are drawn", () => {
  for (let n = 0; n < 3; n++) draw(["a", "b", "a"]);
  assert.deepEqual(list.children.map((child) => child.getAttribute("data-key")), ["a", "b", "a"]);
  draw(["a"]);
  assert.equal(list.children.length, 1);
});

test("holders of the floor of one name are told apart", () => {
  const floor = { p1: { muted: false }, p2: { muted: false } };
  const persons = { p1: { name: "Amina" }, p2: { name: "Amina" } };
  const keys = floorLines({ floor, persons, playing: null }, null, String).map(floorKey);
  assert.equal(new Set(keys).size, 2);
});

test("a child that stays keeps the focus, also where others come and go", () => {
  draw(["a", "b"]);
  const before = buttonOf("drop b");
  before.focus();
  draw(["x", "b"]);
  assert.ok(document.activeElement === before);
});

test("a child that moves keeps the focus", () => {
  draw(["a", "b", "c"]);
  buttonOf("drop c").focus();
  draw(["c", "a", "b"]);
  assert.equal(focused(), "drop c");
});

test("where a child is replaced the same button of its successor has the focus", () => {
  draw(["a", "b"]);
  buttonOf("drop a").focus();
  draw(["A", "b"]);
  assert.equal(focused(), "drop A");
});

test("where a child is gone the focus is on who comes after it, and at the end on who was before", () => {
  draw(["a", "b", "c"]);
  buttonOf("give b").focus();
  draw(["a", "c"]);
  assert.equal(focused(), "give c");
  draw(["a"]);
  assert.equal(focused(), "give a");
});

test("where nothing is left to press the panel has the focus", () => {
  draw(["a"]);
  buttonOf("give a").focus();
  draw([]);
  assert.ok(document.activeElement === list.parentElement);
  assert.equal(list.parentElement.getAttribute("tabindex"), "-1");
});

test("who has the focus elsewhere keeps it there", () => {
  const outside = button("outside");
  list.parentElement.append(outside);
  outside.focus();
  draw(["a"]);
  draw(["b"]);
  assert.equal(focused(), "outside");
});

test("who mutes by the keyboard can unmute by the same key", () => {
  const panel = new FloorPanel(section(), pageFor({ status: { publishing: [] } }), () => {});
  const persons = { p1: { name: "Amina" }, p2: { name: "Badr" } };
  const draw = (muted) => panel.render(stateOf({ persons, floor: { p1: { muted: false }, p2: { muted } } }));
  draw(false);
  panel.list.querySelectorAll("button")[3].focus();
  assert.equal(document.activeElement.getAttribute("aria-label"), "chair.mute.one Badr");
  draw(true);
  assert.equal(document.activeElement.getAttribute("aria-label"), "chair.unmute.one Badr");
});

test("who moves somebody up the queue goes along", () => {
  const panel = new QueuePanel(section(), pageFor({}), () => {});
  const persons = { p1: { name: "Amina" }, p2: { name: "Badr" } };
  const waiting = (person) => ({ person, channel: "remote", since: 0 });
  panel.render(stateOf({ persons, queue: [waiting("p1"), waiting("p2")] }));
  panel.list.children[1].querySelectorAll("button")[1].focus();
  panel.render(stateOf({ persons, queue: [waiting("p2"), waiting("p1")] }));
  assert.equal(document.activeElement.getAttribute("aria-label"), "queue.up Badr");
  assert.equal(panel.list.children[0].querySelector("button").getAttribute("aria-label"), "queue.give.to Badr");
});

test("whoever sends an asker out has the focus in the questions, where that cannot be done again", () => {
  const panel = new QuestionsPanel(section(), pageFor({}), () => {});
  const question = { person: "p1", kind: "text", text: "Why?", status: "waiting", reason: "" };
  const draw = (removed) => panel.render(stateOf({ persons: { p1: { name: "Amina", removed } }, questions: { q1: question } }));
  const out = () => panel.list.querySelectorAll("button").find((one) => one.getAttribute("aria-label") === "chair.person.remove Amina");
  draw(false);
  out().focus();
  draw(true);
  assert.equal(out(), undefined);
  assert.ok(document.activeElement === panel.root);
});

test("whoever is about to press a button of a line that is drawn anew presses no other one", () => {
  const panel = new QuestionsPanel(section(), pageFor({}), () => {});
  const asked = (status) => ({ person: "p1", kind: "text", text: "Why?", status, reason: "" });
  const draw = (questions) => panel.render(stateOf({ persons: { p1: { name: "Amina" } }, questions }));
  const press = (name) => panel.list.querySelectorAll("button").find((one) => one.getAttribute("aria-label").includes(name)).focus();
  draw({ q1: asked("waiting") });
  press("chair.answered");
  draw({ q1: asked("read") });
  assert.match(document.activeElement.getAttribute("aria-label"), /chair.answered/);
  draw({ q1: asked("answered") });
  assert.ok(document.activeElement === panel.root, "and not on what sends the asker out");
});
