// What is long and must not be mistyped is copied by a press; without a script it is selected by hand.
import { toast } from "./toast.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy).then(
      () => toast(button.dataset.done), () => toast(button.dataset.failed));
  });
}
