// Keys and signed notes (C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof): read strictly, and checked
// against keys that the reader brings along. Nothing here takes a key from what it checks.
import { Unreadable, fromBase64, fromUtf8, joined, toHex, utf8 } from "./bytes.js";
import { sha256, signedBy } from "./crypto.js";

/** The kinds of a key: of a log or its receipts, and of a witness. */
export const ED25519 = 1;
export const COSIGNATURE = 4;

const VKEY = /^([^\p{White_Space}+]+)\+([0-9a-f]{8})\+([^\n]+)$/u;
const SIGNATURE_LINE = /^\u2014 ([^\p{White_Space}+]+) (\P{White_Space}+)$/u;
const CONTROL = /[\x00-\x09\x0b-\x1f]/;
const SIZE = /^[1-9]\d{0,15}$/;
const INDEX = /^(0|[1-9]\d{0,15})$/;
const HASH_BYTES = 32;
const KEY_ID_BYTES = 4;
const TIME_BYTES = 8;
const SHOWN = 80;

const short = (text) => JSON.stringify([...text].slice(0, SHOWN).join(""));

/** A public key as people pin it, `name+8 hex digits+base64` (a C2SP vkey): {vkey, name, id, type, bytes}.
 *  @throws {Unreadable} it is none of this kind, or its digits do not fit its name and key. */
export async function readKey(vkey, type = ED25519) {
  const parts = VKEY.exec(vkey);
  if (!parts) throw new Unreadable(`no key of the form name+8 hex digits+base64: ${short(vkey)}`);
  const [, name, id, encoded] = parts;
  const material = fromBase64(encoded, "the key");
  if (material.length !== 1 + HASH_BYTES || material[0] !== type) {
    throw new Unreadable(`the key ${name} is none of type ${type} (Ed25519, 32 bytes)`);
  }
  const digest = await sha256(joined(utf8(`${name}\n`), material));
  if (toHex(digest.slice(0, KEY_ID_BYTES)) !== id) {
    throw new Unreadable(`the digits of the key ${name} do not fit its name and key`);
  }
  return { vkey, name, id, type, bytes: material.slice(1) };
}

/** Whether a key (readKey) has signed a note (readNote); null if no line bears its name and digits. */
export async function hasSigned(key, note) {
  const lines = note.signatures.filter((line) => line.name === key.name && line.id === key.id);
  if (!lines.length) return null;
  const sound = key.type === COSIGNATURE ? cosigned : signedBy;
  for (const line of lines) if (!await sound(key.bytes, line.signature, note.text)) return false;
  return true;
}

/** A witness signs the time beside the note: `cosignature/v1`. */
async function cosigned(key, signature, text) {
  const at = signature.slice(0, TIME_BYTES).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return at < 2n ** 63n && signedBy(key, signature.slice(TIME_BYTES), joined(utf8(`cosignature/v1\ntime ${at}\n`), text));
}

/** A signed note: {text, signatures: [{name, id, signature}]}; `text` are the bytes that are signed.
 *  @throws {Unreadable} `where` is no signed note. */
export function readNote(bytes, where) {
  const note = fromUtf8(bytes, where);
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0 || !note.endsWith("\n") || cut + 2 >= note.length || CONTROL.test(note)) {
    throw new Unreadable(`${where}: no signed note (text, an empty line, signature lines, each ended by LF)`);
  }
  const signatures = note.slice(cut + 2, -1).split("\n").map((line) => {
    const parts = SIGNATURE_LINE.exec(line);
    if (!parts) throw new Unreadable(`${where}: no signature line: ${short(line)}`);
    const signature = fromBase64(parts[2], `${where}: a signature`);
    if (signature.length <= KEY_ID_BYTES) throw new Unreadable(`${where}: a signature is too short`);
    return { name: parts[1], id: toHex(signature.slice(0, KEY_ID_BYTES)), signature: signature.slice(KEY_ID_BYTES) };
  });
  return { text: utf8(`${note.slice(0, cut)}\n`), signatures };
}

/** What a log had signed at one time: {where, origin, size, root, note}.
 *  @throws {Unreadable} `where` is no checkpoint of just the three lines origin, size and root. */
export function readCheckpoint(bytes, where) {
  const note = readNote(bytes, where);
  const lines = fromUtf8(note.text, where).split("\n");
  if (lines.length !== 4 || !lines[0]) throw new Unreadable(`${where}: a checkpoint has three lines: origin, size, root`);
  const [origin, size, root] = lines;
  if (!SIZE.test(size) || !Number.isSafeInteger(Number(size))) {
    throw new Unreadable(`${where}: the size must be an integer from 1`);
  }
  return { where, origin, size: Number(size), root: readHash(root, `${where}: the root`), note };
}

function readHash(text, what) {
  const bytes = fromBase64(text, what);
  if (bytes.length !== HASH_BYTES) throw new Unreadable(`${what} must have 32 bytes`);
  return bytes;
}

/** One leaf and its way into one checkpoint (a tlog-proof): {leaf, index, path, checkpoint}.
 *  @throws {Unreadable} `where` is no such thing. */
export function readLogProof(bytes, where) {
  const no = new Unreadable(`${where}: no tlog-proof (name, extra, index, hashes, an empty line, checkpoint)`);
  const cut = bytes.findIndex((byte, i) => byte === 10 && bytes[i + 1] === 10);
  if (cut < 0 || bytes.subarray(0, cut).some((byte) => byte > 127)) throw no;
  const [format, extra, place, ...hashes] = fromUtf8(bytes.subarray(0, cut), where).split("\n");
  const index = place?.startsWith("index ") ? place.slice("index ".length) : "";
  if (format !== "c2sp.org/tlog-proof@v1" || !extra?.startsWith("extra ") || !INDEX.test(index)) throw no;
  return {
    leaf: fromBase64(extra.slice("extra ".length), `${where}: extra`),
    index: Number(index),
    path: hashes.map((line) => toHex(readHash(line, `${where}: a hash`))),
    checkpoint: readCheckpoint(bytes.subarray(cut + 2), where),
  };
}

