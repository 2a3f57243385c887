// What a screen reader is told: all that is news, once, and nothing that is not.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Chat } from "../../jemaa/client/ui/chat.js";
import { Hand } from "../../jemaa/client/ui/hand.js";
import { Lines } from "../../jemaa/client/ui/lines.js";
import { Now } from "../../jemaa/client/ui/now.js";
import { notice, say } from "../../jemaa/client/ui/panel.js";
import { el } from "../../jemaa/client/ui/dom.js";
import { hush, pageFor, said, section, stateOf } from "./page.mjs";

mock.timers.enable({ apis: ["setTimeout"] });
beforeEach(hush);

test("what is said at once is all said, twice the same too, and it does not stay for ever", () => {
  say("one");
  say("two");
  notice("two");
  notice(""); // a notice that is taken back is no news
  assert.deepEqual(said(), ["one", "two", "two"]);
  mock.timers.tick(60_000);
  assert.deepEqual(said(), []);
});

test("of the item and of the floor only what has changed is said, and not what was so when one came", () => {
  const now = new Now(section(), pageFor({}));
  const persons = { p1: { name: "Amina", affiliation: "" } };
  now.render(stateOf({ agenda: ["Water"], item: 0 }));
  assert.deepEqual(said(), []);
  now.render(stateOf({ agenda: ["Water"], item: 0, persons, floor: { p1: { muted: false } } }));
  now.render(stateOf({ agenda: ["Water"], item: 0, persons, floor: { p1: { muted: false } }, queue: [] }));
  assert.deepEqual(said(), ["floor: Amina"]);
});

test("one's place is said when it is another, not whenever somebody comes after", () => {
  globalThis.localStorage = { getItem: () => null, setItem() {} };
  const hand = new Hand(section(), pageFor({}));
  const waiting = (...people) => stateOf({ persons: { me: { name: "Me" } }, queue: people.map((person) => ({ person })) });
  hand.render(waiting("a", "me"));
  hand.render(waiting("a", "me", "b"));
  hand.render(waiting("a", "me", "b", "c"));
  assert.deepEqual(said(), ["hand.place 2 2"]);
  assert.equal(hand.place.textContent, "hand.place 2 4");
  hand.render(waiting("me", "b", "c"));
  assert.deepEqual(said(), ["hand.place 2 2", "hand.next 1 3"]);
});

test("what was there before one came is not read out; what comes then is", () => {
  const lines = new Lines("chat", "chat", "newest");
  const live = () => lines.list.getAttribute("aria-live");
  const draw = (items) => lines.draw(items, String, (item) => el("p", {}, item));
  draw(["old", "older"]);
  assert.equal(live(), "off");
  mock.timers.tick(1000);
  assert.equal(live(), "polite");
  draw(["old", "older", "new"]);
  assert.equal(live(), "polite");
  assert.equal(lines.list.getAttribute("aria-relevant"), "additions", "what changes in a line is no news");
});

test("a renamed person's messages are the same lines, under the new name, also to the desk", () => {
  const sent = [];
  const page = pageFor({});
  const chat = new Chat(section(), page, { ensure: async () => true }, (person, name) => sent.push([person, name]));
  const draw = (name) => {
    page.attendance.state = stateOf({ persons: { p1: { name } }, messages: { m1: { person: "p1", text: "Good morning", at: 0, removed: false } } });
    chat.render(page.attendance.state);
    return chat.lines.list.children[0];
  };
  const before = draw("Amina");
  assert.equal(before.querySelector("bdi").textContent, "Amina");
  const after = draw("Amina B.");
  assert.ok(after === before);
  assert.equal(after.querySelector("bdi").textContent, "Amina B.");
  const [remove, out] = after.querySelectorAll("button");
  assert.equal(remove.getAttribute("aria-label"), "chair.message.remove Amina B.");
  out.click();
  assert.deepEqual(sent, [["p1", "Amina B."]]);
});
