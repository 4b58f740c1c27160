// The checks `ended` and `replay` of a bundle: every bid of a sale and its end, judged again by replay/v1.
import { Reader } from "./fields.js";
import { Findings } from "./findings.js";
import { PastCalendar } from "./instants.js";
import { Sale, readBid, readLot } from "./replay.js";
import { FormatError, canonicalText } from "./strictjson.js";

const LONGEST_SHOWN = 400;

export function shown(value) {
  const text = canonicalText(value ?? null);
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`;
}

/** What the leaves of a sale tell together. A suspension stands in the log behind the bids that it refused: so they are
 *  judged when all leaves are there. */
export class SaleStory {
  outcome = null;
  #terms = null;
  #bids = [];
  #resumed = [];
  #last = null;

  constructor(subject, findings) {
    this.subject = subject;
    this.findings = findings;
  }

  /** The next leaf of the sale. */
  take(leaf) {
    if (leaf.kind === "lot.published") this.#publish(leaf);
    else if (leaf.kind === "bid") this.#bid(leaf);
    else if (leaf.kind === "lot.resumed") this.#resumed.push(leaf);
    else if (leaf.kind === "lot.closed" || leaf.kind === "lot.withdrawn") this.#close(leaf);
  }

  #publish(leaf) {
    if (this.#bids.length) this.findings.fail("replay", leaf.where, "late_terms");
    else this.#terms = leaf;
  }

  #bid(leaf) {
    if (this.#last) this.findings.fail("ended", leaf.where, "bid_after_end");
    this.#bids.push(leaf);
  }

  #close(leaf) {
    if (this.#last) this.findings.fail("ended", leaf.where, "ended_twice");
    this.#last ??= leaf;
    if (leaf.kind === "lot.withdrawn" && leaf.body.has("suspension")) this.#resumed.push(leaf);
  }

  /** No leaf follows. */
  async end(breathe) {
    this.findings.begin("ended");
    if (!this.#last) this.findings.fail("ended", this.subject, "not_ended");
    const closed = this.#last?.kind === "lot.closed";
    if (!this.#bids.length && !closed && !this.#terms) return;
    this.findings.begin("replay");
    const lot = this.#lot();
    if (!lot) return;
    const judge = new Judge(new Sale(lot));
    for (const leaf of this.#bids) {
      judge.take(leaf);
      await breathe();
    }
    this.findings.takeOver(judge.findings);
    if (closed) this.#compare(judge);
  }

  /** The terms under which the sale ran, with all its suspensions; null if they cannot be read. */
  #lot() {
    if (!this.#terms) {
      this.findings.fail("replay", (this.#bids[0] ?? this.#last)?.where ?? this.subject, "no_lot");
      return null;
    }
    try {
      const lot = new Reader(this.#terms.body, "body").members(["lot"], { openEnded: true }).at("lot");
      if (this.#bids.length) readLot(lot);
      return readLot(new Reader(this.#withSuspensions(lot), "body.lot"));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.findings.fail("replay", this.#terms.where, "body", { field: error.field, problem: error.problem });
      return null;
    }
  }

  #withSuspensions(lot) {
    const suspensions = lot.members([], { openEnded: true }).at("suspensions", []).items().map((entry) => entry.value);
    const known = new Set(suspensions.map(canonicalText));
    for (const leaf of this.#resumed) {
      const { value } = new Reader(leaf.body, "body").members(["suspension"], { openEnded: true }).at("suspension");
      if (!known.has(canonicalText(value))) suspensions.push(value);
      known.add(canonicalText(value));
    }
    return new Map([...lot.value, ["suspensions", suspensions]]);
  }

  #compare(judge) {
    let outcome;
    try {
      outcome = judge.sale.outcome();
    } catch (error) {
      if (!(error instanceof PastCalendar)) throw error;
      this.findings.fail("replay", this.#last.where, "past_9999");
      return;
    }
    if (!judge.lost) this.outcome = outcome;
    const given = this.#last.body.get("outcome");
    if (!sameAs(given, outcome)) {
      this.findings.fail("replay", this.#last.where, "outcome", { given: shown(given), expected: shown(outcome) });
    }
  }
}

/** Judges the bids of a sale again, leaf by leaf. */
class Judge {
  findings = new Findings("replay");
  lost = false;    // a bid that cannot be read leaves all that follows in the dark
  #ranks = new Map();

  constructor(sale) {
    this.sale = sale;
  }

  take(leaf) {
    if (this.lost) return;
    const fail = (saying, details) => this.findings.fail("replay", leaf.where, saying, details);
    try {
      const body = new Reader(leaf.body, "body").members(["bid", "decision"], { openEnded: true });
      const bid = readBid(body.at("bid"), this.#ranks);
      const decision = this.sale.decide(bid);
      if (leaf.actor !== `code:${bid.code}`) fail("actor", { actor: leaf.actor, code: bid.code });
      const given = body.at("decision").value;
      if (decision.repeated) fail("repeat");
      else if (!sameAs(given, decision)) fail("decision", { seq: leaf.seq, given: shown(given), expected: shown(decision) });
    } catch (error) {
      if (error instanceof FormatError) fail("body", { field: error.field, problem: error.problem });
      else if (error instanceof PastCalendar) fail("past_9999");
      else throw error;
      this.lost = true;
    }
  }
}

/** Whether a parsed object has just these members, all of them no objects. */
function sameAs(given, expected) {
  const members = Object.entries(expected);
  return given instanceof Map && given.size === members.length
    && members.every(([name, value]) => given.has(name) && given.get(name) === value);
}
