// A flood of alerts, more than one person can read: of the same cause and place they become one row. An emergency never does, nor what
// somebody holds. It begins at ten in ten minutes (ISA-18.2) and lasts while so many still wait.

import { el, MARKS, secondsSince, t } from "./page.js";
import { inPreAlarm, why } from "./rows.js";

const BEGINS = 10;
const WITHIN_S = 600;
const FEW = 3; // so few are read one by one

export class Flood {
  lasts = false;
  apart = false; // somebody at this screen wants to see each
  #open = new Set();

  /** The rows for these alerts, in their order: alerts, and groups as `{ id, group, unfolded }`. `kept` is an alert that is shown even where its group is folded. */
  rows(alerts, kept) {
    const waiting = alerts.filter(mayBeGrouped);
    const fresh = waiting.filter((alert) => secondsSince(alert.opened_at) < WITHIN_S);
    this.lasts = waiting.length >= BEGINS && (this.lasts || fresh.length >= BEGINS);
    if (!this.lasts) this.apart = false;
    if (!this.lasts || this.apart) return alerts;
    const groups = new Map();
    for (const alert of waiting) groups.set(groupOf(alert), [...(groups.get(groupOf(alert)) ?? []), alert]);
    const rows = [];
    for (const alert of alerts) {
      const key = groupOf(alert);
      const group = mayBeGrouped(alert) ? groups.get(key) : null;
      if (!group || group.length < FEW) rows.push(alert);
      else if (group[0] === alert) {
        const unfolded = this.#open.has(key);
        rows.push({ id: key, group, unfolded }, ...group.filter((one) => unfolded || one.id === kept));
      }
    }
    return rows;
  }

  turn(key) {
    if (!this.#open.delete(key)) this.#open.add(key);
  }
}

function mayBeGrouped(alert) {
  return alert.severity !== "emergency" && alert.state === "triggered" && !inPreAlarm(alert);
}

/** Severity, kind and cause, and the compound: the part of the address before building, stair and flat. */
function groupOf(alert) {
  return ["group", alert.severity, alert.kind, alert.reason_code, compound(alert)].join("|");
}

function compound(alert) {
  const parts = (alert.address ?? "").split(" ");
  return parts.length > 3 ? parts.at(-4) : alert.address;
}

export function groupRow({ id, group, unfolded }, turn) {
  const [first] = group;
  const oldest = group.map((alert) => alert.opened_at).sort()[0];
  const homes = new Set(group.map((alert) => alert.home_id)).size;
  return el("li", { class: `row flood severity-${first.severity}`, "data-id": id, on: { click: () => turn(id) } },
    el("span", { class: "band" },
      el("span", { class: "mark", "aria-hidden": "true" }, MARKS[first.severity]),
      el("span", { class: "band-word" }, t(`severity.${first.severity}`))),
    el("button", { class: "row-main", type: "button", "aria-expanded": String(unfolded) },
      el("span", { class: "row-title" },
        el("span", { class: "row-kind" }, t(`kind.${first.kind}`)),
        el("strong", { class: "row-name" }, t("flood.count", { count: group.length })),
        el("span", { class: "row-call-name" }, t("flood.homes", { count: homes }))),
      el("span", { class: "row-place" }, compound(first)),
      el("span", { class: "row-why" }, t("flood.newest", { what: why(first) }))),
    el("span", { class: "row-end" },
      el("span", { class: "age", "data-age": oldest, title: t("detail.opened") }),
      el("span", { class: "state" }, t(unfolded ? "flood.close" : "flood.open"))),
    el("span", { class: "take-none" }));
}
