// @ts-check
/** Fills in the table of the page “find”: the rows that the address asks for. Without it the form is inert, and says so. */

const FIELDS = ["cc", "asn", "access", "path", "week"];
const MOST = 500;

/** @typedef {{cell: string, week: string, cc: string, asn: number, access: string, path: string, probes: number,
 *   share: number, low: number, high: number, word: string}} Row */

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

/** @param {Row} row */
function show(row) {
  const line = body.insertRow();
  for (const field of /** @type {const} */ (["week", "cc", "asn", "access", "path"])) {
    add(line, shown(field, String(row[field])));
  }
  add(line, String(row.probes));
  add(line, `${Math.round(100 * row.share)} %`);
  add(line, `${Math.round(100 * row.low)}–${Math.round(100 * row.high)} %`);
  add(line, word(`word.${row.word}`), row.word);
  const link = document.createElement("a");
  link.href = `${words.dataset.facts}${row.cell}.jsonl`;
  link.textContent = word("facts");
  add(line, "").append(link);
}

async function find() {
  const asked = new URLSearchParams(location.search);
  for (const field of FIELDS) {
    const select = form.elements.namedItem(field);
    if (select instanceof HTMLSelectElement) select.value = asked.get(field) ?? "";
  }
  const answer = await fetch(words.dataset.cells ?? "");
  const rows = (await answer.text()).split("\n").filter(Boolean).map((line) => /** @type {Row} */ (JSON.parse(line)));
  const wanted = FIELDS.filter((field) => asked.get(field));
  const found = rows
    .filter((row) => wanted.every((field) => String(row[/** @type {keyof Row} */ (field)]) === asked.get(field)))
    .sort((a, b) => b.week.localeCompare(a.week) || a.cc.localeCompare(b.cc) || a.asn - b.asn);
  count.textContent = found.length ? word("find.count", found.length) : word("find.none");
  if (found.length > MOST) count.textContent += ` – ${word("find.more", MOST)}`;
  found.slice(0, MOST).forEach(show);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) asked.set(name, String(value));
  location.search = asked.toString();
});
void find();

export {};
