// The lines of a bundle and the leaves in them (docs/contracts.md, "The leaf of the log"). Pure.
import { Unreadable, fromBase64, fromUtf8 } from "./bytes.js";
import { Reader, lengthOf } from "./fields.js";
import { readInstant } from "./instants.js";
import { FormatError, canonicalText, parseText } from "./strictjson.js";

export const LONGEST_TEXT = 200;
const MEMBERS = ["v", "alg", "log", "kind", "subject", "seq", "prev", "at", "actor", "body"];
const TEXTS = ["log", "kind", "subject", "actor"];
const HASH = /^[0-9a-f]{64}$/;

// The usual ways to write a line; any other is read as JSON in full.
const LEAF_LINE = /^\{"index": ?(0|[1-9]\d{0,14}), ?"leaf": ?"([A-Za-z0-9+/=]*)"\}$/;
const PROOF_LINE = /^\{"index": ?(0|[1-9]\d{0,14}), ?(?:"size": ?([1-9]\d{0,14}), ?)?"path": ?\[([^\]]*)\](?:, ?"size": ?([1-9]\d{0,14}))?\}$/;
const PATH = /^(?:"[0-9a-f]{64}"(?:, ?(?=")|$))*$/;

/** A line in which no leaf of a log stands. */
export class NoLeaf extends Error {
  constructor(problem) {
    super(problem);
    this.name = "NoLeaf";
  }
}

const mustBe = (holds, problem) => { if (!holds) throw new NoLeaf(problem); };

/** One record of the log, of just the members that leaves have.
 *  @throws {NoLeaf} the bytes are none. */
export function readLeaf(index, raw, hash) {
  const value = readCanonical(raw);
  mustBe(value instanceof Map && value.size === MEMBERS.length && MEMBERS.every((name) => value.has(name)),
    "has not just the members of a leaf");
  const leaf = Object.fromEntries(MEMBERS.map((name) => [name, value.get(name)]));
  for (const name of TEXTS) mustBe(isText(leaf[name]), `a text must have 1 to ${LONGEST_TEXT} characters`);
  mustBe(leaf.v === 1 && leaf.alg === "std", 'v must be 1 and alg "std"');
  mustBe(typeof leaf.seq === "number" && leaf.seq >= 1, "seq must be an integer from 1");
  mustBe(typeof leaf.prev === "string" && HASH.test(leaf.prev) && leaf.body instanceof Map,
    "prev must be a hash and body an object");
  const at = typeof leaf.at === "string" ? readInstant(leaf.at) : null;
  mustBe(at !== null, "at must be a time with an offset");
  return { ...leaf, at, index, raw, hash, where: `leaf ${index} (${leaf.subject} seq ${leaf.seq})` };
}

const isText = (value) => typeof value === "string" && value !== "" && lengthOf(value) <= LONGEST_TEXT;

/** A value in canonical JSON: a member named twice, say, is lost in it and so found out. */
function readCanonical(raw) {
  try {
    const text = fromUtf8(raw, "the leaf");
    const value = parseText(text);
    new Reader(value).canonical();
    mustBe(canonicalText(value) === text, "not in canonical form");
    return value;
  } catch (error) {
    if (error instanceof FormatError || error instanceof Unreadable) throw new NoLeaf(error.message);
    throw error;
  }
}

/** Index and bytes of a line of leaves.ndjson. */
export function readLeafLine(line, number) {
  const usual = LEAF_LINE.exec(line);
  if (usual) return { index: Number(usual[1]), raw: fromBase64(usual[2], "leaves.ndjson") };
  const members = lineOf(line, `leaves.ndjson line ${number}`).members(["index", "leaf"]);
  return { index: members.at("index").integer(0), raw: base64Of(members.at("leaf")) };
}

/** Index, size and path of a line of proofs.ndjson. */
export function readProofLine(line, number) {
  const usual = PROOF_LINE.exec(line);
  if (usual && Boolean(usual[2]) !== Boolean(usual[4]) && PATH.test(usual[3])) {
    return { index: Number(usual[1]), size: Number(usual[2] ?? usual[4]), path: usual[3].match(/[0-9a-f]{64}/g) ?? [] };
  }
  const members = lineOf(line, `proofs.ndjson line ${number}`).members(["index", "size", "path"]);
  return { index: members.at("index").integer(0), size: members.at("size").integer(1), path: readPath(members.at("path")) };
}

function lineOf(line, where) {
  try {
    return new Reader(parseText(line), where);
  } catch (error) {
    throw new Unreadable(`${where}: ${error.message}`);
  }
}

/** The hashes of a path, each 64 lower-case hexadecimal digits. */
export function readPath(field) {
  const path = field.items().map((item) => item.value);
  if (!path.every((hash) => typeof hash === "string" && HASH.test(hash))) {
    throw field.refuse("must list hashes of 64 lower-case hexadecimal digits");
  }
  return path;
}

/** The bytes of a member in base64. */
export function base64Of(field) {
  if (typeof field.value !== "string") throw field.refuse("must be base64");
  return fromBase64(field.value, field.path);
}
