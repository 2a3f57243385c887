// The colours of the pages, light and dark, against WCAG 2.2: 4.5 to 1 for text, 3 to 1 for edges and the focus.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const sheet = readFileSync(new URL("../../jemaa/client/ui/jemaa.css", import.meta.url), "utf8");
const blocks = [...sheet.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) => colours(block));
const themes = { light: blocks[0], dark: { ...blocks[0], ...blocks[1] } };

const TEXT = [
  ["ink", "paper"], ["ink", "card"], ["ink", "tint"], ["ink", "line"], ["soft", "paper"], ["soft", "card"],
  ["deep", "paper"], ["deep", "card"], ["deep", "tint"], ["deep-ink", "deep"], ["air", "card"], ["air", "air-tint"],
  ["card", "air"], ["warn", "warn-tint"], ["paper", "ink"], ["soft", "air-tint"],
];
const EDGES = [["edge", "card"], ["edge", "paper"], ["focus", "card"], ["focus", "paper"], ["air", "paper"]];

/** @param {string} block */
function colours(block) {
  return Object.fromEntries([...block.matchAll(/--([a-z-]+): (#[0-9a-f]{3,6})\b/g)].map(([, name, value]) => [name, value]));
}

/** Relative luminance (WCAG 2.2, “relative luminance”). @param {string} hex */
function luminance(hex) {
  const digits = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit).join("") : hex.slice(1);
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const share = parseInt(digits.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param {string} one @param {string} other */
function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

test("black on white is 21 to 1", () => assert.equal(Math.round(contrast("#000", "#ffffff")), 21));

for (const [name, theme] of Object.entries(themes)) {
  for (const [pairs, least] of [[TEXT, 4.5], [EDGES, 3]]) {
    for (const [front, back] of pairs) {
      test(`${name}: ${front} on ${back} is ${least} to 1 at least`, () => {
        const ratio = contrast(theme[front], theme[back]);
        assert.ok(ratio >= least, `${theme[front]} on ${theme[back]} is ${ratio.toFixed(2)}`);
      });
    }
  }
}
