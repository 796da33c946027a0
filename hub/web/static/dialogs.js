// The dialogs: each opens for one alert (or none), keeps what was typed until it is sent, and says why sending failed.

import { call } from "./api.js";
import { el, newId, serverNow, t } from "./page.js";
import { names, otherPlace, place } from "./rows.js";

const DIGITS = "1234567890QWE";
const LETTERS = "ASDFGHJ";
const HOMES = "ZXC";

const endings = new WeakMap();

/** Show `dialog`; `send(form)` returns null when done, or the words that say what is wrong. Resolves when it is closed. Closed
 * while it sends, it tells how that ended by an event "answered" of the document. */
export function open(dialog, about, send) {
  const form = dialog.querySelector("form");
  const notice = dialog.querySelector("[data-notice]");
  const aboutElement = dialog.querySelector("[data-about]");
  if (aboutElement) aboutElement.replaceChildren(...[about].flat());
  if (notice) notice.hidden = true;
  const tell = (words) => {
    notice.textContent = words;
    notice.hidden = false;
  };
  endings.get(dialog)?.(false); // the browser tells of a close a moment later: after the next opening, even
  return new Promise((resolve) => {
    const controller = new AbortController();
    const { signal } = controller;
    let sending = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (sending) return;
      sending = true;
      dialog.dataset.sending = "";
      const wrong = await send(form, tell);
      if (signal.aborted) {
        if (!wrong && !dialog.open) form.reset();
        const title = dialog.querySelector("h2").textContent;
        document.dispatchEvent(new CustomEvent("answered", { detail: { words: t(wrong ? "said.failed_late" : "said.done_late", { title, wrong }), bad: Boolean(wrong) } }));
        return;
      }
      sending = false;
      delete dialog.dataset.sending;
      if (wrong) return tell(wrong);
      dialog.close();
      over(true);
    }, { signal });
    form.querySelector("[data-cancel]")?.addEventListener("click", () => dialog.close(), { signal });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    }, { signal });
    const over = (done) => {
      controller.abort();
      delete dialog.dataset.sending;
      endings.delete(dialog);
      if (done) form.reset();
      // A field of a closed dialog keeps the focus until the next frame, and would take the next key.
      if (dialog.contains(document.activeElement)) document.activeElement.blur();
      resolve(done);
    };
    endings.set(dialog, over);
    dialog.addEventListener("close", () => !dialog.open && over(false), { signal });
    dialog.showModal();
  });
}

/** Of an alert that names two homes: which of them it was. True when it has to be said. */
function whichHome(form, alert) {
  const other = alert.other_home;
  const asks = Boolean(other && !other.settled && alert.kind !== "technical");
  const group = form.querySelector("[data-where]");
  group.hidden = !asks;
  const already = form.querySelector("[name=at_home]:checked")?.value;
  group.querySelector("[data-homes]").replaceChildren(...(asks
    ? [[alert.home_id, [names(alert), alert.address || alert.home_id].join(" · ")], [other.id, [names(other), other.address || other.id].join(" · ")], ["unknown", t("resolve.home_unknown")]]
      .map(([value, words], index) => choice("at_home", value, words, HOMES[index], value === already))
    : []));
  return asks;
}

