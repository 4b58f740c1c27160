// The time ruler: now, the end, the stretch in which a bid moves it. The geometry of kernel/rulers.py.
import { draw } from "./svg.js";
import { clockOf, dayOf, hourOf, midnight, say } from "./words.js";

const place = document.getElementById("ruler");
const STEPS = [[1, 5], [5, 15], [10, 60], [60, 300], [300, 1800], [900, 3600], [3600, 21600], [21600, 86400], [86400, 432000], [604800, 2419200]];
const LETTER = 7.2;   // width of a figure at 13 px
let drawnFor = "";
let frame = null;
let marks = [];

const clamped = (value) => Math.min(100, Math.max(0, value));
const percent = (value) => `${clamped(value).toFixed(2)}%`;

function label(ms, step, now) {
  if (step < 60) return clockOf(ms);
  if (step >= 86400 || (step >= 21600 && midnight(ms) === ms)) return dayOf(ms, now);
  return hourOf(ms);
}

function ticks(first, last, now) {
  const span = (last - first) / 1000;
  const [minor, major] = STEPS.find(([step]) => span / step <= 32) ?? STEPS.at(-1);
  const base = midnight(first);
  const found = [];
  const wide = place.clientWidth / 100;
  let free = 0;   // percent from which there is room for another label
  for (let n = Math.ceil((first - base) / 1000 / minor); base + n * minor * 1000 <= last; n += 1) {
    const at = base + n * minor * 1000;
    const where = (100 * (at - first)) / (last - first);
    const long = (n * minor) % major === 0;
    found.push(draw("line", { class: "k-line", x1: percent(where), x2: percent(where), y1: 30, y2: long ? 40 : 35 }));
    if (!long) continue;
    const text = label(at, major, now);
    const half = (text.length * LETTER) / 2 / wide;
    if (where - half < free || where + half > 100) continue;
    found.push(draw("text", { x: percent(where), y: 56, "text-anchor": "middle" }, text));
    free = where + half + (2 * LETTER) / wide;
  }
  return found;
}

function earlierEnds(sale) {
  const moved = sale.ladder.filter((bid) => bid.extendedTo).map((bid) => bid.extendedTo);
  return moved.length ? [sale.planned, ...moved.slice(0, -1)].slice(-6) : [];
}

function redraw(sale, now) {
  const ends = earlierEnds(sale);
  const far = sale.closes - now > 4.4 * sale.window;
  const first = far ? now : Math.min(now, sale.closes - 4.4 * sale.window, ...ends.map((end) => end - sale.window));
  const last = far ? sale.closes + (sale.closes - now) * 0.08 : Math.max(sale.closes, now) + 0.4 * sale.window;
  frame = { first, last };
  const at = (ms) => (100 * (ms - first)) / (last - first);
  const [left, right] = [clamped(at(sale.closes - sale.window)), clamped(at(sale.closes))];
  const line = (kind, x, y1, y2) => draw("line", { class: kind, x1: percent(x), x2: percent(x), y1, y2 });
  marks = [draw("rect", { class: "k-fill now", x: 0, y: 27, width: 0, height: 3 }), draw("circle", { class: "k-fill now", cx: 0, cy: 28.5, r: 5 })];
  const drawn = draw("svg", { class: "ruler", height: 60, role: "img" },
    draw("rect", { class: "k-time", x: percent(left), y: 8, width: percent(right - left), height: 22 }),
    draw("line", { class: "k-line", x1: 0, x2: "100%", y1: 30, y2: 30 }), ...ticks(first, last, now));
  ends.forEach((end, n) => {
    const x = at(end);
    if (x < 0) return;
    drawn.append(line("k-end thin", x, 16, 42));
    if (n === 0 && sale.extensions <= 6) drawn.append(draw("text", { class: "ext", x: percent(x), y: 12, "text-anchor": "middle" }, say("wasPlanned")));
  });
  drawn.append(line("k-end", right, 4, 42), ...marks);
  drawn.setAttribute("aria-label", say("rulerLabel", { now: clockOf(now), end: clockOf(sale.closes) }));
  place.replaceChildren(drawn);
}

/** Move the mark of now; draw anew where the end moved or the frame has been left behind. */
export function showRuler(sale, now) {
  const still = sale.result ? Date.parse(sale.result.closed_at) : now;
  const key = `${place.clientWidth}/${sale.closes}/${sale.extensions}/${sale.closes - still > 4.4 * sale.window}`;
  if (key !== drawnFor || (frame && still > frame.last)) {
    redraw(sale, still);
    drawnFor = key;
  }
  const where = percent((100 * (still - frame.first)) / (frame.last - frame.first));
  marks[0].setAttribute("width", where);
  marks[1].setAttribute("cx", where);
}
