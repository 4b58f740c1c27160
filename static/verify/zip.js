// The zip of a bundle, read strictly and within limits: what its headers say is not believed.
import { Unreadable, fromUtf8, toHex } from "./bytes.js";
import { sha256 } from "./crypto.js";
import { parse } from "./strictjson.js";

const MIB = 2 ** 20;
const MOST_ENTRIES = 200_000;
const MOST_OF_LINES = 256 * MIB;     // a browser holds them in memory; verify.py goes up to 2 GiB
const MOST_OF_OTHERS = 64 * MIB;
const MOST_UNPACKED = 512 * MIB;
const LONGEST_LINE = 4 * MIB;

const LINES = ["leaves.ndjson", "proofs.ndjson"];
const ALWAYS = ["manifest.json", ...LINES, "checkpoint", "consistency.json", "openings.json"];
const SOMETIMES = ["checkpoint.prev", "plan.json"];
const RECEIPT = /^receipts\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}\.tlog-proof$/;
const isKnown = (name) => ALWAYS.includes(name) || SOMETIMES.includes(name) || RECEIPT.test(name);

const END = 0x06054b50;
const IN_DIRECTORY = 0x02014b50;
const BEFORE_ENTRY = 0x04034b50;
const LARGE = 0x07064b50;            // before the end of a zip of more than 65,535 entries or 4 GiB
const LARGE_BYTES = 20;
const [END_BYTES, DIRECTORY_BYTES, ENTRY_BYTES] = [22, 46, 30];
const LONGEST_COMMENT = 65_535;
const FORBIDDEN_FLAGS = 0x2061;      // encrypted, patched, strongly encrypted, names masked
const [STORED, DEFLATED] = [0, 8];
const [KIND, REGULAR, FOLDER] = [0xf000, 0x8000, 0x10];
const NEWEST = 63;                   // version 6.3 of the format, the last that programs read
const BEYOND = 0xffffffff;           // the value stands in a zip64 field

/** Whether this browser can unpack a bundle at all (Chrome 103, Firefox 113, Safari 16.4). */
export function canUnpack() {
  try {
    return Boolean(new DecompressionStream("deflate-raw"));
  } catch {
    return false;
  }
}

/** The file was cut off, damaged or changed, where it is packed. `entry` is what cannot be unpacked; "" if it is the zip. */
export class Damaged extends Unreadable {
  constructor(message, entry = "") {
    super(message);
    this.name = "Damaged";
    this.entry = entry;
  }
}

/** The entries of a bundle. `hashes` has the SHA-256 of every one that was read. */
export class Archive {
  #bytes;
  #view;
  #unpacked = 0;

  /** @throws {Unreadable} it is no zip, or none of a bundle. */
  constructor(bytes) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.entries = new Map();
    this.hashes = new Map();
    try {
      for (const entry of this.#directory()) this.#take(entry);
    } catch (error) {
      if (error instanceof RangeError) throw new Damaged("no zip: it is cut off");
      throw error;
    }
    const missing = ALWAYS.filter((name) => !this.entries.has(name));
    if (missing.length) throw new Unreadable(`${missing.join(", ")} is missing`);
  }

