// The slider of a film: without this file it is a form, its steps are links, and the server draws the rest.
const film = document.querySelector("[data-film]");
const slider = film?.querySelector("#at");

if (slider) {
  const known = new Map();
  const asked = new Map();
  const status = film.querySelector("[data-lost]");
  const kept = film.dataset.kept;
  const last = Number(slider.max);
  let wanted = Number(slider.value);

  /** The address of this page stopped at an attempt. */
  const address = (at) => `?${kept ? `${kept}&` : ""}at=${at}`;

  /** Fetch the attempts around one; each hundred is asked for once. */
  function fetchAround(at) {
    const part = Math.floor((at - 1) / 100);
    if (!asked.has(part)) {
      asked.set(part, fetch(`${film.dataset.film}?at=${at}`, { headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
        .then(({ moments }) => { for (const one of moments) known.set(one.at, one); })
        .catch((error) => { asked.delete(part); throw error; }));
    }
    return asked.get(part);
  }

  /** Bring the place where the film stands into the chart's window, which is narrower on a phone. */
  function follow() {
    const frame = film.querySelector(".scroll-x");
    const here = film.querySelector("[data-here]").getBoundingClientRect();
    const seen = frame.getBoundingClientRect();
    frame.scrollLeft += here.left + here.width / 2 - seen.left - seen.width / 2;
  }

  /** Write how the sale stood at an attempt. */
  function show(moment) {
    for (const place of film.querySelectorAll("[data-v]")) {
      const value = moment[place.dataset.v];
      place.textContent = place.dataset.v === "at" ? `${value} / ${last}` : String(value);
    }
    const line = film.querySelector("[data-now]");
    line.setAttribute("x1", moment.x);
    line.setAttribute("x2", moment.x);
    film.querySelector("[data-veil]").setAttribute("x", moment.veil);
    const dot = film.querySelector("[data-here]");
    dot.setAttribute("cx", moment.x);
    dot.setAttribute("cy", moment.y);
    follow();
    for (const row of document.querySelectorAll(".attempts tr.on")) {
      row.classList.remove("on");
      row.removeAttribute("aria-current");
    }
    const row = document.getElementById(`n${moment.at}`);
    row?.classList.add("on");
    row?.setAttribute("aria-current", "true");
    const noted = document.querySelector("[data-position]");
    if (noted) {
      noted.value = String(moment.at);
      noted.form.querySelector("label").firstChild.textContent = noted.dataset.label.replace("{n}", String(moment.at));
    }
  }

  async function go(at, { lasting }) {
    wanted = Math.min(Math.max(at, 1), last);
    slider.value = String(wanted);
    slider.setAttribute("aria-valuetext", slider.dataset.text.replace("{n}", String(wanted)));
    try {
      if (!known.has(wanted)) await fetchAround(wanted);
    } catch {
      status.textContent = status.dataset.lost;
      return;
    }
    status.textContent = "";
    if (!known.has(wanted)) return;
    show(known.get(wanted));
    if (lasting) history.replaceState(null, "", `${address(wanted)}#film`);
  }

  follow();
  slider.addEventListener("input", () => go(Number(slider.value), { lasting: false }));
  slider.addEventListener("change", () => go(Number(slider.value), { lasting: true }));
  slider.form.querySelector("button").hidden = true;
  for (const step of film.querySelectorAll("[data-step]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn low";
    button.append(...step.childNodes);
    button.addEventListener("click", () => go(wanted + Number(step.dataset.step), { lasting: true }));
    step.replaceWith(button);
  }
}
