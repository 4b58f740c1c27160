// The bid: a sum from the chips or typed, its capitals, a second press. What was chosen is never changed by itself.
import { capitals, fenOf } from "../js/money.js";
import * as bids from "./bids.js";
import { showReceipt } from "./ladder.js";
import { runs } from "./sale.js";
import { money } from "./svg.js";
import { amount, exactly, icon, say, short } from "./words.js";

const by = (id) => document.getElementById(id);
const bar = by("bar");
const ask = by("ask");

export class Bar extends EventTarget {
  constructor(sale, connection) {
    super();
    this.sale = sale;
    this.connection = connection;
    this.asked = null;       // the sum before the second press
    this.pending = null;     // the bid on its way
    this.unsettled = null;   // a bid that nobody has answered for
    if (!bar) return;
    this.chips = [...bar.querySelectorAll("[name=amount_fen]")];
    by("bid-form").addEventListener("submit", (event) => {
      if (!sale.heard) return;   // not yet in touch with the server: the page that works without a script
      event.preventDefault();
      this.openAsk();
    });
    by("bid-form").addEventListener("input", () => { this.clearRefusal(); this.show(this.phase); });
    by("own-back").addEventListener("click", () => { this.chips[0].checked = true; this.chips[0].focus(); this.show(this.phase); });
    by("chip-own").addEventListener("click", () => { by("own-amount").focus(); });
    by("ask-form").addEventListener("submit", (event) => { event.preventDefault(); event.stopImmediatePropagation(); this.send(); }, true);
    by("ask-back").addEventListener("click", (event) => { event.preventDefault(); this.closeAsk(); });
    ask.addEventListener("keydown", (event) => { if (event.key === "Escape") this.closeAsk(); });
    connection.addEventListener("watching", () => this.settle());
  }

  /** Sums of the chips: at the same price by priority, or in steps from the least. */
  options() {
    const { sale } = this;
    const first = sale.price === null;
    const steps = [0, 1, 4].map((n) => ({
      fen: sale.minimum + n * sale.increment,
      label: n === 0 ? say(first ? "chipStart" : "chipLeast") : say("chipStep", { n: first ? n : n + 1 }),
    }));
    return sale.mayMatch ? [{ fen: sale.price, label: say("chipMatch") }, ...steps.slice(0, 2)] : steps;
  }

  /** The sum chosen now, or null with a word on what is wrong. */
  wish() {
    const chosen = this.chips.find((chip) => chip.checked) ?? this.chips[0];
    if (chosen.id !== "chip-own") return { fen: Number(chosen.value) };
    const fen = fenOf(by("own-amount").value);
    if (fen === null || fen === 0n) return { fen: null, word: say("type") };
    if (fen > BigInt(Number.MAX_SAFE_INTEGER)) return { fen: null, word: say("type") };
    return this.fits(Number(fen));
  }

  fits(fen) {
    const { sale } = this;
    if (sale.mayMatch && fen === sale.price) return { fen };
    if (fen < sale.minimum) return { fen: null, word: say("least", { amount: amount(sale.minimum) }) };
    if (sale.maximum !== null && fen > sale.maximum) return { fen: null, word: say("most", { amount: amount(sale.maximum) }) };
    return { fen };
  }

  show(phase) {
    this.phase = phase;
    if (!bar) return;
    const open = runs(phase);
    if (!open && this.asked !== null && !this.pending) this.closeAsk(false);
    if (["sold", "failed", "withdrawn"].includes(phase)) {
      bar.hidden = true;
      ask.hidden = true;
      return;
    }
    bar.className = `bar ${open ? "bid" : "off"}`;
    this.showChips(open);
    this.showMinimum(phase);
    this.showButton(phase, open);
    if (this.asked !== null) this.showAsk();
  }

  showChips(open) {
    this.options().forEach(({ fen, label }, place) => {
      const chip = this.chips[place];
      const [word, sum] = chip.parentElement.querySelectorAll("b, span");
      if (chip.value !== String(fen)) chip.value = fen;
      if (word.textContent !== label) word.textContent = label;
      if (sum.textContent !== short(fen)) sum.textContent = short(fen);
    });
    for (const chip of this.chips) chip.disabled = !open || (chip.id !== "chip-own" && this.fits(Number(chip.value)).fen === null);
    by("own-amount").disabled = !open;
  }

  showMinimum(phase) {
    const { sale } = this;
    const name = phase === "suspended" ? "minimumAfter" : sale.price === null ? "minimumFirst" : "minimumNext";
    by("minimum-label").textContent = say(phase === "confirming" ? "last" : name);
    const fen = phase === "confirming" && sale.price !== null ? sale.price : sale.minimum;
    if (by("minimum").dataset.fen !== String(fen)) {
      by("minimum").replaceChildren(money(fen));
      by("minimum").dataset.fen = fen;
    }
  }

