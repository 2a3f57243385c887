// @ts-check
/**
 * Ui. Times and amounts as people read them; digits are those of the page's language.
 * @module
 */

/** Minutes and seconds: 75,000 → "1:15". @param {number} ms */
export function clock(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Hours and minutes of a Unix time. @param {number} at @param {string} language */
export function hour(at, language) {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(at);
}

/**
 * What listening costs: kb/s now, MB so far, MB for an hour at the rate of now.
 * @param {{kbps: number, bytes: number}} cost
 * @returns {{kbps: string, mb: string, hour: string}}
 */
export function costWords({ kbps, bytes }) {
  return { kbps: amount(kbps), mb: amount(bytes / 1e6), hour: amount((kbps * 3600) / 8000) };
}

/** One decimal below ten, none from ten on. @param {number} value */
function amount(value) {
  return value < 9.95 ? value.toFixed(1) : String(Math.round(value));
}
