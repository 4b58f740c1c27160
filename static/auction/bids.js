// One bid on its way: by the socket, and by HTTP under the same id where no answer comes within three seconds.
// The server answers an id once and the same for ever, so asking again never bids twice.
const PATIENCE = 3000;
const GIVE_UP = 20_000;
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
const token = document.querySelector("#ask-form [name=csrf_token]")?.value ?? "";

/** A new id for one wish to bid; every retry of that wish uses it again. */
export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

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

/** Send a bid until it is answered; null after twenty seconds without any answer. */
export async function send(connection, bid, onDetour) {
  const began = performance.now();
  let answer = await bySocket(connection, bid);
  for (let tries = 0; !answer && performance.now() - began < GIVE_UP; tries += 1) {
    if (tries === 0) onDetour();
    else await pause(Math.min(500 * tries, 2000));
    answer = await byHttp(connection, bid);
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
