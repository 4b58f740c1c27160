// jdraw/v1 (docs/contracts.md): recompute a draw from its transcript, in a browser or in Node.
// Uses no network and knows nothing of the platform: bytes in, checks out.

import { fromHex, joined, lp, same, toHex, u32 } from "./bytes.js";
import { sha256 } from "./crypto.js";
import { Reader, distinct } from "./fields.js";
import { sm3 } from "./sm3.js";
import { FormatError, byCodePoint, canonical, parse } from "./strictjson.js";

export { FormatError };

const FORMAT = "jdraw/v1";
const SECRET_BYTES = 32;
const LAST_NUMBER = 2 ** 32 - 1;

const HASHES = {
  sha256,
  sm3: async (bytes) => sm3(bytes),
};

/** The checks, in the order in which they are shown. */
export const CHECKS = ["pool_distinct", "pool_large_enough", "freeze_binds", "court_commitment",
  "contribution_commitments", "result_matches"];

/** Whether this page may compute SHA-256: browsers offer it only over https and on the own machine. */
export const canCompute = () => globalThis.crypto?.subtle !== undefined;

export { fromHex, toHex };

const hash = (name, bytes) => HASHES[name](bytes);

export const freezeLeafHash = (name, freeze) => hash(name, joined(Uint8Array.of(0), canonical(freeze)));

export const courtCommitment = (name, court, number, secret) =>
  hash(name, lp("jdraw/v1/court", court, u32(number), secret));

export const contributionCommitment = (name, drawId, role, nonce) =>
  hash(name, lp("jdraw/v1/commit", drawId, role, nonce));

async function seedOf(transcript) {
  const { hash: name, freeze, court, contributions, beacon } = transcript;
  const parts = [...contributions].sort((a, b) => byCodePoint(a.role, b.role))
    .flatMap(({ role, commitment, nonce }) => [role, commitment && nonce ? nonce : new Uint8Array()]);
  return hash(name, lp("jdraw/v1/seed", freeze.drawId, await freezeLeafHash(name, freeze.members),
    court.secret, beacon, ...parts));
}

/** One fair number below `n`: `number` (8 bytes of the hash), `tries` rejected before it, and `index`. */
export async function pickOne(name, seed, i, n) {
  const left = BigInt(n);
  const fair = 2n ** 64n / left * left;
  for (let tries = 0; ; tries += 1) {
    const digest = await hash(name, lp("jdraw/v1/idx", seed, u32(i), u32(tries)));
    const number = new DataView(digest.buffer).getBigUint64(0);
    if (number < fair) return { number, tries, index: number % left };
  }
}

/** The draw step by step; the order in which the pool is given is nothing. */
export async function picks(name, seed, pool, k) {
  const left = [...pool].sort(byCodePoint);
  const drawn = [];
  for (let i = 0; i < k; i += 1) {
    const { number, tries, index } = await pickOne(name, seed, i, left.length);
    const at = Number(index);
    drawn.push({ number, tries, left: left.length, index: at, entry: left[at] });
    left.splice(at, 1);
  }
  return drawn;
}

/**
 * Recompute a draw.
 *
 * @param {Uint8Array} bytes the transcript file
 * @param {function(string, boolean, number): void} [onCheck] told of each check as it is done: its
 *   name, whether it holds, and the milliseconds it took
 * @returns {Promise<{order: string[]|null, seed: string, checks: Object<string, boolean>,
 *   milliseconds: Object<string, number>, picks: Array|null, freezeLeafHash: string}>}
 * @throws {FormatError} the file does not fit; `field` names what
 */
export async function redraw(bytes, onCheck = () => {}) {
  return recompute(read(parse(bytes)), onCheck);
}

/** Recompute the draw of a transcript that was read. */
export async function recompute(transcript, onCheck = () => {}) {
  const { hash: name, freeze, court, contributions, result } = transcript;
  const found = { order: null, picks: null, seed: null, checks: {}, milliseconds: {} };
  const tests = {
    pool_distinct: () => new Set(freeze.pool).size === freeze.pool.length,
    pool_large_enough: () => freeze.pool.length >= freeze.k,
    freeze_binds: () => (!freeze.court || (freeze.court.name === court.name && freeze.court.number === court.number))
      && (!freeze.roles || sameSet(freeze.roles, contributions.map((part) => part.role))),
    court_commitment: async () =>
      same(court.commitment, await courtCommitment(name, court.name, court.number, court.secret)),
    contribution_commitments: async () => {
      const held = await Promise.all(contributions.map(async ({ role, commitment, nonce }) => !nonce
        || (commitment !== null && same(commitment, await contributionCommitment(name, freeze.drawId, role, nonce)))));
      return held.every(Boolean);
    },
    result_matches: async () => {
      const seed = await seedOf(transcript);
      found.seed = toHex(seed);
      if (!found.checks.pool_distinct || !found.checks.pool_large_enough) return false;
      found.picks = await picks(name, seed, freeze.pool, freeze.k);
      found.order = found.picks.map((pick) => pick.entry);
      return sameList(found.order, result);
    },
  };
  for (const check of CHECKS) {
    const began = performance.now();
    found.checks[check] = await tests[check]();
    found.milliseconds[check] = performance.now() - began;
    onCheck(check, found.checks[check], found.milliseconds[check]);
  }
  found.freezeLeafHash = toHex(await freezeLeafHash(name, freeze.members));
  return found;
}

const sameList = (a, b) => a.length === b.length && a.every((item, i) => item === b[i]);
const sameSet = (a, b) => sameList([...a].sort(), [...b].sort());

// ---------- reading

/** Read a parsed value as a transcript. */
export function read(value) {
  const root = new Reader(value)
    .members(["format", "hash", "freeze", "court", "contributions", "beacon", "result"]);
  root.at("format").choice(FORMAT);
  const court = root.at("court").members(["name", "number", "commitment", "secret"]);
  return {
    hash: root.at("hash").choice(...Object.keys(HASHES)),
    freeze: readFreeze(root.at("freeze")),
    court: {
      ...readCourt(court),
      commitment: court.at("commitment").hexadecimal(SECRET_BYTES),
      secret: court.at("secret").hexadecimal(SECRET_BYTES),
    },
    contributions: readContributions(root.at("contributions")),
    beacon: root.at("beacon").hexadecimal(),
    result: root.at("result").texts(),
  };
}

function readFreeze(freeze) {
  freeze.members(["algorithm", "attempt", "draw_id", "k", "pool"], { openEnded: true });
  freeze.at("algorithm").choice(FORMAT);
  freeze.at("attempt").integer(1, Number.MAX_SAFE_INTEGER);
  freeze.canonical();
  return {
    drawId: freeze.at("draw_id").text(),
    k: freeze.at("k").integer(1, Number.MAX_SAFE_INTEGER),
    pool: freeze.at("pool").texts(),
    court: freeze.has("court") ? readCourt(freeze.at("court").members(["name", "number"])) : null,
    roles: freeze.has("roles") ? distinct(freeze.at("roles").items()) : null,
    members: freeze.value,
  };
}

const secret = (field) => field.hexadecimal(SECRET_BYTES);
const readCourt = (court) => ({ name: court.at("name").text(), number: court.at("number").integer(1, LAST_NUMBER) });

function readContributions(contributions) {
  const items = contributions.items().map((item) => item.members(["role", "commitment", "nonce"]));
  const roles = distinct(items.map((item) => item.at("role")));
  return items.map((item, i) => ({
    role: roles[i],
    commitment: item.at("commitment").orNull(secret),
    nonce: item.at("nonce").orNull(secret),
  }));
}
