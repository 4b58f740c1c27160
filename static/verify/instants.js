// Instants as the formats write them (RFC 3339 with an offset, to the millisecond), kept as milliseconds since 1970.

const TIME = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,3}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const MINUTE = 60_000;
const BEIJING = 8 * 60 * MINUTE;
const FIRST = Date.parse("0001-01-01T00:00:00.000Z");
const LAST = Date.parse("9999-12-31T23:59:59.999Z") - BEIJING;

/** Time went past the last year that can be written. */
export class PastCalendar extends Error {
  constructor() {
    super("moves past the year 9999");
    this.name = "PastCalendar";
  }
}

/** Whether a text has the form of an instant, be it of the calendar or not. */
export const looksLikeInstant = (text) => TIME.test(text);

/** The instant of a text; null if it is none of the calendar. */
export function readInstant(text) {
  const parts = TIME.exec(text);
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (year < 1 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  date.setUTCHours(hour, minute, second, Number((parts[7] ?? "").padEnd(3, "0")));
  const offset = (Number(parts[9] ?? 0) * 60 + Number(parts[10] ?? 0)) * MINUTE;
  const at = date.getTime() - (parts[8] === "-" ? -offset : offset);
  return at < FIRST || at > LAST ? null : at;
}

/** An instant as the platform prints it: Beijing time, three digits of a second. */
export const printInstant = (at) => `${new Date(at + BEIJING).toISOString().slice(0, -1)}+08:00`;

/** So many milliseconds later. @throws {PastCalendar} there is no such instant. */
export function later(at, milliseconds) {
  if (at + milliseconds > LAST) throw new PastCalendar();
  return at + milliseconds;
}
