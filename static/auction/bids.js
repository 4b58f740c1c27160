// One bid on its way: by the socket, and by HTTP under the same id where no answer comes within three seconds.
// The server answers an id once and the same for ever, so asking again never bids twice.
const PATIENCE = 3000;
const GIVE_UP = 20_000;
const SOON = 500;
const RARELY = 4000;
const NOT_YET = ["confirming", "bid_waited", "clock_off", "not_present"];   // turned away unjudged: sent again until it is judged
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
const token = document.querySelector("#ask-form [name=csrf_token]")?.value ?? "";

/** A new id for one wish to bid; every retry of that wish uses it again. */
const hex = (number, digits) => number.toString(16).padStart(digits, "0");

/** The id of a new bid, the same for every repeat. The time comes first: ids of one sale then lie together in the platform's index. */
export const newId = () => hex(Date.now(), 12) + Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => hex(byte, 2)).join("");

async function bySocket(connection, bid) {
  if (!connection.live) return null;
  try {
    return await connection.socket.timeout(PATIENCE).emitWithAck("bid", { lot: connection.sale.lot, ...bid });
  } catch {
    return null;
  }
}

async function byHttp(connection, bid) {
  try {
    const response = await fetch(`${connection.api}/bids`, {
      method: "POST", credentials: "same-origin", signal: AbortSignal.timeout(5000),
      headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify(bid),
    });
    const answer = await response.json();
    if (response.ok) return answer;
    if (response.status >= 500) return null;
    return { ok: false, code: answer.code, message: answer.detail, rule: answer.rule };
  } catch {
    return null;
  }
}

const isFinal = (answer) => answer !== null && !(answer.ok === false && NOT_YET.includes(answer.code));

/** So long before the next try: longer each time, and not all pages at the same moment. */
const backOff = (tries) => Math.min(SOON * 2 ** tries, RARELY) * (0.75 + Math.random() / 2);

/** Send a bid until it is judged; null after twenty seconds without any answer. `onWait` hears why it takes longer. */
export async function send(connection, bid, onWait) {
  const began = performance.now();
  let answer = await bySocket(connection, bid);
  for (let tries = 0; !isFinal(answer) && (answer !== null || performance.now() - began < GIVE_UP); tries += 1) {
    onWait(answer?.code ?? "silence");
    if (answer !== null || tries > 0) await pause(backOff(tries));
    answer = answer !== null && connection.live ? await bySocket(connection, bid) : await byHttp(connection, bid);
  }
  return answer;
}

/** What became of a bid that was never answered: its answer, {ok: false} if it never arrived, null if nobody can say yet. */
export async function ask(connection, bid) {
  const query = bid.key ? `?key=${encodeURIComponent(bid.key)}` : "";
  try {
    const response = await fetch(`${connection.api}/bids/${bid.client_bid_id}${query}`, { cache: "no-store", signal: AbortSignal.timeout(5000) });
    if (response.ok) return await response.json();
    return response.status === 404 ? { ok: false, code: "never_arrived" } : null;
  } catch {
    return null;
  }
}
