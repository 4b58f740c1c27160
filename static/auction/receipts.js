// Receipts checked on this machine: the public bytes of the log are fetched, hashed by the browser, and compared with
// the hash that was given when the bid was accepted, as this browser kept it. Nothing here trusts the page.
import { fromBase64, leafHash } from "./proof.js";
import { ring } from "./svg.js";
import { say } from "./words.js";

const by = (id) => document.getElementById(id);

/** Whether a leaf, as base64, is the one of a receipt: its hash, its bidder and its sum. */
async function fits(leaf, { hash, code, amount }) {
  const bytes = fromBase64(leaf);
  if (await leafHash(bytes) !== hash) return false;
  const { body } = JSON.parse(new TextDecoder().decode(bytes));
  return body.bid.code === code && body.bid.amount_fen === amount && body.decision.accepted === true;
}

/** The public leaves by their place in the log, from the newest page back until every wanted one is there. */
async function leaves(api, wanted) {
  const found = new Map();
  const get = async (page) => {
    const response = await fetch(`${api}/history?page=${page}`, { cache: "no-store", signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`history: ${response.status}`);
    const answer = await response.json();
    for (const leaf of answer.leaves) found.set(leaf.index, leaf.leaf);
    return answer.pages;
  };
  const pages = await get(1);
  for (let page = pages; page > 1 && wanted.some((index) => !found.has(index)); page -= 1) await get(page);
  return found;
}

function mark(row, good, word = say(good ? "checked" : "broken")) {
  row.classList.toggle("broken", !good);
  row.querySelector(".state").textContent = word;
  row.querySelector(".ring").replaceWith(ring(row.dataset.hash, 36, { checked: good, broken: !good }));
}

const rowOf = (answer) => by("receipts")?.querySelector(`[data-index="${answer.leaf.index}"]`);
let follower = null;
const done = new Map();   // by the place of a leaf: what to do when it stands in the signed log
const SAID = { late: "loggedLate", unchecked: "loggedUnchecked" };

/** A bid's step into the signed log: a word on its row, quietly; only what does not hold is said aloud. */
function showStep(answer, state) {
  const shown = rowOf(answer);
  if (state === "logged") done.get(answer.leaf.index)?.();
  if (shown && (state === "logged" || state === "broken")) mark(shown, state === "logged", say(state));
  else if (shown) shown.querySelector(".state").textContent = say(SAID[state]);
  if (state !== "broken") return;
  by("receipts-said").textContent = say("brokenAll");
  by("receipts-said").classList.add("broken");
}

/** Follow an acknowledged bid until its leaf stands in the signed log, and say so on its row; `then` hears of that.
 *  `keys`: receiptKeys and logKeys as the page came with them, in one text each. */
export async function follow(answer, { receiptKeys = "", logKeys = "" }, then) {
  done.set(answer.leaf.index, then);
  if (follower === null) {
    const { Follower } = await import("./following.js");
    const keys = { receiptKeys: receiptKeys.split(" "), logKeys: logKeys.split(" ").filter(Boolean) };
    follower ??= new Follower({ keys, tell: showStep, fetch: (...asked) => fetch(...asked), pause: (ms) => new Promise((done) => { setTimeout(done, ms); }) });
  }
  await follower.add(answer);
}

/** Check every receipt shown; what was kept on this machine counts before what the page says. */
export async function checkReceipts(api, code, kept) {
  const rows = [...by("receipts").children];
  const told = by("receipts-said");
  told.textContent = say("checking");
  try {
    const found = await leaves(api, rows.map((row) => Number(row.dataset.index)));
    let bad = 0;
    for (const row of rows) {
      const { seq, hash } = row.dataset;
      const leaf = found.get(Number(row.dataset.index));
      const own = kept[seq] ?? hash;
      const good = own === hash && leaf !== undefined && await fits(leaf, { hash: own, code, amount: Number(row.dataset.amount) });
      mark(row, good);
      bad += good ? 0 : 1;
    }
    told.textContent = bad ? say("brokenAll") : say("checkedAll", { n: rows.length });
    told.classList.toggle("broken", bad > 0);
  } catch {
    told.textContent = say("unchecked");
  }
}
