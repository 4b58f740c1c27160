// replay/v1 (docs/contracts.md): every bid of a sale judged anew, and how it ended. Pure. Fen are BigInts inside, for a
// bound may lie beyond what a number holds exactly.
import { Reader } from "./fields.js";
import { PastCalendar, later, printInstant } from "./instants.js";

const SELLOFF_MS = 24 * 60 * 60 * 1000;
const LONGEST_CODE = 64;
const LONGEST_ID = 128;

/** A number where it holds the value exactly. */
export const plain = (value) => (value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value);

/** The terms of a sale from the member `lot`. */
export function readLot(lot) {
  lot.members(["start_price_fen", "increment_fen", "max_steps", "whole_steps", "opens_at", "closes_at",
    "extension_window_seconds", "mode"], { optional: ["reorder_ms", "suspensions"] });
  const [opensAt, closesAt] = [lot.at("opens_at").instant(), lot.at("closes_at").instant()];
  if (closesAt <= opensAt) throw lot.at("closes_at").refuse("must be later than opens_at");
  const suspensions = [];
  for (const entry of lot.at("suspensions", []).items()) {
    entry.members(["from", "to"]);
    const [from, to] = [entry.at("from").instant(), entry.at("to").instant()];
    if (to <= from) throw entry.at("to").refuse("must be later than from");
    if (suspensions.length && from < suspensions.at(-1).to) {
      throw entry.at("from").refuse("must not be before the end of the suspension before it");
    }
    suspensions.push({ from, to });
  }
  return {
    start: BigInt(lot.at("start_price_fen").integer(1)),
    increment: BigInt(lot.at("increment_fen").integer(1)),
    maxSteps: lot.at("max_steps").orNull((steps) => BigInt(steps.integer(1))),
    wholeSteps: lot.at("whole_steps").flag(),
    opensAt,
    closesAt,
    window: 1000 * lot.at("extension_window_seconds").integer(1, 86400),
    selloff: lot.at("mode").choice("auction", "selloff") === "selloff",
    reorder: lot.at("reorder_ms", 0).integer(0, 10000),
    suspensions,
  };
}

/** One bid. `ranks` are those of the codes so far: a code has one rank in all its bids. */
export function readBid(bid, ranks) {
  bid.members(["code", "amount_fen", "received_at"], { optional: ["priority_rank", "id"] });
  const found = {
    code: bid.at("code").text(LONGEST_CODE),
    amount: BigInt(bid.at("amount_fen").integer(1)),
    receivedAt: bid.at("received_at").instant(),
    rank: bid.at("priority_rank").orNull((rank) => rank.integer(1)),
    id: bid.at("id").orNull((id) => id.text(LONGEST_ID)),
  };
  if (!ranks.has(found.code)) ranks.set(found.code, found.rank);
  if (ranks.get(found.code) !== found.rank) {
    throw bid.at("priority_rank").refuse("differs from that of an earlier bid of the same code");
  }
  return found;
}

/** A sale while bids come in, one after the other in the order in which they were taken up. */
export class Sale {
  #lot;
  #coming;
  #past = [];
  #leader = null;
  #accepted = 0;
  #extensions = 0;
  #latest = -Infinity;
  #answers = new Map();

  constructor(lot) {
    this.#lot = lot;
    this.closesAt = lot.closesAt;
    this.#coming = [...lot.suspensions];
  }

