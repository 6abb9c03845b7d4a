// Keeps the live pieces of a page fresh, and sends small buttons without leaving it. Without it everything still works.
"use strict";
(() => {
  const main = document.getElementById("content");
  const toast = document.querySelector(".toast");
  const calm = 2000, eager = 150;
  let since = "", timer = 0, wait = calm, hurry = 0, asking = false;

  function say(sentence) {
    toast.textContent = sentence;
    toast.hidden = !sentence;
  }

  function put(parts) {
    for (const [name, html] of Object.entries(parts)) {
      const place = main.querySelector(`[data-part="${name}"]`);
      if (!place || place.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) continue;
      const label = place.contains(document.activeElement) ? document.activeElement.closest("form")?.dataset.at : null;
      const fresh = new DOMParser().parseFromString(html, "text/html").body;
      keepPictures(place, fresh);
      place.replaceChildren(...fresh.childNodes);
      number(place);
      if (label) place.querySelector(`form[data-at="${label}"] button`)?.focus();
    }
  }

  // The same picture must not be loaded, and so flicker, again.
  function keepPictures(place, fresh) {
    for (const image of fresh.querySelectorAll("img")) {
      const old = [...place.querySelectorAll("img")].find((each) => each.getAttribute("src") === image.getAttribute("src"));
      if (old) image.replaceWith(old);
    }
  }

  // The n-th button keeps the focus when its piece is drawn anew.
  function number(place) {
    place.querySelectorAll("form").forEach((form, at) => { form.dataset.at = at; });
  }

  async function ask() {
    clearTimeout(timer);
    if (document.hidden || asking || !main.dataset.parts) return;
    asking = true;
    try {
      const query = new URLSearchParams({ parts: main.dataset.parts, at: location.pathname, since });
      const answer = await fetch(`/now?${query}`, { headers: { Accept: "application/json" } });
      if (answer.status === 403) return location.reload();
      if (answer.ok) {
        const told = await answer.json();
        if (since) put(told.parts);
        since = told.since;
      }
      say("");
      wait = calm;
    } catch {
      say(toast.dataset.lost);
      wait = Math.min(wait * 2, 30000);
    } finally {
      asking = false;
    }
    hurry = Math.max(0, hurry - 1);
    timer = setTimeout(ask, hurry ? eager : wait);
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-quiet]")) {
      // Not before the form is read: which button was pressed is part of it.
      setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
      return;
    }
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
      if (answer.type !== "opaqueredirect" && !answer.ok) say((await answer.json()).sentence);
      hurry = 8;
      ask();
    } catch {
      say(toast.dataset.lost);
    }
  });

  document.addEventListener("change", (event) => {
    const { files, dataset, setCustomValidity } = event.target;
    if (!files || !dataset.most || !setCustomValidity) return;
    const total = [...files].reduce((sum, each) => sum + each.size, 0);
    event.target.setCustomValidity(total > Number(dataset.most) ? dataset.tooMuch : "");
    event.target.reportValidity();
  });

  // What a photo's album would be called, as it is typed.
  document.addEventListener("input", (event) => {
    const row = event.target.closest(".album-row");
    if (!row) return;
    const [name, by, shown] = [row.querySelector("input").value.trim(), row.querySelector("select"), row.querySelector("output")];
    const end = by.selectedOptions[0].dataset.example;
    shown.textContent = by.value === "own" ? shown.dataset.later : [name, end].filter(Boolean).join("/") || "–";
  });

  addEventListener("pageshow", () => document.querySelectorAll("button:disabled").forEach((button) => { button.disabled = false; }));
  document.addEventListener("visibilitychange", ask);
  main.querySelectorAll("[data-part]").forEach(number);
  if (document.querySelector("nav.tabs")) ask();
})();
