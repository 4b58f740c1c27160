// One bundle/v1 (docs/contracts.md): a sale, a draw or a plan out of a court's log, checked from the signature down to
// what its leaves mean. Trusts nothing but the keys that the reader brings along.
import { Unreadable, lp, same, toHex, utf8 } from "./bytes.js";
import { sha256 } from "./crypto.js";
import { DrawStory } from "./draw.js";
import { Reader } from "./fields.js";
import { Findings } from "./findings.js";
import { printInstant } from "./instants.js";
import { LONGEST_TEXT, NoLeaf, readLeaf, readLeafLine, readPath, readProofLine } from "./leaves.js";
import { hasSigned, readCheckpoint, readLogProof } from "./notes.js";
import { SaleStory } from "./sale.js";
import { PlanStory, readPlanOpening } from "./served.js";
import { FormatError, byCodePoint, canonicalText, parse } from "./strictjson.js";
import { Inclusion, isConsistent, leafHash, rootOfPath } from "./tree.js";
import { Archive } from "./zip.js";

/** The checks, in the order in which they are shown. */
export const CHECKS = ["manifest", "checkpoint", "witnesses", "leaves", "chain", "inclusion", "consistency", "receipts",
  "openings", "ended", "replay", "draw", "plan"];
/** What can only be told when all leaves are read. */
const BY_LEAVES = ["leaves", "chain", "inclusion", "receipts", "openings"];

const SUBJECT = /^(?:lot:[^/]+\/[1-9]\d*|(?:draw|plan):[^\n]+)$/;
const GENESIS = "0".repeat(64);
const HASH_BYTES = 32;

/** A bundle of another sale, draw or plan than the one that was asked for: whatever it proves, it is not that. */
export class OtherSubject extends Unreadable {
  constructor(subject, wanted) {
    super(`it is of ${subject}, not of ${wanted}`);
    this.name = "OtherSubject";
    this.subject = subject;
  }
}

/** What a party brought is nothing that opens a plan; the bundle is not to blame. */
export class NoOpening extends Unreadable {
  constructor(message) {
    super(message);
    this.name = "NoOpening";
  }
}

const nobody = { settled: async () => {}, progress: async () => {} };

/** Check a bundle.
 *
 *  @param {Uint8Array} bytes the zip
 *  @param {{keys: Array, witnesses?: Array, subject?: string, sought?: Uint8Array, opening?: Uint8Array}} pinned keys of
 *    one log, and of witnesses who must have cosigned (readKey); of what the bundle must be; a leaf that somebody asks
 *    for; a party's own plan.json
 *  @param {{settled: function, progress: function}} [watch] told, and awaited, of checks that have come to their end
 *    (their names and the findings), and of how many leaves are read (of how many)
 *  @returns {Promise<Object>} {findings, subject, origin, size, leaves, outcome, found}
 *  @throws {Unreadable|FormatError} it is no bundle
 *  @throws {OtherSubject} it is one of something else
 *  @throws {NoOpening} `opening` opens no plan */
export async function checkBundle(bytes, pinned, watch = nobody) {
  const bundle = new Bundle(new Archive(bytes), pinned, watch);
  await bundle.read();
  return bundle.check();
}

class Bundle {
  findings = new Findings(...CHECKS);
  #earlier = new Map();    // checkpoints beside the newest, by size and root
  #chains = new Map();     // of each subject: seq and hash of its last leaf
  #held = new Map();       // by index: the receipts whose leaf must stand there
  #openings = new Map();   // by index: what opens the leaf there
  #count = 0;
  #lastAt = -Infinity;
  #found = false;

  constructor(archive, { keys, witnesses = [], subject: wanted = null, sought = null, opening = null }, watch) {
    Object.assign(this, { archive, keys, witnesses, wanted, sought, opening, watch });
  }

