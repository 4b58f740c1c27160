// Files: drag them in, look at each before it is sent, see how far it is, and find its fingerprint again in the file.
const STARTS = {
  "application/pdf": [[0, "%PDF-"]],
  "image/png": [[0, "\x89PNG"]],
  "image/jpeg": [[0, "\xff\xd8\xff"]],
  "image/webp": [[0, "RIFF"], [8, "WEBP"]],
};
const KEPT = "uploaded";
const zones = new WeakMap();

const size = (n) => (n < 1e6 ? `${Math.max(1, Math.round(n / 1e3))} KB` : `${(n / 1e6).toFixed(1)} MB`);
const make = (tag, klass = "", text = "") => {
  const found = document.createElement(tag);
  found.className = klass;
  found.textContent = text;
  return found;
};
const digest = async (bytes) => {
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
};

showAgain();
for (const zone of document.querySelectorAll("[data-drop]")) open(zone);
for (const form of document.querySelectorAll("form:has([data-drop])")) {
  form.addEventListener("submit", (event) => send(event, form));
}

function open(zone) {
  const input = zone.querySelector("input");
  const drop = { zone, input, items: [], list: zone.querySelector("ul"), status: zone.querySelector("[role=status]") };
  zones.set(zone, drop);
  zone.classList.add("can-drop");
  input.addEventListener("change", () => take(drop, input.files));
  for (const [kind, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.toggle("over", over);
      if (kind === "drop" && event.dataTransfer.files.length) take(drop, event.dataTransfer.files);
    });
  }
  if (input.files.length) take(drop, input.files);
}

async function take(drop, files) {
  const fresh = Array.from(input_files(drop, files), (file) => ({ file, error: "", hash: "", row: null }));
  drop.items = drop.input.multiple ? [...drop.items, ...fresh] : fresh;
  draw(drop);
  await Promise.all(fresh.map((item) => examine(drop, item)));
  hand(drop);
  drop.status.textContent = fresh.map((item) => `${item.file.name} ${item.error || size(item.file.size)}`).join("; ");
}

function input_files(drop, files) {
  const known = new Set(drop.items.map(({ file }) => `${file.name}/${file.size}/${file.lastModified}`));
  const chosen = Array.from(files);
  if (!drop.input.multiple) return chosen.slice(0, 1);
  return chosen.filter((file) => !known.has(`${file.name}/${file.size}/${file.lastModified}`));
}

async function examine(drop, item) {
  const { most, empty, large, kind, unread } = drop.zone.dataset;
  const { file } = item;
  if (!file.size) item.error = empty;
  else if (file.size > Number(most)) item.error = large;
  else {
    try {
      const bytes = await file.arrayBuffer();
      if (!isAccepted(new Uint8Array(bytes, 0, Math.min(16, bytes.byteLength)), drop.input.accept)) item.error = kind;
      else if ("hashed" in drop.zone.dataset && crypto.subtle) item.hash = await digest(bytes);
    } catch {
      item.error = unread;
    }
  }
  fill(drop, item);
}

function isAccepted(bytes, accept) {
  const kinds = accept.split(",").map((one) => one.trim()).filter(Boolean);
  if (!kinds.every((one) => one in STARTS)) return true;
  const text = String.fromCharCode(...bytes);
  return kinds.some((one) => STARTS[one].every(([at, start]) => text.startsWith(start, at)));
}

// Only what may be sent lies in the input; what may not stays on the list with its reason.
function hand(drop) {
  const good = new DataTransfer();
  for (const item of drop.items) if (!item.error && !item.done) good.items.add(item.file);
  drop.input.files = good.files;
}

function draw(drop) {
  drop.list.hidden = drop.items.length === 0;
  drop.list.replaceChildren(...drop.items.map((item) => {
    item.row = make("li");
    fill(drop, item);
    return item.row;
  }));
}

function fill(drop, item) {
  const { file, row } = item;
  row.className = item.error ? "bad" : item.done ? "done" : "";
  const away = make("button", "btn text", drop.zone.dataset.remove);
  away.type = "button";
  away.append(make("span", "sr", ` ${file.name}`));
  away.addEventListener("click", () => {
    drop.items = drop.items.filter((one) => one !== item);
    draw(drop);
    hand(drop);
    drop.input.focus();
  });
  row.replaceChildren(make("b", "", file.name), make("span", "cap", item.done ? drop.zone.dataset.done : size(file.size)));
  if (!item.done) row.append(away);
  if (item.error) row.append(make("p", "err", item.error));
  else if (item.hash) row.append(make("span", "hash", `SHA-256 ${item.hash}`));
}

