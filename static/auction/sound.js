// Tones and, on phones, a tremor: outbid, a later end, the last minute. Off until chosen; the choice is kept.
const KEPT = "luochui:sound";
const button = document.getElementById("sound");
let context = null;

const wanted = () => button.getAttribute("aria-pressed") === "true";

function ready() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => {});   // no gesture yet: the next one wakes it
}

export function listen() {
  if (!window.AudioContext) return;
  button.hidden = false;
  button.setAttribute("aria-pressed", String(localStorage.getItem(KEPT) === "on"));
  button.addEventListener("click", () => {
    const on = !wanted();
    button.setAttribute("aria-pressed", String(on));
    localStorage.setItem(KEPT, on ? "on" : "off");
    if (on) play([[660, 0, 0.08]], [40]);
  });
  // A browser gives sound only after a gesture: the first one of a new page wakes what was chosen before.
  for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, () => { if (wanted()) ready(); }, { once: true });
}

function play(tones, tremor) {
  ready();
  for (const [pitch, after, length] of tones) {
    const begin = context.currentTime + after;
    const source = context.createOscillator();
    const volume = context.createGain();
    source.frequency.value = pitch;
    volume.gain.setValueAtTime(0.15, begin);
    volume.gain.exponentialRampToValueAtTime(0.001, begin + length);
    source.connect(volume).connect(context.destination);
    source.start(begin);
    source.stop(begin + length);
  }
  navigator.vibrate?.(tremor);
}

const SIGNALS = {
  outbid: [[[660, 0, 0.14], [440, 0.16, 0.22]], [120, 60, 200]],
  extended: [[[440, 0, 0.12], [554, 0.14, 0.12], [660, 0.28, 0.2]], [60, 40, 60]],
  last: [[[880, 0, 0.1]], [60]],
};

/** outbid, extended or last, where the reader wants to hear it. */
export function signal(name) {
  if (wanted()) play(...SIGNALS[name]);
}