  /** The least that an ordinary bidder must offer next. */
  get minimum() { return this.#leader ? this.#leader.amount + this.#lot.increment : this.#lot.start; }

  /** The decision on a bid; a repeated question has the first answer, and `repeated`.
   *  @throws {PastCalendar} the end moves past the year 9999. */
  decide(bid) {
    const latest = Math.max(this.#latest, bid.receivedAt);
    this.#latest = latest;
    const asked = bid.id === null ? null : JSON.stringify([bid.code, bid.id]);
    const first = this.#answers.get(asked);
    if (first?.amount === bid.amount) return { ...first.decision, repeated: true };
    this.#resume(bid.receivedAt);
    const reason = this.#refusal(bid, latest - bid.receivedAt > this.#lot.reorder, first !== undefined);
    if (reason === null) this.#accept(bid);
    const decision = {
      accepted: reason === null,
      reason,
      seq: reason === null ? this.#accepted : null,
      closes_at: printInstant(this.closesAt),
      minimum_fen: plain(this.minimum),
    };
    if (asked !== null && !first) this.#answers.set(asked, { amount: bid.amount, decision });
    return decision;
  }

  /** The first reason that applies, or null. */
  #refusal(bid, outOfOrder, idConflict) {
    const { start, increment, maxSteps, wholeSteps, opensAt } = this.#lot;
    const price = this.#leader?.amount ?? start;
    if (bid.receivedAt < opensAt) return "not_open";
    if (this.#isSuspended(bid.receivedAt)) return "suspended";
    if (bid.receivedAt >= this.closesAt) return "closed";
    if (outOfOrder) return "out_of_order";
    if (idConflict) return "id_conflict";
    if (bid.amount < start) return "below_start";
    if (this.#leader && bid.rank !== null && bid.amount === price) return this.#canMatch(bid.rank) ? null : "cannot_match";
    if (bid.amount < this.minimum) return "below_minimum";
    if (wholeSteps && (bid.amount - start) % increment !== 0n) return "not_whole_step";
    if (maxSteps !== null && bid.amount > price + maxSteps * increment) return "step_too_large";
    return null;
  }

  /** At one price an earlier order goes before a leader of a later order, or of none. */
  #canMatch(rank) { return this.#leader.rank === null || rank < this.#leader.rank; }

  #accept(bid) {
    if (this.#lot.selloff && !this.#leader) {
      this.closesAt = later(bid.receivedAt, SELLOFF_MS);
    } else {
      const end = later(bid.receivedAt, this.#lot.window);
      if (end > this.closesAt) {
        this.closesAt = end;
        this.#extensions += 1;
      }
    }
    this.#leader = bid;
    this.#accepted += 1;
  }

  /** Whether a suspension that takes effect covers this instant. */
  #isSuspended(at) {
    const begun = this.#coming.length > 0 && this.#coming[0].from <= Math.min(at, this.closesAt);
    return begun || this.#past.some(({ from, to }) => from <= at && at < to);
  }

  /** Give back the time that was left to every suspension that has ended by now. */
  #resume(at) {
    while (this.#coming.length && this.#coming[0].to <= at) {
      const [{ from, to }] = this.#coming;
      if (from <= this.closesAt) {
        this.closesAt = later(to, Math.max(this.closesAt - from, this.#lot.window));    // if it throws, nothing has moved
        this.#past.push({ from, to });
      }
      this.#coming.shift();
    }
  }

  /** How the sale ended, after all its bids.
   *  @throws {PastCalendar} the end moves past the year 9999. */
  outcome() {
    this.#resume(Infinity);
    return {
      state: this.#leader ? "sold" : "failed",
      winner_code: this.#leader?.code ?? null,
      price_fen: this.#leader ? plain(this.#leader.amount) : null,
      closed_at: printInstant(this.closesAt),
      accepted: this.#accepted,
      extensions: this.#extensions,
    };
  }
}

/** replay-result/v1 of a parsed replay/v1.
 *  @throws {FormatError} it does not fit. */
export function replay(value) {
  const top = new Reader(value).document("replay/v1", ["lot", "bids"]);
  const sale = new Sale(readLot(top.at("lot")));
  const ranks = new Map();
  const bids = top.at("bids").items().map((bid) => readBid(bid, ranks));
  try {
    const decisions = bids.map((bid) => sale.decide(bid));
    return { format: "replay-result/v1", decisions, outcome: sale.outcome() };
  } catch (error) {
    if (!(error instanceof PastCalendar)) throw error;
    throw top.at("lot").at("closes_at").refuse(error.message);
  }
}
