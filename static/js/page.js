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

// Files: drag them in, and see the fingerprint before anything is sent.
const size = (n) => (n < 1e6 ? `${Math.max(1, Math.round(n / 1e3))} KB` : `${(n / 1e6).toFixed(1)} MB`);
const digest = async (file) => {
  const hash = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
};
for (const drop of document.querySelectorAll("[data-drop]")) {
  const input = drop.querySelector("input");
  const list = drop.querySelector("ul");
  const show = () => {
    list.hidden = input.files.length === 0;
    list.replaceChildren(...Array.from(input.files, (file) => {
      const row = document.createElement("li");
      const hash = document.createElement("span");
      hash.className = "hash";
      row.append(document.createElement("span"), file.name, document.createElement("span"), hash);
      row.children[1].textContent = size(file.size);
      row.children[1].className = "cap";
      if (crypto.subtle && file.size <= 64e6) {
        digest(file).then((hex) => { hash.textContent = `SHA-256 ${hex}`; },
          () => { hash.textContent = drop.dataset.unread; });
      }
      return row;
    }));
  };
  drop.classList.add("can-drop");
  input.addEventListener("change", show);
  for (const [kind, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", over);
      if (kind === "drop" && event.dataTransfer.files.length) {
        const taken = new DataTransfer();
        const files = input.multiple ? event.dataTransfer.files : [event.dataTransfer.files[0]];
        for (const file of files) taken.items.add(file);
        input.files = taken.files;
        show();
      }
    });
  }
}

// On paper every reason is open.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("main details:not([open])")];
  for (const details of opened) details.open = true;
});
addEventListener("afterprint", () => { for (const details of opened) details.open = false; });
