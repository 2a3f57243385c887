// @ts-check
/**
 * Net. Short questions to the server, and short wishes, though a network may freeze the connection that asks.
 *
 * Where the answer is late the same is asked by a connection that carried nothing yet. A wish has the same
 * `Idempotency-Key` both times (draft-ietf-httpapi-idempotency-key-header; docs/protocol.md §4, "Asking again"), so the
 * server does it once.
 */

import { inVain, insist, lateMs, offline } from "./insist.js";

/** @typedef {import("./attendance.js").Attendance} Attendance */

/** A key for one wish. @returns {string} 22 characters that nobody guesses */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * What is safe to ask twice.
 * @param {Attendance} attendance
 * @param {string} address of the session's API
 * @param {RequestInit} [init]
 * @returns {Promise<any>} the answer's JSON; rejects with a `Refusal`
 */
export function ask(attendance, address, init = {}) {
  const once = async (/** @type {RequestInit} */ how) => {
    const answer = await attendance.request(address, { ...init, ...how });
    return answer.status === 204 ? null : answer.json().catch((cause) => Promise.reject(offline(cause)));
  };
  return insist(once, lateMs(attendance.network), inVain(attendance.network));
}

/**
 * A wish. @param {Attendance} attendance @param {string} address @param {object} value
 * @param {string} [key] where it has been asked for another way
 * @returns {Promise<any>} as `ask`
 */
export function post(attendance, address, value, key = newKey()) {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
  return ask(attendance, address, { method: "POST", body: JSON.stringify(value), headers });
}
