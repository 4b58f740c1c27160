// The pages /verify: a bundle is checked in the visitor's browser, step by step before his eyes. The pages read without
// this script, and hold every sentence of theirs (templates/evidence/_verify.html); the script turns them on.
//
// [data-verify="URL of the bundle, or empty"], with data-subject of what it must be, holds
//   [data-when="idle|working|holds|unopened|fails|stranger|other|unreadable|damaged|noopening|unreachable|unable|
//   keyless|nokey|severallogs"]  one of these is shown
//   [data-check="name"] with [data-mark="todo|held|failed|none"] and [data-differs], where what differs is listed
//   [data-begin] a <template> of the button; [data-file] inside [data-drop-zone], where the visitor brings a file
// and the page [data-key="vkey"], what the server says, and #own-key, what the visitor knows from elsewhere.
import { yuan } from "../js/money.js";
import { Unreadable } from "./bytes.js";
import { NoOpening, OtherSubject, checkBundle } from "./bundle.js";
import { NoProgram } from "./crypto.js";
import { said } from "./findings.js";
import { COSIGNATURE, readKey } from "./notes.js";
import { FormatError } from "./strictjson.js";
import { Damaged, canUnpack } from "./zip.js";

const SLICE_MS = 40;      // so long may the page stand still
const SHOWN = 20;         // of what differs in one check
const PATIENCE_MS = 60_000;
const MARK = "luochui:verified";    // for whoever measures it
const BEGIN = "#begin";   // the address of a button elsewhere that means: at once

