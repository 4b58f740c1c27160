// The price as a step line, drawn by uPlot once its file has come; until then the server's drawing stands.
import uPlot from "../vendor/uPlot.esm.js";
import * as clock from "../js/clock.js";
import { amount, clockOf, dayOf, hourOf, say, short } from "./words.js";

const place = document.getElementById("chart");
const INCREMENTS = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000];
let plot = null;
let own = "";
let drawn = [];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function timeLabels(_, splits) {
  const shown = splits.filter((at) => at !== null);   // uPlot leaves out what would overlap
  const span = (shown.at(-1) - shown[0]) * 1000;
  const word = span > 86_400_000 ? dayOf : span < 300_000 ? clockOf : hourOf;
  return splits.map((at) => (at === null ? null : word(at * 1000, clock.now())));
}

function dots(u) {
  const { ctx } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.lineWidth = 2 * ratio;
  const every = Math.max(1, Math.floor(drawn.length / 120));
  drawn.forEach((bid, n) => {
    const mine = bid.code === own;
    if (!mine && n % every && n !== drawn.length - 1) return;
    ctx.beginPath();
    ctx.arc(u.valToPos(bid.at / 1000, "x", true), u.valToPos(bid.amount, "y", true), (mine ? 5 : 4) * ratio, 0, 2 * Math.PI);
    ctx.fillStyle = mine ? colour("--lead") : colour("--surface");
    ctx.fill();
    ctx.strokeStyle = colour("--ink");
    if (!mine) ctx.stroke();
  });
  ctx.restore();
}

function options(width) {
  const font = `13px ${colour("--sans")}`;
  const axis = { stroke: () => colour("--ink-2"), font, ticks: { show: false } };
  return {
    width, height: place.clientHeight, padding: [10, 8, 0, 22], legend: { show: false }, cursor: { show: false },
    scales: {
      x: { time: false, range: (_, low, high) => [low - (high - low) * 0.01, high + (high - low) * 0.01 || low + 1] },
      y: { range: (_, low, high) => { const room = Math.max(high - low, 1) * 0.18; return [low - room, high + room]; } },
    },
    axes: [
      { ...axis, size: 28, space: 90, incrs: INCREMENTS, grid: { show: false }, values: timeLabels, border: { show: true, stroke: () => colour("--line-strong"), width: 1 } },
      { ...axis, side: 1, size: 68, space: 44, stroke: () => colour("--ink-3"), grid: { stroke: () => colour("--line"), width: 1 }, values: (_, splits) => splits.map((fen) => (fen === null ? null : short(Math.round(fen)))) },
    ],
    series: [{}, { stroke: () => colour("--ink"), width: 2, fill: () => `${colour("--sunken")}99`, paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } }],
    hooks: { draw: [dots] },
  };
}

/** Draw the bids so far up to now. */
export function showChart(sale, now) {
  const bids = sale.ladder;
  if (bids.length === 0 || sale.gaps.length > 0) return;
  own = sale.code;
  drawn = bids;
  const until = Math.max(bids.at(-1).at, Math.min(now, sale.closes));
  const xs = [...bids.map((bid) => bid.at / 1000), until / 1000];
  const ys = [...bids.map((bid) => bid.amount), bids.at(-1).amount];
  const label = say("chart", { n: bids.length, first: amount(bids[0].amount), last: amount(bids.at(-1).amount) });
  if (plot) {
    plot.root.setAttribute("aria-label", label);
    plot.setData([xs, ys]);
    return;
  }
  place.replaceChildren();
  plot = new uPlot(options(place.clientWidth), [xs, ys], place);
  plot.root.setAttribute("role", "img");
  plot.root.setAttribute("aria-label", label);
  new ResizeObserver(() => { if (place.clientWidth !== plot.width || place.clientHeight !== plot.height) plot.setSize({ width: place.clientWidth, height: place.clientHeight }); }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw());
}
