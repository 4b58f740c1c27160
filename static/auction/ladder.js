// The public ladder and one's own receipts. Rows are made once; nothing is drawn anew that did not change.
import { money, ring } from "./svg.js";
import { clockOf, dayOf, exactly, say } from "./words.js";

const list = document.getElementById("ladder");
const count = document.getElementById("ladder-count");
const none = document.getElementById("ladder-none");
const more = document.getElementById("ladder-more");
const row = document.getElementById("bid-row").content.firstElementChild;
const STEP = 20;
const rows = new Map();
let shown = STEP;

function make(bid, mine, now) {
  const made = row.cloneNode(true);
  const [place, code, value, time, remark] = made.children;
  made.dataset.seq = bid.seq;
  made.classList.toggle("me", mine);
  place.textContent = bid.seq;
  code.textContent = mine ? bid.code + say("me") : bid.code;
  value.append(money(bid.amount, { unit: false }));
  const day = dayOf(bid.at, now);
  if (day !== dayOf(now, now)) {
    const before = document.createElement("span");
    before.className = "dy";
    before.textContent = day;
    time.append(before, " ");
  }
  time.append(exactly(bid.at));
  const said = bid.extendedTo ? say("to", { time: clockOf(bid.extendedTo) }) : bid.match ? say("match", { rank: bid.match }) : "";
  remark.textContent = said;
  remark.hidden = !said;
  remark.classList.toggle("time", Boolean(bid.extendedTo));
  return made;
}

/** Show the newest bids, and as many older ones as were asked for. */
export function showLadder(sale, now) {
  const newest = sale.run.slice(0, shown);
  if (newest.length === 0) return;
  const nodes = newest.map((bid, place) => {
    const key = `${bid.seq}/${bid.extendedTo}/${dayOf(now, now)}`;
    if (!rows.has(key)) rows.set(key, make(bid, bid.code === sale.code, now));
    const node = rows.get(key);
    node.classList.toggle("first", place === 0);
    return node;
  });
  const same = nodes.length === list.children.length && nodes.every((node, place) => node === list.children[place]);
  if (!same) list.replaceChildren(...nodes);
  none.hidden = true;
  more.hidden = newest.at(-1).seq === 1;
  const said = say("count", { bids: sale.accepted, codes: sale.codes });
  if (count.textContent !== said) count.textContent = said;
}

export function listenToMore(sale, connection, clock) {
  more.addEventListener("click", () => {
    shown += STEP;
    showLadder(sale, clock.now());
    if (sale.run.length < shown) connection.older();
  });
}

/** A receipt of one's own bid: place, time, and the leaf that holds it. */
export function showReceipt(answer) {
  const receipts = document.getElementById("receipts");
  const { seq } = answer.decision;
  if (!receipts || receipts.querySelector(`[data-seq="${seq}"]`)) return;
  const made = document.getElementById("receipt-row").content.firstElementChild.cloneNode(true);
  const [drawn, what, proof] = made.children;
  Object.assign(made.dataset, { seq, amount: answer.amount_fen, index: answer.leaf.index, hash: answer.leaf.hash });
  drawn.replaceWith(ring(answer.leaf.hash, 36));
  what.querySelector("b").append(money(answer.amount_fen));
  what.querySelector(".cap").textContent = `${say("nth", { seq })} · ${exactly(Date.parse(answer.received_at))}`;
  proof.firstElementChild.textContent = say("leaf", { index: answer.leaf.index });
  const hash = proof.querySelector(".hash");
  hash.textContent = `${answer.leaf.hash.slice(0, 4)}…${answer.leaf.hash.slice(-4)}`;
  hash.title = answer.leaf.hash;
  receipts.prepend(made);
  while (receipts.children.length > 5) receipts.lastElementChild.remove();
}

