// The gallery: each picture opens in a dialog, to be zoomed by wheel, pinch, keys and double press.
// Without this script every photograph leads to its own file.
const MOST = 6;
const STEP = 1.4;
const SWIPE = 48;   // pixels across that turn to the next picture

const dialog = document.querySelector("[data-zoom]");
const views = Array.from(document.querySelectorAll("[data-gallery] [data-view]"));
const part = (name) => dialog.querySelector(`[data-zoom-${name}]`);
const stage = dialog && part("stage");

let place = 0;
let scale = 1;
let shift = { x: 0, y: 0 };

function draw() {
  const shown = stage.firstElementChild;
  const [wide, high] = [stage.clientWidth * (scale - 1) / 2, stage.clientHeight * (scale - 1) / 2];
  shift = { x: Math.max(-wide, Math.min(wide, shift.x)), y: Math.max(-high, Math.min(high, shift.y)) };
  shown.style.transform = `translate(${shift.x}px, ${shift.y}px) scale(${scale})`;
  stage.classList.toggle("near", scale > 1);
  part("out").disabled = scale <= 1;
  part("in").disabled = scale >= MOST;
}

/** Zoom about a point of the stage, its middle if none is given. */
function zoom(to, at) {
  const box = stage.getBoundingClientRect();
  const from = scale;
  scale = Math.max(1, Math.min(MOST, to));
  const x = at ? at.x - box.left - box.width / 2 : 0;
  const y = at ? at.y - box.top - box.height / 2 : 0;
  const ratio = scale / from;
  shift = { x: x - (x - shift.x) * ratio, y: y - (y - shift.y) * ratio };
  draw();
}

const title = (view) => view.dataset.title ?? view.querySelector("img").alt;

function show(index) {
  place = (index + views.length) % views.length;
  const view = views[place];
  const shown = view.firstElementChild.cloneNode(true);
  if (view.dataset.view === "photo") {
    for (const name of ["srcset", "sizes", "loading", "fetchpriority", "itemprop"]) shown.removeAttribute(name);
    shown.src = view.href;
  }
  shown.draggable = false;
  stage.replaceChildren(shown);
  scale = 1;
  shift = { x: 0, y: 0 };
  part("title").textContent = title(view);
  part("place").textContent = views.length > 1 ? `${place + 1} / ${views.length}` : "";
  draw();
}

function open(index, event) {
  event.preventDefault();
  show(index);
  dialog.showModal();
  draw();
}

const fingers = new Map();
let pressed = null;   // where one finger began
let spread = 0;       // between two, when the second came

const apart = () => {
  const [a, b] = fingers.values();
  return { far: Math.hypot(a.x - b.x, a.y - b.y), middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } };
};

function down(event) {
  stage.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  pressed = fingers.size === 1 ? { x: event.clientX, y: event.clientY } : null;
  if (fingers.size === 2) spread = apart().far;
}

function move(event) {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  if (fingers.size === 2) {
    const { far, middle } = apart();
    if (spread > 0) zoom(scale * far / spread, middle);
    spread = far;
  } else if (scale > 1) {
    shift = { x: shift.x + event.clientX - before.x, y: shift.y + event.clientY - before.y };
    draw();
  }
}

function up(event) {
  const across = pressed && scale === 1 ? event.clientX - pressed.x : 0;
  fingers.delete(event.pointerId);
  pressed = null;
  if (event.type === "pointerup" && Math.abs(across) > SWIPE) show(place + (across < 0 ? 1 : -1));
}

function key(event) {
  const pan = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
  if (pan && scale > 1) {
    shift = { x: shift.x + pan[0] * 60, y: shift.y + pan[1] * 60 };
    draw();
  } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") show(place + (event.key === "ArrowRight" ? 1 : -1));
  else if (event.key === "Home") show(0);
  else if (event.key === "End") show(views.length - 1);
  else if (event.key === "+" || event.key === "=") zoom(scale * STEP);
  else if (event.key === "-") zoom(scale / STEP);
  else if (event.key === "0") zoom(1);
  else return;
  event.preventDefault();
}

if (dialog) {
  views.forEach((view, index) => {
    if (view.dataset.view === "drawing") {
      view.tabIndex = 0;
      view.setAttribute("role", "button");
      view.setAttribute("aria-label", dialog.dataset.enlarge.replace("{}", title(view)));
      view.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") open(index, event); });
    }
    view.addEventListener("click", (event) => { if (!event.metaKey && !event.ctrlKey && !event.shiftKey) open(index, event); });
  });
  part("close").addEventListener("click", () => dialog.close());
  part("in").addEventListener("click", () => zoom(scale * STEP));
  part("out").addEventListener("click", () => zoom(scale / STEP));
  for (const [name, by] of [["back", -1], ["on", 1]]) {
    part(name).hidden = views.length < 2;
    part(name).addEventListener("click", () => show(place + by));
  }
  dialog.addEventListener("keydown", key);
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(scale * Math.exp(-event.deltaY / 400), { x: event.clientX, y: event.clientY });
  }, { passive: false });
  stage.addEventListener("dblclick", (event) => zoom(scale > 1 ? 1 : 2.5, { x: event.clientX, y: event.clientY }));
  stage.addEventListener("pointerdown", down);
  stage.addEventListener("pointermove", move);
  for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, up);
  dialog.addEventListener("close", () => { fingers.clear(); stage.replaceChildren(); });
}
