// The words of the interface: the same keys in each language, none missing, none that nobody uses.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const client = new URL("../../jemaa/client/", import.meta.url);
const LANGUAGES = ["en", "fr", "ar"];
const tables = Object.fromEntries(LANGUAGES.map((tag) => [tag, JSON.parse(read(`strings/${tag}.json`))]));
const keys = Object.keys(tables.en);

/** Families of keys whose last part is a value of the meeting, put together at run time. */
const FAMILIES = {
  "state.": ["announced", "open", "suspended", "closed"],
  "rule.": ["arrival", "alternate", "first_time"],
  "channel.": ["remote", "room", "hub", "phone", "text"],
  "question.": ["waiting", "read", "answered", "dropped"],
  "path.": ["live", "stream", "pieces", "radio", "text"],
  "path.up.": ["live", "pieces", "note", "text"],
  "check.way.": ["live", "stream", "pieces", "radio", "text", "up", "calls"],
  "check.is.": ["yes", "no", "wait", "skip"],
  "check.can.picture.": ["moving", "still"],
  "check.can.up.": ["live", "pieces", "note", "text"],
  "check.why.": ["no_answer", "refused", "silent", "cut", "changed", "not_ours", "collected", "busy", "off", "unsupported"],
  "check.calls.": ["untried", "careful", "work", "some", "udp", "udp_up", "udp_down", "dtls"],
  "check.server.": ["reached", "https", "http", "new", "old", "via", "no_via", "ipv4", "ipv6", "upgrade"],
  "check.timed": ["", ".rate"],
  "checkup.step.": ["web", "calls", "answers", "flows"].flatMap((step) => [step, `${step}.says`]),
  "checkup.access.": ["unknown", "2g", "3g", "4g", "5g", "adsl", "ftth", "cable", "sat", "corp"],
  "checkup.vpn.": ["unknown", "no", "yes"],
  "checkup.found.": ["live", "calls", "answers", "flows"],
};
const COMPOSED = /^(why|refusal|chair\.keys|chair\.doors|rule\.name|level|state|text)\./;

function read(name) {
  return readFileSync(new URL(name, client), "utf8");
}

function sources() {
  const scripts = readdirSync(new URL("ui/", client)).filter((name) => name.endsWith(".js"));
  return [...scripts.map((name) => `ui/${name}`), ...readdirSync(new URL("pages/", client)).map((name) => `pages/${name}`)].map(read).join("\n");
}

test("every language has the same keys", () => {
  for (const tag of LANGUAGES) assert.deepEqual(Object.keys(tables[tag]).sort(), [...keys].sort(), tag);
});

test("a sentence has the same blanks in every language", () => {
  const blanks = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
  for (const key of keys) for (const tag of LANGUAGES) assert.deepEqual(blanks(tables[tag][key]), blanks(tables.en[key]), `${tag} ${key}`);
});

test("no sentence is empty, and Arabic is written in Arabic", () => {
  for (const key of keys) {
    for (const tag of LANGUAGES) assert.ok(tables[tag][key].trim(), `${tag} ${key}`);
    if (!/^\{/.test(tables.en[key])) assert.match(tables.ar[key], /\p{Script=Arabic}/u, key);
  }
});

test("every key that pages and panels name is there", () => {
  const text = sources();
  const named = [...text.matchAll(/\{\{t:([a-z0-9_.]+)\}\}|\bt\("([a-z0-9_.]+)"|words\[\s*"([a-z0-9_.]+)"/g)].map((m) => m[1] ?? m[2] ?? m[3]);
  assert.ok(named.length > 100);
  assert.deepEqual(named.filter((key) => !keys.includes(key)), []);
  for (const [family, values] of Object.entries(FAMILIES)) for (const value of values) assert.ok(keys.includes(family + value), family + value);
});

test("no key is there that nobody uses", () => {
  const text = sources();
  const composed = Object.entries(FAMILIES).flatMap(([family, values]) => values.map((value) => family + value));
  const unused = keys.filter((key) => !COMPOSED.test(key) && !composed.includes(key) && !text.includes(`"${key}"`) && !text.includes(`{{t:${key}}}`));
  assert.deepEqual(unused, []);
});
