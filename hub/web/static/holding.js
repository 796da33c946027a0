// Who holds an alert, and what happens when somebody else records a step of it: asked first, never taken by a key alone.

import { open } from "./dialogs.js";
import { el, localTime, page, t } from "./page.js";
import { names, place } from "./rows.js";

const DESKS = new Set(["operator", "duty_manager"]);
const NEVER_GO = new Set([...DESKS, "administrator"]); // nobody of them comes to the door
const TOLD_BY_TELEPHONE = new Set(["operator", "duty_manager", "centre_duty", "administrator"]); // who sits there hears of it

export function heldByOther(alert) {
  return Boolean(alert.open && alert.holder && alert.holder.id !== page.user.id);
}

/** Who, in which role, has come how far, and since when. */
export function holderWords(alert) {
  const { name, role, since_at } = alert.holder;
  const who = role ? t("holding.who", { name, role: t(`role.${role}`) }) : name;
  return t(`holding.${alert.state}`, { who, time: localTime(since_at) });
}

/** Another desk has it: nobody is on the way yet, and who goes is still to be said. */
export function anotherDeskHas(alert) {
  return heldByOther(alert) && DESKS.has(alert.holder.role);
}

/** A desk has an alert until somebody goes to the door: who says so of themselves takes nothing from it. */
function givesWay(alert) {
  const { role } = alert.holder;
  return page.user.role === "butler" && (DESKS.has(role) || (role === "centre_duty" && alert.state === "acknowledged"));
}

/** Nobody at a desk comes to the door: from there somebody else is always meant. */
function asksWho(alert, action) {
  return Boolean(action.goes && NEVER_GO.has(page.user.role) && (!heldByOther(alert) || anotherDeskHas(alert)));
}

export function mustAsk(alert, action) {
  if (action.name === "take_over") return heldByOther(alert);
  return Boolean(action.goes) && (asksWho(alert, action) || (heldByOther(alert) && !givesWay(alert)));
}

/** What can be chosen: each with its words, what is sent, and what is said of it afterwards. */
function choicesOf(alert, action) {
  const state = t(`action.${action.name}`);
  const recordedFor = (name) => t("holding.recorded_for", { state, name });
  if (asksWho(alert, action)) {
    return alert.may_go.slice(0, 9).map(({ id, name, role }, index) => ({
      words: role ? t("holding.goes", { name, role: t(`role.${role}`) }) : name,
      body: { on_behalf_of: id },
      said: recordedFor(name),
      checked: index === 0,
    }));
  }
  const { id, name, reachable } = alert.holder;
  const told = t(reachable ? "holding.told" : "holding.told_on_screen", { name });
  const desk = NEVER_GO.has(page.user.role);
  return [
    action.goes && action.name !== alert.state && {
      words: t("holding.on_behalf", { name, state }),
      body: { on_behalf_of: id },
      said: recordedFor(name),
      checked: TOLD_BY_TELEPHONE.has(page.user.role),
    },
    !(action.goes && desk) && {
      words: t(action.goes ? "holding.take_over_as" : "holding.take_over", { state, told }),
      body: { take_over_from: id },
      said: state,
      checked: action.name === "take_over", // its own key has chosen it already
    },
  ].filter(Boolean);
}

function option({ words, checked }, index) {
  return el("label", { class: "choice" },
    el("input", { type: "radio", name: "whose", value: String(index), checked }),
    el("span", {}, el("kbd", {}, String(index + 1)), words));
}

/** Says who holds the alert and asks whose step it is. `send(body)` as in `open`; resolves to the words of what was done, or "". */
export async function holdingDialog(alert, action, send) {
  const dialog = document.getElementById("holding-dialog");
  const form = dialog.querySelector("form");
  const find = (part) => form.querySelector(`[data-${part}]`);
  const state = t(`action.${action.name}`);
  const who = asksWho(alert, action);
  const recorded = !who && action.goes && action.name === alert.state;
  const choices = choicesOf(alert, action);
  const note = recorded ? t(choices.length ? "holding.recorded_you_go" : "holding.recorded", { name: alert.holder.name, state }) : who && !choices.length ? t("holding.nobody_goes")
    : !who && action.name === "on_site" && NEVER_GO.has(page.user.role) ? t("holding.somebody_else_came") : "";
  form.querySelector("h2").textContent = t(!who ? "holding.title" : action.name === "on_site" ? "holding.who_came_title" : "holding.who_goes_title");
  find("held").textContent = alert.holder ? holderWords(alert) : "";
  find("held").hidden = !alert.holder;
  find("question").textContent = who ? t("holding.who_goes", { state }) : t("holding.question", { state });
  find("question").hidden = recorded || action.name === "take_over" || !choices.length;
  find("recorded").hidden = !note;
  find("recorded").textContent = note;
  find("choices").replaceChildren(...choices.map(option));
  form.querySelector(".primary").hidden = !choices.length;
  const keys = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const choice = /^[1-9]$/.test(event.key) && form.querySelectorAll("[name=whose]")[Number(event.key) - 1];
    if (choice) {
      choice.checked = true;
      choice.focus();
      event.preventDefault();
    } else if (event.key === "Enter" && choices.length && !(event.target instanceof HTMLButtonElement)) {
      event.preventDefault();
      form.requestSubmit();
    }
  };
  form.addEventListener("keydown", keys);
  let said = "";
  const shown = open(dialog, `${names(alert)} · ${place(alert)}`, async () => {
    const chosen = choices[Number(form.querySelector("[name=whose]:checked")?.value ?? -1)];
    if (!chosen) return t("holding.missing");
    said = chosen.said;
    return send(chosen.body);
  });
  // The box, not its first choice: a second press of the same key must choose nothing.
  (form.querySelector("[name=whose]:checked") ?? find("held")).focus();
  const done = await shown.finally(() => form.removeEventListener("keydown", keys));
  return done ? said : "";
}
