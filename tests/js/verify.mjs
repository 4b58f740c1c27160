// static/verify/ as a program: one job a line on standard input, one answer a line on standard output. A job is
// {command, file, keys, witnesses, bundle, log_key} with files in base64, as verify.py takes them; an answer is
// {status, value, failures}, with the exit status of verify.py. Run by tests/verifier/browser.py.
import { createInterface } from "node:readline";

const modules = new URL("../../static/verify/", import.meta.url);
const load = (name) => import(new URL(name, modules));
const [{ Unreadable }, { checkBundle, reportOf }, { FormatError, canonicalText, parse }, { recompute, read }, { replay },
  { compute }, { checkReceipt, readReceipt }, { COSIGNATURE, readKey }, { said }] = await Promise.all(["bytes.js",
  "bundle.js", "strictjson.js", "jdraw.js", "replay.js", "plan.js", "receipt.js", "notes.js", "findings.js"].map(load));
const { Inclusion, isConsistent, leafHash, rootOfPath } = await load("tree.js");

const bytesOf = (text) => Uint8Array.from(Buffer.from(text, "base64"));
const failures = (findings) => findings.failures.map((failure) => ({
  check: failure.check, where: failure.where, message: said(failure, "en"), chinese: said(failure, "zh"),
}));

const COMMANDS = {
  async redraw({ file }) {
    const { order, seed, checks } = await recompute(read(parse(bytesOf(file))));
    return { status: Object.values(checks).every(Boolean) ? 0 : 1, value: { order, seed, checks } };
  },
  replay: ({ file }) => ({ status: 0, value: replay(parse(bytesOf(file))) }),
  compute: ({ file }) => ({ status: 0, value: compute(parse(bytesOf(file))) }),
  async bundle({ file, keys, witnesses }) {
    const pinned = {
      keys: await Promise.all(keys.map((key) => readKey(key))),
      witnesses: await Promise.all((witnesses ?? []).map((key) => readKey(key, COSIGNATURE))),
    };
    const found = await checkBundle(bytesOf(file), pinned);
    return { status: found.findings.ok ? 0 : 1, value: reportOf(found), failures: failures(found.findings) };
  },
  /** A known answer of merkle.json: whether a path proves what it should, by both ways to find it out. */
  async tree({ file }) {
    const { input, expect } = JSON.parse(Buffer.from(file, "base64"));
    const path = input.path ?? expect.path;
    const hex = (text) => Uint8Array.from(Buffer.from(text, "hex"));
    if ("from" in input) {
      const holds = await isConsistent(input.from, hex(input.from_root), input.to, hex(input.to_root), path);
      return { status: 0, value: { holds } };
    }
    const [hash, root] = [await leafHash(hex(input.leaf)), hex(input.root ?? expect.root)];
    const found = await rootOfPath(hash, input.index, input.size, path);
    const holds = found !== null && Buffer.compare(found, root) === 0;
    const alike = await new Inclusion(input.size, root).holds(input.index, hash, path) === holds;
    return { status: 0, value: { holds, alike, leaf_hash: Buffer.from(hash).toString("hex") } };
  },
  async receipt({ file, keys, bundle, log_key: logKey }) {
    const receipt = await readReceipt(parse(bytesOf(file)));
    const beside = bundle ? { bytes: bytesOf(bundle), key: await readKey(logKey) } : null;
    const { findings } = await checkReceipt(receipt, await readKey(keys[0]), beside);
    const value = { format: "receipt-report/v1", ok: findings.ok, checks: findings.checks };
    return { status: findings.ok ? 0 : 1, value, failures: failures(findings) };
  },
};

async function answer(job) {
  try {
    return await COMMANDS[job.command](job);
  } catch (error) {
    if (error instanceof FormatError) return { status: 2, value: null, field: error.field, message: error.problem };
    if (error instanceof Unreadable) return { status: 2, value: null, message: error.message };
    throw error;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${canonicalText(await answer(JSON.parse(line)))}\n`);
}
