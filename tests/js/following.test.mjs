// Bids on their way into the signed log: how often the server is asked, in what order, and what is said. Time is a number
// that pauses move on; the server has checkpoints at the moments that each case gives.
import assert from "node:assert/strict";
import { text } from "node:stream/consumers";

const { bids, proofs, receiptKey, logKey, origin } = JSON.parse(await text(process.stdin));
const { Follower } = await import(process.env.FOLLOWING_MODULE);

/** A page with its clock, and a server that signs `sizes`: [[from this moment on, so many leaves], …]. */
function world(sizes, { spoil = (proof) => proof, keys = { receiptKeys: [receiptKey], logKeys: [logKey] }, deaf = () => false } = {}) {
  const seen = { now: 0, asked: [], told: [] };
  const later = [];
  const fetch = async (address) => {
    seen.asked.push([seen.now, address.split("/").at(-1)]);
    if (deaf(seen.now)) throw new TypeError("no line");
    if (address === `/api/v1/logs/${origin}/checkpoint`) {
      const size = sizes.filter(([from]) => from <= seen.now).at(-1)?.[1] ?? 0;
      return size ? new Response(`${origin}\n${size}\nroot\n`) : new Response("", { status: 404 });
    }
    const index = Number(address.match(/leaves\/(\d+)\/proof$/)[1]);
    return new Response(spoil(proofs[index], index));
  };
  const pause = async (ms) => {
    seen.now += ms;
    while (later.length && later[0][0] <= seen.now) follower.add(later.shift()[1]);
  };
  const follower = new Follower({ keys, fetch, pause, now: () => seen.now, tell: (answer, state) => seen.told.push([answer.leaf.index, state, seen.now]) });
  return { seen, follower, later };
}
const asks = (seen, what) => seen.asked.filter(([, name]) => name === what).length;

{
  const { seen, follower } = world([[0, 3], [2000, 9]]);
  await follower.add(bids[4]);
  assert.deepEqual(seen.told, [[4, "logged", 2500]]);
  assert.deepEqual(seen.asked.map(([, name]) => name), ["checkpoint", "proof"], "nothing is asked before a checkpoint is due, then each once");
}
{
  const { seen, follower } = world([[0, 3], [6000, 9]]);
  const last = [3, 4, 5, 6, 7].map((index) => follower.add(bids[index]));
  follower.add(bids[7]);
  await Promise.all(last);
  assert.deepEqual(seen.told.map(([index, state]) => [index, state]), [3, 4, 5, 6, 7].map((index) => [index, "logged"]));
  assert.equal(asks(seen, "proof"), 5, "a proof is fetched once, and only when it is there");
  assert.equal(asks(seen, "checkpoint"), 2, "one question for all of them");
}
{
  const { seen, follower } = world([[0, 3], [60_000, 9]]);
  await follower.add(bids[5]);
  assert.deepEqual(seen.told.map(([, state]) => state), ["late", "logged"], "late is said once, and it is asked on");
  assert.ok(seen.told[0][2] >= 10_000);
  assert.ok(asks(seen, "checkpoint") <= 8, `asked ${asks(seen, "checkpoint")} times in a minute`);
}
{
  const { seen, follower, later } = world([[0, 3], [2000, 6], [9000, 9]]);
  later.push([2400, bids[7]]);
  await follower.add(bids[4]);
  assert.deepEqual(seen.told.map(([index, state]) => [index, state]), [[4, "logged"], [7, "logged"]]);
  assert.equal(seen.told[0][2], 2500, "a later bid does not hold up the one before it");
}
{
  const { seen, follower } = world([[0, 9]], { deaf: (now) => now < 20_000 });
  await follower.add(bids[4]);
  assert.deepEqual(seen.told.map(([, state]) => state), ["late", "logged"], "a bad line is waited out");
}
{
  const { seen, follower } = world([[0, 9]], { spoil: (_, index) => proofs[index + 1] });
  await follower.add(bids[4]);
  assert.deepEqual(seen.told.map(([, state]) => state), ["broken"], "the proof of another leaf is none");
}
for (const keys of [{ receiptKeys: [receiptKey], logKeys: [] }, { receiptKeys: [], logKeys: [logKey] }]) {
  const { seen, follower } = world([[0, 9]], { keys });
  await follower.add(bids[4]);
  assert.deepEqual(seen.told.map(([, state]) => state), ["unchecked"], "without its keys a page says that it cannot check");
  assert.equal(seen.asked.length, keys.logKeys.length ? 2 : 0, "and asks for nothing that it could not check");
}
for (const [old, other] of [["index 4", "index 5"], ["\n9\n", "\n8\n"], ["tlog-proof@v1", "tlog-proof@v2"]]) {
  const { seen, follower } = world([[0, 9]], { spoil: (proof) => proof.replace(old, other) });
  await follower.add(bids[4]);
  assert.deepEqual(seen.told.map(([, state]) => state), ["broken"], old);
}
console.log("bids are followed into the log");
