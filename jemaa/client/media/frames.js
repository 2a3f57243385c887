// @ts-check
/**
 * Media. The frames of a camera or a screen, one after the other, to be drawn. Chromium hands them out on a page; elsewhere
 * (Firefox, Safari) an element plays them, and is looked at as often as somebody wants one.
 * @module
 */

/**
 * @typedef {object} Frames
 * @property {number} width
 * @property {number} height
 * @property {(onframe: (frame: CanvasImageSource) => void) => void} start each frame is there only while `onframe` runs
 * @property {() => void} stop
 */

/** @param {MediaStream} stream @param {HTMLVideoElement} player @param {number} fps how often one is wanted at the most @returns {Promise<Frames>} */
export async function framesOf(stream, player, fps) {
  const Processor = /** @type {any} */ (globalThis).MediaStreamTrackProcessor;
  return Processor ? new Given(stream, Processor) : Looked.begin(stream, player, fps);
}

class Given {
  /** @param {MediaStream} stream @param {any} Processor */
  constructor(stream, Processor) {
    const [track] = stream.getVideoTracks();
    const { width, height } = track.getSettings();
    this.width = width || 640;
    this.height = height || 360;
    /** @type {ReadableStreamDefaultReader<VideoFrame>} */
    this.reader = new Processor({ track, maxBufferSize: 2 }).readable.getReader();
    this.isOver = false;
  }

  /** @param {(frame: CanvasImageSource) => void} onframe */
  async start(onframe) {
    for (let got = await this.reader.read(); !got.done && !this.isOver; got = await this.reader.read()) {
      onframe(got.value);
      got.value.close();
    }
  }

  stop() {
    this.isOver = true;
    this.reader.cancel().catch(() => {});
  }
}

class Looked {
  /** @param {MediaStream} stream @param {HTMLVideoElement} player @param {number} fps */
  static async begin(stream, player, fps) {
    if (player.srcObject !== stream) player.srcObject = stream;
    await player.play();
    return new Looked(player, fps);
  }

  /** @param {HTMLVideoElement} player @param {number} fps */
  constructor(player, fps) {
    this.player = player;
    this.everyMs = 1000 / fps;
    this.timer = 0;
    this.width = player.videoWidth || 640;
    this.height = player.videoHeight || 360;
  }

  /** A timer, and not the element's own callback: in a tab behind another that one stands still. @param {(frame: CanvasImageSource) => void} onframe */
  start(onframe) {
    this.timer = setInterval(() => onframe(this.player), this.everyMs);
  }

  stop() {
    clearInterval(this.timer);
  }
}
