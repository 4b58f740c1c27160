// A page that came after the end: the platform's signed word on it, checked on this machine with the keys that came too.
import { Broken, provenEnd } from "./proof.js";

const place = document.getElementById("signed");
const said = place.querySelector("span");
const { lot, number, keys, result, proven, doubted, unchecked } = place.dataset;
try {
  await provenEnd(JSON.parse(result), { lot, number, keys: keys.split(" ") });
  said.textContent = proven;
} catch (error) {
  if (!(error instanceof Broken)) throw error;
  said.textContent = error.reason === "program" ? unchecked : doubted;
  place.classList.toggle("broken", error.reason !== "program");
}
