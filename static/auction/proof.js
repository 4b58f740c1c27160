// Receipts (receipt/v1) checked on this machine: a leaf leads by its path to a root, and the log's key has signed that
// root. Nothing here knows of a page. The keys are those that came with the page, never one that came with a message.
const subtle = globalThis.crypto?.subtle;
const PURPOSE = "jauc/v1/receipt";
const ED25519 = 1;
const MOST = 2 ** 31;        // the operators on bits count no further

/** A receipt that proves nothing; `reason` says why: form, key, path, signature, sale, kind or body do not hold, or
 *  program: what would check it could not be fetched. */
export class Broken extends Error {
  constructor(reason) {
    super(`no proof: ${reason}`);
    this.reason = reason;
  }
}

const must = (holds, reason) => { if (!holds) throw new Broken(reason); };
const utf8 = (text) => new TextEncoder().encode(text);
const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
/** Bytes from base64. */
export const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const fromHex = (text) => Uint8Array.from(text.match(/../g), (digits) => Number.parseInt(digits, 16));

// A page opened over a plain connection has no hash of the browser's own.
async function sha256(bytes) {
  if (subtle) return new Uint8Array(await subtle.digest("SHA-256", bytes));
  return (await hashes()).sha256(bytes);
}

const fetched = (module) => module.catch(() => { throw new Broken("program"); });
const hashes = () => fetched(import("../vendor/noble-hashes/sha2.js"));
const curve = () => fetched(import("../vendor/noble-ed25519/index.js"));

/** Whether the key made this signature: by the browser, or, where it cannot (before Chrome 137), by a library. */
async function signedBy(key, signature, message) {
  let known = null;
  try {
    known = await subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  } catch {
    // No Ed25519 here, or no such key: the library decides.
  }
  if (known) return subtle.verify("Ed25519", known, signature, message);
  const [ed25519, { sha512 }] = await Promise.all([curve(), hashes()]);
  ed25519.hashes.sha512 = sha512;
  return ed25519.verify(signature, message, key, { zip215: false });
}

/** SHA-256 of 0x00 and the leaf's bytes. */
const leafNode = (bytes) => sha256(joined([0], bytes));

/** The same in hexadecimal digits. */
export const leafHash = async (bytes) => toHex(await leafNode(bytes));

/** The root to which a path leads (RFC 9162, 2.1.3.2). */
export async function rootFrom(leaf, index, size, path) {
  must(Number.isInteger(index) && Number.isInteger(size) && index >= 0 && index < size && size < MOST, "path");
  let [here, last, node] = [index, size - 1, leaf];
  for (const beside of path) {
    must(last > 0, "path");
    const isRight = here & 1 || here === last;
    node = await sha256(isRight ? joined([1], beside, node) : joined([1], node, beside));
    while (isRight && here && !(here & 1)) [here, last] = [here >> 1, last >> 1];
    [here, last] = [here >> 1, last >> 1];
  }
  must(last === 0, "path");
  return node;
}

function length(count) {
  const four = new Uint8Array(4);
  new DataView(four.buffer).setUint32(0, count);
  return four;
}

/** What the receipt key signs: each field after its length. */
const signedMessage = ({ origin, size, signed_at: at }, root) =>
  joined(...[utf8(PURPOSE), utf8(origin), root, length(size), utf8(at)].flatMap((field) => [length(field.length), field]));

/** The 32 bytes of a key written as `name+8 digits+base64`, if it is the receipt key of this log. */
async function publicKey(vkey, origin) {
  const name = `${origin}/receipt`;
  must(vkey.startsWith(`${name}+`), "key");
  const [digits, shown] = vkey.slice(name.length + 1).split(/\+(.*)/s);
  const raw = fromBase64(shown);
  const id = toHex((await sha256(joined(utf8(`${name}\n`), raw))).slice(0, 4));
  must(raw.length === 33 && raw[0] === ED25519 && id === digits, "key");
  return raw.slice(1);
}

/** The bytes and the leaf that a receipt holds, before anything is believed. */
function read(receipt) {
  try {
    const bytes = fromBase64(receipt.leaf);
    const leaf = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    const path = receipt.path.map((one) => { must(/^[0-9a-f]{64}$/.test(one), "form"); return fromHex(one); });
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
  const key = await publicKey(receipt.key, receipt.origin);
  const root = await rootFrom(await leafNode(bytes), receipt.index, receipt.size, path);
  must(await signedBy(key, signature, signedMessage(receipt, root)), "signature");
  return leaf;
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
