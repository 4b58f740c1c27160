// What this browser knows beyond one page: other tabs of the same bidder, and what must survive a reload.
// A bid in one tab is shown in the others; while one is on its way, no other tab can send.
const parse = (text) => { try { return JSON.parse(text); } catch { return null; } };

export class Tabs extends EventTarget {
  constructor(sale) {
    super();
    this.others = new Set();
    this.busy = null;        // { from, bid }: another tab's bid on its way
    this.sending = null;     // this tab's
    this.name = `luochui:${sale.lot}/${sale.number}:${sale.code}`;
    this.id = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (!sale.code || !window.BroadcastChannel) return;
    this.channel = new BroadcastChannel(this.name);
    this.channel.addEventListener("message", ({ data }) => this.hear(data));
    this.tell("hello");
    addEventListener("pagehide", () => this.tell("gone"));
    // Whoever was frozen or restored asks again who is there.
    for (const event of ["pageshow", "focus"]) addEventListener(event, () => this.ask());
  }

  tell(kind, more = {}) {
    this.channel?.postMessage({ kind, from: this.id, ...more });
  }

  /** This tab's bid goes out; null: it was answered, or nobody could say. */
  send(bid, answer = null) {
    this.tell(this.sending ? "answered" : "sending", { bid, answer });
    this.sending = this.sending ? null : bid;
  }

  ask() {
    if (!this.channel) return;
    this.others.clear();
    this.tell("hello");
  }

  hear({ kind, from, ...more }) {
    if (kind === "gone") this.others.delete(from);
    else this.others.add(from);
    if (kind === "hello") this.tell(this.sending ? "sending" : "here", { bid: this.sending });
    if (kind === "sending") this.busy = { from, bid: more.bid };
    const left = kind === "gone" && this.busy?.from === from;
    if (kind === "answered" || left) {
      const { bid } = this.busy ?? more;
      this.busy = null;
      this.dispatchEvent(new CustomEvent(left || !more.answer ? "lost" : "answered", { detail: { bid, answer: more.answer } }));
    }
    this.dispatchEvent(new Event("change"));
  }

  /** Do it while no other tab does; false where another one is at it. */
  async alone(act) {
    if (!navigator.locks) {
      if (this.busy) return false;
      await act();
      return true;
    }
    return navigator.locks.request(this.name, { ifAvailable: true }, async (lock) => {
      if (!lock) return false;
      await act();
      return true;
    });
  }

  // What is kept on this machine: the bid without an answer, and the receipts as they were given.
  read(what) {
    try { return parse(localStorage.getItem(`${this.name}:${what}`)); } catch { return null; }
  }

  keep(what, value) {
    try {
      if (value === null) localStorage.removeItem(`${this.name}:${what}`);
      else localStorage.setItem(`${this.name}:${what}`, JSON.stringify(value));
    } catch {
      // A browser that keeps nothing: the page still shows what the server says.
    }
  }
}
