// Listening: what is pressed is what is so, and what has fallen silent comes back.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Attendance, Stream } from "../../jemaa/client/net/attendance.js";
import { Listening } from "../../jemaa/client/net/listening.js";
import { Radio } from "../../jemaa/client/net/radio.js";
import { encodeRecord } from "../../jemaa/client/wire/record.js";
import { until } from "./until.mjs";

const { setInterval: plainInterval, setTimeout: plainTimeout } = globalThis;
globalThis.setInterval = (...all) => plainInterval(...all).unref();
globalThis.setTimeout = Object.assign((...all) => plainTimeout(...all).unref(), plainTimeout);
const step = () => new Promise((resolve) => setImmediate(resolve));

class Part {
  gain = { value: 1 };
  connect(other) {
    return other;
  }
}
Object.assign(globalThis, {
  AudioContext: class {
    state = "running";
    currentTime = 0;
    outputs = [];
    async setSinkId(id) {
      this.outputs.push(id);
    }
  },
  GainNode: Part,
  AnalyserNode: Part,
  MediaError: { MEDIA_ERR_SRC_NOT_SUPPORTED: 4 },
});

/** Every `<audio>` that was made. @type {Sound[]} */
let elements = [];
/** Whether a browser lets one sound without a press. */
let isAllowed = true;

class Sound {
  plays = 0;
  currentTime = 0;
  paused = true;
  constructor() {
    elements.push(this);
  }
  canPlayType() {
    return "probably";
  }
  async play() {
    this.plays++;
    if (!isAllowed) throw new DOMException("play() failed because the user didn't interact with the document first.", "NotAllowedError");
    this.paused = false;
  }
  pause() {
    this.paused = true;
  }
  removeAttribute() {}
  load() {}
}

beforeEach(() => {
  [elements, isAllowed] = [[], true];
  globalThis.Audio = Sound;
  globalThis.AudioDecoder = class {};
});

/** An attendance whose streams never end; each request is noted. */
function attending(options = {}) {
  const attendance = new Attendance({ session: "s1", storage: null, ...options });
  const asked = [];
  attendance.request = async (address, { signal }) => {
    const one = { address, signal, body: null };
    asked.push(one);
    const start = (body) => {
      one.body = body;
      signal.addEventListener("abort", () => body.error(signal.reason));
    };
    return new Response(new ReadableStream({ start }));
  };
  attendance.rest = async () => ({ listen() {} });
  return { attendance, asked };
}

test("who presses Listen twice hears nothing: what began at once is ended", async () => {
  const { attendance, asked } = attending();
  const first = attendance.listen({ sound: true });
  await step();
  assert.equal(asked.length, 1);
  await attendance.listen({ sound: false });
  assert.ok(asked[0].signal.aborted);
  assert.deepEqual(attendance.player.lanes, []);
  assert.equal(attendance.player.volume, 0);
  await attendance.listen({ sound: true });
  assert.equal(attendance.player.volume, 1);
  assert.equal(asked.filter(({ signal }) => !signal.aborted).length, 1);
  await first;
});

test("who has closed a stream hears no more of it; who has not hears why it is over", async () => {
  const { attendance } = attending();
  const ends = [];
  const stream = new Stream(attendance, { sound: "sound/12" }, () => {}, (code) => ends.push(code));
  await step();
  stream.close();
  await new Promise((resolve) => plainTimeout(resolve, 20));
  assert.deepEqual(ends, []);
  attendance.request = async () => new Response("");
  new Stream(attendance, { sound: "sound/12" }, () => {}, (code) => ends.push(code));
  await until(() => ends.length);
  assert.deepEqual(ends, ["closed"]);
});

/** Somebody who has only `stream`, and the requests for it; a picture is there to be wanted. */
async function streaming() {
  const { attendance, asked } = attending({ down: "stream" });
  const line = Object.assign(new EventTarget(), { live: null, liveIs: "blocked", isCutting: false });
  await attendance.listen({ sound: true, picture: true });
  attendance.first.stream.close();
  attendance.first = null;
  asked.length = 0;
  const listening = new Listening(attendance, line);
  listening.picture = { rendition: null, stop() {} };
  attendance.status = { tracks: [] };
  listening.update();
  await until(() => asked.length);
  const show = async (rendition) => {
    listening.picture.rendition = rendition;
    listening.speakingChanged();
    await new Promise((resolve) => plainTimeout(resolve, 20));
  };
  const stop = () => {
    attendance.wanted = { sound: false, picture: false };
    listening.update();
  };
  const isOver = () => asked.map(({ signal }) => signal.aborted);
  return { attendance, asked, listening, show, stop, isOver };
}

