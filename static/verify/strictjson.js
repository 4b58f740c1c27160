// Strict JSON, as docs/contracts.md ("Reading and printing") reads it: what two readers might
// understand differently is refused. Objects become Maps, so that no member name is special.

const DEPTH = 64;
const STRAY = /[\ud800-\udfff]/u;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const BLANK = /[ \t\n\r]*/y;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const WORDS = [["true", true], ["false", false], ["null", null]];

/** The file does not fit its format. `field` is the path of what does not; empty for the input itself. */
export class FormatError extends Error {
  constructor(field, problem) {
    super(`${field || "input"}: ${problem}`);
    this.name = "FormatError";
    this.field = field;
    this.problem = problem;
  }
}

/** A number that is no integer within ±(2^53 - 1); `text` is how it was written. */
export class OtherNumber {
  constructor(text) { this.text = text; }
}

/** Read one JSON value from the bytes of a file. */
export function parse(bytes) {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    throw new FormatError("", "begins with a byte-order mark; write UTF-8 without one");
  }
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new FormatError("", "is not UTF-8");
  }
  return parseText(text);
}

/** Read one JSON value from a text. */
export const parseText = (text) => new Source(text).whole();

class Source {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  whole() {
    const value = this.value(1);
    this.blank();
    if (this.at < this.text.length) throw this.refuse();
    return value;
  }

  value(depth) {
    this.blank();
    const sign = this.text[this.at];
    if (sign === "{") return this.object(depth);
    if (sign === "[") return this.list(depth);
    if (sign === '"') return this.string();
    for (const [word, value] of WORDS) if (this.text.startsWith(word, this.at)) { this.at += word.length; return value; }
    return this.number();
  }

  object(depth) {
    const members = new Map();
    this.each("}", depth, () => {
      this.blank();
      const name = this.string();
      if (members.has(name)) throw new FormatError("", `names the member ${JSON.stringify(name)} twice`);
      this.blank();
      this.take(":");
      members.set(name, this.value(depth + 1));
    });
    return members;
  }

  list(depth) {
    const items = [];
    this.each("]", depth, () => items.push(this.value(depth + 1)));
    return items;
  }

  each(close, depth, readOne) {
    if (depth > DEPTH) throw new FormatError("", `is nested deeper than ${DEPTH}`);
    this.at += 1;
    this.blank();
    if (this.text[this.at] === close) { this.at += 1; return; }
    for (;;) {
      readOne();
      this.blank();
      if (this.text[this.at] === close) { this.at += 1; return; }
      this.take(",");
    }
  }

  string() {
    this.take('"');
    let text = "";
    for (;;) {
      text += this.match(PLAIN)[0];
      if (this.text[this.at] === '"') break;
      this.take("\\");
      text += this.escaped();
    }
    this.at += 1;
    if (STRAY.test(text)) throw new FormatError("", "holds a lone surrogate");
    return text;
  }

  escaped() {
    const sign = this.text[this.at];
    this.at += 1;
    if (sign !== "u") {
      if (!Object.hasOwn(ESCAPES, sign ?? "")) throw this.refuse();
      return ESCAPES[sign];
    }
    const digits = this.text.slice(this.at, this.at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.refuse();
    this.at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  number() {
    const found = this.match(NUMBER);
    if (!found) throw this.refuse();
    const value = Number(found[0]);
    return found[1] === undefined && found[2] === undefined && Number.isSafeInteger(value)
      ? value + 0 : new OtherNumber(found[0]);
  }

  blank() { this.match(BLANK); }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  take(sign) {
    if (this.text[this.at] !== sign) throw this.refuse();
    this.at += 1;
  }

  refuse() {
    return new FormatError("", `is not JSON (line ${this.text.slice(0, this.at).split("\n").length})`);
  }
}

/** Canonical JSON of a parsed value: members by code point, no blanks, UTF-8. */
export function canonical(value) {
  return new TextEncoder().encode(canonicalText(value));
}

/** The same as a text. A result of ours may be written so too: its objects are plain ones, its great numbers BigInts.
 *  For well-formed texts JSON.stringify escapes just what canonical JSON escapes. */
export function canonicalText(value) {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (typeof value === "bigint") return String(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = value instanceof Map ? [...value] : Object.entries(value);
  members.sort(([one], [other]) => byCodePoint(one, other));
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${canonicalText(inner)}`).join(",")}}`;
}

const BEYOND_ORDER = /[\ud800-\uffff]/;    // up to here the order of UTF-16 is that of code points

/** Order of two texts by code points, which is the order of their UTF-8 bytes. */
export function byCodePoint(a, b) {
  if (!BEYOND_ORDER.test(a) && !BEYOND_ORDER.test(b)) return Number(a > b) - Number(a < b);
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((sign, i) => sign !== right[i]);
  if (at === -1) return left.length - right.length;
  return at < right.length ? left[at].codePointAt(0) - right[at].codePointAt(0) : 1;
}
