// @ts-check
/**
 * Ui. What is heard: its level, how loud, and from which loudspeaker.
 * @module
 */

import { DeviceChoice } from "./devices.js";
import { el, recall, remember } from "./dom.js";
import { Meter } from "./meter.js";
import { attempt } from "./panel.js";

const KEPT = "jemaa-volume";

/**
 * @param {HTMLElement} root
 * @param {import("./panel.js").Page} page
 * @param {string} [level] what the level is called
 */
export function soundControls(root, page, level = page.t("sound.level")) {
  const { attendance, t } = page;
  const kept = Number(recall(KEPT) ?? 100);
  const slider = el("input", { type: "range", min: 0, max: 100, step: 5, value: kept });
  slider.addEventListener("input", () => {
    attendance.sound.volume = slider.valueAsNumber / 100;
    remember(KEPT, slider.value);
  });
  attendance.sound.volume = kept / 100;
  const heard = () => (attendance.isListening ? attendance.sound.level : null);
  root.append(new Meter(level, heard, t, "heard-level", () => null).field);
  root.append(el("label", {}, t("sound.volume"), slider));
  if (!hasOutputs()) return;
  const choice = new DeviceChoice("audiooutput", t("sound.output"), t("sound.output.default"), (id) => attempt(page, () => attendance.sound.setOutput(id)));
  root.append(choice.element);
}

/** Whether what will sound can be sent to another loudspeaker: the player, or the radio where there is none. */
const hasOutputs = () => "setSinkId" in ("AudioDecoder" in globalThis ? AudioContext : HTMLMediaElement).prototype;
