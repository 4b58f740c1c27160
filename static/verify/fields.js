// A value of an input together with its path, so that whatever does not fit its format is refused by name.
import { fromHex } from "./bytes.js";
import { looksLikeInstant, readInstant } from "./instants.js";
import { FormatError, OtherNumber } from "./strictjson.js";

const LONGEST_TEXT = 200;
const MILLIONTHS = 6;

/** The number of code points of a text. */
export const lengthOf = (text) => [...text].length;

export class Reader {
  constructor(value, path = "") {
    this.value = value;
    this.path = path;
  }

  refuse(problem) { return new FormatError(this.path, problem); }

  has(name) { return this.value.has(name); }

  /** A member; one that is absent has the value given here. */
  at(name, absent = null) {
    return new Reader(this.has(name) ? this.value.get(name) : absent, this.path ? `${this.path}.${name}` : name);
  }

  /** Must be a whole input of this format, with these members. */
  document(format, required, optional = []) {
    if (this.value instanceof Map && this.has("format")) this.at("format").choice(format);
    return this.members(["format", ...required], { optional });
  }

  /** Must be an object that has the required members, and, unless it is open-ended, none that is not listed. */
  members(required, { optional = [], openEnded = false } = {}) {
    if (!(this.value instanceof Map)) throw this.refuse("must be an object");
    for (const name of required) if (!this.has(name)) throw this.at(name).refuse("is missing");
    for (const name of openEnded ? [] : this.value.keys()) {
      if (!required.includes(name) && !optional.includes(name)) throw this.at(name).refuse("is not a member of this format");
    }
    return this;
  }

  /** The members of an open-ended object, each with its path. */
  all() { return [...this.members([], { openEnded: true }).value.keys()].map((name) => [name, this.at(name)]); }

  items() {
    if (!Array.isArray(this.value)) throw this.refuse("must be a list");
    return this.value.map((item, i) => new Reader(item, `${this.path}[${i}]`));
  }

  orNull(read) { return this.value === null ? null : read(this); }

  text(longest = LONGEST_TEXT) {
    if (typeof this.value !== "string") throw this.refuse("must be a text");
    const length = lengthOf(this.value);
    if (length < 1 || length > longest) throw this.refuse(`must have 1 to ${longest} characters`);
    return this.value;
  }

  flag() {
    if (typeof this.value !== "boolean") throw this.refuse("must be true or false");
    return this.value;
  }

  integer(least, most = Number.MAX_SAFE_INTEGER) {
    if (typeof this.value !== "number" || this.value < least || this.value > most) {
      throw this.refuse(`must be an integer from ${least} to ${most}`);
    }
    return this.value;
  }

  choice(...values) {
    if (!values.includes(this.value)) throw this.refuse(`must be ${values.map((value) => `"${value}"`).join(" or ")}`);
    return this.value;
  }

  /** Milliseconds since 1970. */
  instant() {
    if (typeof this.value !== "string" || !looksLikeInstant(this.value)) {
      throw this.refuse("must be a time with an offset, like 2026-04-03T10:07:29.999+08:00");
    }
    const at = readInstant(this.value);
    if (at === null) throw this.refuse("is no time of the calendar");
    return at;
  }

  /** Millionths of a percent. */
  percent() {
    const no = this.refuse('must be a text like "37.5", from 0 to 100, with at most 6 decimals');
    const parts = /^(\d+)(?:\.(\d{1,6}))?$/.exec(this.text(64));
    if (!parts) throw no;
    const millionths = BigInt(parts[1] + (parts[2] ?? "").padEnd(MILLIONTHS, "0"));
    if (millionths > 100_000_000n) throw no;
    return millionths;
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

  texts() { return this.items().map((item) => item.text()); }

  /** Refuse, by its path, whatever canonical JSON cannot hold. */
  canonical() {
    if (this.value instanceof OtherNumber) throw this.refuse("must be an integer within ±(2^53 - 1)");
    if (Array.isArray(this.value)) for (const item of this.items()) item.canonical();
    if (this.value instanceof Map) for (const [, member] of this.all()) member.canonical();
  }
}

/** The texts of fields, of which no two may be the same. */
export function distinct(readers, longest = LONGEST_TEXT) {
  const seen = new Set();
  for (const reader of readers) {
    if (seen.has(reader.text(longest))) throw reader.refuse("must be another one than those before it");
    seen.add(reader.value);
  }
  return [...seen];
}
