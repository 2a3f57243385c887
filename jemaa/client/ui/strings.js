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
  const { code, text, message } = /** @type {{code?: unknown, text?: string, message?: string}} */ (error ?? {});
  const isOurs = typeof code === "string"; // a browser's errors have numbers, and are in English
  return (isOurs && (table[`refusal.${code}`] || text || message)) || table["later.error"] || "";
}

/**
 * The words of a language: all, or those of a page that has a table of its own.
 * @param {string} base address of the client's files
 * @param {string} language
 * @param {string} [page]
 * @returns {Promise<Record<string, string>>}
 */
export async function loadStrings(base, language, page) {
  const answer = await fetch(`${base}/${tableOf(language, page)}`);
  return answer.ok ? answer.json() : {};
}

/** @param {string} language @param {string} [page] */
function tableOf(language, page) {
  return `strings/${language}${page === "participant" ? ".participant" : ""}.json`;
}
