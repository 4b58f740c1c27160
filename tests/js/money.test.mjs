// Amounts in the browser say the same as kernel/money.py. The cases come from there on standard input.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const { capitals, fenOf, wan, yuan } = await import(process.env.MONEY_MODULE);

const cases = JSON.parse(readFileSync(0, "utf8"));
for (const { fen, text, words, short } of cases) {
  const amount = BigInt(fen);
  assert.equal(yuan(amount), text);
  assert.equal(capitals(amount), words);
  assert.equal(fenOf(text), amount);
  if (short) assert.equal(wan(amount), short);
}
for (const typed of ["", "1,99", "12.345", "-1", "1e3", "壹元", "90071992547409.92", "9".repeat(30)]) assert.equal(fenOf(typed), null);
assert.equal(fenOf("¥ 1,234.5元"), 123450n);
console.log(`${cases.length} amounts agree`);
