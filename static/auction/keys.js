// The bid by keyboard: 1 to 4 choose a sum, Enter asks, Escape goes back. Never while somebody types; can be switched off.
const KEPT = "luochui:keys";
const by = (id) => document.getElementById(id);

export function listenToKeys(bar) {
  const choice = by("keys-on");
  if (!choice) return;
  choice.checked = localStorage.getItem(KEPT) !== "off";
  choice.addEventListener("change", () => localStorage.setItem(KEPT, choice.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (!choice.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    const { target, key } = event;
    if (key === "Escape" && bar.asked !== null) {
      bar.closeAsk();
      return;
    }
    const typing = target.matches("textarea, select, [contenteditable], input:not([type=radio])");
    if (typing || bar.asked !== null) return;
    const chip = bar.chips?.[Number(key) - 1];
    if (chip && /^[1-4]$/.test(key) && !chip.disabled) {
      event.preventDefault();
      chip.click();
      if (chip.id !== "chip-own") by("bid-button").focus();
    } else if (key === "Enter" && !target.closest("a, button, summary, label, [role=button]") && !by("bid-button")?.disabled) {
      event.preventDefault();
      bar.openAsk();
    }
  });
}
