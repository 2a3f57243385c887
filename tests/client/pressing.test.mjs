// Presses that come twice, microphones that go away, and what a browser cannot do: the page says what is so.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Ask } from "../../jemaa/client/ui/ask.js";
import { Chat } from "../../jemaa/client/ui/chat.js";
import { Inputs } from "../../jemaa/client/ui/inputs.js";
import { NotePanel } from "../../jemaa/client/ui/note_panel.js";
import { Speak } from "../../jemaa/client/ui/speak.js";
import { refusalText } from "../../jemaa/client/ui/strings.js";
import { microphone } from "./microphone.mjs";
import { hush, pageFor, said, section, stateOf } from "./page.mjs";
import { until } from "./until.mjs";

/** What was asked of the browser, and what it gave. @type {{asked: object, stream: object}[]} */
let opened = [];
/** How a browser answers; waits for the person's yes where a test sets it so. */
let permission = Promise.resolve();
const getUserMedia = async (asked) => {
  const stream = Object.assign(microphone(), { getVideoTracks: () => [] });
  opened.push({ asked, stream });
  await permission;
  return stream;
};
Object.defineProperty(globalThis, "navigator", { value: { mediaDevices: Object.assign(new EventTarget(), { getUserMedia, enumerateDevices: async () => [] }) } });
beforeEach(() => {
  hush();
  [opened, permission] = [[], Promise.resolve()];
});

const step = () => new Promise((resolve) => setImmediate(resolve));
const wait = () => {
  let yes;
  permission = new Promise((resolve) => (yes = resolve));
  return yes;
};
const known = { ensure: async () => true };
const isLive = ({ stream }) => stream.track.readyState === "live";

/** Somebody who has the floor; `sent` is what is published and stopped. */
function speaker() {
  const sent = [];
  const page = pageFor({
    publishSound: async (stream) => void sent.push(["sound", stream]),
    publishPicture: async (stream) => void sent.push(["picture", stream]),
    stopPublishing: async (kind) => void sent.push(["stop", kind]),
  });
  const panel = new Speak(section(), page);
  const draw = (floor) => panel.render((page.attendance.state = stateOf({ floor })));
  draw({ me: { muted: false } });
  return { panel, sent, draw };
}

test("a question and a message that are sent by two quick presses are sent once", async () => {
  for (const [Panel, button] of [[Ask, "ask.send"], [Chat, "chat.send"]]) {
    const sent = [];
    const panel = new Panel(section(), pageFor({ command: async (command) => (sent.push(command), await step(), { seq: 1 }) }), known);
    panel.field.value = "Why?";
    for (let n = 0; n < 2; n++) {
      const press = new Event("submit", { cancelable: true });
      panel.form.dispatchEvent(press);
      assert.ok(press.defaultPrevented, button);
    }
    await until(() => panel.field.value === "");
    assert.equal(sent.length, 1, button);
    panel.field.value = "And why?";
    panel.form.dispatchEvent(new Event("submit"));
    await until(() => sent.length === 2);
  }
});

test("a recording that is begun by two quick presses opens one microphone", async () => {
  const begun = [];
  const recording = { level: 0, elapsed_ms: 0, stop: async () => ({ duration_ms: 900, url: null }) };
  const panel = new NotePanel(section(), pageFor({ state: stateOf(), pendingNote: async () => null, recordNote: async (stream) => (begun.push(stream), recording) }), known);
  const yes = wait();
  panel.record.click();
  panel.record.click();
  await step();
  yes();
  await until(() => panel.step === "recording");
  assert.equal(opened.length, 1);
  assert.equal(begun.length, 1);
});

test("who has pressed Speak is asked no more to press it", async () => {
  const { panel, sent } = speaker();
  assert.ok(!document.getElementById("notice").hidden);
  panel.start.click();
  assert.ok(document.getElementById("notice").hidden);
  await until(() => sent.length);
});

test("a camera that is opened by two quick presses is one camera", async () => {
  const { panel, sent } = speaker();
  const yes = wait();
  panel.camera.click();
  panel.camera.click();
  yes();
  await until(() => sent.length);
  await step();
  assert.equal(opened.length, 1);
  assert.equal(sent.length, 1);
});

