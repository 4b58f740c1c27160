// The sentences of the room in the reader's language, and figures as the server prints them.
import { wan, yuan } from "../js/money.js";

const bag = document.getElementById("words").dataset;
const english = document.documentElement.lang === "en";

/** A sentence with its figures: say("leadText", { price }). */
export const say = (name, figures = {}) =>
  bag[name].replace(/\{(\w+)\}/g, (_, key) => figures[key] ?? "");

/** The address of an icon of the sprite. */
export const icon = (name) => `${bag.icons}#${name}`;

/** 2,380,000.00 */
export const amount = (fen) => yuan(BigInt(fen));

/** 10,000 */
export const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

/** 2,380,000, as one may type it. */
export const plain = (fen) => amount(fen).replace(/\.00$/, "");

/** Short and exact, for chips and axes: 238 万; in English, and below 1 万, plain yuan. */
export function short(fen) {
  if (english) return plain(fen);
  return fen < 1_000_000 ? `${plain(fen)} ${say("yuan")}` : say("wan", { amount: wan(BigInt(fen)) });
}

/** A typed sum as it is read: 241.05 万; in English 2.41 million, where that is exact and short. */
export function read(fen) {
  if (!english) return short(Number(fen));
  const million = 100_000_000n;
  return fen >= million && fen % (million / 1000n) === 0n ? `${Number(fen) / 1e8} million` : "";
}

/** 88.8%, rounded half up in integers, as the server does. */
export function share(part, whole) {
  const [p, w] = [BigInt(part), BigInt(whole)];
  const tenths = (2n * p * 1000n + w) / (2n * w);
  return `${tenths / 10n}.${tenths % 10n}%`;
}

const inBeijing = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", hourCycle: "h23", ...options });
const seconds = inBeijing({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const minutes = inBeijing({ hour: "2-digit", minute: "2-digit" });
const numbers = inBeijing({ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (number) => String(number).padStart(2, "0");
const partsOf = (ms) => Object.fromEntries(numbers.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));

/** 10:06:20 */
export const clockOf = (ms) => seconds.format(ms);

/** 10:06:20.611 */
export const exactly = (ms) => `${seconds.format(ms)}.${String(((ms % 1000) + 1000) % 1000).padStart(3, "0")}`;

/** 10:06 */
export const hourOf = (ms) => minutes.format(ms);

/** 06-10, in English 10 Jun, with the year where it is not that of `now`; as kernel/pages.py has it. */
export function dayOf(ms, now) {
  const { year, month, day } = partsOf(ms);
  const present = year === partsOf(now).year;
  if (english) return `${day} ${MONTHS[month - 1]}${present ? "" : ` ${year}`}`;
  return `${present ? "" : `${year}-`}${two(month)}-${two(day)}`;
}

/** 10:06:20, with its day in front where that is not the day of `now`. */
export const endOf = (ms, now) => (dayOf(ms, now) === dayOf(now, now) ? clockOf(ms) : `${dayOf(ms, now)}${english ? ", " : " "}${clockOf(ms)}`);

/** The instant of midnight in Beijing before `ms`. */
export function midnight(ms) {
  const part = partsOf(ms);
  return ms - (ms % 1000) - ((part.hour * 60 + part.minute) * 60 + part.second) * 1000;
}