const { lang } = document.documentElement;
const panel = document.querySelector("[data-verify]");
const rows = new Map([...panel.querySelectorAll("[data-check]")].map((row) => [row.dataset.check, row]));
const ownKey = document.getElementById("own-key");
const seconds = new Intl.NumberFormat(lang, { maximumFractionDigits: 2 });
const kilobytes = new Intl.NumberFormat(lang, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
let file = null;          // what the visitor brought
let opening = null;       // a party's plan.json
let button = null;

const say = (state) => {
  for (const part of panel.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
};
const figure = (name, text) => {
  for (const part of panel.querySelectorAll(`[data-figure="${name}"]`)) part.textContent = text;
};

function mark(name, state) {
  const row = rows.get(name);
  if (!row) return;
  row.classList.toggle("todo", state === "todo" || state === "none");
  row.classList.toggle("bad", state === "failed");
  for (const part of row.querySelectorAll("[data-mark]")) part.hidden = part.dataset.mark !== state;
}

function reset() {
  for (const [name, row] of rows) {
    mark(name, "todo");
    row.querySelector("[data-differs]").replaceChildren();
    figure(name, "");
  }
  panel.querySelector("[data-outcome]").hidden = true;
  panel.querySelector("[data-about]").hidden = true;
}

/** Give the browser a moment to show what is known, and to hear the visitor. */
let began = 0;
async function breathe() {
  if (performance.now() - began < SLICE_MS) return;
  await new Promise((go) => { setTimeout(go); });
  began = performance.now();
}

const watch = {
  async settled(checks, findings) {
    for (const name of checks) {
      const holds = findings.checks[name];
      mark(name, holds === null ? "none" : holds ? "held" : "failed");
    }
    began = 0;
    await breathe();
  },
  async progress(done, all) {
    if (performance.now() - began < SLICE_MS) return;
    figure("leaves", `${done} / ${all}`);
    await breathe();
  },
};

function list(failure) {
  const item = document.createElement("li");
  const where = document.createElement("span");
  where.className = "hash";
  where.textContent = failure.where;
  item.append(where, said(failure, lang.startsWith("en") ? "en" : "zh"));
  return item;
}

function showFailures(findings) {
  for (const [name, row] of rows) {
    const failures = findings.failures.filter(({ check }) => check === name);
    const more = failures.length > SHOWN
      ? [{ check: name, where: "", saying: "more", details: { count: failures.length - SHOWN } }] : [];
    row.querySelector("[data-differs]").replaceChildren(...[...failures.slice(0, SHOWN), ...more].map(list));
  }
}

function showOutcome(outcome) {
  panel.querySelector("[data-outcome]").hidden = !outcome;
  if (!outcome) return;
  for (const part of panel.querySelectorAll("[data-when-state]")) part.hidden = part.dataset.whenState !== outcome.state;
  figure("winner", outcome.winner_code ?? "");
  figure("price", outcome.price_fen === null ? "" : yuan(BigInt(outcome.price_fen)));
  figure("closed", outcome.closed_at.replace("T", " ").replace("+08:00", ""));
  figure("accepted", String(outcome.accepted));
  figure("extensions", String(outcome.extensions));
}

/** The visitor's keys are of several logs, and a bundle is of one. */
class SeveralLogs extends Error {}

/** The keys to check with: the visitor's own of the log, else the server's; witnesses are his alone.
 *  @throws {Unreadable} he wrote something that is no key.
 *  @throws {SeveralLogs} */
async function pinned() {
  const lines = ownKey.value.split("\n").map((line) => line.trim()).filter(Boolean);
  const keys = [];
  const witnesses = [];
  for (const line of lines) {
    const witness = await readKey(line, COSIGNATURE).catch(() => null);
    if (witness) witnesses.push(witness);
    else keys.push(await readKey(line));
  }
  if (new Set(keys.map(({ name }) => name)).size > 1) throw new SeveralLogs();
  const isOwn = keys.length > 0;
  const servers = [...document.querySelectorAll("[data-key]")].map((shown) => shown.dataset.key);
  if (!isOwn) for (const key of servers) keys.push(await readKey(key));
  return { keys, witnesses, isOwn };
}

async function pinnedOrTold() {
  const problem = document.querySelector("[data-key-problem]");
  let told = "keyless";
  problem.hidden = true;
  ownKey.removeAttribute("aria-invalid");
  try {
    const found = await pinned();
    for (const word of document.querySelectorAll("[data-used]")) word.hidden = (word.dataset.used === "own") !== found.isOwn;
    if (found.keys.length) return found;
  } catch (error) {
    if (!(error instanceof Unreadable) && !(error instanceof SeveralLogs)) throw error;
    told = error instanceof SeveralLogs ? "severallogs" : "nokey";
    problem.hidden = told !== "nokey";
    problem.querySelector("span").textContent = error.message;
    ownKey.setAttribute("aria-invalid", "true");
  }
  reset();
  say(told);
  ownKey.focus();
  return null;
}

/** The bundle as bytes; null if it could not be had. */
async function fetched() {
  if (file) return new Uint8Array(await file.arrayBuffer());
  try {
    const answer = await fetch(panel.dataset.verify, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) return null;
    const bytes = new Uint8Array(await answer.arrayBuffer());
    figure("download", kilobytes.format(Math.max(1, bytes.length / 1000)));
    mark("download", "held");
    return bytes;
  } catch {
    return null;    // no network, or it took too long
  }
}

async function verify() {
  const keys = await pinnedOrTold();
  if (!keys) return;
  say("working");
  reset();
  const start = performance.now();
  const bytes = await fetched();
  if (!bytes) {
    mark("download", "failed");
    say("unreachable");
    return;
  }
  const read = performance.now();
  try {
    const found = await checkBundle(bytes, { ...keys, opening, subject: panel.dataset.subject || null }, watch);
    const end = performance.now();
    performance.mark(MARK, { detail: { pressed: end - start, read: end - read } });
    figure("leaves", String(found.leaves));
    figure("time", seconds.format((end - start) / 1000));
    figure("failed", String(Object.values(found.findings.checks).filter((holds) => holds === false).length));
    showFailures(found.findings);
    showOutcome(found.findings.ok ? found.outcome : null);
    for (const name of ["subject", "origin", "size"]) figure(name, String(found[name]));
    panel.querySelector("[data-about]").hidden = false;
    const [{ name }] = keys.keys;
    figure("name", name);
    say(verdictOf(found, name));
  } catch (error) {
    if (error instanceof NoProgram) {
      say("unreachable");
    } else if (error instanceof OtherSubject) {
      figure("other", error.subject);
      say("other");
    } else if (error instanceof FormatError || error instanceof Unreadable) {
      sayUnread(error);
    } else {
      throw error;
    }
  }
}

/** What the checks come to. A key of another log may be the visitor's slip: that is asked before anybody is alarmed. */
function verdictOf({ findings, subject, origin }, name) {
  if (origin !== name) return "stranger";
  if (!findings.ok) return "fails";
  return subject.startsWith("plan:") && findings.checks.plan === null ? "unopened" : "holds";
}

/** Why nothing was found out: for people, with the technical reason beneath. */
function sayUnread(error) {
  figure("problem", error.message);
  if (error instanceof NoOpening) {
    say("noopening");
  } else if (error instanceof Damaged) {
    for (const part of panel.querySelectorAll("[data-damage]")) part.hidden = (part.dataset.damage === "entry") !== (error.entry !== "");
    figure("entry", error.entry);
    say("damaged");
  } else {
    say("unreadable");
  }
}

async function begin() {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  await verify().finally(() => button.removeAttribute("aria-disabled"));
  button.querySelector("[data-first]").hidden = true;
  button.querySelector("[data-again]").hidden = false;
}

function takeFiles() {
  const zone = panel.querySelector("[data-drop-zone]");
  const input = panel.querySelector("[data-file]");
  const take = (given) => {
    if (!given) return;
    file = given;
    button.hidden = false;
    begin();
  };
  zone.hidden = false;
  zone.classList.add("can-drop");
  input.addEventListener("change", () => take(input.files[0]));
  for (const [kind, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.toggle("over", over);
      if (kind === "drop") take(event.dataTransfer.files[0]);
    });
  }
}

function takeOpening() {
  const input = panel.querySelector("[data-opening]");
  if (!input) return;
  panel.querySelector("[data-opening-zone]").hidden = false;
  input.addEventListener("change", async () => {
    opening = input.files[0] ? new Uint8Array(await input.files[0].arrayBuffer()) : null;
    begin();
  });
}

function start() {
  if (!canUnpack()) {
    say("unable");
    return;
  }
  document.querySelector("[data-own-key]").hidden = false;
  panel.querySelector("[data-plain]").hidden = true;
  panel.querySelector("[data-ready]").hidden = false;
  const template = panel.querySelector("[data-begin]");
  button = template.content.firstElementChild.cloneNode(true);
  button.addEventListener("click", begin);
  template.replaceWith(button);
  takeOpening();
  if (panel.dataset.verify === "") {
    button.hidden = true;
    takeFiles();
  } else if (location.hash === BEGIN) {
    begin();
  }
}

start();
