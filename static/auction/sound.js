// One short tone when somebody goes over my bid, if the reader wants it. Off until it is switched on.
const button = document.getElementById("sound");
let context = null;

export function listen() {
  if (!window.AudioContext) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    context ??= new AudioContext();
    if (on) tone(660, 0, 0.08);
  });
}

function tone(pitch, after, length) {
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

/** Somebody else leads now. */
export function alarm() {
  if (button.getAttribute("aria-pressed") !== "true") return;
  tone(660, 0, 0.14);
  tone(440, 0.16, 0.22);
}
