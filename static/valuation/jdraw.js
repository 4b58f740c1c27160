// jdraw/v1 (docs/contracts.md): recompute a draw from its transcript, in a browser or in Node.
// Uses no network and knows nothing of the platform: bytes in, checks out.

import { sm3 } from "./sm3.js";
import { FormatError, OtherNumber, byCodePoint, canonical, parse } from "./strictjson.js";

export { FormatError };

const FORMAT = "jdraw/v1";
const SECRET_BYTES = 32;
const LONGEST_TEXT = 200;
const LAST_NUMBER = 2 ** 32 - 1;

const text = new TextEncoder();
const HASHES = {
  sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)),
  sm3: async (bytes) => sm3(bytes),
};

/** The checks, in the order in which they are shown. */
export const CHECKS = ["pool_distinct", "pool_large_enough", "freeze_binds", "court_commitment",
  "contribution_commitments", "result_matches"];

/** Whether this page may compute SHA-256: browsers offer it only over https and on the own machine. */
export const canCompute = () => globalThis.crypto?.subtle !== undefined;

export const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}

function u32(number) {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, number);
  return new Uint8Array(view.buffer);
}

/** Each field preceded by its length: no two lists of fields give the same bytes. Texts enter as UTF-8. */
function lp(...fields) {
  return join(...fields.flatMap((field) => {
    const bytes = typeof field === "string" ? text.encode(field) : field;
    return [u32(bytes.length), bytes];
  }));
}

const hash = (name, bytes) => HASHES[name](bytes);

export const freezeLeafHash = (name, freeze) => hash(name, join(Uint8Array.of(0), canonical(freeze)));

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

async function recompute(transcript, onCheck) {
  const { hash: name, freeze, court, contributions, result } = transcript;
  const found = { order: null, picks: null, seed: null, checks: {}, milliseconds: {} };
  const tests = {
    pool_distinct: () => new Set(freeze.pool).size === freeze.pool.length,
    pool_large_enough: () => freeze.pool.length >= freeze.k,
    freeze_binds: () => (!freeze.court || (freeze.court.name === court.name && freeze.court.number === court.number))
      && (!freeze.roles || sameSet(freeze.roles, contributions.map((part) => part.role))),
    court_commitment: async () =>
      sameBytes(court.commitment, await courtCommitment(name, court.name, court.number, court.secret)),
    contribution_commitments: async () => {
      const held = await Promise.all(contributions.map(async ({ role, commitment, nonce }) => !nonce
        || (commitment !== null && sameBytes(commitment, await contributionCommitment(name, freeze.drawId, role, nonce)))));
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
const sameBytes = (a, b) => toHex(a) === toHex(b);
const sameSet = (a, b) => sameList([...a].sort(), [...b].sort());

// ---------- reading

class Reader {
  constructor(value, path = "") {
    this.value = value;
    this.path = path;
  }

  refuse(problem) { return new FormatError(this.path, problem); }

  has(name) { return this.value.has(name); }

  at(name) { return new Reader(this.value.get(name), this.path ? `${this.path}.${name}` : name); }

  members(required, { openEnded = false } = {}) {
    if (!(this.value instanceof Map)) throw this.refuse("must be an object");
    for (const name of required) if (!this.has(name)) throw this.at(name).refuse("is missing");
    for (const name of openEnded ? [] : this.value.keys()) {
      if (!required.includes(name)) throw this.at(name).refuse("is not a member of this format");
    }
    return this;
  }

  items() {
    if (!Array.isArray(this.value)) throw this.refuse("must be a list");
    return this.value.map((item, i) => new Reader(item, `${this.path}[${i}]`));
  }

  text() {
    if (typeof this.value !== "string") throw this.refuse("must be a text");
    const length = [...this.value].length;
    if (length < 1 || length > LONGEST_TEXT) throw this.refuse(`must have 1 to ${LONGEST_TEXT} characters`);
    return this.value;
  }

  integer(least, most) {
    if (typeof this.value !== "number" || this.value < least || this.value > most) {
      throw this.refuse(`must be an integer from ${least} to ${most}`);
    }
    return this.value;
  }

  choice(...values) {
    if (!values.includes(this.value)) throw this.refuse(`must be ${values.map((value) => `"${value}"`).join(" or ")}`);
    return this.value;
  }

  hexadecimal(size) {
    if (typeof this.value !== "string" || !/^(?:[0-9a-f]{2})*$/.test(this.value)) {
      throw this.refuse("must be lower-case hexadecimal");
    }
    if (size !== undefined && this.value.length !== 2 * size) {
      throw this.refuse(`must be ${size} bytes, ${2 * size} hexadecimal digits`);
    }
    return fromHex(this.value);
  }

  secretOrNull() { return this.value === null ? null : this.hexadecimal(SECRET_BYTES); }

  texts() { return this.items().map((item) => item.text()); }

  /** Refuse, by its path, whatever canonical JSON cannot hold. */
  canonical() {
    if (this.value instanceof OtherNumber) throw this.refuse("must be an integer within ±(2^53 - 1)");
    if (Array.isArray(this.value)) for (const item of this.items()) item.canonical();
    if (this.value instanceof Map) for (const name of this.value.keys()) this.at(name).canonical();
  }
}

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
    roles: freeze.has("roles") ? distinctRoles(freeze.at("roles").items()) : null,
    members: freeze.value,
  };
}

const readCourt = (court) => ({ name: court.at("name").text(), number: court.at("number").integer(1, LAST_NUMBER) });

function readContributions(contributions) {
  const items = contributions.items().map((item) => item.members(["role", "commitment", "nonce"]));
  const roles = distinctRoles(items.map((item) => item.at("role")));
  return items.map((item, i) => ({
    role: roles[i],
    commitment: item.at("commitment").secretOrNull(),
    nonce: item.at("nonce").secretOrNull(),
  }));
}

function distinctRoles(readers) {
  const roles = new Set();
  for (const reader of readers) {
    if (roles.has(reader.text())) throw reader.refuse("must be another role than those before it");
    roles.add(reader.value);
  }
  return [...roles];
}
