import assert from "node:assert/strict";
import test from "node:test";

import { LANGUAGES as KNOWN, wordsOf } from "../../../appliance/web/static/displays/words/words.js";

const LANGUAGES = ["en", "de", "el", "eo", "es", "et", "fr", "hr", "it", "lt", "nl", "pt", "ru", "tr", "uk", "zh-Hans"];

for (const lang of LANGUAGES) {
  test(`all words are there in ${lang}`, () => {
    const words = wordsOf(lang);
    assert.deepEqual(Object.keys(words), Object.keys(wordsOf("en")));
    assert.deepEqual(Object.keys(words.equipment), Object.keys(wordsOf("en").equipment));
    for (const [name, text] of Object.entries(words)) if (name !== "equipment") assert.ok(text.length > 0, name);
  });
}

test("there is no language besides these, and English comes first", () => {
  assert.deepEqual(Object.keys(KNOWN), LANGUAGES);
});

test("each language is another one", () => {
  assert.equal(new Set(LANGUAGES.map((lang) => JSON.stringify(wordsOf(lang)))).size, LANGUAGES.length);
  assert.equal(wordsOf("xx"), wordsOf("en"));
});
