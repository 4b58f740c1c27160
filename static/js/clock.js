// The server's clock in this page: asked a few times, the shortest round trip believed, its error shown.
// Countdowns run by it. At zero they never say "ended" by themselves: only the server's word ends a sale.
const ASK = "/api/v1/time";
const JUMP = 10_000;     // no message is this long on its way, ms
const SLEPT = 1500;      // this much between two clocks of one machine is no drift, ms
let offset = 0;          // server minus this machine, ms
let error = Infinity;    // half the shortest round trip, ms
const started = performance.timeOrigin;

const machine = () => started + performance.now();

/** Milliseconds since 1970 by the server's clock. */
export const now = () => machine() + offset;

/** How far `now` may be off, in ms; Infinity until the server has answered. */
export const accuracy = () => error;

/** Ask the server once; what is believed is replaced by a quicker answer than before, or by one so
 *  far off that the clock must have been walked. Returns the round trip in ms. */
export async function ask() {
  const sent = machine();
  const response = await fetch(ASK, { cache: "no-store", credentials: "same-origin" });
  if (!response.ok) throw new Error(`time: ${response.status}`);
  const answer = await response.json();
  const back = machine();
  const half = (back - sent) / 2;
  const told = Date.parse(answer.now) - (sent + half);
  if (half <= error || Math.abs(told - offset) > half + JUMP) {
    error = half;
    offset = told;
  }
  return back - sent;
}

// A machine that slept may have stopped the counter that a page measures by; its wall clock went on.
let apart = Date.now() - machine();
function noticeSleep() {
  const moved = Date.now() - machine() - apart;
  apart += moved;
  if (Math.abs(moved) < SLEPT) return;
  if (moved > 0) offset += moved;
  error = 1000;
  settle();
  document.dispatchEvent(new CustomEvent("slept"));
}

/** Believe a time that came with an update of the room, if it is better than none, or so far off
 *  that no way here explains it: the clock was walked, or this machine slept. Then ask again. */
export function hint(instant) {
  const told = Date.parse(instant) - machine();
  const jumped = error !== Infinity && Math.abs(told - offset) > JUMP;
  if (error === Infinity || jumped) offset = told;
  if (jumped) {
    error = 1000;
    settle();
  }
}

async function settle() {
  for (let n = 0; n < 5; n += 1) {
    try { await ask(); } catch { break; }
    await new Promise((done) => { setTimeout(done, 150); });
  }
  document.dispatchEvent(new CustomEvent("clock", { detail: { error } }));
}

const two = (n) => String(n).padStart(2, "0");

/** A stretch of time in the words and the style of an element. */
export function left(ms, element) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [d, h, m, s] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const word = element.dataset;
  if (word.style === "clock") {
    if (d) return `${d} ${word.day} ${two(h)}:${two(m)}:${two(s)}`;
    return h ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
  }
  const parts = d ? [[d, word.day], [h, word.hour]] : h ? [[h, word.hour], [m, word.minute]] : m ? [[m, word.minute], [s, word.second]] : [[s, word.second]];
  return parts.filter(([n], place) => n || place === 0).map(([n, unit]) => `${n} ${unit}`).join(" ");
}

const inBeijing = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...options });
const beijing = inBeijing({ second: "2-digit" });
const dated = inBeijing({ year: "numeric", month: "2-digit", day: "2-digit" });
const inWords = inBeijing({ year: "numeric", month: "short", day: "numeric" });

/** With its day, to the minute, as the templates print it: 2026-06-10 10:06, or 10 Jun 2026, 10:06. */
function minuteText(at) {
  if (document.documentElement.lang === "en") return inWords.format(at);
  const part = Object.fromEntries(dated.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}`;
}

/** Write every countdown and clock of the page anew, as after a change of the end. */
export function redraw() {
  const at = now();
  for (const element of document.querySelectorAll("[data-countdown]")) {
    const rest = Number(element.dataset.countdown) - at;
    const text = rest <= 0 && element.dataset.ended ? element.dataset.ended : left(rest, element);
    if (element.textContent !== text) element.textContent = text;
    element.classList.toggle("over", rest <= 0 && Boolean(element.dataset.ended));
  }
  for (const element of document.querySelectorAll("[data-clock]")) {
    const text = element.dataset.clock === "minute" ? minuteText(at) : beijing.format(at);
    if (element.textContent !== text) element.textContent = text;
  }
  for (const element of document.querySelectorAll("[data-clock-error]")) {
    if (error !== Infinity) element.textContent = element.dataset.text.replace("{}", (Math.max(error, 10) / 1000).toFixed(2));
  }
}

function tick() {
  noticeSleep();
  redraw();
  setTimeout(tick, 1000 - (now() % 1000) + 5);
}

if (document.querySelector("[data-countdown], [data-clock]")) {
  // Until the server answers: the time it wrote into this page, late by the way here.
  const written = document.querySelector("[data-now]");
  if (written) offset = Number(written.dataset.now) - machine();
  settle().then(tick);
  // Clocks drift and laptops sleep: ask again every minute, and believe the new answer.
  setInterval(() => { error = Math.min(error + 5, 1000); ask().catch(() => {}); }, 60_000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { error = 1000; settle(); } });
}
