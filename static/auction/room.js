// The live room. One place knows how the sale stands (sale.js); everything else shows it.
import * as clock from "../js/clock.js";
import { showBand } from "./band.js";
import { Bar } from "./bar.js";
import { Connection } from "./connection.js";
import { listenToMore, showLadder } from "./ladder.js";
import { showRuler } from "./ruler.js";
import { Sale, ended, runs } from "./sale.js";
import { money } from "./svg.js";
import { Tabs } from "./tabs.js";
import { amount, clockOf, endOf, grouped, say, share } from "./words.js";

const by = (id) => document.getElementById(id);
const room = by("room");
const sale = new Sale(room);
const connection = new Connection(sale);
const tabs = new Tabs(sale);
const bar = new Bar(sale, connection, tabs);
const ACKNOWLEDGED = 6000;
const MOVED = 4000;
const DOUBTED = 15_000;
const MARKS = [[60_000, "minute"], [10_000, "seconds"]];
let acknowledged = null;
let chart = null;
let sound = null;
let before = null;       // leader, end and time left as they were shown last
let moved = { at: -Infinity };

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

const timer = by("countdown").querySelector("[data-countdown]");   // none where the page came after the end

/** What a bidder will have at least once a sale that stands still goes on. */
const leftOver = () => Math.max(sale.closes - Date.parse(sale.suspension.from_at), sale.window);

function showClock(phase, now) {
  const until = phase === "upcoming" ? sale.opens : sale.closes;
  by("block").classList.toggle("late", sale.isLate(now));
  by("cd").classList.toggle("ext", phase === "extended");
  by("cd").classList.toggle("moved", performance.now() - moved.at < MOVED);
  by("countdown").classList.toggle("long", until - now > 3_600_000 && !ended(phase));
  set(by("countdown-label"), say({ upcoming: "tillStart", confirming: "over", suspended: "stopped" }[phase] ?? (ended(phase) ? "ended" : "tillEnd")));
  if (ended(phase)) {
    set(by("countdown"), clockOf(Date.parse(sale.result.closed_at)));
    set(by("ends"), say("hammer", { bids: sale.accepted, n: sale.extensions }));
    return;
  }
  if (timer && phase === "suspended") {
    set(by("countdown"), clock.left(leftOver(), timer));   // a sale that stands still has no countdown
  } else if (timer) {
    if (!timer.isConnected) by("countdown").replaceChildren(timer);
    if (Number(timer.dataset.countdown) !== until) {
      timer.dataset.countdown = Math.round(until);
      clock.redraw();
    }
  }
  const time = endOf(sale.closes, now);
  set(by("ends"), phase === "upcoming" ? say("starts", { time: sale.opensText })
    : phase === "suspended" ? say("resume")
      : phase === "confirming" ? say("wasOver", { time })
        : sale.extensions ? say("endsExtended", { n: sale.extensions, time }) : say("ends", { time }));
}

function showLine() {
  if (!sale.heard) return;
  const { quality, trip } = connection;
  const ms = trip === null ? "…" : String(Math.max(1, Math.round(trip)));
  const word = say({ good: "lineGood", slow: "lineSlow", opening: "lineOpening", polling: "linePolling", bad: "lineBad" }[quality], { ms });
  by("line").classList.toggle("slow", quality === "slow" || quality === "polling");
  by("line").classList.toggle("bad", quality === "bad");
  set(by("line-word"), word);
  set(by("fact-line"), word);
  set(by("fact-trip"), trip === null ? "—" : say("trip", { ms }));
  by("watchers-row").hidden = sale.watchers === 0;
  if (sale.watchers) set(by("watchers"), say("watchers", { n: grouped(sale.watchers) }));
  by("tabs-note").hidden = tabs.others.size === 0;
}

const spanText = (ms) => (ms < 60_000 ? say("spanSeconds", { n: Math.round(ms / 1000) }) : say("minutes", { n: Math.round(ms / 60_000) }));
const hint = by("hint").firstElementChild;
const ruling = [...hint.childNodes];

/** Why a message that said "ended" is not believed, while that matters. */
function doubted(phase) {
  if (!sale.doubt || ended(phase) || (runs(phase) && performance.now() - sale.doubt.at > DOUBTED)) return null;
  return say({ key: "doubtKey", program: "doubtProgram", unsigned: "doubtUnsigned" }[sale.doubt.reason] ?? "doubtForged");
}

/** Why the sale stands still: the platform's own reasons in the reader's language, the court's as it wrote them. */
function stopReason({ code, reason }) {
  if (code) return say(`stop${code[0].toUpperCase()}${code.slice(1)}`);
  return /[。.！？]$/.test(reason) ? reason : reason + say("period");
}

/** The reason and what follows; null where the page came with both. */
const stopped = () => (by("stop-note") ? null : stopReason(sale.suspension) + say("gap") + say("hintStopped", { span: spanText(leftOver()) }));

