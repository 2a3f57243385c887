// @ts-check
/**
 * Ui. The participant's page, beyond the sound: read, ask, raise a hand, and then speak.
 * @module
 */

import { Ask } from "./ask.js";
import { bind } from "./bind.js";
import { Captions } from "./captions_panel.js";
import { Chat } from "./chat.js";
import { byId } from "./dom.js";
import { Hand } from "./hand.js";
import { Now } from "./now.js";
import { followPath } from "./path.js";

/**
 * @param {import("./attending.js").Attending} attendance
 * @param {Record<string, string>} first
 */
export async function start(attendance, first) {
  /** @type {Hand} */
  let hand;
  const atOnce = (/** @type {import("./panel.js").Page} */ page) => {
    hand = new Hand(byId("hand"), page);
    return [
      new Now(byId("now"), page),
      new Captions(byId("captions"), page),
      hand,
      new Ask(byId("ask"), page, hand.name),
      new Chat(byId("chat"), page, hand.name),
    ];
  };
  // Over a thin line these are some seconds more, which nobody needs who has yet to raise a hand.
  const then = async (/** @type {import("./panel.js").Page} */ page) => {
    await attendance.fetched(["ui/equipment.js"]);
    const { equip } = await import("./equipment.js");
    return equip(page, hand.name);
  };
  followPath(await bind(attendance, first, atOnce, then));
}
