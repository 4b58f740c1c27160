// What is typed into a long form is kept on the server while it is typed; accounts/views/drafts.py offers it again.
const PAUSE = 1200;
const AGAIN = 8000;
const PRIVATE = ["password", "file"];

for (const form of document.querySelectorAll("form[data-autosave]")) keep(form);

function keep(form) {
  const line = form.querySelector("[data-saved]");
  let timer = 0;
  let dirty = false;
  let running = null;
  let leaving = false;

  const body = () => {
    const typed = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      const field = form.elements[name];
      if (typeof value === "string" && !PRIVATE.includes(field?.type)) typed.append(name, value);
    }
    return typed;
  };
  const say = (text, failed = false) => {
    line.textContent = text;
    line.classList.toggle("unsaved", failed);
  };
  const save = async (keepalive = false) => {
    clearTimeout(timer);
    dirty = false;
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: body(), keepalive });
      if (!answer.ok) throw new Error(String(answer.status));
      say((await answer.json()).said);
    } catch {
      dirty = true;
      if (!leaving) say(form.dataset.unsaved, true);
      timer = setTimeout(() => { running = save(); }, AGAIN);
    } finally {
      running = null;
    }
  };

  form.addEventListener("input", () => {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(() => { running = save(); }, PAUSE);
  });
  // Before anything is sent, it lies on the server: a line that breaks now takes nothing with it.
  form.addEventListener("submit", (event) => {
    if (!dirty && !running) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const by = event.submitter;
    const ready = dirty ? save() : running;
    dirty = false;
    Promise.race([ready, new Promise((go) => { setTimeout(go, 3000); })]).then(() => {
      clearTimeout(timer);
      [dirty, running, leaving] = [false, null, true];
      form.requestSubmit(by?.form === form ? by : undefined);
    });
  }, true);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && dirty && !leaving) running = save(true);
  });
}