  /** What stands beside the leaves. */
  async read() {
    const { archive } = this;
    this.manifest = readManifest(await archive.readJson("manifest.json"));
    this.subject = this.manifest.at("subject").value;
    if (this.wanted !== null && this.subject !== this.wanted) throw new OtherSubject(this.subject, this.wanted);
    this.checkpoint = readCheckpoint(await archive.read("checkpoint"), "checkpoint");
    this.#openings = readOpenings(await archive.readJson("openings.json"));
    const own = this.opening ? readOwnOpening(this.opening) : null;
    const opening = archive.entries.has("plan.json") ? readPlanOpening(await archive.readJson("plan.json")) : own;
    if (opening && !this.subject.startsWith("plan:")) throw new Unreadable("plan.json stands only in the bundle of a plan");
    const Story = { lot: SaleStory, draw: DrawStory, plan: PlanStory }[this.subject.split(":", 1)[0]];
    this.story = new Story(this.subject, this.findings, opening);
  }

  async check() {
    const { findings, watch } = this;
    findings.begin("manifest", "checkpoint", "leaves", "chain", "inclusion");
    await this.#checkSignatures(this.checkpoint, "checkpoint");
    if (this.archive.entries.has("checkpoint.prev")) {
      const earlier = readCheckpoint(await this.archive.read("checkpoint.prev"), "checkpoint.prev");
      await this.#checkSignatures(earlier, "checkpoint");
      this.#note(earlier);
    }
    await this.#checkWitnesses();
    await this.#checkReceipts();
    await this.#checkConsistency();
    await watch.settled(["checkpoint", "witnesses", "consistency"], findings);
    await this.#checkLeaves();
    await watch.settled(BY_LEAVES, findings);
    await this.story.end(() => watch.progress(this.#count, this.#count));
    await watch.settled(["ended", "replay", "draw", "plan"], findings);
    this.#checkManifest();
    await watch.settled(["manifest"], findings);
    return {
      findings, subject: this.subject, origin: this.checkpoint.origin, size: this.checkpoint.size, leaves: this.#count,
      outcome: this.story.outcome, found: this.#found,
    };
  }

  // --- signatures ---------------------------------------------------------------------------------------------------

  /** The origin is the name of the pinned keys, and one of them has signed. */
  async #checkSignatures(checkpoint, check) {
    const { where, origin, note } = checkpoint;
    const [{ name }] = this.keys;
    if (origin !== name) this.findings.fail(check, where, "other_origin", { origin, name });
    const verdicts = [];
    for (const key of this.keys) verdicts.push(await hasSigned(key, note));
    if (verdicts.includes(false)) this.findings.fail(check, where, "bad_signature", { name });
    else if (!verdicts.includes(true)) this.findings.fail(check, where, "not_signed");
    for (const witness of this.witnesses) {
      if (await hasSigned(witness, note) === false) {
        this.findings.fail("witnesses", where, "bad_signature", { name: witness.name });
      }
    }
  }

  async #checkWitnesses() {
    for (const witness of this.witnesses) {
      this.findings.begin("witnesses");
      if (await hasSigned(witness, this.checkpoint.note) === null) {
        this.findings.fail("witnesses", "checkpoint", "not_cosigned", { name: witness.name });
      }
    }
  }

  // --- receipts and earlier checkpoints -----------------------------------------------------------------------------

  #note({ size, root, where }) {
    const key = `${size} ${toHex(root)}`;
    if (!this.#earlier.has(key)) this.#earlier.set(key, { size, root, where });
  }

