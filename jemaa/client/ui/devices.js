// @ts-check
/**
 * Ui. Microphones, cameras and loudspeakers: opening them, naming them, and saying in words why one would not open.
 * @module
 */

import { el, keep, recall, remember, write } from "./dom.js";
import { refusalText } from "./strings.js";

const KEPT = "jemaa-headphones";

/** Every choice on the page. @type {Set<DeviceChoice>} */
const choices = new Set();
/** Every box on the page that says it. @type {Set<HeadphonesChoice>} */
const boxes = new Set();
let wearsHeadphones = recall(KEPT) === "yes";

/**
 * A microphone. For a person at home the browser takes out echo and noise; for a mixer it must leave the sound alone.
 * Where there is no echo, for he wears headphones, taking one out would only swallow his words while others are heard.
 * @param {string} deviceId "" for the default
 * @param {"voice"|"mixer"} use
 * @returns {Promise<MediaStream>}
 */
export async function openMicrophone(deviceId, use) {
  const filtered = use === "voice";
  const audio = {
    deviceId: deviceId ? { exact: deviceId } : undefined,
    echoCancellation: filtered && !wearsHeadphones,
    noiseSuppression: filtered,
    autoGainControl: filtered,
  };
  return granted(await devices().getUserMedia({ audio }));
}

/**
 * A camera, small enough for a thin uplink.
 * @param {string} deviceId "" for the default
 * @returns {Promise<MediaStream>}
 */
export async function openCamera(deviceId) {
  const video = { deviceId: deviceId ? { exact: deviceId } : undefined, width: { ideal: 640 }, height: { ideal: 360 } };
  return granted(await devices().getUserMedia({ video }));
}

/** With a permission all devices have names, loudspeakers too. @param {MediaStream} stream */
function granted(stream) {
  refreshAll();
  return stream;
}

function refreshAll() {
  for (const choice of choices) choice.refresh();
}

/** A screen or a window. @returns {Promise<MediaStream>} */
export async function openScreen() {
  return devices().getDisplayMedia({ video: { frameRate: { ideal: 5 } } });
}

/** Let go of a microphone or camera. @param {MediaStream|null} stream */
export function close(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** Tell of a microphone or camera that is unplugged, or that the browser takes back. @param {MediaStream} stream @param {() => void} act */
export function whenGone(stream, act) {
  for (const track of stream.getTracks()) track.addEventListener("ended", act);
}

/** What to say of a camera that did not open, or whose picture was refused. @param {import("./panel.js").Page} page @param {unknown} error */
export function cameraWords({ t, strings }, error) {
  // A browser's own errors have a code too, a number.
  return typeof (/** @type {any} */ (error)?.code) === "string" ? refusalText(strings, error) : t("camera.failed");
}

/** The key of the sentence that says why a microphone did not open. @param {unknown} error */
export function whyNot(error) {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "microphone.refused";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "microphone.missing";
  if (name === "NotReadableError" || name === "AbortError") return "microphone.busy";
  return name === "InsecurePageError" ? "microphone.insecure" : null;
}

/** A choice of devices that follows what is plugged in; what is chosen in one is chosen in every other of its kind. */
export class DeviceChoice {
  /**
   * @param {MediaDeviceKind} kind
   * @param {string} label
   * @param {string} fallback what the default is called
   * @param {(deviceId: string) => void} chosen
   */
  constructor(kind, label, fallback, chosen) {
    this.kind = kind;
    this.fallback = fallback;
    this.chosen = chosen;
    this.select = el("select", { onchange: () => this.choose() });
    this.element = el("label", {}, label, this.select);
    if (!choices.size) navigator.mediaDevices?.addEventListener?.("devicechange", refreshAll);
    choices.add(this);
    this.refresh();
  }

  get value() {
    return this.select.value;
  }

  choose() {
    for (const one of choices) {
      if (one.kind !== this.kind) continue;
      one.select.value = this.value;
      one.chosen(this.value);
    }
  }

  /** Names are given only after a permission. */
  async refresh() {
    const all = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
    const usable = all.filter((device) => device.kind === this.kind && device.deviceId && device.deviceId !== "default");
    const entries = [{ id: "", name: this.fallback }, ...usable.map((device, n) => ({ id: device.deviceId, name: device.label || `${n + 1}` }))];
    keep(this.select, entries, ({ id }) => id, ({ id }) => el("option", { value: id }));
    entries.forEach(({ name }, n) => write(this.select.children[n], name)); // what is chosen stays so under another name
    this.element.hidden = entries.length < 2;
  }
}

/** Whether one wears headphones: kept in this browser, and the same in every panel of the page. */
export class HeadphonesChoice {
  /** @param {string} label @param {() => void} chosen */
  constructor(label, chosen) {
    this.chosen = chosen;
    this.box = el("input", { type: "checkbox", onchange: () => this.choose() });
    this.box.checked = wearsHeadphones;
    this.element = el("label", { class: "check" }, this.box, label);
    boxes.add(this);
  }

  choose() {
    wearsHeadphones = this.box.checked;
    remember(KEPT, wearsHeadphones ? "yes" : "");
    for (const one of boxes) {
      one.box.checked = wearsHeadphones;
      one.chosen();
    }
  }
}

function devices() {
  if (navigator.mediaDevices) return navigator.mediaDevices;
  const error = new Error("a microphone needs a secure page");
  error.name = "InsecurePageError";
  throw error;
}
