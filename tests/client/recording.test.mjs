// A microphone to frames, and a recording to a note, also where a browser cannot do all of it.
import assert from "node:assert/strict";
import { test } from "node:test";

import { capture } from "../../jemaa/client/media/capture.js";
import { record } from "../../jemaa/client/net/note.js";
import { microphone } from "./microphone.mjs";
import { until } from "./until.mjs";

/** A MediaRecorder that is asked for nothing but WebM, and gives nothing. */
const recorders = [];
globalThis.AnalyserNode = class {
  connect() {}
};
globalThis.MediaStream = class {};
globalThis.MediaRecorder = class {
  state = "inactive";
  static isTypeSupported = () => true;
  constructor() {
    recorders.push(this);
  }
  start() {
    this.state = "recording";
    setTimeout(() => this.ondataavailable({ data: new Blob([WEBM]) }));
  }
  stop() {
    this.state = "inactive";
  }
};
/** A cluster with one block: a frame of 20 ms. */
const WEBM = Uint8Array.of(0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xa3, 0x87, 0x81, 0, 0, 0x80, 0xf8, 0xff, 0xfe);

test("a microphone that a browser does not give at 48 kHz is recorded another way", async () => {
  const frames = [];
  const source = await capture(microphone(44100), (_, frame) => frames.push([...frame]));
  assert.equal(recorders.length, 1);
  assert.deepEqual(frames, [[0xf8, 0xff, 0xfe]]);
  assert.equal(source.frameMs, 20);
  source.close();
});

test("any other is captured as it is", async () => {
  const before = recorders.length;
  const source = await capture(microphone(48000), () => {});
  assert.equal(recorders.length, before);
  source.close();
});

test("without a decoder a recording cannot be played back, and is not lost", async () => {
  assert.ok(!("AudioDecoder" in globalThis));
  const recording = await record({ key: () => "k" }, {}, microphone());
  await until(() => recording.elapsed_ms >= 100);
  const note = await recording.stop();
  assert.equal(note.url, null);
  assert.ok(note.duration_ms >= 100);
  await note.discard();
});
