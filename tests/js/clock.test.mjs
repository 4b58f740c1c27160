// The server's clock in a page: a late message moves nothing, a clock that was walked is followed at once.
import assert from "node:assert/strict";

let ahead = 0;           // server minus this machine, ms
let asked = 0;
const server = () => new Date(Date.now() + ahead);
globalThis.document = { querySelector: () => null, querySelectorAll: () => [], dispatchEvent: () => true, addEventListener: () => {} };
globalThis.fetch = async () => { asked += 1; return { ok: true, json: async () => ({ now: server().toISOString() }) }; };
const off = () => Math.abs(clock.now() - server().getTime());

const clock = await import(process.env.CLOCK_MODULE);
clock.hint(server().toISOString());
assert.ok(off() < 50, "before the server has answered, a message is believed");
await clock.ask();
clock.hint(new Date(server().getTime() - 4000).toISOString());
assert.ok(off() < 50, "a message four seconds on its way moves nothing");
assert.equal(asked, 1);
ahead = 86_280_000;
clock.hint(server().toISOString());
assert.ok(off() < 50, "a clock walked by a day is followed");
await new Promise((done) => { setTimeout(done, 100); });
assert.ok(asked > 1, "and the server is asked again");
assert.ok(clock.accuracy() < 1000);
let slow = 0;
globalThis.fetch = async () => {
  await new Promise((done) => { setTimeout(done, slow); });
  return { ok: true, json: async () => ({ now: server().toISOString() }) };
};
await new Promise((done) => { setTimeout(done, 900); });  // until the server has been asked five times
await clock.ask();
slow = 200;
const believed = clock.now() - Date.now();
await clock.ask();
assert.ok(Math.abs(clock.now() - Date.now() - believed) < 50, "a slower answer moves nothing");
ahead += 3_600_000;
await clock.ask();
assert.ok(off() < 250, "unless it says that the clock was walked");
console.log("the clock follows");