async function send(event, form) {
  const drops = Array.from(form.querySelectorAll("[data-drop]"), (zone) => zones.get(zone));
  const items = drops.flatMap((drop) => drop.items.filter((item) => !item.error && !item.done).map((item) => ({ drop, item })));
  if (!items.length) return;
  event.preventDefault();
  const hashes = items.map(({ item }) => item.hash).filter(Boolean);
  const fields = () => new FormData(form, event.submitter);
  for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = true;
  let answer = null;
  if (drops.length === 1 && drops[0].input.multiple && items.length > 1) {
    // One by one: a file that is refused takes no other with it.
    for (const one of items) {
      const body = fields();
      body.set(one.drop.input.name, one.item.file);
      const came = await post(form, body, [one]);
      if (came.location) answer ??= came;
      settle(one, came);
    }
    if (items.some(({ item }) => item.error)) answer = { kept: true };
  } else {
    answer = await post(form, fields(), items);
    if (!answer.location) for (const { drop, item } of items) fill(drop, item);
  }
  for (const drop of drops) hand(drop);
  for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = false;
  delete form.dataset.sent;
  if (answer.location) {
    if (hashes.length) sessionStorage.setItem(KEPT, JSON.stringify({ hashes, same: drops[0].zone.dataset.same }));
    const next = new URL(answer.location, location.href);
    location.assign(next);
    if (next.hash && next.pathname + next.search === location.pathname + location.search) location.reload();
  } else if (answer.page) {
    show(form, answer.page, drops[0]);
  } else if (answer.lost) {
    complain(form, make("p", "", drops[0].zone.dataset.lost));
  }
}

function settle({ drop, item }, came) {
  if (came.location) item.done = true;
  else item.error = came.lost ? drop.zone.dataset.lost : words(came.page) || drop.zone.dataset.refused;
  fill(drop, item);
  drop.status.textContent = `${item.file.name} ${item.error || drop.zone.dataset.done}`;
}

function post(form, body, items) {
  const bars = items.map(({ drop, item }) => {
    const bar = make("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `${drop.zone.dataset.sending} ${item.file.name}`);
    const word = item.row.querySelector(".cap");
    item.row.querySelector("button")?.remove();
    item.row.append(bar);
    return [bar, word, drop.zone.dataset.sending];
  });
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action || location.href);
    request.setRequestHeader("X-Upload", "1");
    request.upload.addEventListener("progress", (event) => {
      for (const [bar, word, sending] of bars) {
        bar.value = event.loaded / event.total;
        word.textContent = `${sending} ${Math.floor((100 * event.loaded) / event.total)}%`;
      }
    });
    request.addEventListener("loadend", () => {
      for (const [bar] of bars) bar.remove();
      if (!request.status) resolve({ lost: true });
      else if (request.getResponseHeader("X-Location")) resolve({ location: request.getResponseHeader("X-Location") });
      else resolve({ page: new DOMParser().parseFromString(request.responseText, "text/html") });
    });
    request.send(body);
  });
}

const words = (page) => (page.querySelector(".errsum li, .errsum p") ?? page.querySelector("main h1, main p"))?.textContent.trim();

// What the platform says of the form is put into this page: the files that were chosen stay chosen.
function show(form, page, drop) {
  const summary = page.querySelector(".errsum");
  for (const field of form.querySelectorAll(".field")) {
    const id = (field.id ? field : field.querySelector("input, textarea, select"))?.id;
    const answered = id && page.getElementById(id)?.closest(".field");
    if (!answered) continue;
    field.classList.toggle("bad", answered.classList.contains("bad"));
    field.querySelector(":scope > .err")?.remove();
    const error = answered.querySelector(":scope > .err");
    if (error) (field.querySelector(":scope > .with, :scope > .drop, :scope > .choices") ?? field).before(error);
  }
  if (summary) complain(form, summary);
  else complain(form, make("p", "", words(page) || drop.zone.dataset.refused));
}

function complain(form, said) {
  for (const old of document.querySelectorAll(".errsum")) old.remove();
  const box = said.matches(".errsum") ? said : make("div", "errsum");
  if (box !== said) box.append(said);
  box.tabIndex = -1;
  box.setAttribute("role", "alert");
  form.prepend(box);
  box.focus();
}

// After an upload the page with the file shows the platform's fingerprint: say where it is the one computed here.
function showAgain() {
  const kept = sessionStorage.getItem(KEPT);
  if (!kept) return;
  sessionStorage.removeItem(KEPT);
  const { hashes, same } = JSON.parse(kept);
  for (const hash of hashes) {
    for (const shown of document.querySelectorAll(`[title="${hash}"]`)) shown.after(make("span", "same", same));
  }
}
