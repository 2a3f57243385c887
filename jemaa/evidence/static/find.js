// @ts-check
/** Fills in the table of the page “find”: the rows that the address asks for. Without it the form is inert, and says so. */

const PLACE = ["cc", "asn", "access", "week"];
const EVERY = "*";
const MOST = 500;

/** A row is about a way to attend (`path`) or about the mark of an application (`app`), which can have a verdict.
 * @typedef {{cell: string, week: string, cc: string, asn: number, access: string, path?: string, app?: string,
 *   probes: number, share: number, low: number, high: number, word: string, verdict?: string, by_few?: boolean}} Row */

const form = /** @type {HTMLFormElement} */ (document.querySelector("form.find"));
const body = /** @type {HTMLTableSectionElement} */ (document.querySelector("#found tbody"));
const count = /** @type {HTMLElement} */ (document.querySelector("#count"));
const words = /** @type {HTMLElement} */ (document.querySelector("#words"));

/** @param {string} key @param {number} [n] */
const word = (key, n) =>
  (words.querySelector(`data[value="${key}"]`)?.textContent ?? key).replace("{n}", String(n ?? ""));

/** @param {string} field @param {string} value */
const shown = (field, value) =>
  [...form.querySelectorAll("option")].find(
    (one) => one.value === value && one.closest("select")?.name === field,
  )?.textContent ?? value;

/** @param {HTMLTableRowElement} line @param {string} text @param {string} [look] */
function add(line, text, look) {
  const cell = line.insertCell();
  cell.textContent = text;
  if (look) cell.className = look;
  return cell;
}

/** What was seen, and beside it what the rule said, if it may say anything. @param {Row} row */
function said(row) {
  const seen = word(`${row.app ? "mark" : "word"}.${row.word}`);
  if (!row.verdict) return seen;
  return [seen, word(`verdict.${row.verdict}`), ...(row.by_few ? [word("rules.few")] : [])].join(" – ");
}

/** @param {Row} row */
function show(row) {
  const line = body.insertRow();
  for (const field of /** @type {const} */ (["week", "cc", "asn", "access"])) {
    add(line, shown(field, String(row[field])));
  }
  add(line, row.app ? shown("app", row.app) : shown("path", row.path ?? ""));
  add(line, String(row.probes));
  add(line, `${Math.round(100 * row.share)} %`);
  add(line, `${Math.round(100 * row.low)}–${Math.round(100 * row.high)} %`);
  add(line, said(row), row.word);
  const link = document.createElement("a");
  link.href = `${words.dataset.facts}${row.cell}.jsonl`;
  link.textContent = word("facts");
  add(line, "").append(link);
}

/** What is asked for: of an application’s mark no path is asked. @param {URLSearchParams} asked */
function wanted(asked) {
  const app = asked.get("app");
  const fields = [...PLACE, app ? "app" : "path"].filter((field) => asked.get(field));
  return new Map(fields.map((field) => [field, asked.get(field) ?? ""]));
}

async function find() {
  const asked = wanted(new URLSearchParams(location.search));
  for (const select of form.querySelectorAll("select")) select.value = asked.get(select.name) ?? "";
  const answer = await fetch((asked.has("app") ? words.dataset.apps : words.dataset.cells) ?? "");
  const rows = (await answer.text()).split("\n").filter(Boolean).map((line) => /** @type {Row} */ (JSON.parse(line)));
  const tests = [...asked].filter(([field, value]) => field !== "app" || value !== EVERY);
  const found = rows
    .filter((row) => tests.every(([field, value]) => String(row[/** @type {keyof Row} */ (field)]) === value))
    .sort((a, b) => b.week.localeCompare(a.week) || a.cc.localeCompare(b.cc) || a.asn - b.asn);
  count.textContent = found.length ? word("find.count", found.length) : word("find.none");
  if (found.length > MOST) count.textContent += ` – ${word("find.more", MOST)}`;
  found.slice(0, MOST).forEach(show);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) asked.set(name, String(value));
  location.search = new URLSearchParams([...wanted(asked)]).toString();
});
void find();

export {};
