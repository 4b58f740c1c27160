// The bidder's page of receipts: each is checked on this machine, its signature and that its leaf stands in the signed log.
// The page reads without this script; it holds every sentence that is shown here.
import { logged } from "./logged.js";
import { Broken, proven } from "./proof.js";

const panel = document.querySelector("[data-receipts]");
const CANNOT_SAY = ["key", "program"];

const show = (state, figures = {}) => {
  for (const part of panel.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
  for (const [name, value] of Object.entries(figures)) {
    for (const part of panel.querySelectorAll(`[data-figure="${name}"]`)) part.textContent = value;
  }
};

const mark = (row, state) => {
  row.classList.toggle("bad", state === "broken");
  for (const part of row.querySelectorAll("[data-mark]")) part.hidden = part.dataset.mark !== state;
};

/** What this machine finds of one bid: logged, signed (its leaf is not under a checkpoint yet), broken, or unchecked. */
async function verdict({ leaf, receipt, proof }, keys) {
  try {
    if (receipt === null) return "unsigned";
    if (proof === null) {
      await proven(receipt, keys.receiptKeys);
      return "signed";
    }
    return (await logged(receipt, proof, keys)).index === leaf.index ? "logged" : "broken";
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return CANNOT_SAY.includes(error.reason) ? "unchecked" : "broken";
  }
}

/** What the page shows of a bid is what its leaf says. */
const says = (row, { receipt }, code) => {
  const { body } = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(receipt.leaf), (one) => one.charCodeAt(0))));
  return body.bid.code === code && body.bid.amount_fen === Number(row.dataset.amount) && body.decision.accepted === (row.dataset.accepted === "yes");
};

async function check() {
  show("working");
  let answer;
  try {
    const response = await fetch(panel.dataset.receipts, { cache: "no-store", signal: AbortSignal.timeout(20_000) });
    if (!response.ok) throw new Error(String(response.status));
    answer = await response.json();
  } catch {
    show("unreachable");
    return;
  }
  const keys = { receiptKeys: panel.dataset.receiptKeys.split(" "), logKeys: panel.dataset.logKeys.split(" ").filter(Boolean) };
  const counted = { logged: 0, signed: 0, broken: 0, unchecked: 0, unsigned: 0 };
  for (const bid of answer.bids) {
    const row = panel.querySelector(`[data-position="${bid.position}"]`);
    if (!row) continue;   // a bid that came after the page
    let state = await verdict(bid, keys);
    if (bid.receipt && !["broken", "unchecked"].includes(state) && !says(row, bid, panel.dataset.code)) state = "broken";
    counted[state] += 1;
    mark(row, state);
  }
  const worst = ["broken", "unchecked", "signed"].find((state) => counted[state] > 0) ?? "logged";
  show(worst, { ...counted, size: answer.checkpoint.size });
}

if (panel) {
  panel.querySelector("[data-again]").addEventListener("click", check);
  panel.querySelector("[data-again]").hidden = false;
  check();
}