/** `held`: who holds the alert, where that is somebody else. */
export function resolveDialog(alert, held, send) {
  const dialog = document.getElementById("resolve-dialog");
  const form = dialog.querySelector("form");
  if (form.dataset.alert !== alert.id) form.reset();
  form.dataset.alert = alert.id;
  const asksWhere = whichHome(form, alert);
  const groups = [["what_it_was", DIGITS], ["what_was_done", LETTERS], ...(asksWhere ? [["at_home", HOMES]] : [])];
  const keys = (event) => {
    if (event.target instanceof HTMLTextAreaElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toUpperCase();
    for (const [group, letters] of groups) {
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
  return open(dialog, [`${names(alert)} · ${place(alert)}`, held && el("strong", { class: "held-line" }, held)].filter(Boolean), async () => {
    const chosen = { what_it_was: form.elements.what_it_was.value, what_was_done: form.elements.what_was_done.value };
    if (!chosen.what_it_was || !chosen.what_was_done) return t("resolve.missing");
    const home = asksWhere ? form.elements.at_home.value : null;
    if (asksWhere && !home) return t("resolve.missing_home");
    const where = !home ? {} : home === "unknown" ? { home_unknown: true } : { at_home_id: home };
    return send({ ...chosen, ...where, note: form.elements.note.value });
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
    el("p", { class: "read-place" }, otherPlace(alert)),
    ...elders.map((elder) => el("p", {}, `${elder.name}${elder.birth_year ? ` · ${born(elder.birth_year)}` : ""}`)),
    el("p", {}, [...new Set(elders.flatMap((elder) => elder.flags))].map((flag) => t(`flag.${flag}`)).join(t("list.and"))),
    el("p", {}, card?.phone ? `${t("card.phone")} ${card.phone}` : ""),
    el("p", {}, card?.door_code ? `${t("card.door_code")} ${card.door_code}` : ""),
  ].filter((line) => line.textContent);
  return open(document.getElementById("ambulance-dialog"), about, () => send({}));
}

/** Raise an alert for a home that is found as one types. `raised(alert, home)` gets the alert, new or joined. */
export function raiseDialog(raised) {
  const dialog = document.getElementById("raise-dialog");
  const form = dialog.querySelector("form");
  const list = document.getElementById("raise-found");
  const none = document.getElementById("raise-none");
  const key = newId();
  let found = [];
  let chosen = 0;
  let shownFor = null;
  let timer = 0;

  function choose(index) {
    chosen = Math.max(0, Math.min(found.length - 1, index));
    [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === chosen)));
    const current = list.children[chosen];
    if (current) form.elements.q.setAttribute("aria-activedescendant", current.id);
    else form.elements.q.removeAttribute("aria-activedescendant");
    current?.scrollIntoView({ block: "nearest" });
  }

  function show(homes, words) {
    found = homes;
    shownFor = words;
    list.replaceChildren(...found.map((home, index) =>
      el("li", { id: `raise-${index}`, role: "option", on: { click: () => { choose(index); form.elements.q.focus(); }, dblclick: () => form.requestSubmit() } },
        el("strong", {}, names(home)),
        el("span", {}, home.address,
          home.open_alerts > 0 && el("span", { class: "tag tag-strong" }, t(home.joins ? "raise.open_already" : "raise.open_besides", { count: home.open_alerts }))),
        el("span", { class: "dim number" }, home.phone,
          home.caller && el("span", { class: "found-caller" }, `${calls(home.caller)} ${home.caller.phones[0] ?? ""}`)))));
    list.hidden = !found.length;
    none.textContent = words && !found.length ? t("raise.none") : "";
    form.elements.q.setAttribute("aria-expanded", String(found.length > 0));
    choose(0);
  }

  async function search() {
    clearTimeout(timer);
    const words = form.elements.q.value.trim();
    const answer = words ? await call("GET", `/homes?limit=8&q=${encodeURIComponent(words)}`) : { ok: true, data: { items: [] } };
    if (form.elements.q.value.trim() === words && answer.ok) show(answer.data.items, words);
  }

  const typed = () => {
    clearTimeout(timer);
    dialog.querySelector("[data-notice]").hidden = true; // it was said of other words
    timer = setTimeout(search, 120);
  };
  const moved = (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
      event.preventDefault();
    }
  };
  form.reset();
  show([], "");
  form.elements.q.addEventListener("input", typed);
  form.elements.q.addEventListener("keydown", moved);
  return open(dialog, "", async () => {
    if (shownFor !== form.elements.q.value.trim()) {
      // What is listed belongs to other words: never raise for a home that was not on the screen, unless it is the only one.
      await search();
      if (found.length !== 1) return found.length ? t("raise.hint") : t("raise.none");
    }
    if (!found.length) return t("raise.none");
    const home = found[chosen];
    const answer = await call("POST", "/alerts", { home_id: home.id }, { "idempotency-key": key });
    if (!answer.ok) return t("said.failed", { why: answer.data.detail ?? "" });
    raised(answer.data, home);
    return null;
  }).finally(() => {
    clearTimeout(timer);
    form.elements.q.removeEventListener("input", typed);
    form.elements.q.removeEventListener("keydown", moved);
  });
}

function choice(name, value, words, key, checked) {
  return el("label", { class: "choice" },
    el("input", { type: "radio", name, value, checked }), el("span", {}, key && el("kbd", {}, key), words));
}

const calls = (person) => `${person.name} · ${person.relation || t(`role.${person.role}`)}`;

/** After raising, nothing of it needed: whom it is about, who called (`caller`: whose number was typed), what they said.
 * `send({who, note})` as in `open`. */
export function raisedDialog(alert, joined, card, caller, send) {
  const dialog = document.getElementById("raised-dialog");
  const form = dialog.querySelector("form");
  const find = (part) => form.querySelector(`[data-${part}]`);
  form.reset();
  document.getElementById("raised-title").textContent = t(joined ? "raise.joined" : "raise.done");
  find("told").textContent = t(joined ? "raise.told_joined" : "raise.told");
  const elders = alert.residents.length > 1 ? alert.residents : [];
  find("who").hidden = !elders.length;
  find("choices").replaceChildren(
    ...elders.map((elder, index) => choice("who", elder.id, elder.name, String(index + 1))),
    elders.length ? choice("who", "", t("raise.who_unknown"), "0", true) : "");
  const callers = (card?.people ?? []).filter((person) => CALLERS.has(person.role));
  find("callers").replaceChildren(
    ...callers.map((person) => choice("caller", person.id, calls(person), "", person.id === caller?.id)),
    callers.length ? choice("caller", "", t("raise.caller_other"), "", !callers.some((person) => person.id === caller?.id)) : "");
  const keys = (event) => {
    if (event.target.matches("textarea, input[type=text]") || event.ctrlKey || event.metaKey || event.altKey) return;
    const option = event.key === "0" ? form.querySelector("[name=who][value='']") : form.querySelectorAll("[name=who]")[Number(event.key) - 1];
    if (!/^[0-9]$/.test(event.key) || !option || find("who").hidden) return;
    option.checked = true;
    option.focus();
    event.preventDefault();
  };
  form.addEventListener("keydown", keys);
  const shown = open(dialog, `${names(alert)} · ${place(alert)}`, async () => {
    const person = callers.find((one) => one.id === form.elements.caller?.value);
    const caller = [person && [person.name, person.relation, ...person.phones].filter(Boolean).join(" "), form.elements.caller_name.value.trim()].filter(Boolean).join(" ");
    const said = form.elements.said.value.trim();
    const key = caller && said ? "raise.note" : caller ? "raise.note_no_said" : "raise.note_no_caller";
    return send({ who: form.elements.who?.value || null, note: caller || said ? t(key, { caller, said }) : "" });
  });
  // Two elders are told apart first; otherwise the hands go on typing what is being said.
  (elders.length ? form.querySelector("[name=who]:checked") : form.elements.said).focus();
  return shown.finally(() => form.removeEventListener("keydown", keys));
}

const CALLERS = new Set(["contact", "keyholder", "partner", "property_guard", "grid_worker"]);

export function helpDialog() {
  return open(document.getElementById("help-dialog"), "", async () => null);
}
