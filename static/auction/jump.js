// A sum far above the least one: how far, so that the second press can say it. The same as auction/rules/jump.py.

/** { over, steps, percent, mistyped } or null for an ordinary bid; `limits` are the platform's, printed into the page. */
export function jumpOf(fen, least, increment, { steps, percent, times }) {
  const [sum, base] = [BigInt(fen), BigInt(least)];
  const over = fen - least;
  if (over < steps * increment && 100n * sum < BigInt(100 + percent) * base) return null;
  return { over, steps: Math.floor(over / increment), percent: Number((100n * sum) / base), mistyped: sum >= BigInt(times) * base };
}

/** A percentage as a multiple: 1.04, 10. */
export const timesText = (percent) => String(percent / 100);
