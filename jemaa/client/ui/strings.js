// @ts-check
/**
 * Ui. Words in the page's language; nothing here knows a language.
 * @module
 */

/**
 * The function that gives a key's words, with `{name}` filled in. A missing key shows itself, so that it is noticed.
 * @param {Readonly<Record<string, string>>} table
 * @returns {import("./attending.js").Translate}
 */
export function translator(table) {
  return (key, values = {}) =>
    (table[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/**
 * A refusal in the page's language, by its code; else the server's own sentence.
 * @param {Readonly<Record<string, string>>} table
 * @param {unknown} error
 * @returns {string}
 */
export function refusalText(table, error) {
  const { code, text, message } = /** @type {{code?: string, text?: string, message?: string}} */ (error ?? {});
  const known = code && table[`refusal.${code}`];
  if (known) return known;
  return (code && (text || message)) || table["later.error"] || "";
}

/**
 * All words of a language.
 * @param {string} base address of the client's files
 * @param {string} language
 * @returns {Promise<Record<string, string>>}
 */
export async function loadStrings(base, language) {
  const answer = await fetch(`${base}/strings/${language}.json`);
  return answer.ok ? answer.json() : {};
}
