// Every text is there in every language, and meet ids are read in whatever form they come.
import assert from "node:assert";
import test from "node:test";

import { LANGUAGES, texts } from "../../../appliance/web/static/openlifter/texts.js";
import { digitsOf, grouped } from "../../../appliance/web/static/openlifter/ui/meet-id.js";

const shape = (value) => {
  if (value === null || typeof value !== "object") return typeof value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, shape(value[key])]));
};

test("each language has every text", () => {
  const [first, ...others] = Object.values(LANGUAGES);
  for (const other of others) assert.deepEqual(shape(other), shape(first));
});

test("a language that we do not have is English, a region is its language", () => {
  assert.equal(texts("zh-Hans"), LANGUAGES.en);
  assert.equal(texts("de-AT"), LANGUAGES.de);
});

test("a meet id is its nine digits, whatever stands around them", () => {
  for (const written of ["123456789", "123 456 789", "123-456-789", "Meet 123 456 789", "http://box/openlifter/live?meet=123%20456%20789"]) {
    assert.equal(digitsOf(written), "123456789", written);
  }
  assert.equal(grouped("123456789"), "123 456 789");
  assert.equal(grouped("1234"), "123 4");
});
