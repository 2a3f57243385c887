// @ts-check
/**
 * Ui. A panel: made once in its root, drawn from the state after every event. It changes no state; it asks by commands.
 * @module
 */

import { byId, el } from "./dom.js";
import { refusalText } from "./strings.js";

/** @typedef {import("./attending.js").Attending} Attending */
/** @typedef {import("./attending.js").State} State */

/**
 * What all panels of a page share.
 * @typedef {object} Page
 * @property {Attending} attendance
 * @property {import("./attending.js").Translate} t
 * @property {Record<string, string>} strings
 * @property {string} language
 * @property {string} session
 */

export class Panel {
  /**
   * @param {HTMLElement} root
   * @param {Page} page
   */
  constructor(root, page) {
    this.root = root;
    this.page = page;
    this.attendance = page.attendance;
    this.t = page.t;
  }

  /** Draw. @param {State} _state */
  render(_state) {}

  /**
   * Ask for something; a refusal is shown as a sentence.
   * @param {{type: string, [field: string]: unknown}} command
   * @returns {Promise<boolean>} whether it was done
   */
  ask(command) {
    return attempt(this.page, () => this.attendance.command(command));
  }

  /** A person's name. @param {State} state @param {string} person */
  nameOf(state, person) {
    return state.persons[person]?.name || this.t("someone");
  }

  /** This person as everyone knows him, if he gave a name. @param {State} state */
  me(state) {
    return state.persons[this.attendance.person ?? ""];
  }
}

/**
 * Do something that may be refused, and say so.
 * @param {Page} page
 * @param {() => Promise<unknown>|unknown} act
 * @returns {Promise<boolean>}
 */
export async function attempt(page, act) {
  try {
    await act();
    return true;
  } catch (error) {
    notice(refusalText(page.strings, error));
    return false;
  }
}

/**
 * What a press does, and nothing for one that comes while it is under way.
 * @param {() => Promise<unknown>} act
 * @returns {() => Promise<void>}
 */
export function single(act) {
  let isUnderWay = false;
  return async () => {
    if (isUnderWay) return;
    isUnderWay = true;
    try {
      await act();
    } finally {
      isUnderWay = false;
    }
  };
}

const SAID_MS = 10_000; // by then a screen reader has taken it

/** Tell a screen reader, politely; a line of its own, so that what is said at once is all said, and twice the same too. @param {string} text */
export function say(text) {
  if (!text) return;
  const line = el("p", {}, text);
  byId("said").append(line);
  setTimeout(() => line.remove(), SAID_MS);
}

let closing = 0;

/** A sentence that everyone sees for a while; the focus stays where it is. @param {string} text */
export function notice(text) {
  const bar = byId("notice");
  const line = bar.querySelector("span") ?? bar.appendChild(document.createElement("span"));
  line.textContent = text;
  bar.hidden = !text;
  say(text);
  clearTimeout(closing);
  closing = setTimeout(() => (bar.hidden = true), 4000 + 60 * text.length);
}
