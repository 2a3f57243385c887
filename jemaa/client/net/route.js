// @ts-check
/**
 * Net. Walks the ladder with real paths: opens, uses and closes what the ladder says, and tells it what came of it.
 * @module
 */

import { Player } from "../media/player.js";
import { StreamPath } from "./attendance.js";
import { Ladder, RUNGS } from "./ladder.js";
import { LivePath } from "./live.js";
import { PiecesPath } from "./pieces.js";
import { RadioPath } from "./radio.js";

const TICK_MS = 250;
const ASLEEP_MS = 10_000; // a tick that comes so late: the tab slept

/** @typedef {import("./attendance.js").Path} Path */

export class Route {
  /** @param {import("./attendance.js").Attendance} attendance */
  constructor(attendance) {
    this.attendance = attendance;
    /** @type {Map<string, Path>} */ this.paths = new Map();
    this.ladder = new Ladder({ rungs: possible(attendance.forced.down) });
    this.ticked = performance.now();
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.isOn = false;
    addEventListener("online", () => this.act(this.ladder.refresh(performance.now())));
  }

  /** Begin, keeping the first path if it is open. @param {StreamPath|null} first */
  start(first) {
    if (this.isOn) return;
    this.isOn = true;
    this.ladder = new Ladder({ rungs: possible(this.attendance.forced.down) });
    if (first) this.paths.set("stream", first);
    this.act(this.ladder.start(performance.now(), first ? ["stream"] : []));
    this.sounded();
  }

  stop() {
    this.isOn = false;
    for (const path of this.paths.values()) path.close();
    this.paths.clear();
  }

  /** @param {Path} path @param {string} code */
  ended(path, code) {
    const rung = [...this.paths].find(([, one]) => one === path)?.[0];
    if (!rung) return;
    this.paths.delete(rung);
    if (this.isOn) this.act(this.ladder.ended(rung, code, performance.now()));
  }

  /** The path whose sound is heard. @returns {Path|undefined} */
  get used() {
    return this.paths.get(this.ladder.used ?? "");
  }

  /** @returns {LivePath|null} */
  get live() {
    const path = this.paths.get("live");
    return path instanceof LivePath && path.isOpen ? path : null;
  }

  /**
   * Every path that the server does not know us by is opened anew, so that it can leave our own voice out.
   */
  rename() {
    for (const [rung, path] of [...this.paths]) {
      if (path.isNamed) continue;
      const named = this.make(rung);
      this.paths.set(rung, named);
      path.close();
    }
  }

  /** What we want to see has changed. */
  wantsChanged() {
    for (const [rung, path] of [...this.paths]) {
      if (path instanceof LivePath) path.listen();
      else if (path instanceof StreamPath) {
        this.paths.set(rung, this.make(rung));
        path.close();
      }
    }
  }

  tick() {
    const now = performance.now();
    if (now - this.ticked > ASLEEP_MS) this.act(this.ladder.refresh(now));
    this.ticked = now;
    if (!this.isOn) return;
    this.sounded();
    this.act(this.ladder.tick(now, (rung) => now - (this.paths.get(rung)?.lastAt ?? now)));
  }

  /** Which paths have brought sound since they were opened, or since they stalled? */
  sounded() {
    const now = performance.now();
    for (const [rung, path] of this.paths) {
      const open = this.ladder.open.get(rung);
      if (open && !open.hasSound && now - path.lastAt < 1200 && this.hasSound(path)) this.act(this.ladder.sounded(rung, now));
    }
  }

  /** @param {Path} path */
  hasSound(path) {
    return path instanceof RadioPath ? path.isHeard : this.attendance.sound.decoders.has(path);
  }

  /** @param {import("./ladder.js").Action[]} actions */
  act(actions) {
    for (const action of actions) {
      if (action.type === "open") this.paths.set(action.rung, this.make(action.rung));
      if (action.type === "close") {
        this.paths.get(action.rung)?.close();
        this.paths.delete(action.rung);
      }
      if (action.type === "use") this.use(action.rung, action.why);
    }
  }

  /** @param {string|null} rung @param {string} why */
  use(rung, why) {
    const path = rung ? this.paths.get(rung) : undefined;
    this.attendance.setPath(path ? { down: path.name, why, connected: true } : { why, connected: false });
  }

  /** @param {string} rung @returns {Path} */
  make(rung) {
    const { attendance } = this;
    const { sound } = attendance.forced;
    switch (rung) {
      case "live":
        return new LivePath(attendance, sound ?? "sound/32");
      case "stream":
        return new StreamPath(attendance, sound ?? "sound/12", attendance.wantsPicture ? "picture/low" : null);
      case "pieces":
        return new PiecesPath(attendance, sound ?? "sound/12");
      case "thin pieces":
        return new PiecesPath(attendance, sound ?? "sound/8");
      default:
        return new RadioPath(attendance, sound ?? "sound/12");
    }
  }
}

/** @param {string|undefined} forced @returns {readonly string[]} */
function possible(forced) {
  if (forced === "text") return [];
  if (forced) return RUNGS.includes(forced) ? [forced] : RUNGS;
  return Player.isPossible ? RUNGS : ["radio"];
}
