// What a page knows of a sale: ranges that adjoin need no fetching, only a range that no message told of is missing.
import assert from "node:assert/strict";

globalThis.CustomEvent ??= class extends Event {};
const { Sale } = await import(process.env.SALE_MODULE);
const SHOWN = 20;
const code = (seq) => `K${seq % 7}`;
const bid = (seq) => ({ seq, code: code(seq), amount_fen: 1000 * seq, at: new Date(1e12 + seq).toISOString(), match: null, extended_to: null });
const range = (after, to) => Array.from({ length: Math.max(0, to - after) }, (_, n) => bid(after + 1 + n));
let said = 0;
const message = (from, to, bids) => ({
  from, to, bids, accepted: to, state: "bidding", price_fen: to ? 1000 * to : null, leader: to ? code(to) : null, minimum_fen: 1000 * (to + 1),
  extensions: 0, closes_at: new Date(2e12).toISOString(), server_now: new Date(1.5e12 + (said += 1)).toISOString(), suspension: null, result: null, codes: 7,
});
const update = (after, to) => message(after + 1, to, range(Math.max(after, to - SHOWN), to).reverse());
const page = (own = "", mine = "K3") => new Sale({ dataset: {
  lot: "lot-1", sale: "1", code: mine, key: "", rank: "", start: "1000", reference: "", increment: "1000", maxSteps: "", wholeSteps: "", receiptKeys: "",
  jump: "10 200 10", opens: "0", opensText: "", planned: "2000000000000", closes: "2000000000000", window: "300", own } });
const seqs = (bids) => bids.map(({ seq }) => seq);

{
  const sale = page("5 5000");
  assert.deepEqual(sale.own, { seq: 5, amount: 5000 }, "my last bid is known from the page, however far back it is");
  sale.take(update(0, 300));
  assert.deepEqual(sale.gaps, [], "whoever enters begins with the first message");
  assert.deepEqual(seqs(sale.run), Array.from({ length: 20 }, (_, n) => 300 - n));
  sale.take(update(300, 350));
  assert.deepEqual(sale.gaps, [], "a range that adjoins is taken without fetching, though only its newest bids are inside");
  assert.deepEqual([sale.accepted, sale.have, sale.codes], [350, 350, 7]);
  assert.equal(seqs(sale.run).at(-1), 331, "what is shown has no hole in it");
  sale.take(update(360, 365));
  assert.deepEqual(sale.gaps, [{ after: 350, until: 360 }]);
  sale.fill(range(350, 360), sale.gaps[0]);
  assert.deepEqual(sale.gaps, []);
  sale.take(update(363, 365));
  assert.deepEqual([sale.have, sale.gaps], [365, []], "a message that comes twice does nothing");
  sale.take({ ...update(365, 365), state: "suspended" });
  assert.equal(sale.state, "suspended", "a change that is no bid covers an empty range");
}
{
  const sale = page();
  sale.take(update(0, 10));
  sale.take(update(30, 35));
  sale.take(message(11, 35, range(10, 35).reverse()));
  assert.deepEqual(sale.gaps, [], "the answer to a reconnect closes what an early update left open");
}
{
  const sale = page();
  sale.take(update(0, 10));
  sale.takeOwn({ code: "K3", amount_fen: 17_000, received_at: new Date(1e12).toISOString(), decision: { seq: 17, minimum_fen: 18_000, closes_at: new Date(2e12).toISOString() } });
  assert.deepEqual([seqs(sale.run).slice(0, 3), sale.have], [[17, 10, 9], 10], "my own bid stands at once above what the room was told");
  sale.take(update(10, 17));
  assert.deepEqual([sale.gaps, seqs(sale.run).length, sale.own.seq], [[], 17, 17]);
}

// Whatever is lost, doubled or late: told or fetched, the ranges of a page are one run without a gap (T3).
let seed = 7;
const random = (below) => { seed = (seed * 48_271) % 2_147_483_647; return seed % below; };
for (let turn = 0; turn < 300; turn += 1) {
  const sale = page();
  let accepted = 0;
  let told = 0;
  const kept = [];
  sale.take(update(0, 0));
  for (let step = 0; step < 60; step += 1) {
    accepted += random(40);
    const sent = update(told, accepted);
    told = accepted;
    kept.push(sent);
    const what = random(5);
    if (what === 0) continue;                                                       // lost
    if (what === 1) sale.take(kept[random(kept.length)]);                           // doubled or late
    if (what === 2) sale.take(message(sale.have + 1, accepted, range(sale.have, accepted).reverse()));   // reconnected
    else sale.take(sent);
    if (random(2)) for (const gap of [...sale.gaps]) sale.fill(range(gap.after, gap.until), gap);
  }
  sale.take(update(told, accepted));
  for (const gap of [...sale.gaps]) sale.fill(range(gap.after, gap.until), gap);
  assert.deepEqual([sale.accepted, sale.have, sale.gaps], [accepted, accepted, []]);
  if (accepted) assert.equal(sale.last.amount, 1000 * accepted);
  for (const one of sale.bids.values()) assert.equal(one.amount, 1000 * one.seq);
}
console.log("ranges adjoin");