/** One reserved place: what matters most now, else the rule of the end. */
function showHint(phase, now) {
  const { quality } = connection;
  const word = doubted(phase) ?? (ended(phase) ? bar.afterword : null);
  const said = word !== null ? word : bar.unsettled ? say("hintAsking")
    : tabs.busy ? say("hintBusy", { amount: amount(tabs.busy.bid.amount_fen) })
      : quality === "bad" && !ended(phase) ? say("hintBad")
        : phase === "suspended" && sale.suspension ? stopped()
          : quality === "polling" && runs(phase) ? say("hintPolling")
            : quality === "slow" && runs(phase) ? say("hintSlow")
              : performance.now() - moved.at < MOVED ? say("hintMoved", { time: endOf(sale.closes, now) })
                : tabs.others.size && runs(phase) ? say("hintTab") : null;
  by("hint").classList.toggle("warn", said !== null);
  by("hint").hidden = said === null && ended(phase);
  if (said === null) {
    if (hint.firstChild !== ruling[0]) hint.replaceChildren(...ruling);
  } else if (hint.textContent !== said) {
    hint.textContent = said;
  }
}

/** What is heard: that somebody went over my bid, that the end moved, that the last minute runs. */
function signalChanges(now) {
  const left = sale.closes - now;
  const late = sale.isLate(now);
  if (before) {
    if (sale.closes > before.closes && sale.extensions > before.extensions) {
      moved = { at: performance.now() };
      if (sale.leads) sound?.signal("extended");
    }
    if (before.leads && !sale.leads && !sale.result) sound?.signal("outbid");
    const mark = late && sale.code ? MARKS.find(([at]) => before.left > at && left <= at && left > at - 1500) : null;
    if (mark) {
      by("alarm").textContent = say(mark[1]);
      sound?.signal("last");
    }
  }
  before = { leads: sale.leads, closes: sale.closes, extensions: sale.extensions, left };
}

/** What covers the standing for a moment: a bid on its way, its acknowledgement, a bad line. */
function cover(phase) {
  if (bar.pending) return { kind: "", icon: "clock", title: "sent", text: bar.waits ? "againText" : "sentText", figures: { price: amount(bar.pending.amount_fen) } };
  if (acknowledged && sale.leads && performance.now() < acknowledged.until) {
    return { kind: "lead", icon: "check-circle", title: phase === "extended" ? "leadExtended" : "lead", text: "accepted", figures: acknowledged.figures };
  }
  if (connection.quality === "bad" && !ended(phase)) return { kind: "time", icon: "signal-low", title: "line", text: "lineText" };
  return null;
}

function showEnd(phase) {
  if (phase !== "suspended") by("stop-note")?.remove();
  by("end").hidden = !ended(phase);
  if (by("missing")) by("missing").hidden = ended(phase);
  if (ended(phase)) set(by("end-word"), say("proven"));
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
  showLadder(sale, now);
  bar.show(phase);
  showEnd(phase);
  signalChanges(now);
  showHint(phase, now);
  chart?.showChart(sale, now);
}

sale.addEventListener("change", show);
sale.addEventListener("change", function reach() {
  if (!sale.heard) return;
  performance.mark("luochui:live");   // from here on one can bid; benchmarks/pages.py reads it
  sale.removeEventListener("change", reach);
});
connection.addEventListener("line", showLine);
bar.addEventListener("sending", show);
bar.addEventListener("answered", show);
bar.addEventListener("accepted", (event) => {
  acknowledged = { until: performance.now() + ACKNOWLEDGED, figures: event.detail.figures };
});
listenToMore(sale, connection, clock);
tabs.addEventListener("change", show);
connection.start();
clock.redraw();
setInterval(show, 250);

// What is not needed to bid comes after the line stands, each by itself.
connection.addEventListener("watching", () => {
  import("./sound.js").then((tones) => { sound = tones; sound.listen(); });
  import("./keys.js").then(({ listenToKeys }) => listenToKeys(bar));
  import("./chart.js").then(async (drawing) => {
    await connection.older();   // until then the server's drawing stands
    chart = drawing;
    show();
  });
}, { once: true });

// Bids whose leaf is not known to be in the signed log yet, by its place: kept, so that a page opened anew goes on asking.
const underway = () => tabs.read("underway") ?? {};

async function followReceipt(answer) {
  const place = answer.leaf.index;
  tabs.keep("underway", { ...underway(), [place]: answer });
  const { follow } = await import("./receipts.js");
  await follow(answer, room.dataset, () => {
    const left = underway();
    delete left[place];
    tabs.keep("underway", Object.keys(left).length ? left : null);
  });
}

bar.addEventListener("receipt", ({ detail }) => followReceipt(detail));
connection.addEventListener("watching", () => Object.values(underway()).forEach(followReceipt), { once: true });
if (by("receipts-check") && globalThis.crypto?.subtle) {
  by("receipts-check").hidden = false;
  by("receipts-check").addEventListener("click", async () => {
    const { checkReceipts } = await import("./receipts.js");
    await checkReceipts(connection.api, sale.code, tabs.read("receipts") ?? {});
  });
}
