// The public page of a draw: recompute it in the visitor's browser. The page reads without this
// script, and holds every sentence that is shown (templates/valuation/recompute.html); the script
// only turns them on and fills in figures.
//
// [data-redraw="URL of the transcript"] holds
//   [data-when="idle|working|holds|fails|unreadable|unreachable|insecure"]  one of these is shown
//   [data-check="name"] with [data-mark="todo|held|failed"], [data-time="{} ms"], and what is shown
//     if it failed [data-failed], else [data-unless-failed]
//   [data-again] a <template> of the button that computes once more
//   [data-file] a file input inside [data-drop-zone]
// and may hold, else the page may: [data-figure="…"], [data-order], [data-seed], [data-picks] with
// a <template> of one row.

import { CHECKS, FormatError, canCompute, redraw } from "../verify/jdraw.js";

const figures = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
const spent = (milliseconds) => (milliseconds < 0.1 ? `< ${figures.format(0.1)}` : figures.format(milliseconds));

for (const panel of document.querySelectorAll("[data-redraw]")) start(panel);

function start(panel) {
  const say = (state) => {
    for (const part of panel.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
  };
  const figure = (name, text) => {
    for (const part of panel.querySelectorAll(`[data-figure="${name}"]`)) part.textContent = text;
  };
  let held = null; // the bytes last read, so that computing again needs no network

  const mark = (row, state) => {
    row.classList.toggle("todo", state === "todo");
    row.classList.toggle("bad", state === "failed");
    for (const part of row.querySelectorAll("[data-mark]")) part.hidden = part.dataset.mark !== state;
    for (const part of row.querySelectorAll("[data-failed]")) part.hidden = state !== "failed";
    for (const part of row.querySelectorAll("[data-unless-failed]")) part.hidden = state === "failed";
  };
  const rowOf = (check) => panel.querySelector(`[data-check="${check}"]`);
  const reset = () => {
    for (const check of CHECKS) {
      mark(rowOf(check), "todo");
      rowOf(check).querySelector("[data-time]").textContent = "";
    }
    showWork(null);
  };

  const compute = async () => {
    say("working");
    reset();
    const before = requests();
    try {
      let total = 0;
      const found = await redraw(held, (check, holds, milliseconds) => {
        const row = rowOf(check);
        mark(row, holds ? "held" : "failed");
        const time = row.querySelector("[data-time]");
        time.textContent = time.dataset.time.replace("{}", spent(milliseconds));
        total += milliseconds;
      });
      showWork(found);
      figure("time", spent(total));
      figure("failed", String(CHECKS.filter((check) => !found.checks[check]).length));
      for (const part of panel.querySelectorAll("[data-offline]")) part.hidden = requests() !== before;
      say(CHECKS.every((check) => found.checks[check]) ? "holds" : "fails");
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      figure("field", error.field || "—");
      figure("problem", error.problem);
      say("unreadable");
    }
  };

  const offerAgain = () => {
    const template = panel.querySelector("[data-again]");
    const button = template.content.firstElementChild.cloneNode(true);
    button.addEventListener("click", compute);
    template.replaceWith(button);
  };
  const take = async (bytes, name) => {
    if (held === null) offerAgain();
    held = bytes;
    for (const part of panel.querySelectorAll("[data-own]")) part.hidden = name === "";
    figure("file", name);
    await compute();
  };
  const takeFile = async (file) => { if (file) await take(new Uint8Array(await file.arrayBuffer()), file.name); };

  if (!canCompute()) {
    say("insecure");
    return;
  }
  const input = panel.querySelector("[data-file]");
  input.addEventListener("change", () => takeFile(input.files[0]));
  const zone = panel.querySelector("[data-drop-zone]");
  zone.hidden = false;
  zone.classList.add("can-drop");
  for (const [kind, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.toggle("over", over);
      if (kind === "drop") takeFile(event.dataTransfer.files[0]);
    });
  }

  say("working");
  fetchBytes(panel.dataset.redraw).then((bytes) => take(bytes, ""), () => say("unreachable"));
}

async function fetchBytes(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

const requests = () => performance.getEntriesByType("resource").length;

/** How the order comes about: seed, one row a pick, and the order itself; null empties them. */
function showWork(found) {
  const fill = (selector, text) => {
    for (const part of document.querySelectorAll(selector)) part.textContent = text;
  };
  fill("[data-seed]", found?.seed ?? "");
  fill("[data-order]", found?.order?.join(document.documentElement.lang === "en" ? ", " : "、") ?? "");
  for (const body of document.querySelectorAll("[data-picks]")) {
    const template = body.querySelector("template");
    const rows = (found?.picks ?? []).map((pick, i) => {
      const row = template.content.firstElementChild.cloneNode(true);
      const values = { place: i + 1, number: pick.number.toString(16).padStart(16, "0"), left: pick.left,
        index: pick.index, entry: pick.entry };
      for (const cell of row.querySelectorAll("[data-value]")) cell.textContent = values[cell.dataset.value];
      return row;
    });
    body.replaceChildren(template, ...rows);
  }
}
