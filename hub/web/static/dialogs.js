// The dialogs: each opens for one alert (or none), keeps what was typed until it is sent, and says why sending failed.

import { call } from "./api.js";
import { el, newId, serverNow, t } from "./page.js";
import { names, place } from "./rows.js";

const DIGITS = "1234567890QWE";
const LETTERS = "ASDFGHJ";

/** Show `dialog`; `send(form)` returns null when done, or the words that say what is wrong. Resolves when it is closed. */
function open(dialog, about, send) {
  const form = dialog.querySelector("form");
  const notice = dialog.querySelector("[data-notice]");
  const aboutElement = dialog.querySelector("[data-about]");
  if (aboutElement) aboutElement.replaceChildren(...[about].flat());
  if (notice) notice.hidden = true;
  const tell = (words) => {
    notice.textContent = words;
    notice.hidden = false;
  };
  return new Promise((resolve) => {
    const controller = new AbortController();
    const { signal } = controller;
    let sending = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (sending) return;
      sending = true;
      const wrong = await send(form, tell);
      sending = false;
      if (wrong) tell(wrong);
      else dialog.close("done");
    }, { signal });
    form.querySelector("[data-cancel]")?.addEventListener("click", () => dialog.close(), { signal });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    }, { signal });
    dialog.addEventListener("close", () => {
      controller.abort();
      if (dialog.returnValue === "done") form.reset();
      resolve(dialog.returnValue === "done");
    }, { signal });
    dialog.returnValue = "";
    dialog.showModal();
  });
}

export function resolveDialog(alert, send) {
  const dialog = document.getElementById("resolve-dialog");
  const form = dialog.querySelector("form");
  if (form.dataset.alert !== alert.id) form.reset();
  form.dataset.alert = alert.id;
  const keys = (event) => {
    if (event.target instanceof HTMLTextAreaElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toUpperCase();
    for (const [group, letters] of [["what_it_was", DIGITS], ["what_was_done", LETTERS]]) {
      const found = letters.indexOf(key);
      if (key.length === 1 && found >= 0) {
        const option = form.elements[group][found];
        option.checked = true;
        option.focus();
        event.preventDefault();
      }
    }
    if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      form.requestSubmit();
    }
  };
  form.addEventListener("keydown", keys);
  return open(dialog, `${names(alert)} · ${place(alert)}`, async () => {
    const chosen = { what_it_was: form.elements.what_it_was.value, what_was_done: form.elements.what_was_done.value };
    if (!chosen.what_it_was || !chosen.what_was_done) return t("resolve.missing");
    return send({ ...chosen, note: form.elements.note.value });
  }).finally(() => form.removeEventListener("keydown", keys));
}

export function noteDialog(alert, send) {
  const dialog = document.getElementById("note-dialog");
  const form = dialog.querySelector("form");
  if (form.dataset.alert !== alert.id) form.reset();
  form.dataset.alert = alert.id;
  return open(dialog, `${names(alert)} · ${place(alert)}`, async () => {
    const note = form.elements.note.value;
    return note.trim() ? send({ note }) : t("note.missing");
  });
}

function born(year) {
  return t("card.born", { year, age: new Date(serverNow()).getFullYear() - year });
}

/** What is read out to 120: where, how to get in, who. */
export function ambulanceDialog(alert, card, send) {
  const elders = (card?.residents ?? []).filter((resident) => alert.residents.some((one) => one.id === resident.id));
  const about = [
    el("p", { class: "read-place" }, place(alert)),
    ...elders.map((elder) => el("p", {}, `${elder.name}${elder.birth_year ? ` · ${born(elder.birth_year)}` : ""}`)),
    el("p", {}, [...new Set(elders.flatMap((elder) => elder.flags))].map((flag) => t(`flag.${flag}`)).join(t("list.and"))),
    el("p", {}, card?.phone ? `${t("card.phone")} ${card.phone}` : ""),
    el("p", {}, card?.door_code ? `${t("card.door_code")} ${card.door_code}` : ""),
  ].filter((line) => line.textContent);
  return open(document.getElementById("ambulance-dialog"), about, () => send({}));
}

/** Raise an alert for a home that is found as one types. `raised(alert)` gets the new alert. */
export function raiseDialog(raised) {
  const dialog = document.getElementById("raise-dialog");
  const form = dialog.querySelector("form");
  const list = document.getElementById("raise-found");
  const key = newId();
  let found = [];
  let chosen = 0;
  let shownFor = null;
  let timer = 0;

  function choose(index) {
    chosen = Math.max(0, Math.min(found.length - 1, index));
    [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === chosen)));
    const current = list.children[chosen];
    form.elements.q.setAttribute("aria-activedescendant", current?.id ?? "");
    current?.scrollIntoView({ block: "nearest" });
  }

  async function search() {
    clearTimeout(timer);
    const words = form.elements.q.value.trim();
    const answer = words ? await call("GET", `/homes?limit=8&q=${encodeURIComponent(words)}`) : { ok: true, data: { items: [] } };
    if (form.elements.q.value.trim() !== words || !answer.ok) return;
    found = answer.data.items;
    shownFor = words;
    list.replaceChildren(...found.map((home, index) =>
      el("li", { id: `raise-${index}`, role: "option", on: { click: () => { choose(index); form.elements.q.focus(); }, dblclick: () => form.requestSubmit() } },
        el("strong", {}, home.residents.map((resident) => resident.name).join(t("list.and")) || t("card.unknown")),
        el("span", {}, home.address), el("span", { class: "dim number" }, home.phone))));
    if (words && !found.length) list.replaceChildren(el("li", { class: "dim" }, t("raise.none")));
    choose(0);
  }

  const typed = () => {
    clearTimeout(timer);
    timer = setTimeout(search, 120);
  };
  const moved = (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
      event.preventDefault();
    }
  };
  list.replaceChildren();
  form.reset();
  form.elements.q.addEventListener("input", typed);
  form.elements.q.addEventListener("keydown", moved);
  return open(dialog, "", async () => {
    if (shownFor !== form.elements.q.value.trim()) {
      // What is listed belongs to other words: never raise for a home that was not on the screen, unless it is the only one.
      await search();
      if (found.length !== 1) return found.length ? t("raise.hint") : t("raise.none");
    }
    if (!found.length) return t("raise.none");
    const answer = await call("POST", "/alerts", { home_id: found[chosen].id, note: form.elements.note.value }, { "idempotency-key": key });
    if (!answer.ok) return t("said.failed", { why: answer.data.detail ?? "" });
    raised(answer.data);
    return null;
  }).finally(() => {
    form.elements.q.removeEventListener("input", typed);
    form.elements.q.removeEventListener("keydown", moved);
  });
}

export function helpDialog() {
  return open(document.getElementById("help-dialog"), "", async () => null);
}
