// Bytes as the log's formats write them: UTF-8, hexadecimal, base64, and fields after their lengths.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What is checked cannot be read: it is not in the form that the formats prescribe. */
export class Unreadable extends Error {
  constructor(message) {
    super(message);
    this.name = "Unreadable";
  }
}

export const utf8 = (text) => encoder.encode(text);

/** The text of UTF-8 bytes. @throws {Unreadable} they are none. */
export function fromUtf8(bytes, where) {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Unreadable(`${where}: not UTF-8`);
  }
}

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const same = (one, other) => one.length === other.length && one.every((byte, i) => byte === other[i]);

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
export const toHex = (bytes) => Array.from(bytes, (byte) => DIGITS[byte]).join("");

/** Bytes from an even number of hexadecimal digits. */
export function fromHex(hex) {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Bytes from base64 as everybody writes it: the standard alphabet, padded, no spare bits; one text for one value.
 *  @throws {Unreadable} it is anything else. */
export function fromBase64(text, what) {
  let raw;
  try {
    raw = atob(text);
  } catch {
    throw new Unreadable(`${what} is not base64`);
  }
  if (btoa(raw) !== text) throw new Unreadable(`${what} is not base64 as everybody writes it`);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** A number below 2^32 in four bytes, the highest first. */
export function u32(number) {
  const four = new Uint8Array(4);
  new DataView(four.buffer).setUint32(0, number);
  return four;
}

/** Each field after its length, so that no two lists of fields give the same bytes. Texts enter as UTF-8. */
export function lp(...fields) {
  return joined(...fields.flatMap((field) => {
    const bytes = typeof field === "string" ? utf8(field) : field;
    return [u32(bytes.length), bytes];
  }));
}
