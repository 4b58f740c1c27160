// Small drawings and figures as nodes: money, the ring of a hash. No inline style anywhere.
import { amount, say } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

/** An SVG element with its attributes and children. */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const span = (kind, ...children) => {
  const element = document.createElement("span");
  if (kind) element.className = kind;
  element.append(...children);
  return element;
};

/** Money as templates print it: small decimals; `xl` with the mark under the 万 place. */
export function money(fen, { size = "", unit = true } = {}) {
  const [whole, decimals] = amount(fen).split(".");
  const chinese = document.documentElement.lang !== "en";
  const marked = size === "xl" && chinese && fen >= 1_000_000;
  const at = whole.length - 6;
  const digits = marked ? [whole.slice(0, at), span("wan", whole[at]), whole.slice(at + 1)] : [whole];
  const kind = ["money", size, size === "xl" && !marked ? "plain" : ""].filter(Boolean).join(" ");
  const element = span(kind, ...digits, span("dec", `.${decimals}`));
  if (unit) element.append(span("u", say("yuan")));
  return element;
}

/** The ring: 36 ticks, their lengths the first 36 digits of a hash; the mark in it says what a check found. */
export function ring(hash, size, { checked = false, broken = false } = {}) {
  const drawn = draw("svg", { class: "ring", width: size, height: size, viewBox: "0 0 40 40", "aria-hidden": "true" });
  for (let place = 0; place < 36; place += 1) {
    const angle = (2 * Math.PI * place) / 36;
    const [x, y] = [Math.sin(angle), -Math.cos(angle)];
    const inner = 18.6 - 2.9 - 0.36 * parseInt(hash[place], 16);
    const point = (r, unit) => (20 + r * unit).toFixed(1);
    drawn.append(draw("line", { x1: point(inner, x), y1: point(inner, y), x2: point(18.6, x), y2: point(18.6, y) }));
  }
  if (checked) drawn.append(draw("path", { d: "M14.5 20.5 18.5 24.5 26 16" }));
  if (broken) drawn.append(draw("path", { d: "M15.5 15.5 24.5 24.5M24.5 15.5 15.5 24.5" }));
  return drawn;
}
