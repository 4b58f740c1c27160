// Desk behaviours: every page reads and works without this file.
const search = document.getElementById("desk-q");
document.addEventListener("keydown", (event) => {
  const typing = /INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName);
  if (event.key === "/" && search && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    search.focus();
  }
});

// j and k walk down and up what waits: the rows of a work list, the requests of an inbox.
document.addEventListener("keydown", (event) => {
  const typing = /INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName);
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !["j", "k"].includes(event.key)) return;
  const stops = [...document.querySelectorAll(".work .c-case a, .request h3 a")];
  if (!stops.length) return;
  event.preventDefault();
  const place = stops.indexOf(document.activeElement);
  const next = event.key === "j" ? place + 1 : place < 0 ? stops.length - 1 : place - 1;
  stops[Math.min(Math.max(next, 0), stops.length - 1)].focus();
});

// On a phone the strip of rooms begins with the one we are in.
const strip = document.querySelector(".dk-nav");
const here = strip?.querySelector("[aria-current]");
if (here && strip.scrollWidth > strip.clientWidth) {
  strip.scrollLeft = here.offsetLeft - strip.clientWidth / 2 + here.offsetWidth / 2;
}

// The account menu closes as menus do.
const menu = document.querySelector(".dk-acct");
document.addEventListener("click", (event) => { if (menu?.open && !menu.contains(event.target)) menu.open = false; });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && menu?.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
