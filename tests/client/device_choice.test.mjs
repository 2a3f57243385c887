// The microphone and the camera that one chose are those that are opened, whichever panel of the page opens them.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { NotePanel } from "../../jemaa/client/ui/note_panel.js";
import { Speak } from "../../jemaa/client/ui/speak.js";
import { microphone } from "./microphone.mjs";
import { pageFor, section, stateOf } from "./page.mjs";
import { until } from "./until.mjs";

const devices = ["audioinput", "videoinput"].flatMap((kind) => ["built-in", "usb"].map((deviceId) => ({ kind, deviceId, label: deviceId })));
/** The device of each opening: undefined is the default. */
let opened = [];
/** Whether the browser is to take out an echo, of each. */
let echoes = [];
const getUserMedia = async ({ audio, video }) => {
  if (audio) echoes.push(audio.echoCancellation);
  opened.push((audio ?? video).deviceId);
  return Object.assign(microphone(), { getVideoTracks: () => [] });
};
Object.defineProperty(globalThis, "navigator", { value: { mediaDevices: Object.assign(new EventTarget(), { getUserMedia, enumerateDevices: async () => devices }) } });
beforeEach(() => void ((opened = []), (echoes = [])));

const recorded = { duration_ms: 900, url: null, discard: async () => {} };

/** Somebody who has the floor and may leave a note; `sent` is what is published and stopped. */
async function participant() {
  const sent = [];
  const page = pageFor({
    state: stateOf({ floor: { me: { muted: false } } }),
    publishSound: async () => void sent.push("sound"),
    publishPicture: async () => void sent.push("picture"),
    stopPublishing: async (kind) => void sent.push(`stop ${kind}`),
    pendingNote: async () => null,
    recordNote: async () => ({ level: 0, elapsed_ms: 0, stop: async () => recorded }),
  });
  const speak = new Speak(section(), page);
  const note = new NotePanel(section(), page, { ensure: async () => true });
  speak.render(page.attendance.state);
  await until(() => [speak.choice, speak.lens, note.choice].every(({ select }) => select.children.length === 3));
  return { speak, note, sent };
}

/** Choose in a list, as a person does. */
const choose = (choice, device) => {
  choice.select.value = device;
  choice.select.dispatchEvent(new Event("change"));
};

test("a recording has the microphone that was chosen for it, which stays while it is made", async () => {
  const { note } = await participant();
  choose(note.choice, "usb");
  note.record.click();
  await until(() => note.step === "recording");
  assert.deepEqual(opened, [{ exact: "usb" }]);
  assert.equal(note.choice.select.disabled, true);
  note.stop.click();
  await until(() => note.step === "ready");
  await note.discard();
  assert.equal(note.choice.select.disabled, false);
});

test("a microphone that was chosen for a recording is the one with which one speaks", async () => {
  const { speak, note, sent } = await participant();
  choose(note.choice, "usb");
  assert.equal(speak.choice.value, "usb");
  assert.equal(speak.lens.value, "", "a camera is another thing");
  speak.start.click();
  await until(() => sent.length && !speak.opening);
  assert.deepEqual(opened, [{ exact: "usb" }]);
  await speak.shut();
});

test("a camera is shown that was chosen, and another in its place once that is chosen", async () => {
  const { speak, sent } = await participant();
  choose(speak.lens, "usb");
  assert.deepEqual(opened, [], "none is opened by being chosen");
  speak.camera.click();
  await until(() => sent.length === 1);
  choose(speak.lens, "built-in");
  await until(() => sent.length === 3);
  assert.deepEqual(opened, [{ exact: "usb" }, { exact: "built-in" }]);
  assert.deepEqual(sent, ["picture", "stop picture", "picture"]);
});

test("of whoever wears headphones no echo is taken out, whichever panel he said it in, also while he speaks", async () => {
  const { speak, note, sent } = await participant();
  const put = (on) => {
    note.headphones.box.checked = on;
    note.headphones.box.dispatchEvent(new Event("change"));
  };
  speak.start.click();
  await until(() => sent.length === 1 && !speak.opening);
  put(true);
  assert.equal(speak.headphones.box.checked, true);
  await until(() => sent.length === 3 && !speak.opening);
  assert.deepEqual(sent, ["sound", "stop sound", "sound"]);
  put(false);
  await until(() => sent.length === 5 && !speak.opening);
  assert.deepEqual(echoes, [true, false, true]);
});