  async #checkReceipts() {
    const signed = new Set();    // many receipts share a checkpoint
    for (const name of this.archive.entries.keys()) {
      if (!name.startsWith("receipts/")) continue;
      this.findings.begin("receipts");
      const { leaf, index, path, checkpoint } = readLogProof(await this.archive.read(name), name);
      const note = noteId(checkpoint.note);
      if (!signed.has(note)) await this.#checkSignatures(checkpoint, "receipts");
      signed.add(note);
      const root = await rootOfPath(await leafHash(leaf), index, checkpoint.size, path);
      if (!root || !same(root, checkpoint.root)) this.findings.fail("receipts", name, "receipt_path");
      this.#note(checkpoint);
      this.#held.set(index, [...this.#held.get(index) ?? [], { where: name, leaf }]);
    }
  }

  /** Every other checkpoint of the bundle is a beginning of `checkpoint`. */
  async #checkConsistency() {
    const proofs = readConsistency(await this.archive.readJson("consistency.json"));
    const fail = (where, saying, details) => this.findings.fail("consistency", where, saying, details);
    const { size: now, root: last } = this.checkpoint;
    if (proofs.size || this.#earlier.size) this.findings.begin("consistency");
    const smaller = new Set([...this.#earlier.values()].map(({ size }) => size).filter((size) => size < now));
    for (const [size, { to }] of proofs) {
      if (!smaller.has(size)) fail("consistency.json", "spare_consistency", { size });
      if (to !== now) fail("consistency.json", "other_to", { size: to });
    }
    const roots = new Map([[now, last]]);
    for (const { size, root, where } of this.#earlier.values()) {
      if (!roots.has(size)) roots.set(size, root);
      if (!same(roots.get(size), root)) fail(where, "split_view", { size });
      if (size > now) fail(where, "larger", { size });
      else if (size < now && !proofs.has(size)) fail(where, "no_consistency", { size });
      else if (size < now && !await isConsistent(size, root, now, last, proofs.get(size).path)) {
        fail("consistency.json", "inconsistent", { size, entry: where });
      }
    }
  }

  // --- leaves -------------------------------------------------------------------------------------------------------

  async #checkLeaves() {
    const lines = await this.archive.lines("leaves.ndjson");
    const proofs = await this.archive.lines("proofs.ndjson");
    const inclusion = new Inclusion(this.checkpoint.size, this.checkpoint.root);
    let last = -1;
    for (const [i, line] of lines.entries()) {
      const { index, raw } = readLeafLine(line, i + 1);
      if (index <= last) throw new Unreadable(`leaves.ndjson line ${i + 1}: the index does not rise`);
      last = index;
      this.#count += 1;
      const hash = await leafHash(raw);
      await this.#checkInclusion(inclusion, index, hash, proofs[i], i + 1);
      await this.#checkLeaf(index, raw, hash);
      await this.watch.progress(this.#count, lines.length);
    }
    for (let i = lines.length; i < proofs.length; i += 1) {
      this.findings.fail("inclusion", `leaf ${readProofLine(proofs[i], i + 1).index}`, "proof_alone");
    }
    this.#checkAllFound();
  }

  async #checkInclusion(inclusion, index, hash, line, number) {
    const fail = (saying, details) => this.findings.fail("inclusion", `leaf ${index}`, saying, details);
    const proof = line === undefined ? null : readProofLine(line, number);
    if (proof?.index !== index) fail("no_proof");
    else if (proof.size !== inclusion.size) fail("proof_size", { size: proof.size, expected: inclusion.size });
    else if (!await inclusion.holds(index, hash, proof.path)) fail("not_included");
  }

  async #checkLeaf(index, raw, hash) {
    const leaf = this.#readLeaf(index, raw, hash);
    this.#found ||= this.sought !== null && same(raw, this.sought);
    this.#checkHeld(index, raw, leaf);
    if (!leaf) return;
    this.#checkChain(leaf);
    await this.#checkOpenings(leaf);
    if (leaf.subject === this.subject) this.story.take(leaf);
  }

  #readLeaf(index, raw, hash) {
    let leaf;
    try {
      leaf = readLeaf(index, raw, hash);
    } catch (error) {
      if (!(error instanceof NoLeaf)) throw error;
      this.findings.fail("leaves", `leaf ${index}`, "leaf_form", { problem: error.message });
      return null;
    }
    if (leaf.log !== this.keys[0].name) this.findings.fail("leaves", leaf.where, "other_log", { log: leaf.log });
    if (leaf.at < this.#lastAt) this.findings.fail("leaves", leaf.where, "at_back", { at: printInstant(leaf.at) });
    this.#lastAt = leaf.at;
    return leaf;
  }

  #checkHeld(index, raw, leaf) {
    for (const held of this.#held.get(index) ?? []) {
      if (!same(held.leaf, raw)) this.findings.fail("receipts", held.where, "receipt_leaf", { index });
      else if (leaf?.subject !== this.subject) this.findings.fail("receipts", held.where, "receipt_subject");
    }
    this.#held.delete(index);
  }

  /** Of the subject every leaf from 1; of others those that follow each other. */
  #checkChain({ subject, seq, prev, hash, where }) {
    const known = this.#chains.get(subject) ?? { seq: 0, hash: GENESIS };
    const gap = seq > known.seq + 1 && subject !== this.subject;
    if (seq !== known.seq + 1 && !gap) this.findings.fail("chain", where, "seq", { seq, expected: known.seq + 1 });
    else if (!gap && prev !== known.hash) this.findings.fail("chain", where, "prev");
    this.#chains.set(subject, { seq, hash: toHex(hash) });
  }

  async #checkOpenings({ index, subject, body }) {
    for (const { where, salt, identity } of this.#openings.get(index) ?? []) {
      this.findings.begin("openings");
      const [code, committed] = [body.get("code"), body.get("identity_commitment")];
      if (typeof code !== "string" || typeof committed !== "string") {
        this.findings.fail("openings", where, "no_commitment", { index });
      } else if (committed !== toHex(await sha256(lp("jauc/v1/id", subject, code, salt, utf8(identity))))) {
        this.findings.fail("openings", where, "opening", { index });
      }
    }
    this.#openings.delete(index);
  }

  #checkAllFound() {
    if (!this.#chains.has(this.subject)) {
      this.findings.fail("chain", "leaves.ndjson", "no_leaf", { subject: this.subject });
    }
    for (const [index, held] of this.#held) {
      for (const { where } of held) this.findings.fail("receipts", where, "receipt_leaf", { index });
    }
    for (const [index, openings] of this.#openings) {
      for (const { where } of openings) this.findings.fail("openings", where, "no_opening_leaf", { index });
    }
  }

  #checkManifest() {
    const named = this.manifest.at("files").value;
    const there = [...this.archive.entries.keys()].filter((name) => name !== "manifest.json");
    for (const name of [...new Set([...named.keys(), ...there])].sort(byCodePoint)) {
      if (!named.has(name)) this.findings.fail("manifest", name, "not_named");
      else if (!there.includes(name)) this.findings.fail("manifest", name, "not_there");
      else if (named.get(name) !== this.archive.hashes.get(name)) this.findings.fail("manifest", name, "other_bytes");
    }
  }
}

