// @ts-check
/**
 * Ui. The meeting room's own machine: sends the room, plays remote speakers into it, shows the queue on the wall.
 * @module
 */

import { bind } from "./bind.js";
import { Board } from "./board.js";
import { byId } from "./dom.js";
import { Inputs } from "./inputs.js";
import { Meter } from "./meter.js";
import { followPath } from "./path.js";
import { soundControls } from "./sound.js";

/**
 * @param {import("./attending.js").Attending} attendance
 * @param {Record<string, string>} first
 */
export async function start(attendance, first) {
  const page = await bind(attendance, first, (page) => [new Inputs(byId("inputs"), page), new Board(byId("board"), page)]);
  const { t } = page;
  const heard = () => (attendance.isListening ? attendance.sound.level : null);
  byId("output").append(new Meter(t("room.level.out"), heard, t).element);
  soundControls(byId("sound"), page);
  followPath(page);
}
