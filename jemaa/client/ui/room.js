// @ts-check
/**
 * Ui. The meeting room's own machine: sends the room, plays remote speakers into it, shows the queue on the wall.
 * @module
 */

import { bind } from "./bind.js";
import { Board } from "./board.js";
import { byId } from "./dom.js";
import { Inputs } from "./inputs.js";
import { followPath } from "./path.js";
import { soundControls } from "./sound.js";

/**
 * @param {import("./attending.js").Attending} attendance
 * @param {Record<string, string>} first
 */
export async function start(attendance, first) {
  const page = await bind(attendance, first, (page) => [new Inputs(byId("inputs"), page), new Board(byId("board"), page)]);
  soundControls(byId("sound"), page, page.t("room.level.out"));
  followPath(page);
}
