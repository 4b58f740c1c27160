// What the band over the room says; the same as auction/rules/band.py, from the same figures.
import { amount, clockOf, icon, say } from "./words.js";

const PLAIN = {
  confirming: ["", "clock", "confirming", "confirmingText"],
  suspended: ["", "pause", "suspended", "suspendedText"],
  failed: ["", "none", "failed", "failedText"],
  withdrawn: ["", "undo", "withdrawn", "withdrawnText"],
};

/** Colour, icon, and the names of title and text. */
export function bandOf(sale, phase) {
  if (phase in PLAIN) return PLAIN[phase];
  if (phase === "upcoming") return ["", "clock", "upcoming", sale.code ? "upcomingMine" : "upcomingText"];
  if (phase === "sold") return sale.leads ? ["lead", "gavel", "soldMine", "soldMineText"] : ["", "gavel", "sold", "soldText"];
  const late = phase === "extended";
  if (sale.leads) return late ? ["lead", "up", "leadExtended", "leadExtendedText"] : ["lead", "up", "lead", "leadText"];
  if (sale.own) {
    const text = late ? "extendedText" : sale.own.amount === sale.price ? "outMatchText" : "outText";
    return ["out", "down", late ? "outExtended" : "out", text];
  }
  if (late) return ["time", "clock-plus", "extended", "extendedText"];
  return ["", sale.code ? "gavel" : "eye", sale.code ? "ready" : "watch", sale.leader === null ? "noneText" : "ledText"];
}

function figures(sale) {
  const price = sale.price ?? sale.start;
  const at = sale.result ? Date.parse(sale.result.closed_at) : sale.last?.at;
  return {
    opens: sale.opensText, price: amount(price), leader: sale.leader ?? "",
    more: sale.own ? amount(price - sale.own.amount) : "",
    at: at ? clockOf(at) : "", end: clockOf(sale.closes),
  };
}

const band = document.getElementById("band");
const title = document.getElementById("band-title");
const text = document.getElementById("band-text");
const spoken = document.getElementById("spoken");
const alarm = document.getElementById("alarm");
const block = document.getElementById("block");
const use = document.querySelector("#band-icon use");
const SPEAK_EVERY = 10_000;
const tail = document.title.slice(title.textContent.length);
let saidTitle = title.textContent;
let saidAt = 0;

function set(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

/** Show how the reader stands; `over` covers it: a bid on its way, a bad line. */
export function showBand(sale, phase, over = null) {
  const [kind, name, head, line] = over ? [over.kind, over.icon, over.title, over.text] : bandOf(sale, phase);
  const found = { ...figures(sale), ...over?.figures };
  const shown = say(head, found);
  band.className = `band ${kind}`;
  for (const name of ["lead", "out", "time"]) block.classList.toggle(name, name === kind);
  if (use.getAttribute("href") !== icon(name)) use.setAttribute("href", icon(name));
  set(title, shown);
  set(text, say(line, found));
  document.title = shown + tail;
  // Being outbid interrupts. Else said when the standing changes, and not more often than a listener can bear.
  if (shown !== saidTitle && kind === "out") {
    alarm.textContent = `${shown} ${text.textContent}`;
    [saidTitle, saidAt] = [shown, performance.now()];
  } else if (shown !== saidTitle || performance.now() - saidAt > SPEAK_EVERY) {
    if (spoken.textContent !== `${shown} ${text.textContent}`) {
      spoken.textContent = `${shown} ${text.textContent}`;
      saidAt = performance.now();
    }
    saidTitle = shown;
  }
}
