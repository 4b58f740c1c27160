// The public page of one leaf: does it stand in the signed log? The proof is fetched and checked on this machine. A paper
// brings the hash of its leaf behind the address (#…): it must be this one.
import { standing } from "../auction/logged.js";
import { Broken } from "../auction/proof.js";
import { toHex } from "../verify/bytes.js";
import { leafHash } from "../verify/tree.js";

const panel = document.querySelector("[data-leaf]");
const CANNOT_SAY = ["key", "program"];

const show = (state) => {
  for (const part of panel.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
};

async function verdict() {
  const { proof, index, hash, keys } = panel.dataset;
  const onPaper = /^#[0-9a-f]{64}$/.test(location.hash) ? location.hash.slice(1) : null;
  if (onPaper !== null && onPaper !== hash) return "other";
  let text;
  try {
    const response = await fetch(proof, { cache: "no-store", signal: AbortSignal.timeout(20_000) });
    if (response.status === 404) return "waits";
    if (!response.ok) return "unreachable";
    text = await response.text();
  } catch {
    return "unreachable";
  }
  try {
    const found = await standing(text, keys.split(" ").filter(Boolean));
    const same = found.index === Number(index) && toHex(await leafHash(found.leaf)) === hash;
    if (same) for (const part of panel.querySelectorAll("[data-figure=size]")) part.textContent = found.size;
    if (same && onPaper !== null) panel.querySelector("[data-paper]").hidden = false;
    return same ? "holds" : "fails";
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return CANNOT_SAY.includes(error.reason) ? "unchecked" : "fails";
  }
}

if (panel) {
  const check = async () => { show("working"); show(await verdict()); };
  addEventListener("hashchange", check);
  check();
}
