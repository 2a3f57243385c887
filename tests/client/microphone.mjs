/** A browser's microphone and encoder without a browser: a frame of Opus every 20 ms, for as long as somebody wants it. */

const SILENCE = Uint8Array.of(0xf8, 0xff, 0xfe); // 20 ms (RFC 6716 §3.2)

class Encoder {
  state = "configured";
  constructor({ output }) {
    this.output = output;
  }
  configure({ sampleRate }) {
    this.rate = sampleRate;
  }
  encode({ timestamp }) {
    queueMicrotask(() => this.output({ timestamp, byteLength: SILENCE.length, copyTo: (to) => to.set(SILENCE) }));
  }
  async flush() {}
  close() {
    this.state = "closed";
  }
}

class Worklet {
  port = { onmessage: null };
  constructor(_context, _name, { processorOptions: { length } }) {
    const ms = length / 48;
    this.timer = setInterval(() => this.port.onmessage?.({ data: new Float32Array(length).buffer }), ms).unref();
  }
}

class Input {
  constructor(context, { mediaStream }) {
    if (mediaStream.rate && mediaStream.rate !== context.sampleRate) throw new DOMException("Connecting AudioNodes from AudioContexts with different sample-rate is currently not supported.", "NotSupportedError");
  }
  connect() {}
  disconnect() {}
}

class Context {
  state = "running";
  audioWorklet = { addModule: async () => {} };
  constructor({ sampleRate = 44100 } = {}) {
    this.sampleRate = sampleRate;
  }
  async resume() {}
  async close() {
    this.state = "closed";
  }
}

Object.assign(globalThis, {
  AudioEncoder: Encoder,
  AudioWorkletNode: Worklet,
  MediaStreamAudioSourceNode: Input,
  AudioContext: Context,
  AudioData: class {
    constructor(fields) {
      Object.assign(this, fields);
    }
    close() {}
  },
});

/** What `getUserMedia` gives. @param {number} [rate] of a device that a context of another rate cannot take, as in Firefox */
export function microphone(rate) {
  const track = Object.assign(new EventTarget(), { kind: "audio", enabled: true, readyState: "live", stop: () => (track.readyState = "ended") });
  return { rate, track, getTracks: () => [track], getAudioTracks: () => [track] };
}
