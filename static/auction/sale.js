// How the sale stands, as far as this page has heard. Messages may come late, twice or with gaps between.
// A message tells of a range of bids and brings the newest of them; ranges adjoin. So this page knows of every bid
// without having all of them: what is not shown is not fetched, and only a range that no message told of is missing.
import { Broken, provenEnd } from "./proof.js";

const RUNNING = ["published", "bidding", "selloff_published", "selloff_open", "selloff_bidding"];

const read = (bid) => ({
  seq: bid.seq, code: bid.code, amount: bid.amount_fen, at: Date.parse(bid.at), match: bid.match,
  extendedTo: bid.extended_to ? Date.parse(bid.extended_to) : null,
});

export class Sale extends EventTarget {
  constructor({ dataset }) {
    super();
    this.lot = dataset.lot;
    this.number = dataset.sale;
    this.code = dataset.code;
    this.key = dataset.key || null;
    this.keys = dataset.receiptKeys.split(" ");   // whose signature counts; none comes with a message
    this.rank = Number(dataset.rank) || null;
    this.start = Number(dataset.start);
    this.reference = Number(dataset.reference) || null;
    this.increment = Number(dataset.increment);
    this.maxSteps = Number(dataset.maxSteps) || null;
    this.wholeSteps = Boolean(dataset.wholeSteps);
    const [steps, percent, times] = dataset.jump.split(" ").map(Number);
    this.jump = { steps, percent, times };
    this.opens = Number(dataset.opens);
    this.opensText = dataset.opensText;
    this.planned = Number(dataset.planned);
    this.closes = Number(dataset.closes);
    this.window = Number(dataset.window) * 1000;
    this.heard = false;      // whether a message has said how the sale stands
    this.price = null;
    this.leader = null;
    this.minimum = this.start;
    this.accepted = 0;
    this.extensions = 0;
    this.state = "";
    this.result = null;      // how it ended, as the platform has signed it
    this.doubt = null;       // why a message that said "ended" is not believed, and when it came
    this.suspension = null;
    this.bids = new Map();   // seq -> bid
    this.have = 0;           // the ranges told so far adjoin up to here
    this.gaps = [];          // the ranges between them that nobody told
    this.codes = 0;
    this.watchers = 0;       // "so many and more"; 0: not said
    const [seq, amount] = dataset.own.split(" ").map(Number);
    this.own = seq ? { seq, amount } : null;   // my latest bid
    this.saidAt = "";
  }

  keep(bid) {
    this.bids.set(bid.seq, bid);
    if (this.code && bid.code === this.code && bid.seq > (this.own?.seq ?? 0)) this.own = bid;
  }

  /** Note how far the ranges reach; whoever enters begins with the first. */
  adjoin({ from, to }) {
    this.gaps = this.gaps.filter(({ after, until }) => from > after + 1 || to < until);   // told after all
    if (this.heard && from > this.have + 1) this.gaps.push({ after: this.have, until: from - 1 });
    this.have = Math.max(this.have, to);
  }

  /** Take what a message says. That the sale has ended is believed only on the platform's signed word (T4); where
   *  that is broken the rest is worth no more. A page that has heard nothing yet knows by it at least who speaks. */
  async hear(message) {
    if (message.lot !== this.lot || String(message.number) !== this.number) return;   // the next sale of this lot
    if (!message.result) {
      this.take(message);
      return;
    }
    const result = await this.believe(message.result);
    if (result || !this.heard) this.take({ ...message, result });
    else this.dispatchEvent(new Event("change"));
  }

  /** How the sale ended, if that is proven; else null, and the doubt is noted. */
  async believe(result) {
    try {
      const said = await provenEnd(result, this);
      this.doubt = null;
      return said;
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      console.warn(`Not believed that this sale has ended (${error.reason}).`, result);
      this.doubt = { reason: result.receipt ? error.reason : "unsigned", at: performance.now() };
      return null;
    }
  }

  /** Take a message whose word on the end is believed; an older word never overrules a newer one. */
  take(message) {
    for (const bid of message.bids) this.keep(read(bid));
    this.adjoin(message);
    this.watchers = message.watchers ?? this.watchers;
    const old = message.accepted < this.accepted || (message.accepted === this.accepted && message.server_now < this.saidAt);
    if (this.heard && (old || (this.result && !message.result))) return;
    this.heard = true;
    this.saidAt = message.server_now;
    this.state = message.state;
    this.price = message.price_fen;
    this.leader = message.leader;
    this.minimum = message.minimum_fen;
    this.accepted = message.accepted;
    this.codes = message.codes;
    this.extensions = message.extensions;
    this.closes = Date.parse(message.closes_at);
    this.suspension = message.suspension;
    this.result = message.result;
    this.dispatchEvent(new Event("change"));
  }

  /** Bids that were fetched, to close a gap or because the reader wants to see older ones. */
  fill(bids, gap = null) {
    for (const bid of bids) this.keep(read(bid));
    this.gaps = this.gaps.filter((one) => one !== gap);
    this.dispatchEvent(new Event("change"));
  }

  /** What an accepted bid of my own changed, before the room hears of it. */
  takeOwn(answer) {
    const { decision } = answer;
    if (decision.seq <= this.accepted) return;
    const closes = Date.parse(decision.closes_at);
    const extended = this.closes < closes;
    this.keep({
      seq: decision.seq, code: answer.code, amount: answer.amount_fen, at: Date.parse(answer.received_at),
      match: this.rank, extendedTo: extended ? closes : null,
    });
    this.price = answer.amount_fen;
    this.leader = answer.code;
    this.minimum = decision.minimum_fen;
    this.accepted = decision.seq;
    this.extensions += extended ? 1 : 0;
    this.closes = closes;
    this.dispatchEvent(new Event("change"));
  }

  /** Every bid that is here, in their order. */
  get ladder() {
    return [...this.bids.values()].sort((a, b) => a.seq - b.seq);
  }

  /** The newest bids that follow each other, newest first. Above what the room was told my own may stand alone. */
  get run() {
    const found = [];
    for (let seq = this.accepted; seq > 0; seq -= 1) {
      const bid = this.bids.get(seq);
      if (bid) found.push(bid);
      else if (seq <= this.have) break;
    }
    return found;
  }

  /** The latest bid of all. */
  get last() { return this.bids.get(this.accepted) ?? null; }

  get leads() { return Boolean(this.code) && this.leader === this.code; }

  /** Whether my priority right lets me take the lead at the same price. */
  get mayMatch() {
    return Boolean(this.rank && this.price !== null && !this.leads && (this.last?.match == null || this.rank < this.last.match));
  }

  /** The most that may be offered now, or null. */
  get maximum() {
    return this.maxSteps ? (this.price ?? this.start) + this.maxSteps * this.increment : null;
  }

  /** Whether a bid at that instant would move the end: then the clock weighs more than the price. */
  isLate(now) {
    return runs(this.phase(now)) && this.closes - now <= this.window;
  }

  /** The phase at an instant; only the server's word says that a sale has ended. */
  phase(now) {
    if (this.result) return this.result.outcome;
    if (this.state === "suspended") return "suspended";
    if (this.state && !RUNNING.includes(this.state)) return "confirming";
    if (now < this.opens) return "upcoming";
    if (now >= this.closes) return "confirming";
    return this.extensions ? "extended" : "live";
  }
}

export const runs = (phase) => phase === "live" || phase === "extended";
export const ended = (phase) => phase === "sold" || phase === "failed" || phase === "withdrawn";
