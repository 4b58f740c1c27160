// The line to the server: Socket.IO first, asking over HTTP every few seconds where it does not hold.
import { io } from "../vendor/socket.io.esm.min.js";
import * as clock from "../js/clock.js";

const POLL_EVERY = [2000, 5000];   // not all pages that lost their sockets at the same moment
const PAGE = 500;            // bids in one answer of the server
const SILENT = 13_000;       // the server pings every ten seconds
const CONFIRMING = 1500;     // after the end the word may be asked for
const LOST = 7000;
const OPENING = 6000;        // so long the first connection may take
const MEASURE_EVERY = 15_000;
const SLOW = 1500;           // a round trip as long as this eats into the last seconds

export class Connection extends EventTarget {
  constructor(sale) {
    super();
    this.sale = sale;
    this.heardAt = performance.now();
    this.watching = false;
    this.asking = false;
    this.askedAt = 0;
    this.patience = POLL_EVERY[0];
    this.filling = false;
    this.trips = [];         // the latest round trips, ms
    this.measuredAt = -Infinity;
    this.api = `/api/v1/lots/${encodeURIComponent(sale.lot)}`;
  }

  start() {
    this.beganAt = performance.now();
    this.socket = io("/auction", {
      transports: ["websocket", "polling"], tryAllTransports: true, timeout: 4000,
      reconnectionDelay: 500, reconnectionDelayMax: 3000,
    });
    this.socket.on("connect", () => this.watch());
    this.socket.on("disconnect", () => this.lose());
    this.socket.on("connect_error", () => this.lose());
    this.socket.on("update", (message) => this.hear(message));
    this.socket.on("watchers", ({ watchers }) => { this.sale.watchers = watchers; });
    this.socket.on("clock", (message) => {
      this.heardAt = performance.now();
      clock.hint(message.server_now);
    });
    this.socket.io.on("ping", () => { this.heardAt = performance.now(); });
    addEventListener("offline", () => this.lose());
    addEventListener("online", () => {
      if (this.socket.connected) this.watch();   // a line to this machine itself was never cut
      this.ask();
    });
    // Back from another tab, from sleep or from the browser's history: ask at once, show nothing old.
    for (const event of ["visibilitychange", "resume"]) document.addEventListener(event, () => { if (!document.hidden) this.wake(); });
    addEventListener("pageshow", (event) => { if (event.persisted) this.wake(); });
    document.addEventListener("slept", () => this.wake());
    setInterval(() => this.check(), 500);
    this.ask();   // the first word comes by the shorter way
  }

  /** Whether messages come by the socket. */
  get live() {
    return this.watching && this.socket.connected && performance.now() - this.heardAt < SILENT;
  }

  /** good or slow: by the socket; opening: not yet; polling: by asking; bad: nothing has come for a while. */
  get quality() {
    if (this.live) return this.trips.length && Math.min(...this.trips) > SLOW ? "slow" : "good";
    if (performance.now() - this.beganAt < OPENING) return "opening";
    return performance.now() - this.heardAt < LOST ? "polling" : "bad";
  }

  /** The latest round trip in ms, or null. */
  get trip() {
    return this.trips.at(-1) ?? null;
  }

  async measure() {
    this.measuredAt = performance.now();
    try {
      this.trips = [...this.trips.slice(-2), await clock.ask()];
    } catch {
      // No answer is no measurement: `quality` knows from the silence.
    }
  }

  wake() {
    this.ask();
    if (this.socket.connected) this.watch();
    else this.socket.connect();
  }

  lose() {
    if (this.watching) this.beganAt = -Infinity;
    this.watching = false;
    this.dispatchEvent(new Event("line"));
  }

  async watch() {
    try {
      const answer = await this.socket.timeout(5000).emitWithAck("watch", {
        lot: this.sale.lot, key: this.sale.key, after: this.sale.heard ? this.sale.have : null,
      });
      if (!answer.ok) throw new Error(answer.message);
      this.watching = true;
      await this.hear(answer);
      this.dispatchEvent(new Event("watching"));
    } catch {
      this.lose();
      if (this.socket.connected) setTimeout(() => this.watch(), 2000);
    }
  }

  async hear(message) {
    this.heardAt = performance.now();
    clock.hint(message.server_now);
    const { doubt } = this.sale;
    await this.sale.hear(message);
    if (this.sale.doubt !== doubt && this.live) this.ask();   // by the other way, at once
    this.dispatchEvent(new Event("line"));
    this.fill();
  }

  /** Ask how the sale stands. */
  async ask() {
    if (this.asking) return;
    this.asking = true;
    this.askedAt = performance.now();
    this.patience = POLL_EVERY[0] + Math.random() * (POLL_EVERY[1] - POLL_EVERY[0]);
    try {
      const response = await fetch(this.api, { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (response.ok) await this.hear((await response.json()).standing);
    } catch {
      // The line is down: `quality` says so, and the next turn asks again.
    } finally {
      this.asking = false;
      this.dispatchEvent(new Event("line"));
    }
  }

  /** A page of bids up to a number; null where none came. */
  async page(until, after = 0) {
    try {
      const from = Math.max(after, until - PAGE);
      const response = await fetch(`${this.api}/events?after=${from}`, { cache: "no-store", signal: AbortSignal.timeout(8000) });
      return response.ok ? (await response.json()).bids : null;
    } catch {
      return null;
    }
  }

  /** Fetch the ranges that no message told; of a long one the newest page, the rest when the reader wants it. */
  async fill() {
    if (this.filling) return;
    this.filling = true;
    for (let [gap] = this.sale.gaps; gap; [gap] = this.sale.gaps) {
      const bids = await this.page(gap.until, gap.after);
      if (bids === null) break;   // asked for again with the next message
      this.sale.fill(bids, gap);
    }
    this.filling = false;
  }

  /** Fetch the page of bids before the oldest that is shown. */
  async older() {
    const oldest = this.sale.run.at(-1)?.seq ?? 1;
    if (oldest === 1) return;
    const bids = await this.page(oldest - 1);
    if (bids !== null) this.sale.fill(bids);
  }

  check() {
    const silent = performance.now() - this.heardAt;
    const confirming = this.sale.phase(clock.now()) === "confirming";
    const patience = confirming ? CONFIRMING : this.patience;
    if ((!this.live || confirming) && Math.min(silent, performance.now() - this.askedAt) > patience) this.ask();
    else if (performance.now() - this.measuredAt > MEASURE_EVERY) this.measure();
    if (this.sale.gaps.length > 0 && silent > CONFIRMING) this.fill();
    this.dispatchEvent(new Event("line"));
  }
}
