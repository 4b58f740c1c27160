// What every page gains from a script; each of them reads and works without it.
import { capitals, fenOf } from "./money.js";

// Amounts typed by a person: say them in capitals while they are typed.
for (const line of document.querySelectorAll("[data-capitals-of]")) {
  const input = document.getElementById(line.dataset.capitalsOf);
  const say = () => {
    const fen = fenOf(input.value);
    line.textContent = fen === null || fen === 0n ? "" : capitals(fen);
  };
  input.addEventListener("input", say);
  say();
}

// What is wrong gets the focus first.
document.querySelector("[data-focus]")?.focus();

// A form is sent once; coming back by the browser's history wakes its buttons again.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// What only some pages need comes only there.
if (document.querySelector("[data-drop]") || sessionStorage.getItem("uploaded")) import("./drop.js");
if (document.querySelector("[data-autosave]")) import("./autosave.js");
if (document.querySelector("[data-copy]")) import("./copy.js");

// On paper every reason is open.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("main details:not([open])")];
  for (const details of opened) details.open = true;
});
addEventListener("afterprint", () => { for (const details of opened) details.open = false; });
