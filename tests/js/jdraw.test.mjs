// Run by tests/valuation/test_jdraw_in_the_browser.py, which says where module and vectors are.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const { JDRAW_MODULE, SM3_MODULE, STRICTJSON_MODULE, VECTORS, BAD_TRANSCRIPTS } = process.env;
const { CHECKS, FormatError, fromHex, pickOne, picks, redraw } = await import(JDRAW_MODULE);
const { sm3 } = await import(SM3_MODULE);
const { OtherNumber, canonical, parse } = await import(STRICTJSON_MODULE);

const utf8 = (text) => new TextEncoder().encode(text);
const hex = (bytes) => Buffer.from(bytes).toString("hex");

// Read by the module's own reader, so that numbers above 2^53 keep their digits.
const vectors = parse(readFileSync(VECTORS)).map((vector) => ({
  id: vector.get("id"), what: vector.get("what"), input: vector.get("input"), expect: vector.get("expect"),
}));
const plain = (value) => {
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, inner]) => [name, plain(inner)]));
  if (Array.isArray(value)) return value.map(plain);
  return value instanceof OtherNumber ? BigInt(value.text) : value;
};
const transcripts = vectors.filter(({ input }) => input.has("format"));
const functions = (name) => vectors.filter(({ input }) => input.get("function") === name)
  .map(({ id, input, expect }) => ({ id, input: plain(input), expect: plain(expect) }));

for (const { id, what, input, expect } of transcripts) {
  test(`${id}: ${what}`, async () => {
    const found = await redraw(canonical(input));
    const known = plain(expect);
    assert.deepEqual({ order: found.order, seed: found.seed, checks: found.checks },
      { order: known.order, seed: known.seed, checks: known.checks });
    assert.deepEqual(Object.keys(found.checks), CHECKS);
    assert.equal(Object.values(found.checks).every(Boolean) ? 0 : 1, known.status);
    if (known.freeze_leaf_hash) assert.equal(found.freezeLeafHash, known.freeze_leaf_hash);
    for (const check of CHECKS) assert.ok(found.milliseconds[check] >= 0);
  });
}

for (const { id, input, expect } of functions("index")) {
  test(`${id}: an index is fair also where numbers are rejected`, async () => {
    const found = await pickOne(input.hash, fromHex(input.seed), input.i, input.n);
    assert.deepEqual([found.index, found.tries], [BigInt(expect.index), expect.c]);
  });
}

for (const { id, input, expect } of functions("draw")) {
  test(`${id}: every institution is drawn as often as the known counts say`, async () => {
    const first = {};
    const atAll = {};
    for (let j = 0; j < 9000; j += 1) {
      const seed = createHash("sha256").update(String(j)).digest();
      const drawn = (await picks(input.hash, seed, input.pool, input.k)).map(({ entry }) => entry);
      first[drawn[0]] = (first[drawn[0]] ?? 0) + 1;
      for (const entry of drawn) atAll[entry] = (atAll[entry] ?? 0) + 1;
    }
    assert.deepEqual(first, expect.first_place);
    assert.deepEqual(atAll, expect.drawn_at_all);
  });
}

test("SM3 gives the digests of GB/T 32905 and of OpenSSL at every length around a block", () => {
  assert.equal(hex(sm3(utf8("abc"))), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
  assert.equal(hex(sm3(utf8("abcd".repeat(16)))), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
  for (let length = 0; length <= 200; length += 1) {
    const bytes = Uint8Array.from({ length }, (_, i) => (31 * i + length) % 256);
    assert.equal(hex(sm3(bytes)), createHash("sm3").update(bytes).digest("hex"));
  }
});

for (const { what, raw, field } of JSON.parse(readFileSync(BAD_TRANSCRIPTS))) {
  test(`refused: ${what}`, async () => {
    await assert.rejects(redraw(utf8(raw)), (error) => error instanceof FormatError && error.field === field);
  });
}

const base = transcripts.find(({ id }) => id === "JD-01").input;

test("bytes that are not UTF-8, a byte-order mark, and an empty file are refused as a whole", async () => {
  const good = canonical(base);
  for (const bytes of [[0xef, 0xbb, 0xbf, ...good], [...good, 0xff], [0xff, 0xfe, ...good], [0xed, 0xa0, 0x80], []]) {
    await assert.rejects(redraw(Uint8Array.from(bytes)), (error) => error instanceof FormatError && error.field === "");
  }
});

test("whatever byte is put wherever, the answer is a verdict or a FormatError", async () => {
  const good = canonical(base);
  let verdicts = 0;
  for (let round = 0; round < 3000; round += 1) {
    const bytes = Uint8Array.from(good);
    bytes[(round * 7919) % bytes.length] = (round * 104729) % 256;
    try {
      await redraw(bytes);
      verdicts += 1;
    } catch (error) {
      assert.ok(error instanceof FormatError, String(error));
    }
  }
  assert.ok(verdicts > 0);
});

test("canonical JSON escapes and sorts as the contract says", () => {
  const value = parse(utf8('{"ﬀ":1,"😀":2,"é":"\\u007f\\u0001\\b\\u2028/","":[-0, true,null,{}],"10":0,"9":0,"__proto__":0}'));
  assert.equal(new TextDecoder().decode(canonical(value)),
    '{"":[0,true,null,{}],"10":0,"9":0,"__proto__":0,"é":"\u007f\\u0001\\b\u2028/","ﬀ":1,"😀":2}');
});
