// Who holds an alert, and what happens when somebody else records a step of it: asked first, never taken by a key alone.

import { open } from "./dialogs.js";
import { el, localTime, page, t } from "./page.js";
import { names, place } from "./rows.js";

const DESKS = new Set(["operator", "duty_manager"]);
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

/** A desk has an alert until somebody goes to the door: who says so of themselves takes nothing from it. */
function givesWay(alert) {
  const { role } = alert.holder;
  return page.user.role === "butler" && (DESKS.has(role) || (role === "centre_duty" && alert.state === "acknowledged"));
}

export function mustAsk(alert, action) {
  return heldByOther(alert) && (action.name === "take_over" || (action.goes && !givesWay(alert)));
}

function option(value, words, key, checked) {
  return el("label", { class: "choice" },
    el("input", { type: "radio", name: "whose", value, checked }), el("span", {}, el("kbd", {}, key), words));
}

/** Says who holds the alert and asks whose step it is. `send(body)` as in `open`; resolves to the words of what was done, or "". */
export async function holdingDialog(alert, action, send) {
  const dialog = document.getElementById("holding-dialog");
  const form = dialog.querySelector("form");
  const find = (part) => form.querySelector(`[data-${part}]`);
  const holder = alert.holder;
  const values = { name: holder.name, state: t(`action.${action.name}`) };
  const recorded = action.goes && action.name === alert.state;
  const onBehalf = action.goes && !recorded;
  const takeOver = action.goes ? "holding.take_over_as" : "holding.take_over";
  const told = t(holder.reachable ? "holding.told" : "holding.told_on_screen", values);
  find("held").textContent = holderWords(alert);
  find("question").textContent = onBehalf ? t("holding.question", values) : "";
  find("question").hidden = !onBehalf;
  find("recorded").hidden = !recorded;
  find("recorded").textContent = recorded ? t("holding.recorded", values) : "";
  find("choices").replaceChildren(...[
    onBehalf && option("on_behalf_of", t("holding.on_behalf", values), "1", TOLD_BY_TELEPHONE.has(page.user.role)),
    option("take_over_from", t(takeOver, { ...values, told }), onBehalf ? "2" : "1", false),
  ].filter(Boolean));
  const keys = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const choice = /^[12]$/.test(event.key) && form.querySelectorAll("[name=whose]")[Number(event.key) - 1];
    if (choice) {
      choice.checked = true;
      choice.focus();
      event.preventDefault();
    } else if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      form.requestSubmit();
    }
  };
  form.addEventListener("keydown", keys);
  let said = "";
  const shown = open(dialog, `${names(alert)} · ${place(alert)}`, async () => {
    const whose = form.querySelector("[name=whose]:checked")?.value;
    if (!whose) return t("holding.missing");
    said = whose === "on_behalf_of" ? t("holding.recorded_for", values) : values.state;
    return send({ [whose]: holder.id });
  });
  // The box, not its first choice: a second press of the same key must choose nothing.
  (form.querySelector("[name=whose]:checked") ?? find("held")).focus();
  const done = await shown.finally(() => form.removeEventListener("keydown", keys));
  return done ? said : "";
}
