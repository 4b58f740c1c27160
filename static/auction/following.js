// Own bids on their way into the signed log. A checkpoint comes about every two seconds, so nothing is asked before one
// is due. Then one small question, how far the log is signed, answers for all bids; only what it covers is fetched, once.
import { logged } from "./logged.js";
import { Broken } from "./proof.js";

const DUE = 2500;
const RARELY = 20_000;
const PROMISED = 10_000;
const CANNOT_SAY = ["key", "program"];   // nothing is wrong with the log: this page cannot check it

export class Follower {
  /** keys: {receiptKeys, logKeys}. `tell(answer, state)` hears of each bid "late" at most once, and in the end "logged",
   *  "broken" or "unchecked". fetch, pause and now: how to ask, wait and tell the time. */
  constructor({ keys, tell, fetch, pause, now = () => performance.now() }) {
    Object.assign(this, { keys, tell, fetch, pause, now });
    this.waiting = [];
    this.asks = null;
  }

  /** Follow one acknowledged bid; resolves when none is left to follow. */
  add(answer) {
    const known = this.waiting.some((one) => one.answer.leaf.index === answer.leaf.index);
    if (answer.receipt && !known) this.waiting.push({ answer, since: this.now(), told: false });
    this.asks ??= Promise.resolve().then(() => this.follow()).finally(() => { this.asks = null; });
    return this.asks;
  }

  async follow() {
    if (!this.keys.logKeys.length) {   // the page came before the log's first checkpoint: it could check none
      await this.pause(PROMISED);
      for (const { answer } of this.waiting.splice(0)) this.tell(answer, "unchecked");
    }
    for (let wait = DUE; this.waiting.length; wait = Math.min(wait * 1.5, RARELY)) {
      await this.pause(wait);
      const size = await this.size();
      const covered = this.waiting.filter(({ answer }) => answer.leaf.index < size);
      for (const one of covered) {
        const state = await this.verdict(one.answer);
        if (state === null) continue;
        this.waiting.splice(this.waiting.indexOf(one), 1);
        this.tell(one.answer, state);
      }
      if (covered.length) wait = DUE;
      this.noteLate();
    }
  }

  noteLate() {
    for (const one of this.waiting) {
      if (one.told || this.now() - one.since < PROMISED) continue;
      one.told = true;
      this.tell(one.answer, "late");
    }
  }

  /** What this machine finds of a bid; null while its proof cannot be fetched. */
  async verdict({ receipt, leaf }) {
    const proof = await this.text(`/api/v1/logs/${receipt.origin}/leaves/${leaf.index}/proof`);
    if (proof === null) return null;
    try {
      await logged(receipt, proof, this.keys);
      return "logged";
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      return CANNOT_SAY.includes(error.reason) ? "unchecked" : "broken";
    }
  }

  /** How many leaves the newest checkpoint covers, as the server says; what it says is checked with each proof. */
  async size() {
    const checkpoint = await this.text(`/api/v1/logs/${this.waiting[0].answer.receipt.origin}/checkpoint`);
    return Number(checkpoint?.split("\n")[1] ?? 0) || 0;
  }

  /** The body of an answer; null where there is none, or the line is bad. */
  async text(address) {
    try {
      const response = await this.fetch(address, { cache: "no-store", signal: AbortSignal.timeout(5000) });
      return response.ok ? await response.text() : null;
    } catch {
      return null;
    }
  }
}
