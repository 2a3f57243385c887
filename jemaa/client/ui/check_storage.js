// @ts-check
/**
 * Ui. Where a page keeps things in this browser.
 * @module
 */

/** None where the browser forbids it. @returns {Storage|null} */
export function pageStorage() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
