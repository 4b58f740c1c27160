// Receipts (receipt/v1) checked on this machine: a leaf leads by its path to a root, and the log's key has signed that
// root. Nothing here knows of a page. The keys are those that came with the page, never one that came with a message.
import { Unreadable, fromBase64 as strictBase64, lp, toHex, u32 } from "../verify/bytes.js";
import { NoProgram, signedBy } from "../verify/crypto.js";
import { readKey } from "../verify/notes.js";
import { leafHash as leafNode, rootOfPath } from "../verify/tree.js";

const PURPOSE = "jauc/v1/receipt";

/** A receipt that proves nothing; `reason` says why: form, key, path, signature, sale, kind or body do not hold, or
 *  program: what would check it could not be fetched. */
export class Broken extends Error {
  constructor(reason) {
    super(`no proof: ${reason}`);
    this.reason = reason;
  }
}

const must = (holds, reason) => { if (!holds) throw new Broken(reason); };

/** Bytes from base64. */
export const fromBase64 = (text) => strictBase64(text, "a receipt");

/** The same reason for everybody whose browser lacks what checks. */
async function withProgram(work) {
  try {
    return await work();
  } catch (error) {
    throw error instanceof NoProgram ? new Broken("program") : error;
  }
}

/** The hash of a leaf's bytes in hexadecimal digits. */
export const leafHash = (bytes) => withProgram(async () => toHex(await leafNode(bytes)));

/** What the receipt key signs: each field after its length. */
const signedMessage = ({ origin, size, signed_at: at }, root) => lp(PURPOSE, origin, root, u32(size), at);

/** The receipt key of this log. */
async function receiptKey(vkey, origin) {
  try {
    const key = await readKey(vkey);
    must(key.name === `${origin}/receipt`, "key");
    return key;
  } catch (error) {
    throw error instanceof Unreadable ? new Broken("key") : error;
  }
}

/** The bytes and the leaf that a receipt holds, before anything is believed. */
function read(receipt) {
  try {
    const bytes = fromBase64(receipt.leaf);
    const leaf = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    const path = receipt.path.map((one) => { must(/^[0-9a-f]{64}$/.test(one), "form"); return one; });
    must(receipt.format === "receipt/v1" && leaf.log === receipt.origin && leaf.at === receipt.signed_at, "form");
    return { bytes, leaf, path, signature: fromBase64(receipt.signature) };
  } catch {
    throw new Broken("form");   // no object, no base64, no JSON, no such member
  }
}

/** The leaf that a receipt proves.
 *  @throws {Broken} it proves nothing. */
export async function proven(receipt, keys) {
  const { bytes, leaf, path, signature } = read(receipt);
  must(keys.includes(receipt.key), "key");
  return withProgram(async () => {
    const key = await receiptKey(receipt.key, receipt.origin);
    const root = await rootOfPath(await leafNode(bytes), receipt.index, receipt.size, path);
    must(root !== null, "path");
    must(await signedBy(key.bytes, signature, signedMessage(receipt, root)), "signature");
    return leaf;
  });
}

const ENDS = {
  "lot.closed": ({ body: { outcome } }) => ({
    outcome: outcome.state, winner: outcome.winner_code, price_fen: outcome.price_fen, closed_at: outcome.closed_at,
    accepted: outcome.accepted, extensions: outcome.extensions, reason: null,
  }),
  "lot.withdrawn": ({ at, body: { reason } }, { accepted, extensions }) => ({
    outcome: "withdrawn", winner: null, price_fen: null, closed_at: at, accepted, extensions, reason,
  }),
};
const SIGNED = ["outcome", "winner", "price_fen", "accepted", "extensions", "reason"];

/** How a sale ended, as its signed leaf says it, if that is what `result` claims with its `receipt`.
 *  @throws {Broken} it is no word on this sale's end. */
export async function provenEnd(result, { keys, lot, number }) {
  const leaf = await proven(result.receipt, keys);
  must(leaf.subject === `lot:${lot}/${number}`, "sale");
  must(Object.hasOwn(ENDS, leaf.kind), "kind");
  const said = ENDS[leaf.kind](leaf, result);
  must(SIGNED.every((name) => said[name] === result[name]), "body");
  must(leaf.kind === "lot.withdrawn" || said.closed_at === result.closed_at, "body");
  return said;
}
