// @ts-check
/**
 * Media. On the audio thread: collects what the microphone gives into frames of equal length.
 * @module
 */

class Frames extends AudioWorkletProcessor {
  /** @param {{processorOptions: {length: number}}} options */
  constructor({ processorOptions }) {
    super();
    this.length = processorOptions.length;
    this.frame = new Float32Array(this.length);
    this.filled = 0;
  }

  /** @param {Float32Array[][]} inputs @returns {boolean} */
  process([channels]) {
    const first = channels?.[0];
    const size = first?.length ?? 128; // no input yet: silence keeps the clock
    for (let i = 0; i < size; i++) {
      let sample = 0;
      for (const channel of channels ?? []) sample += channel[i];
      this.frame[this.filled++] = channels?.length ? sample / channels.length : 0;
      if (this.filled === this.length) {
        const { buffer } = this.frame;
        this.port.postMessage(buffer, [buffer]);
        this.frame = new Float32Array(this.length);
        this.filled = 0;
      }
    }
    return true;
  }
}

registerProcessor("jemaa-frames", Frames);
