// A word in passing: something was done that leaves no other trace. Never for what must be read.
const STAYS = 4000;
let place = null;
let timer = 0;

/** Show a short word at the foot of the window, and say it to who listens. */
export function toast(text) {
  if (!place) {
    place = document.createElement("p");
    place.className = "toast";
    place.setAttribute("role", "status");
    document.body.append(place);
  }
  clearTimeout(timer);
  place.textContent = text;
  place.hidden = false;
  timer = setTimeout(() => { place.hidden = true; }, STAYS);
}
