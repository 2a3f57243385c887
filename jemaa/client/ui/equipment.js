// @ts-check
/**
 * Ui. What a participant needs equipment for: a loudspeaker, a screen, a microphone, a camera.
 * @module
 */

import { byId } from "./dom.js";
import { NotePanel } from "./note_panel.js";
import { Picture } from "./picture_panel.js";
import { soundControls } from "./sound.js";
import { Speak } from "./speak.js";

/** @param {import("./panel.js").Page} page @param {import("./name.js").Name} name @returns {import("./panel.js").Panel[]} */
export function equip(page, name) {
  soundControls(byId("sound"), page);
  return [new Speak(byId("speak"), page), new Picture(byId("picture"), page), new NotePanel(byId("note"), page, name)];
}
