// The end of a sale as the room says it: the day in front, unless it is today in Beijing.
import assert from "node:assert/strict";

globalThis.document = { getElementById: () => ({ dataset: {} }), documentElement: { lang: "zh-Hans" } };
const { dayOf, endOf } = await import(process.env.WORDS_MODULE);
const at = (text) => Date.parse(`${text}+08:00`);

assert.equal(endOf(at("2027-01-21T10:03:06"), at("2027-01-21T00:00:00")), "10:03:06");
assert.equal(endOf(at("2027-01-21T10:00:00"), at("2027-01-20T23:59:59")), "01-21 10:00:00");
assert.equal(endOf(at("2027-01-01T00:00:00"), at("2026-12-31T23:59:59")), "2027-01-01 00:00:00");
assert.equal(dayOf(at("2026-12-31T23:59:59"), at("2026-01-01T00:00:00")), "12-31");
assert.equal(dayOf(at("2026-12-31T23:59:59"), at("2027-01-01T00:00:00")), "2026-12-31");
document.documentElement.lang = "en";
const english = await import(`${process.env.WORDS_MODULE}?en`);
assert.equal(english.endOf(at("2027-01-21T10:00:00"), at("2027-01-20T23:59:59")), "21 Jan, 10:00:00");
assert.equal(english.dayOf(at("2026-09-01T23:59:59"), at("2027-01-01T00:00:00")), "1 Sep 2026");
console.log("ends are said with their day");