test("a stream that is asked for a picture goes on until that with the picture gives something", async () => {
  const { asked, listening, show, stop, isOver } = await streaming();
  const path = listening.paths.get("stream");
  await show("picture/low");
  assert.equal(listening.paths.get("stream"), path);
  assert.deepEqual(isOver(), [false, false]);
  asked[1].body.enqueue(encodeRecord(1, new Uint8Array(0)));
  await until(() => asked[0].signal.aborted);
  assert.deepEqual(isOver(), [true, false]);
  stop();
  assert.deepEqual(isOver(), [true, true]);
});

test("a picture that is too much is ended at once, and one that is hidden when the sound comes without it", async () => {
  const { attendance, asked, show, stop, isOver } = await streaming();
  await show("picture/low");
  await show("picture/still");
  assert.deepEqual(isOver(), [true, true, false]);
  attendance.wanted.picture = false;
  await show("picture/still");
  assert.deepEqual(isOver(), [true, true, false, false]);
  asked[3].body.enqueue(encodeRecord(1, new Uint8Array(0)));
  await until(() => asked[2].signal.aborted);
  stop();
});

test("the loudspeaker that was chosen before anything sounded is used", async () => {
  const { attendance } = attending();
  await attendance.sound.setOutput("headphones");
  attendance.listen({ sound: true });
  assert.deepEqual(attendance.player.context.outputs, ["headphones"]);
});

test("without a decoder the radio's element is made and played in the press itself", () => {
  delete globalThis.AudioDecoder;
  const { attendance } = attending();
  attendance.listen({ sound: true });
  assert.equal(elements.length, 1, "before anything is waited for");
  assert.equal(elements[0].plays, 1);
});

/** The radio of an attendance that has been pressed. */
function radio() {
  const { attendance } = attending({ down: "radio" });
  attendance.listen({ sound: true });
  const told = [];
  for (const type of ["press", "playing"]) attendance.addEventListener(type, () => told.push(type));
  const heard = [];
  const one = new Radio({ attendance, heard: (rung) => heard.push(rung) }, () => {});
  return { attendance, one, told, heard };
}

test("a browser that wants another press before it plays is given the next one, and it is said", async () => {
  const presses = new EventTarget();
  globalThis.addEventListener = presses.addEventListener.bind(presses);
  isAllowed = false;
  const { one, told } = radio();
  await step();
  assert.deepEqual(told, ["press"]);
  const { plays } = one.element;
  isAllowed = true;
  presses.dispatchEvent(new Event("click"));
  presses.dispatchEvent(new Event("click"));
  assert.equal(one.element.plays, plays + 1);
  one.close();
});

test("the radio of a wide line is the one that is least behind", () => {
  const { attendance, one } = radio();
  assert.match(one.element.src, /kbps=32$/);
  one.close();
  attendance.learn({ isThin: true });
  const thin = new Radio({ attendance, heard() {} }, () => {});
  assert.match(thin.element.src, /kbps=12$/);
  thin.close();
});

test("a radio that ran dry asks for less when it is opened again, and one that had not begun does not", async () => {
  const { attendance, one, heard } = radio();
  one.element.onwaiting();
  one.close();
  const two = new Radio({ attendance, heard: (rung) => heard.push(rung) }, () => {});
  assert.match(two.element.src, /kbps=32$/);
  two.element.currentTime = 1;
  await until(() => heard.length);
  two.element.onwaiting();
  two.close();
  const three = new Radio({ attendance, heard() {} }, () => {});
  assert.match(three.element.src, /kbps=12$/);
  three.close();
});

test("a radio that is opened again plays in the element that was let to play", async () => {
  const { attendance, one } = radio();
  one.close();
  const again = new Radio({ attendance, heard() {} }, () => {});
  assert.equal(elements.length, 1);
  assert.equal(again.element, one.element);
  again.close();
});

test("a radio that one has paused oneself is no silence of the network", async () => {
  const { one, heard } = radio();
  one.element.currentTime = 1;
  await until(() => heard.length);
  one.element.pause();
  heard.length = 0;
  await until(() => heard.length);
  one.element.paused = false;
  await until(() => !heard.splice(0).length);
  one.close();
});
