// Receipts checked as a browser does: each one that the platform made holds, and nothing that was changed in it does.
// MODE: what the browser brings: "all", "no-curve" (before Ed25519 came to WebCrypto), "no-subtle" (a plain connection).
import assert from "node:assert/strict";
import { text } from "node:stream/consumers";

const { receipts, key, other, ends, misnamed, misdated } = JSON.parse(await text(process.stdin));
if (process.env.MODE === "no-curve") {
  crypto.subtle.importKey = async () => { throw new DOMException("no Ed25519", "NotSupportedError"); };
}
if (process.env.MODE === "no-subtle") Object.defineProperty(globalThis, "crypto", { value: { getRandomValues: () => { } } });
const { Broken, proven, provenEnd, leafHash, fromBase64 } = await import(process.env.PROOF_MODULE);

const why = async (act) => {
  try {
    await act();
  } catch (error) {
    if (error instanceof Broken) return error.reason;
    throw error;
  }
  return null;
};

for (const { receipt, hash } of receipts) {
  const leaf = await proven(receipt, [other, key]);
  assert.equal(leaf.at, receipt.signed_at);
  assert.equal(await leafHash(fromBase64(receipt.leaf)), hash);
}

// Whatever is changed by one character or one number, nothing is proven; nor under any key that did not come with the page.
const letter = (one) => (one === "0" ? "1" : one === "A" ? "B" : /[0-9a-f]/.test(one) ? "0" : "A");
const at = (word, place) => word.slice(0, place) + letter(word[place]) + word.slice(place + 1);
const { receipt } = receipts.at(-3);
assert.equal(await why(() => proven(receipt, [other])), "key");
for (const name of ["leaf", "signature", "origin", "signed_at", "key", "format"]) {
  const word = receipt[name];
  for (const place of [0, 4, word.length >> 1, word.length - 5]) {
    const reason = await why(() => proven({ ...receipt, [name]: at(word, place) }, [key]));
    assert.ok(["form", "key", "path", "signature"].includes(reason), `${name}[${place}]: ${reason}`);
  }
  assert.notEqual(await why(() => proven({ ...receipt, [name]: undefined }, [key])), null);
  assert.notEqual(await why(() => proven({ ...receipt, [name]: 7 }, [key])), null);
}
for (const step of receipt.path.keys()) {
  const path = receipt.path.with(step, at(receipt.path[step], 9));
  assert.equal(await why(() => proven({ ...receipt, path }, [key])), "signature");
  assert.equal(await why(() => proven({ ...receipt, path: receipt.path.toSpliced(step, 1) }, [key])), "path");
}
assert.equal(await why(() => proven({ ...receipt, path: [...receipt.path, receipt.path[0]] }, [key])), "path");
for (const [index, size] of [[-1, 5], [5, 5], [0.5, 5], ["0", 5], [0, "5"], [0, 2 ** 32], [null, null]]) {
  assert.equal(await why(() => proven({ ...receipt, index, size }, [key])), "path");
}
for (const index of Array.from({ length: receipt.size }, (_, n) => n).filter((n) => n !== receipt.index)) {
  assert.notEqual(await why(() => proven({ ...receipt, index }, [key])), null, "the place in the tree belongs to it");
}
for (const size of [receipt.size - 1, receipt.size + 1, 2 * receipt.size]) {
  assert.notEqual(await why(() => proven({ ...receipt, size }, [key])), null, "so does the size");
}
for (const nothing of [null, undefined, "receipt/v1", 7, [], {}]) assert.equal(await why(() => proven(nothing, [key])), "form");

// A key answers for the log whose name it bears, and its digits belong to it.
const renamed = key.replace("/receipt+", "/log+");
assert.equal(await why(() => proven({ ...receipt, key: renamed }, [renamed])), "key");
assert.equal(await why(() => proven(misnamed, [misnamed.key])), "key", "a good signature of a key that is for something else");
assert.equal(await why(() => proven(misdated, [key])), "form", "signed at another time than the leaf says");
const misread = key.replace(/\+[0-9a-f]{8}\+/, "+00000000+");
assert.equal(await why(() => proven({ ...receipt, key: misread }, [misread])), "key");

// The end of a sale: what is believed is what the leaf says, and only where the message says the same of this very sale.
const sale = { keys: [key], lot: "lot-1", number: "2" };
const { sold, failed, withdrawn, bid, elsewhere } = ends;
for (const one of [sold, failed]) {
  const { receipt: _, ...members } = one;
  assert.deepEqual(await provenEnd(one, sale), members);
}
assert.equal((await provenEnd(withdrawn, sale)).closed_at, withdrawn.receipt.signed_at);
for (const change of [{ outcome: "failed" }, { winner: "K0009" }, { price_fen: 1 }, { price_fen: null }, { accepted: 9 }, { extensions: 9 },
  { closed_at: "2026-06-11T10:00:00.001+08:00" }, { reason: "x" }]) {
  assert.equal(await why(() => provenEnd({ ...sold, ...change }, sale)), "body");
}
assert.equal(await why(() => provenEnd({ ...withdrawn, reason: "x" }, sale)), "body");
assert.equal(await why(() => provenEnd({ ...withdrawn, outcome: "failed" }, sale)), "body");
assert.equal(await why(() => provenEnd(sold, { ...sale, number: "1" })), "sale");
assert.equal(await why(() => provenEnd(sold, { ...sale, lot: "lot-2" })), "sale");
assert.equal(await why(() => provenEnd({ ...sold, receipt: elsewhere.receipt }, sale)), "sale", "another sale's end, signed as it should be");
assert.equal(await why(() => provenEnd({ ...sold, receipt: bid.receipt }, sale)), "kind", "a bid is no end");
assert.equal(await why(() => provenEnd({ ...sold, receipt: failed.receipt }, sale)), "body");
assert.equal(await why(() => provenEnd({ ...sold, receipt: null }, sale)), "form");
const { receipt: _, ...unsigned } = sold;
assert.equal(await why(() => provenEnd(unsigned, sale)), "form");
assert.equal(await why(() => provenEnd(sold, { ...sale, keys: [other] })), "key");
console.log(`${receipts.length} receipts hold`);
