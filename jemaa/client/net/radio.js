// @ts-check
/**
 * Net. Path `radio`: an endless Ogg/Opus or MP3 in an audio element, which also plays on a locked phone.
 *
 * There is no mix without one's own voice here: while one speaks, it is silent.
 */

const CHECK_MS = 500;

/** Whose radio ran dry: opened again it asks for what a thin line has room for, whatever the page's files told of it. */
const ranDry = new WeakSet();

export class Radio {
  /** @param {import("./listening.js").Listening} listening @param {(code: string) => void} onEnd */
  constructor(listening, onEnd) {
    this.listening = listening;
    this.attendance = listening.attendance;
    const { session, rendition, sound, network } = this.attendance;
    this.element = sound.radio ??= new Audio();
    const plays = this.element.canPlayType('audio/ogg; codecs="opus"') && rendition !== "mp3";
    // Chromium and Firefox play 32 KiB and 2 s behind: 10 s at 32 kb/s, 24 of what a thin line has room for.
    this.kbps = plays ? Number(rendition ?? (network.isThin || ranDry.has(sound) ? 12 : 32)) : 24;
    this.element.src = plays ? `/s/${session}/radio.opus?kbps=${this.kbps}` : `/s/${session}/radio.mp3`;
    sound.apply();
    if (sound.output) this.element.setSinkId?.(sound.output).catch(() => {});
    this.last = 0;
    this.isToldOf = false;
    this.element.onended = () => onEnd("closed");
    this.element.onwaiting = () => this.isToldOf && ranDry.add(sound);
    this.element.onerror = () => onEnd(this.element.error?.code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED ? "blocked" : "lost");
    this.timer = setInterval(() => this.#check(), CHECK_MS);
    this.attendance.spent("request", 0);
    this.stop = new AbortController();
    this.#play();
  }

  #play() {
    this.element.play().catch(({ name }) => name === "NotAllowedError" && this.#wait());
  }

  /** A browser plays nothing that no press has asked for; any will do. */
  #wait() {
    const { signal } = this.stop;
    if (signal.aborted) return;
    this.attendance.tell("press");
    globalThis.addEventListener("click", () => this.#play(), { once: true, signal });
  }

  /** Speaking has begun or ended. */
  change() {
    this.element.muted = Boolean(this.attendance.publishing.sound);
  }

  close() {
    clearInterval(this.timer);
    this.stop.abort();
    this.element.onended = this.element.onerror = this.element.onwaiting = null;
    this.element.pause();
    this.element.removeAttribute("src");
    this.element.load(); // it is kept: what was let to play once may play again
  }

  #check() {
    const { currentTime, paused } = this.element;
    if (paused && this.isToldOf) return this.listening.heard("radio"); // by a headset's key: that is no silence of the network
    if (currentTime <= this.last) return;
    // The element does not say what it has read: what it has played is what it has cost, or very nearly.
    this.attendance.spent("radio", Math.round(((currentTime - this.last) * this.kbps * 1000) / 8));
    this.last = currentTime;
    this.listening.heard("radio");
    if (!this.isToldOf) this.attendance.tell("playing");
    this.isToldOf = true;
  }
}
