// @ts-check
/**
 * Net. Plain requests: joining, and what is asked by POST. Who one is lives in this browser's storage, session by session.
 * @module
 */

import { refusal } from "./live.js";

export class Desk {
  /** @param {import("./attendance.js").Attendance} attendance */
  constructor(attendance) {
    this.attendance = attendance;
    this.key = `jemaa ${attendance.session} ${attendance.invitation?.slice(-16) ?? "public"}`;
    /** @type {Promise<void>|null} */ this.joining = null;
  }

  /** Once; a failure may be tried again. */
  join() {
    this.joining ??= this.introduce().catch((error) => {
      this.joining = null;
      throw error;
    });
    return this.joining;
  }

  async introduce() {
    const { attendance } = this;
    const resume = remembered(this.key);
    const asked = { ...(attendance.invitation && { token: attendance.invitation }), ...(resume && { resume }) };
    const joined = await this.post("join", asked).catch((error) => {
      if (!resume || !error.status) throw error;
      remember(this.key, null); // what was remembered is no longer good
      return this.post("join", attendance.invitation ? { token: attendance.invitation } : {});
    });
    attendance.token = joined.token;
    attendance.person = joined.person;
    attendance.role = joined.role;
    remember(this.key, joined.token);
    attendance.emit("state", { events: [] });
  }

  /** @param {string} path @param {object} value @param {RequestInit} [options] */
  post(path, value, options = {}) {
    const headers = { "Content-Type": "application/json" };
    return this.request(path, { method: "POST", body: JSON.stringify(value), ...options }, headers);
  }

  /**
   * @param {string} path
   * @param {RequestInit} options
   * @param {Record<string, string>} [headers]
   * @returns {Promise<any>} what the answer says; a refusal is an error with `code`, `text` and `status`
   */
  async request(path, options, headers = {}) {
    const { attendance } = this;
    const address = `${attendance.base}/${path}`;
    attendance.count(600 + (options.body instanceof Uint8Array ? options.body.length : String(options.body ?? "").length));
    const answer = await fetch(address, { ...options, headers: { ...attendance.headers, ...headers } }).catch(() => {
      throw refusal({ code: "lost", text: "" });
    });
    const text = await answer.text();
    const value = parsed(text);
    if (answer.ok) return value;
    const { code, text: said } = value?.error ?? { code: `http-${answer.status}`, text: "" };
    throw Object.assign(refusal({ code, text: said }), { status: answer.status, value });
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    return {};
  }
}

/** @param {string} key @returns {string|null} */
function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage is off: one is somebody new at each visit
  }
}

/** @param {string} key @param {string|null} token */
function remember(key, token) {
  try {
    if (token) localStorage.setItem(key, token);
    else localStorage.removeItem(key);
  } catch {
    return;
  }
}