  /** The bytes of an entry.
   *  @throws {Unreadable} they cannot be unpacked, or are not what the zip says of them. */
  async read(name) {
    const entry = this.entries.get(name);
    const packed = this.#packed(entry);
    const most = Math.min(LINES.includes(name) ? MOST_OF_LINES : MOST_OF_OTHERS, MOST_UNPACKED - this.#unpacked);
    if (entry.size > most) {
      throw new Unreadable(`${name} is larger than a browser takes; verify.py checks it`);
    }
    const bytes = entry.method === STORED ? packed : await inflated(packed, entry.size, name);
    if (bytes.length !== entry.size) throw new Damaged(`${name} has not the size that the zip declares`, name);
    if (crc32(bytes) !== entry.crc) throw new Damaged(`${name} cannot be unpacked: its checksum does not fit`, name);
    this.#unpacked += this.hashes.has(name) ? 0 : bytes.length;
    this.hashes.set(name, toHex(await sha256(bytes)));
    return bytes;
  }

  async readJson(name) {
    const bytes = await this.read(name);
    try {
      return parse(bytes);
    } catch (error) {
      throw new Unreadable(`${name}: ${error.message}`);
    }
  }

  /** The lines of an entry without their LF. */
  async lines(name) {
    const lines = fromUtf8(await this.read(name), name).split("\n");
    if (lines.pop() !== "") throw new Unreadable(`${name}: the last line does not end with LF`);
    if (lines.some((line) => line.length > LONGEST_LINE)) {
      throw new Unreadable(`${name}: a line is longer than ${LONGEST_LINE} bytes`);
    }
    return lines;
  }

  /** What the directory at the end of the zip says of each entry. */
  * #directory() {
    const end = this.#end();
    if (end >= LARGE_BYTES && this.#view.getUint32(end - LARGE_BYTES, true) === LARGE) {
      throw new Unreadable("it has more entries, or is larger, than a browser takes; verify.py checks it");
    }
    const [size, offset] = [this.#view.getUint32(end + 12, true), this.#view.getUint32(end + 16, true)];
    this.begin = end - size - offset;    // what stands before the zip, say a program that unpacks it
    if (size === BEYOND || offset === BEYOND || size > MOST_OF_OTHERS || this.begin < 0) {
      throw new Damaged("no zip: its directory has no size that a bundle in a browser may have");
    }
    let count = 0;
    for (let at = end - size; at < end; count += 1) {
      if (at + DIRECTORY_BYTES > end || this.#view.getUint32(at, true) !== IN_DIRECTORY) {
        throw new Damaged("no zip: its directory is broken");
      }
      if (count >= MOST_ENTRIES) throw new Unreadable(`no zip: it has more than ${MOST_ENTRIES} entries`);
      const [name, extra, comment] = [28, 30, 32].map((place) => this.#view.getUint16(at + place, true));
      yield {
        name: this.#name(at + DIRECTORY_BYTES, name),
        needs: this.#view.getUint8(at + 6),
        flags: this.#view.getUint16(at + 8, true),
        method: this.#view.getUint16(at + 10, true),
        crc: this.#view.getUint32(at + 16, true),
        packed: this.#view.getUint32(at + 20, true),
        size: this.#view.getUint32(at + 24, true),
        attributes: this.#view.getUint32(at + 38, true),
        offset: this.#view.getUint32(at + 42, true) + this.begin,
      };
      at += DIRECTORY_BYTES + name + extra + comment;
    }
    this.end = end - size;
  }

  #end() {
    const last = this.#bytes.length - END_BYTES;
    for (let at = last; at >= 0 && at >= last - LONGEST_COMMENT; at -= 1) {
      if (this.#view.getUint32(at, true) === END) return at;
    }
    throw new Damaged("no zip: it has no end of a zip");
  }

  /** Names of a bundle are ASCII; whatever else stands there is none. */
  #name(at, length) {
    return String.fromCharCode(...new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + at, length));
  }

  #take(entry) {
    const { name, needs, flags, method, packed, size, attributes, offset } = entry;
    if (needs > NEWEST) throw new Unreadable(`no zip: ${JSON.stringify(name.slice(0, 120))} asks for version ${needs / 10} of the format`);
    if (!isKnown(name)) throw new Unreadable(`an entry that no bundle has: ${JSON.stringify(name.slice(0, 120))}`);
    if (this.entries.has(name)) throw new Unreadable(`${name} stands twice`);
    if (flags & FORBIDDEN_FLAGS || ![STORED, DEFLATED].includes(method)) {
      throw new Unreadable(`${name} is encrypted, or packed otherwise than stored or deflated`);
    }
    const kind = (attributes >>> 16) & KIND;
    if ((kind !== 0 && kind !== REGULAR) || attributes & FOLDER) throw new Unreadable(`${name} is a link or a folder`);
    if ([packed, size].includes(BEYOND) || offset - this.begin === BEYOND) {
      throw new Unreadable(`${name} is larger than a browser takes; verify.py checks it`);
    }
    this.entries.set(name, entry);
  }

  /** The packed bytes of an entry, which lie between its own header and whatever comes next. */
  #packed({ name, packed, offset }) {
    const next = [...this.entries.values()].map((entry) => entry.offset).filter((at) => at > offset);
    const most = Math.min(this.end, ...next);
    const broken = new Damaged(`${name} cannot be unpacked: the zip is broken there`, name);
    if (offset + ENTRY_BYTES > most || this.#view.getUint32(offset, true) !== BEFORE_ENTRY) throw broken;
    const [named, extra] = [this.#view.getUint16(offset + 26, true), this.#view.getUint16(offset + 28, true)];
    const start = offset + ENTRY_BYTES + named + extra;
    if (start + packed > most || this.#name(offset + ENTRY_BYTES, named) !== name) throw broken;
    return this.#bytes.subarray(start, start + packed);
  }
}

async function inflated(packed, size, name) {
  const whole = new Uint8Array(size);
  let at = 0;
  try {
    const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (at + part.value.length > size) {
        await reader.cancel();
        throw new Damaged(`${name} has not the size that the zip declares`, name);
      }
      whole.set(part.value, at);
      at += part.value.length;
    }
  } catch (error) {
    throw error instanceof Unreadable ? error : new Damaged(`${name} cannot be unpacked: ${error.message}`, name);
  }
  return whole.subarray(0, at);
}

const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes) {
  let value = -1;
  for (let i = 0; i < bytes.length; i += 1) value = (value >>> 8) ^ REMAINDERS[(value ^ bytes[i]) & 255];
  return ~value >>> 0;
}
