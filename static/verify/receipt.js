// receipt/v1 (docs/contracts.md): what a bidder holds the moment a bid is acknowledged, and whether a bundle has it too.
import { Unreadable, lp, u32 } from "./bytes.js";
import { checkBundle } from "./bundle.js";
import { signedBy } from "./crypto.js";
import { Reader } from "./fields.js";
import { Findings } from "./findings.js";
import { LONGEST_TEXT, NoLeaf, base64Of, readLeaf, readPath } from "./leaves.js";
import { readKey } from "./notes.js";
import { leafHash, rootOfPath } from "./tree.js";

const MOST = 2 ** 32 - 1;

/** The members of a receipt, before anything is believed.
 *  @throws {FormatError|Unreadable} it is none. */
export async function readReceipt(value) {
  const top = new Reader(value).document("receipt/v1",
    ["origin", "leaf", "index", "size", "path", "signed_at", "key", "signature"]);
  const signedAt = top.at("signed_at").instant();
  const key = await readKey(top.at("key").text(2 * LONGEST_TEXT));
  return {
    origin: top.at("origin").text(LONGEST_TEXT),
    leaf: base64Of(top.at("leaf")),
    index: top.at("index").integer(0, MOST),
    size: top.at("size").integer(1, MOST),
    path: readPath(top.at("path")),
    signed: top.at("signed_at").value,
    signedAt,
    key,
    signature: base64Of(top.at("signature")),
  };
}

/** Check a receipt that was read: {findings, leaf}.
 *
 *  @param key the receipt key of the log (readKey), known from elsewhere
 *  @param {{bytes: Uint8Array, key: Object}} [bundle] a bundle in which the same leaf must stand, and the log's key
 *  @throws {Unreadable|FormatError} the bundle is none, or says nothing of this receipt */
export async function checkReceipt(receipt, key, bundle = null) {
  const findings = new Findings("signature", "path", "in_bundle");
  findings.begin("path", "signature");
  const leaf = await checkLeaf(receipt, findings);
  await checkSignature(receipt, key, findings);
  if (bundle) await checkInBundle(receipt, leaf, bundle, findings);
  return { findings, leaf };
}

async function checkLeaf({ index, leaf: raw, origin, signedAt }, findings) {
  try {
    const leaf = readLeaf(index, raw, null);
    if (leaf.log !== origin) findings.fail("path", "leaf", "receipt_log");
    if (leaf.at !== signedAt) findings.fail("path", "signed_at", "receipt_at");
    return leaf;
  } catch (error) {
    if (!(error instanceof NoLeaf)) throw error;
    findings.fail("path", "leaf", "leaf_form", { problem: error.message });
    return null;
  }
}

async function checkSignature(receipt, key, findings) {
  const root = await rootOfPath(await leafHash(receipt.leaf), receipt.index, receipt.size, receipt.path);
  if (!root) findings.fail("path", "path", "path_length");
  const expected = `${receipt.origin}/receipt`;
  if (key.name !== expected) findings.fail("signature", "key", "receipt_key_name", { name: key.name, expected });
  if (receipt.key.vkey !== key.vkey) findings.fail("signature", "key", "receipt_key");
  const message = () => lp("jauc/v1/receipt", receipt.origin, root, u32(receipt.size), receipt.signed);
  if (!root || !await signedBy(key.bytes, receipt.signature, message())) {
    findings.fail("signature", "signature", "receipt_signature");
  }
}

async function checkInBundle(receipt, leaf, { bytes, key }, findings) {
  const bundle = await checkBundle(bytes, { keys: [key], sought: receipt.leaf });
  const elsewhere = bundle.origin !== receipt.origin;
  findings.begin("in_bundle");
  if (!bundle.found) {
    if (elsewhere || (leaf && leaf.subject !== bundle.subject)) {
      throw new Unreadable(`it says nothing of this receipt: ${bundle.subject}, ${bundle.origin}`);
    }
    findings.fail("in_bundle", "leaves.ndjson", "not_in_bundle");
  } else if (elsewhere || !(bundle.findings.checks.checkpoint && bundle.findings.checks.inclusion)) {
    findings.fail("in_bundle", "checkpoint", "in_bundle_unproved");
  }
}
