// Jumps in the browser are those of auction/rules/jump.py. The cases come from there on standard input.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const { jumpOf, timesText } = await import(process.env.JUMP_MODULE);
const { limits, cases } = JSON.parse(readFileSync(0, "utf8"));
for (const { fen, least, increment, expect, times } of cases) {
  const found = jumpOf(fen, least, increment, limits);
  assert.deepEqual(found, expect);
  if (found) assert.equal(timesText(found.percent), times);
}
console.log(`${cases.length} sums agree`);
