// SM3 (GB/T 32905-2016). WebCrypto does not have it.

const START = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];

const turn = (x, n) => (x << n) | (x >>> (32 - n));
const mixWord = (x) => x ^ turn(x, 15) ^ turn(x, 23);
const mixState = (x) => x ^ turn(x, 9) ^ turn(x, 17);

/** The SM3 digest of `bytes`, 32 bytes. */
export function sm3(bytes) {
  const view = new DataView(padded(bytes).buffer);
  const state = [...START];
  for (let at = 0; at < view.byteLength; at += 64) compress(state, view, at);
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => digest.setUint32(4 * i, word));
  return new Uint8Array(digest.buffer);
}

function padded(bytes) {
  const whole = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  new DataView(whole.buffer).setBigUint64(whole.length - 8, BigInt(bytes.length) * 8n);
  return whole;
}

function compress(state, view, at) {
  const words = Array.from({ length: 16 }, (_, i) => view.getUint32(at + 4 * i));
  for (let i = 16; i < 68; i += 1) {
    words[i] = mixWord(words[i - 16] ^ words[i - 9] ^ turn(words[i - 3], 15)) ^ turn(words[i - 13], 7) ^ words[i - 6];
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i += 1) {
    const early = i < 16;
    const first = turn(turn(a, 12) + e + turn(early ? 0x79cc4519 : 0x7a879d8a, i % 32), 7);
    const second = first ^ turn(a, 12);
    const choice = early ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const other = early ? e ^ f ^ g : (e & f) | (~e & g);
    const one = choice + d + second + (words[i] ^ words[i + 4]);
    const two = other + h + first + words[i];
    [d, c, b, a] = [c, turn(b, 9), a, one | 0];
    [h, g, f, e] = [g, turn(f, 19), e, mixState(two | 0)];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] ^= word; });
}
