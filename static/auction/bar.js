// The bid: a sum from the chips or typed, its capitals, a second press. What was chosen is never changed by itself.
import { MOST, capitals, fenOf } from "../js/money.js";
import * as bids from "./bids.js";
import { jumpOf, timesText } from "./jump.js";
import { showReceipt } from "./ladder.js";
import { runs } from "./sale.js";
import { money } from "./svg.js";
import { amount, exactly, icon, plain, read, say, short } from "./words.js";

const by = (id) => document.getElementById(id);
const bar = by("bar");
const ask = by("ask");
const DOUBLE = 450;           // a second tap within this time is no second decision, ms
const STILL_COMING = 8000;
const STILL_MEANT = 120_000;  // so long a bid that never arrived is sent again by the page that was told to
const ASK_AGAIN = 2000;

function rule(name) {
  const mark = document.createElement("span");
  mark.className = "rule";
  mark.textContent = name;
  return mark;
}

export class Bar extends EventTarget {
  constructor(sale, connection, tabs) {
    super();
    this.sale = sale;
    this.connection = connection;
    this.tabs = tabs;
    this.asked = null;       // the sum before the second press
    this.pending = null;     // the bid on its way
    this.waits = false;      // it was turned away unjudged, and is sent again
    this.unsettled = null;   // a bid that nobody has answered for
    this.afterword = null;   // what was said of a bid when the sale was over
    if (!bar) return;
    const left = tabs.read("sent");   // by a page that was closed before the answer came
    this.unsettled = left?.bid ?? null;
    this.sentAt = left?.at ?? 0;
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
    by("ask-sure").addEventListener("change", () => this.showAsk());
    ask.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.closeAsk();
    });
    connection.addEventListener("watching", () => this.settle());
    tabs.addEventListener("answered", ({ detail }) => {
      if (this.unsettled?.client_bid_id === detail.bid.client_bid_id) this.unsettled = null;
      this.take(detail.answer, { elsewhere: true });
      this.show(this.phase);
    });
    tabs.addEventListener("lost", ({ detail }) => {
      this.unsettled = detail.bid;
      this.sentAt = tabs.read("sent")?.at ?? 0;
      this.settle();
    });
    tabs.addEventListener("change", () => this.show(this.phase));
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

  /** The sum chosen now, or null with a word on what is wrong and one on what would be right. */
  wish() {
    const chosen = this.chips.find((chip) => chip.checked) ?? this.chips[0];
    if (chosen.id !== "chip-own") return { fen: Number(chosen.value) };
    const typed = by("own-amount").value.trim();
    if (!typed) return { fen: null, word: say("type") };
    const fen = fenOf(typed);
    if (Number(typed.replaceAll(",", "")) * 100 > Number(MOST)) return { fen: null, word: say("tooHigh"), hint: say("most", { amount: amount(this.most) }) };
    if (fen === null) return { fen, word: say("digits"), hint: say("digitsExample", { example: plain(this.sale.minimum) }) };
    return this.fits(Number(fen));
  }

  /** The highest sum this sale takes, or else that may be entered. */
  get most() {
    const most = this.sale.maximum;
    return most === null || BigInt(most) > MOST ? MOST : BigInt(most);
  }

  fits(fen) {
    const { sale } = this;
    if (sale.mayMatch && fen === sale.price) return { fen };
    if (fen < sale.minimum) return { fen: null, word: say("least", { amount: amount(sale.minimum) }) };
    const odd = sale.wholeSteps ? (fen - sale.start) % sale.increment : 0;
    if (odd) {
      const sums = [fen - odd, fen - odd + sale.increment].filter((sum) => sum >= sale.minimum && (sale.maximum === null || sum <= sale.maximum));
      return { fen: null, word: say("whole", { sums: sums.map(amount).join(say("or")) }) };
    }
    if (fen > this.most) return { fen: null, word: say("most", { amount: amount(this.most) }) };
    return { fen };
  }

  show(phase) {
    this.phase = phase;
    if (!bar || !phase) return;
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
    this.showOwn();
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
    const matches = sale.mayMatch && !phase.startsWith("s");
    const note = matches ? say("matchNote", { rank: sale.rank }) : say("increment", { amount: amount(sale.increment) });
    if (by("minimum-note").dataset.said !== note) {
      by("minimum-note").dataset.said = note;
      by("minimum-note").textContent = note;
      if (matches) by("minimum-note").append(" ", rule("AUC-21.1"));
    }
  }

  /** The typed sum as it is read: 241 万, so that a zero too many is seen while typing. */
  showOwn() {
    const fen = fenOf(by("own-amount").value);
    const shown = fen ? read(fen) : "";
    if (by("own-read").textContent !== shown) by("own-read").textContent = shown;
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
    if (this.tabs.busy || this.unsettled || this.pending) {
      button.disabled = true;
      button.classList.remove("main");
      word.textContent = say(this.tabs.busy ? "elsewhere" : this.pending ? "sending" : "unknown");
      small.textContent = "";
      return;
    }
    const { fen, word: problem, hint = "" } = this.wish();
    const { leads } = this.sale;
    button.disabled = fen === null;
    button.classList.toggle("main", !leads);
    word.textContent = fen === null ? problem : say(leads ? "raise" : "bid", { amount: amount(fen) });
    small.textContent = fen === null ? hint : leads ? say("led") : capitals(BigInt(fen));
  }

  openAsk() {
    const { fen } = this.wish();
    if (fen === null || !runs(this.phase) || this.tabs.busy || this.unsettled) return;
    this.clearRefusal();
    this.asked = fen;
    this.askedAt = performance.now();
    this.jump = jumpOf(fen, this.sale.mayMatch && fen === this.sale.price ? fen : this.sale.minimum, this.sale.increment, this.sale.jump);
    by("ask-sure").checked = false;
    this.bid = { amount_fen: fen, client_bid_id: bids.newId(), key: this.sale.key };
    bar.hidden = true;
    ask.hidden = false;
    this.showAsk();
    if (this.jump) by("ask-sure").focus();
    else by("ask-back").focus();
    // A second tap or key press that still belongs to the first finds nothing to press.
    setTimeout(() => {
      if (this.asked === null) return;
      this.showAsk();
      if (!this.jump && document.activeElement === by("ask-back")) by("ask-confirm").focus();
    }, DOUBLE);
  }

  showJump() {
    const { jump } = this;
    by("ask-jump").hidden = !jump;
    ask.classList.toggle("jump", Boolean(jump));
    by("ask-sure").required = Boolean(jump);
    if (!jump) {
      by("ask-warned").textContent = "";
      return;
    }
    const over = amount(jump.over);
    const head = document.createElement("b");
    head.textContent = say(jump.mistyped ? "jumpZero" : "jumpFar");
    by("ask-warned").replaceChildren(head, say("jumpText", {
      least: amount(this.asked - jump.over), times: timesText(jump.percent), over, capitals: capitals(BigInt(jump.over)),
    }));
    by("ask-sure-word").textContent = say("sure", { over });
  }

  showAsk() {
    const { sale, asked } = this;
    if (ask.dataset.fen !== String(asked)) {
      by("ask-amount").replaceChildren(money(asked));
      by("ask-capitals").textContent = capitals(BigInt(asked));
      ask.dataset.fen = asked;
      this.showJump();
    }
    if (this.pending) return;
    const { fen } = this.fits(asked);
    const above = asked - (sale.price ?? sale.start);
    by("ask-note").textContent = fen === null ? say("moved", { amount: amount(sale.minimum) })
      : above > 0 ? say("higher", { amount: amount(above) }) : sale.price === null ? "" : say("same");
    ask.classList.toggle("late", fen === null);
    const unsure = Boolean(this.jump) && !by("ask-sure").checked;
    by("ask-confirm").disabled = fen === null || unsure || Boolean(this.tabs.busy) || performance.now() - this.askedAt < DOUBLE;
    by("ask-word").textContent = say("confirm");
    by("ask-small").textContent = say(this.tabs.busy ? "elsewhere" : unsure ? "sureFirst" : "finalWord");
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
    if (this.pending || this.asked === null || by("ask-confirm").disabled) return;
    await this.tabs.alone(() => this.sendAlone());
  }

  async sendAlone() {
    this.sentAt = Date.now();
    this.tabs.keep("sent", { bid: this.bid, at: this.sentAt });
    this.tabs.send(this.bid);
    by("ask-confirm").disabled = true;
    by("ask-back").setAttribute("aria-disabled", "true");
    by("ask-word").textContent = say("sending");
    by("ask-small").textContent = "";
    await this.deliver(this.bid);
  }

  async deliver(bid) {
    this.unsettled = null;
    this.clearRefusal();
    this.pending = bid;
    this.dispatchEvent(new CustomEvent("sending"));
    const answer = await bids.send(this.connection, bid, (why) => {
      this.waits = why !== "silence";
      by("ask-small").textContent = say(this.waits ? "again" : "byHttp");
    });
    this.finish(bid, answer);
  }

  finish(bid, answer) {
    this.pending = null;
    this.waits = false;
    this.asked = null;
    by("ask-back").removeAttribute("aria-disabled");
    const isFirst = !ask.hidden;
    ask.hidden = true;
    bar.hidden = false;
    ask.dataset.fen = "";
    if (answer === null) {
      this.unsettled = bid;
      this.refuse(say("unknown"));
      setTimeout(() => this.settle(), ASK_AGAIN);
    } else {
      this.answered(bid, answer);
    }
    this.dispatchEvent(new CustomEvent("answered"));
    this.show(this.phase);
    if (isFirst) by("bid-button").focus({ preventScroll: true });
  }

  /** The last word on a bid: nobody needs to ask about it any more. */
  answered(bid, answer) {
    this.tabs.keep("sent", null);
    if (this.tabs.sending) this.tabs.send(bid, answer);
    this.take(answer);
  }

  take(answer, { elsewhere = false } = {}) {
    const isLate = answer.ok ? answer.decision.reason === "closed" : answer.code === "not_running";
    if (isLate) this.afterword = answer.ok ? answer.refusal.message : answer.message;
    if (!answer.ok) {
      if (elsewhere) return;
      this.refuse(answer.code === "never_arrived" ? say("failedSend") : answer.message, answer.rule);
    } else if (answer.decision.accepted) {
      this.sale.takeOwn(answer);
      showReceipt(answer);
      this.dispatchEvent(new CustomEvent("receipt", { detail: answer }));
      this.tabs.keep("receipts", { ...this.tabs.read("receipts"), [answer.decision.seq]: answer.leaf.hash });
      if (elsewhere) return;
      this.chips[0].checked = true;
      by("own-amount").value = "";
      this.dispatchEvent(new CustomEvent("accepted", { detail: { figures: { amount: amount(answer.amount_fen), time: exactly(Date.parse(answer.received_at)) } } }));
    } else if (!elsewhere) {
      this.refuse(answer.refusal.message, answer.refusal.rule);
    }
  }

  /** A bid without an answer is asked about until somebody knows; if it never arrived, it is sent again while it is
   *  still meant. Only by the page that was told to: one that was opened anew only says what became of it. */
  async settle() {
    const bid = this.unsettled;
    if (!bid || this.pending || this.tabs.busy || this.settling) return;
    this.settling = true;
    const answer = await bids.ask(this.connection, bid);
    this.settling = false;
    if (this.unsettled !== bid) return;
    const age = Date.now() - this.sentAt;
    const never = answer?.code === "never_arrived";
    if (never && bid === this.bid && age < STILL_MEANT && await this.tabs.alone(() => this.deliver(bid))) return;
    // A page that was closed in the middle may have left the bid on its way: it gets the time it may take.
    if (answer === null || (never && age < (bid === this.bid ? STILL_MEANT : STILL_COMING))) {
      setTimeout(() => this.settle(), ASK_AGAIN);
      return;
    }
    this.unsettled = null;
    this.clearRefusal();
    this.answered(bid, answer);
    this.show(this.phase);
  }

  refuse(message, article) {
    const place = by("refused");
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    drawn.setAttribute("class", "i");
    drawn.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", icon("block"));
    drawn.append(use);
    const said = document.createElement("span");
    said.append(message);
    if (article) said.append(" ", rule(article));
    place.replaceChildren(drawn, said);
    place.hidden = false;
  }

  clearRefusal() {
    if (!by("refused").hidden && !this.unsettled) by("refused").hidden = true;
  }
}
