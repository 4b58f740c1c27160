// The tree of hashes (RFC 9162, 2.1): does a leaf stand in a log, does a log begin with an earlier one. Pure: bytes in,
// verdict out. A path lists hashes as hexadecimal digits, from the leaf up to below the root.
//
// A level has half the nodes of the level below, the last one carried up where it is alone. The node at `place` of a
// level has a neighbour to its left if `place` is odd, and one to its right if it is even and not the last.
import { fromHex, joined, same } from "./bytes.js";
import { sha256 } from "./crypto.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

// The operators on bits count to 2^31 only.
const half = (place) => Math.floor(place / 2);
const isOdd = (place) => place % 2 === 1;

/** SHA-256 of 0x00 and the leaf's bytes. */
export const leafHash = (leaf) => sha256(joined(LEAF, leaf));

const nodeHash = (left, right) => sha256(joined(NODE, left, right));
const beside = (node, other, place) => (isOdd(place) ? nodeHash(other, node) : nodeHash(node, other));
const isPlace = (index, size) => Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;

/** The root to which a path leads (2.1.3.2); null if it has not the length that index and size ask for. */
export async function rootOfPath(hash, index, size, path) {
  if (!isPlace(index, size)) return null;
  let [node, place, last, used] = [hash, index, size - 1, 0];
  for (; last > 0; [place, last] = [half(place), half(last)]) {
    if (!isOdd(place) && place === last) continue;
    if (used === path.length) return null;
    node = await beside(node, fromHex(path[used]), place);
    used += 1;
  }
  return used === path.length ? node : null;
}

/** Whether the log of `first` leaves is the beginning of that of `second` (2.1.4.2). */
export async function isConsistent(first, firstRoot, second, secondRoot, path) {
  if (first === second) return path.length === 0 && same(firstRoot, secondRoot);
  if (!(first > 0 && first < second)) return false;
  let [place, last, used] = [first - 1, second - 1, 0];
  const next = () => { used += 1; return fromHex(path[used - 1]); };
  while (isOdd(place)) [place, last] = [half(place), half(last)];   // up to the top of the last whole subtree of the first
  if (place > 0 && path.length === 0) return false;
  let before = place > 0 ? next() : firstRoot;
  let after = before;
  for (; last > 0; [place, last] = [half(place), half(last)]) {
    if (!isOdd(place) && place === last) continue;
    if (used === path.length) return false;
    const other = next();
    if (isOdd(place)) before = await nodeHash(other, before);
    after = await beside(after, other, place);
  }
  return used === path.length && same(before, firstRoot) && same(after, secondRoot);
}

/** Whether leaves stand under one root, leaf by leaf by rising index.
 *
 *  The ways of two leaves to the root meet at some node and are one from there on. So of a path only the part below the
 *  node where it meets the last good way is hashed: the node must be the same, and so must every hash of the path above
 *  it. That proves as much as hashing up to the root, with about two hashes a leaf. */
export class Inclusion {
  #way = null;    // of the last leaf that stood: its index, path, nodes by level, and how many hashes are left from each on

  constructor(size, root) {
    this.size = size;
    this.root = root;
    this.top = 0;
    for (let last = size - 1; last > 0; last = half(last)) this.top += 1;
  }

  async holds(index, hash, path) {
    if (!isPlace(index, this.size)) return false;
    const meet = this.#meet(index);
    const known = this.#way ? this.#way.left[meet] : 0;
    const below = path.length - known;
    if (below < 0 || (this.#way && !sameEnds(path, this.#way.path, known))) return false;
    const [nodes, left] = [[], []];
    let [node, place, last, used] = [hash, index, this.size - 1, 0];
    for (let level = 0; level < meet; level += 1, [place, last] = [half(place), half(last)]) {
      nodes.push(node);
      left.push(path.length - used);
      if (!isOdd(place) && place === last) continue;
      if (used === below) return false;
      node = await beside(node, fromHex(path[used]), place);
      used += 1;
    }
    const there = this.#way ? this.#way.nodes[meet] : this.root;
    if (used !== below || !same(node, there)) return false;
    const above = this.#way ?? { nodes: Array(this.top).concat([this.root]), left: Array(this.top).concat([0]) };
    this.#way = { index, path, nodes: [...nodes, ...above.nodes.slice(meet)], left: [...left, ...above.left.slice(meet)] };
    return true;
  }

  /** The level at which the ways of this leaf and of the last good one meet. */
  #meet(index) {
    if (!this.#way) return this.top;
    let [level, one, other] = [0, index, this.#way.index];
    for (; one !== other; level += 1) [one, other] = [half(one), half(other)];
    return level;
  }
}

const sameEnds = (one, other, count) =>
  Array.from({ length: count }, (_, i) => one.at(i - count) === other.at(i - count)).every(Boolean);