test("a camera for which the floor was taken back meanwhile is let go of", async () => {
  const { panel, sent, draw } = speaker();
  const yes = wait();
  panel.camera.click();
  await step();
  draw({});
  yes();
  await until(() => !isLive(opened[0]));
  assert.deepEqual(sent, []);
  assert.equal(panel.face, null);
});

test("a recording for which the list was closed meanwhile is not begun", async () => {
  const begun = [];
  const page = pageFor({ state: stateOf(), pendingNote: async () => null, recordNote: async (stream) => void begun.push(stream) });
  const panel = new NotePanel(section(), page, known);
  const yes = wait();
  panel.record.click();
  await step();
  panel.render(stateOf({ doors: { chat: true, questions: false, hands: true } }));
  yes();
  await until(() => !isLive(opened[0]));
  assert.deepEqual(begun, []);
});

test("a screen that is not shared after all leaves the camera as it is", async () => {
  navigator.mediaDevices.getDisplayMedia = async () => {
    throw new DOMException("Permission denied", "NotAllowedError");
  };
  const page = pageFor({ publishPicture: async () => {} });
  const panel = new Inputs(section(), page);
  panel.show.click();
  await until(() => panel.view);
  panel.screen.click();
  await until(() => said().length);
  assert.deepEqual(said(), ["camera.failed"]);
  assert.ok(panel.view && isLive(opened[0]));
});

test("a microphone that is unplugged while one speaks ends that, and it is said", async () => {
  const { panel, sent } = speaker();
  panel.start.click();
  await until(() => sent.length);
  opened[0].stream.track.dispatchEvent(new Event("ended"));
  await until(() => said().includes("microphone.gone"));
  assert.equal(panel.voice, null);
  assert.deepEqual(sent.at(-1), ["stop", "sound"]);
  assert.equal(panel.start.hidden, false);
});

test("where the room's microphone is unplugged the default one is sent, and it is said", async () => {
  const sent = [];
  const page = pageFor({ publishSound: async (stream) => void sent.push(stream), stopPublishing: async (kind) => void sent.push(kind) });
  const panel = new Inputs(section(), page);
  panel.microphone.select.value = "mixer";
  panel.send.click();
  await until(() => sent.length);
  opened[0].stream.track.dispatchEvent(new Event("ended"));
  await until(() => sent.length === 3);
  assert.deepEqual(opened.map(({ asked }) => asked.audio.deviceId), [{ exact: "mixer" }, undefined]);
  assert.deepEqual(sent, [opened[0].stream, "sound", opened[1].stream]);
  assert.ok(said().includes("room.microphone.gone"));
});

test("a recording whose microphone is unplugged is kept as far as it came", async () => {
  const note = { duration_ms: 900, url: "blob:1" };
  const recording = { level: 0, elapsed_ms: 0, stop: async () => note };
  const panel = new NotePanel(section(), pageFor({ state: stateOf(), pendingNote: async () => null, recordNote: async () => recording }), known);
  panel.record.click();
  await until(() => panel.step === "recording");
  opened[0].stream.track.dispatchEvent(new Event("ended"));
  await until(() => panel.step === "ready");
  assert.equal(panel.note, note);
  assert.ok(said().includes("microphone.gone"));
});

test("a recording that this browser cannot play back can be sent all the same", async () => {
  const note = { duration_ms: 900, url: null };
  const panel = new NotePanel(section(), pageFor({ state: stateOf(), pendingNote: async () => note }), known);
  await until(() => panel.step === "ready");
  assert.equal(panel.sound.hidden, true);
  assert.equal(panel.send.hidden, false);
  panel.ready({ ...note, url: "blob:1" });
  assert.equal(panel.sound.hidden, false);
});

test("what a browser says of its own errors is in English, and not shown", () => {
  const error = new DOMException("Connecting AudioNodes from AudioContexts with different sample-rate is currently not supported.", "NotSupportedError");
  assert.equal(error.code, 9);
  assert.equal(refusalText({ "later.error": "Erreur." }, error), "Erreur.");
});
