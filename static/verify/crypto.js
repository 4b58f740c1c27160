// SHA-256 and Ed25519: the browser's own where it has them, else the small libraries of the house. A page over a plain
// connection has no hash of its own, and browsers before 2025 have no Ed25519; both then take longer, not less.

const subtle = globalThis.crypto?.subtle;

/** The library that would do what this browser cannot could not be fetched: nothing was checked. */
export class NoProgram extends Error {
  constructor() {
    super("what this browser lacks could not be fetched");
    this.name = "NoProgram";
  }
}

const fetched = (module) => module.catch(() => { throw new NoProgram(); });
const hashes = () => fetched(import("../vendor/noble-hashes/sha2.js"));
const curve = () => fetched(import("../vendor/noble-ed25519/index.js"));

/** SHA-256 of bytes. */
export async function sha256(bytes) {
  if (subtle) return new Uint8Array(await subtle.digest("SHA-256", bytes));
  return (await hashes()).sha256(bytes);
}

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Whether the Ed25519 key has made this signature of the message. */
export async function signedBy(key, signature, message) {
  if (key.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  let known = null;
  try {
    known = await subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  } catch {
    // No Ed25519 here, or no such key: the library decides.
  }
  if (known) return subtle.verify("Ed25519", known, signature, message);
  const [ed25519, { sha512 }] = await Promise.all([curve(), hashes()]);
  ed25519.hashes.sha512 = sha512;
  return ed25519.verify(signature, message, key, { zip215: false });
}
