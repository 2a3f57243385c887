// The choice of a loudspeaker is offered where it is worth something, and by its names once there are names.
import assert from "node:assert/strict";
import { test } from "node:test";

import { DeviceChoice, openMicrophone } from "../../jemaa/client/ui/devices.js";
import { soundControls } from "../../jemaa/client/ui/sound.js";
import { pageFor, section } from "./page.mjs";
import { until } from "./until.mjs";

let isAllowed = false;
const devices = () => ["left", "right"].map((id) => ({ kind: "audiooutput", deviceId: id, label: isAllowed ? `Loudspeaker ${id}` : "" }));
const mediaDevices = Object.assign(new EventTarget(), {
  enumerateDevices: async () => devices(),
  getUserMedia: async () => ((isAllowed = true), { getTracks: () => [] }),
});
Object.defineProperty(globalThis, "navigator", { value: { mediaDevices } });
globalThis.localStorage = { getItem: () => null, setItem() {} };

for (const [what, context, element, decoder, isOffered] of [
  ["both can", true, true, true, true],
  ["only an element can, and it is the player that sounds", false, true, true, false],
  ["an element can, and without a decoder it is the radio that sounds", false, true, false, true],
  ["nothing can", false, false, true, false],
]) {
  test(`a loudspeaker ${isOffered ? "can" : "cannot"} be chosen where ${what}`, () => {
    globalThis.AudioContext = class {};
    globalThis.HTMLMediaElement = class {};
    if (context) AudioContext.prototype.setSinkId = async () => {};
    if (element) HTMLMediaElement.prototype.setSinkId = async () => {};
    if (decoder) globalThis.AudioDecoder = class {};
    else delete globalThis.AudioDecoder;
    const root = section();
    soundControls(root, pageFor({ sound: { volume: 1 } }));
    assert.equal(root.querySelectorAll("select").length, Number(isOffered));
  });
}

test("once a microphone is allowed every choice on the page has names", async () => {
  const choice = new DeviceChoice("audiooutput", "Loudspeaker", "default", () => {});
  const names = () => choice.select.children.map((one) => one.textContent).join();
  await until(() => names() === "default,1,2");
  const [, , right] = choice.select.children;
  await openMicrophone("", "voice");
  await until(() => names() === "default,Loudspeaker left,Loudspeaker right");
  assert.ok(choice.select.children[2] === right, "what is chosen stays chosen");
});