function readOwnOpening(bytes) {
  try {
    return readPlanOpening(parse(bytes));
  } catch (error) {
    if (error instanceof FormatError || error instanceof Unreadable) throw new NoOpening(error.message);
    throw error;
  }
}

/** One text for notes that are the same. */
const noteId = ({ text, signatures }) =>
  JSON.stringify([toHex(text), signatures.map(({ name, id, signature }) => [name, id, toHex(signature)])]);

function readManifest(value) {
  const top = new Reader(value).document("bundle/v1", ["subject", "rules", "files"]);
  if (!SUBJECT.test(top.at("subject").text(LONGEST_TEXT))) {
    throw top.at("subject").refuse("must be lot:ID/N, draw:DRAW_ID or plan:ID");
  }
  top.at("rules").text(64);
  for (const [, file] of top.at("files").all()) file.hexadecimal(HASH_BYTES);
  return top;
}

/** By the smaller size: the larger one and the path. */
function readConsistency(value) {
  const proofs = new Map();
  let last = 0;
  for (const entry of new Reader(value, "consistency.json").items()) {
    entry.members(["from", "to", "path"]);
    const from = entry.at("from").integer(1);
    if (from <= last) throw entry.at("from").refuse("must rise");
    proofs.set(from, { to: entry.at("to").integer(1), path: readPath(entry.at("path")) });
    last = from;
  }
  return proofs;
}

/** By the index of the leaf that they open. */
function readOpenings(value) {
  const openings = new Map();
  for (const entry of new Reader(value, "openings.json").items()) {
    entry.members(["index", "salt", "identity"]);
    const identity = entry.at("identity").members(["name"], { openEnded: true });
    for (const [, text] of identity.all()) text.text(LONGEST_TEXT);
    const index = entry.at("index").integer(0);
    const opening = { where: entry.path, salt: entry.at("salt").hexadecimal(HASH_BYTES), identity: canonicalText(identity.value) };
    openings.set(index, [...openings.get(index) ?? [], opening]);
  }
  return openings;
}

/** What was found, as verify.py prints it (bundle-report/v1), without the words for people. */
export const reportOf = ({ findings, subject, origin, size, leaves, outcome }) => ({
  format: "bundle-report/v1", ok: findings.ok, subject, origin, size, leaves, outcome, checks: findings.checks,
});
