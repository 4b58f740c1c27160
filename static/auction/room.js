// The live room. One place knows how the sale stands (sale.js); everything else shows it.
import * as clock from "../js/clock.js";
import { showBand } from "./band.js";
import { Bar } from "./bar.js";
import { Connection } from "./connection.js";
import { listenToMore, showLadder } from "./ladder.js";
import { showRuler } from "./ruler.js";
import { Sale, ended } from "./sale.js";
import * as sound from "./sound.js";
import { money } from "./svg.js";
import { amount, clockOf, endOf, say, share } from "./words.js";

const by = (id) => document.getElementById(id);
const room = by("room");
const sale = new Sale(room);
const connection = new Connection(sale);
const bar = new Bar(sale, connection);
const ACKNOWLEDGED = 6000;
let acknowledged = null;
let chart = null;
let led = null;

const set = (element, value) => { if (element.textContent !== value) element.textContent = value; };

function showPrice(phase) {
  const price = sale.price ?? sale.start;
  if (by("price").dataset.fen !== String(price)) {
    by("price").replaceChildren(money(price, { size: "xl" }));
    by("price").dataset.fen = price;
  }
  const stale = connection.quality === "bad" && !ended(phase);
  const label = { sold: "final", confirming: "last" }[phase] ?? "current";
  set(by("price-label"), stale && sale.saidAt ? say("stale", { time: clockOf(Date.parse(sale.saidAt)) }) : say(label));
  const higher = price > sale.start ? say("above", { above: amount(price - sale.start) }) : say("asStart");
  set(by("price-note"), sale.price === null ? say("startNote")
    : sale.reference ? say("share", { share: share(price, sale.reference) }) + say("comma") + higher : higher);
}

function showClock(phase, now) {
  const until = phase === "upcoming" ? sale.opens : sale.closes;
  const timer = by("countdown").querySelector("[data-countdown]");
  by("cd").classList.toggle("ext", phase === "extended");
  by("countdown").classList.toggle("long", until - now > 3_600_000 && !ended(phase));
  set(by("countdown-label"), say({ upcoming: "tillStart", confirming: "over", suspended: "stopped" }[phase] ?? (ended(phase) ? "ended" : "tillEnd")));
  if (ended(phase)) {
    set(by("countdown"), clockOf(Date.parse(sale.result.closed_at)));
    set(by("ends"), say("hammer", { bids: sale.accepted, n: sale.extensions }));
    return;
  }
  // A sale that stands still has no countdown: what was left when it stopped stays on the clock.
  const target = phase === "suspended" && sale.suspension ? now + Math.max(sale.closes - Date.parse(sale.suspension.from_at), sale.window) : until;
  if (timer && Math.abs(Number(timer.dataset.countdown) - target) > (phase === "suspended" ? 999 : 0)) {
    timer.dataset.countdown = Math.round(target);
    clock.redraw();
  }
  const time = endOf(sale.closes, now);
  set(by("ends"), phase === "upcoming" ? say("starts", { time: sale.opensText })
    : phase === "suspended" ? say("resume")
      : phase === "confirming" ? say("wasOver", { time })
        : sale.extensions ? say("endsExtended", { n: sale.extensions, time }) : say("ends", { time }));
}

function showLine() {
  if (!sale.heard) return;
  const { quality } = connection;
  const good = quality === "good";
  by("line").classList.toggle("bad", quality === "bad");
  const ms = clock.accuracy() === Infinity ? "…" : String(Math.max(1, Math.round(clock.accuracy() * 2)));
  set(by("line-word"), good ? say("lineGood", { ms }) : say(quality === "slow" ? "lineSlow" : "lineBad"));
}

/** What covers the standing for a moment: a bid on its way, its acknowledgement, a bad line. */
function cover(phase) {
  if (bar.pending) return { kind: "", icon: "clock", title: "sent", text: "sentText", figures: { price: amount(bar.pending.amount_fen) } };
  if (acknowledged && sale.leads && performance.now() < acknowledged.until) {
    return { kind: "lead", icon: "check-circle", title: phase === "extended" ? "leadExtended" : "lead", text: "accepted", figures: acknowledged.figures };
  }
  if (connection.quality === "bad" && !ended(phase)) return { kind: "time", icon: "signal-low", title: "line", text: "lineText" };
  return null;
}

function showEnd(phase) {
  if (!ended(phase)) return;
  by("end").hidden = false;
  if (by("missing")) by("missing").hidden = true;
}

function show() {
  if (!sale.heard) return;
  const now = clock.now();
  const phase = sale.phase(now);
  room.dataset.phase = phase;
  showBand(sale, phase, cover(phase));
  showPrice(phase);
  showClock(phase, now);
  showRuler(sale, now);
  showLadder(sale);
  bar.show(phase);
  showEnd(phase);
  if (led === sale.code && sale.leader !== led && sale.code) sound.alarm();
  led = sale.leader;
  chart?.showChart(sale, now);
}

sale.addEventListener("change", show);
connection.addEventListener("line", showLine);
bar.addEventListener("sending", show);
bar.addEventListener("answered", show);
bar.addEventListener("accepted", (event) => {
  acknowledged = { until: performance.now() + ACKNOWLEDGED, figures: event.detail.figures };
});
listenToMore(sale);
sound.listen();
connection.start();
clock.redraw();
setInterval(show, 250);
connection.addEventListener("watching", async () => { chart ??= await import("./chart.js"); show(); }, { once: true });
