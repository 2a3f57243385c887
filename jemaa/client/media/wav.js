// @ts-check
/**
 * Media. Opus frames to a WAV file that any <audio> element plays: to listen back to what one has recorded.
 * @module
 */

const RATE = 48000;

/** @param {Uint8Array[]} frames @param {number} frameMs @returns {Promise<Blob>} 16 bits, mono; rejects where the browser decodes no Opus */
export async function wavOf(frames, frameMs) {
  /** @type {Int16Array<ArrayBuffer>[]} */
  const parts = [];
  const decoder = new AudioDecoder({
    output: (data) => {
      const samples = new Float32Array(data.numberOfFrames);
      data.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
      parts.push(Int16Array.from(samples, (sample) => Math.max(-1, Math.min(1, sample)) * 32767));
      data.close();
    },
    error: () => {},
  });
  decoder.configure({ codec: "opus", sampleRate: RATE, numberOfChannels: 1 });
  for (const [n, data] of frames.entries()) {
    decoder.decode(new EncodedAudioChunk({ type: "key", timestamp: n * frameMs * 1000, data }));
  }
  await decoder.flush();
  decoder.close();
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
  return new Blob([header(length), ...parts], { type: "audio/wav" });
}

/** RIFF header of 16-bit mono. @param {number} length of the samples, in bytes */
export function header(length) {
  const view = new DataView(new ArrayBuffer(44));
  const word = (/** @type {number} */ at, /** @type {string} */ text) => [...text].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  word(0, "RIFF");
  view.setUint32(4, 36 + length, true);
  word(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, "data");
  view.setUint32(40, length, true);
  return view.buffer;
}
