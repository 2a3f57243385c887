// @ts-check
/**
 * Ui. The participant's page, beyond the sound: read, ask, raise a hand, speak.
 * @module
 */

import { Ask } from "./ask.js";
import { bind } from "./bind.js";
import { Captions } from "./captions_panel.js";
import { Chat } from "./chat.js";
import { byId } from "./dom.js";
import { Hand } from "./hand.js";
import { NotePanel } from "./note_panel.js";
import { Now } from "./now.js";
import { followPath } from "./path.js";
import { Picture } from "./picture_panel.js";
import { soundControls } from "./sound.js";
import { Speak } from "./speak.js";

/**
 * @param {import("./attending.js").Attending} attendance
 * @param {Record<string, string>} first
 */
export async function start(attendance, first) {
  const page = await bind(attendance, first, (page) => {
    const hand = new Hand(byId("hand"), page);
    return [
      new Now(byId("now"), page),
      new Speak(byId("speak"), page),
      new Picture(byId("picture"), page),
      new Captions(byId("captions"), page),
      hand,
      new Ask(byId("ask"), page, hand.name),
      new NotePanel(byId("note"), page, hand.name),
      new Chat(byId("chat"), page, hand.name),
    ];
  });
  soundControls(byId("sound"), page);
  followPath(page);
}
