// Money as whole fen, in BigInt: no float ever touches an amount. The same words as kernel/money.py.
const YUAN = /^(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?$/;
const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["仟", "佰", "拾", ""];
const UNITS = [["亿", 100000000n], ["万", 10000n]];

export const MOST = 10n ** 15n;   // MOST_FEN of kernel/money.py

/** Fen of an amount as people type it, or null if it is none or more than may be entered. */
export function fenOf(text) {
  const cleaned = text.trim().replace(/^[¥￥]/, "").replace(/元$/, "").trim();
  const found = YUAN.exec(cleaned);
  if (!found) return null;
  const fen = BigInt(found[1].replaceAll(",", "")) * 100n + BigInt((found[2] ?? "").padEnd(2, "0"));
  return fen > MOST ? null : fen;
}

/** 2,380,000.00 */
export function yuan(fen) {
  const sign = fen < 0n ? "−" : "";
  const amount = fen < 0n ? -fen : fen;
  const whole = String(amount / 100n).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${sign}${whole}.${String(amount % 100n).padStart(2, "0")}`;
}

/** 238 万: short and exact. */
export function wan(fen) {
  const rest = String(fen % 1000000n).padStart(6, "0").replace(/0+$/, "");
  const whole = String(fen / 1000000n).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${whole}${rest && "."}${rest}`;
}

function whole(number) {
  for (const [unit, size] of UNITS) {
    if (number >= size) {
      const low = number % size;
      const gap = low > 0n && low < size / 10n ? "零" : "";
      return whole(number / size) + unit + gap + (low ? whole(low) : "");
    }
  }
  let text = "";
  let gap = "";
  Array.from(String(number).padStart(4, "0"), Number).forEach((digit, place) => {
    if (digit === 0) {
      gap = text ? "零" : "";
    } else {
      text += gap + DIGITS[digit] + PLACES[place];
      gap = "";
    }
  });
  return text;
}

/** 贰佰叁拾捌万元整 */
export function capitals(fen) {
  const yuan = fen / 100n;
  const jiao = Number((fen % 100n) / 10n);
  const rest = Number(fen % 10n);
  let text = yuan ? `${whole(yuan)}元` : "";
  if (!jiao && !rest) return `${text || "零元"}整`;
  if (yuan && (!jiao || yuan % 10n === 0n)) text += "零";
  if (jiao) text += `${DIGITS[jiao]}角`;
  return text + (rest ? `${DIGITS[rest]}分` : "整");
}