  showButton(phase, open) {
    const button = by("bid-button");
    const [word, small] = [by("bid-button-word"), by("bid-button-note")];
    if (!open) {
      button.disabled = true;
      button.classList.remove("main");
      const closed = { confirming: ["closed", "wait"], suspended: ["paused", "resume"], upcoming: ["notYet", "starts"] }[phase];
      word.textContent = say(closed[0]);
      small.textContent = say(closed[1], { time: this.sale.opensText });
      return;
    }
    const { fen, word: problem } = this.wish();
    const { leads } = this.sale;
    button.disabled = fen === null;
    button.classList.toggle("main", !leads);
    word.textContent = fen === null ? problem : say(leads ? "raise" : "bid", { amount: amount(fen) });
    small.textContent = fen === null ? "" : leads ? say("led") : capitals(BigInt(fen));
  }

  openAsk() {
    const { fen } = this.wish();
    if (fen === null || !runs(this.phase)) return;
    this.clearRefusal();
    this.asked = fen;
    this.bid = { amount_fen: fen, client_bid_id: bids.newId(), key: this.sale.key };
    bar.hidden = true;
    ask.hidden = false;
    this.showAsk();
    by("ask-confirm").focus();
  }

  showAsk() {
    const { sale, asked } = this;
    if (ask.dataset.fen !== String(asked)) {
      by("ask-amount").replaceChildren(money(asked));
      by("ask-capitals").textContent = capitals(BigInt(asked));
      ask.dataset.fen = asked;
    }
    if (this.pending) return;
    const { fen } = this.fits(asked);
    const above = asked - (sale.price ?? sale.start);
    by("ask-note").textContent = fen === null ? say("moved", { amount: amount(sale.minimum) })
      : above > 0 ? say("higher", { amount: amount(above) }) : sale.price === null ? "" : say("same");
    ask.classList.toggle("late", fen === null);
    by("ask-confirm").disabled = fen === null;
    by("ask-word").textContent = say("confirm");
    by("ask-small").textContent = say("finalWord");
  }

  closeAsk(focus = true) {
    if (this.pending) return;
    this.asked = null;
    ask.hidden = true;
    bar.hidden = false;
    this.show(this.phase);
    if (focus) by("bid-button").focus();
  }

  async send() {
    if (this.pending || this.asked === null) return;
    this.pending = this.bid;
    by("ask-confirm").disabled = true;
    by("ask-back").setAttribute("aria-disabled", "true");
    by("ask-word").textContent = say("sending");
    by("ask-small").textContent = "";
    this.dispatchEvent(new CustomEvent("sending"));
    const bid = this.pending;
    const answer = await bids.send(this.connection, bid, () => { by("ask-small").textContent = say("byHttp"); });
    this.finish(bid, answer);
  }

  finish(bid, answer) {
    this.pending = null;
    this.asked = null;
    by("ask-back").removeAttribute("aria-disabled");
    ask.hidden = true;
    bar.hidden = false;
    if (answer === null) {
      this.unsettled = bid;
      this.refuse(say("unknown"));
    } else {
      this.take(answer);
    }
    this.dispatchEvent(new CustomEvent("answered"));
    this.show(this.phase);
    by("bid-button").focus({ preventScroll: true });
  }

  take(answer) {
    if (!answer.ok) {
      this.refuse(answer.code === "never_arrived" ? say("failedSend") : answer.message, answer.rule);
    } else if (answer.decision.accepted) {
      this.sale.takeOwn(answer);
      showReceipt(answer);
      this.chips[0].checked = true;
      by("own-amount").value = "";
      this.dispatchEvent(new CustomEvent("accepted", { detail: { figures: { amount: amount(answer.amount_fen), time: exactly(Date.parse(answer.received_at)) } } }));
    } else {
      this.refuse(answer.refusal.message, answer.refusal.rule);
    }
  }

  /** A bid without an answer is asked about as soon as the line is back. */
  async settle() {
    if (!this.unsettled) return;
    const answer = await bids.ask(this.connection, this.unsettled);
    if (answer === null) return;
    this.unsettled = null;
    this.clearRefusal();
    this.take(answer);
    this.show(this.phase);
  }

  refuse(message, rule) {
    const place = by("refused");
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    drawn.setAttribute("class", "i");
    drawn.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", icon("block"));
    drawn.append(use);
    const said = document.createElement("span");
    said.append(message);
    if (rule) {
      const mark = document.createElement("span");
      mark.className = "rule";
      mark.textContent = rule;
      said.append(" ", mark);
    }
    place.replaceChildren(drawn, said);
    place.hidden = false;
  }

  clearRefusal() {
    if (!by("refused").hidden && !this.unsettled) by("refused").hidden = true;
  }
}
