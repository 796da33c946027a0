// The rows of the queue and of the service requests: built once per change, only the counting parts every second.

import { MARKS, RANKS, duration, el, inLanguage, localTime, secondsSince, t } from "./page.js";

const PARTS_OF_THE_HUB = { clock_jumped: "card.hub_clock", store_restored: "card.hub_store", disk_scarce: "card.hub_disk", channel_down: "card.hub_channel", shift_gap: "card.roster" };

/** Whether it is about the hub itself: nobody lives there, and nobody is to be found out. */
export function ofTheHub(item) {
  return item.reason_code in PARTS_OF_THE_HUB;
}

export function names(item) {
  if (ofTheHub(item)) return t("card.hub");
  return item.residents.map((resident) => resident.name).join(t("list.and")) || t("card.unknown");
}

export function place(item) {
  if (ofTheHub(item)) return t(PARTS_OF_THE_HUB[item.reason_code]);
  const parts = [item.address || (item.home_id === "unassigned" ? t("card.no_home") : "")];
  if (item.floor !== null && item.floor !== undefined) {
    parts.push(`${t("card.floor", { floor: item.floor })}${t("list.and")}${item.lift ? t("card.lift") : t("card.no_lift")}`);
  }
  return parts.filter(Boolean).join(" · ") || item.home_id;
}

/** For a row: the compound, building, stair and flat; the wider regions stand in the detail. */
export function shortPlace(item) {
  const parts = (item.address ?? "").split(" ");
  return place({ ...item, address: parts.length > 5 ? parts.slice(-4).join(" ") : item.address });
}

/** The second home that it may be, with who lives there; nothing once somebody has said which it is. */
export function otherPlace(alert) {
  const other = alert.other_home;
  if (!other || other.settled || alert.kind === "technical") return "";
  return t("other_home.or", { place: shortPlace({ ...other, home_id: other.id }), who: names(other) });
}

export function why(alert) {
  const room = alert.room ? t(`room.${alert.room}`).replace(/^room\./, "") : "";
  const device = alert.device_kind ? `${room}${room && " "}${t(`device.${alert.device_kind}`)}` : "";
  return [inLanguage(alert.reason), device].filter(Boolean).join(" · ");
}

/** A fall whose wearer is still asked, and may take it back. */
export function inPreAlarm(alert) {
  return Boolean(alert.pre_alarm_until) && alert.state === "triggered";
}

export function stateWords(alert) {
  return t(inPreAlarm(alert) ? "state.pre_alarm" : `state.${alert.state}`);
}

/** What came after the first sign. */
export function since(alert) {
  return alert.signs > 0 ? t("queue.times", { count: alert.signs, what: inLanguage(alert.last_sign) }) : "";
}

/** Gravest first; among equals those nobody holds, then the newest on top. */
export function byUrgency(one, other) {
  return (
    RANKS[one.severity] - RANKS[other.severity] ||
    Number(one.state !== "triggered") - Number(other.state !== "triggered") ||
    Date.parse(other.opened_at) - Date.parse(one.opened_at) ||
    (one.id < other.id ? -1 : 1)
  );
}

/** `again`: what came since somebody at this screen looked at an alert that is held. */
export function alertRow(alert, { choose, acknowledge, again = "" }) {
  const callNames = alert.residents.map((resident) => resident.call_name).filter(Boolean).join(t("list.and"));
  const waiting = alert.state === "triggered";
  return el(
    "li",
    {
      class: `row severity-${alert.severity} ${waiting ? "waiting" : "held"}${again ? " again" : ""}`,
      "data-id": alert.id,
      on: { click: () => choose(alert.id) },
    },
    el("span", { class: "band" },
      el("span", { class: "mark", "aria-hidden": "true" }, MARKS[alert.severity]),
      el("span", { class: "band-word" }, t(`severity.${alert.severity}`))),
    el("button", { class: "row-main", type: "button", tabIndex: -1 },
      el("span", { class: "row-title" },
        el("span", { class: "row-kind" }, t(`kind.${alert.kind}`)),
        el("strong", { class: "row-name" }, names(alert)),
        again && el("span", { class: "tag tag-again" }, again),
        callNames && el("span", { class: "row-call-name" }, callNames),
        alert.flags.includes("hard_of_hearing") && el("span", { class: "tag tag-strong" }, t("flag.hard_of_hearing")),
        alert.flags.includes("on_oxygen") && el("span", { class: "tag tag-strong" }, t("flag.on_oxygen"))),
      el("span", { class: "row-place", title: alert.address }, shortPlace(alert)),
      otherPlace(alert) && el("span", { class: "row-place row-other", title: alert.other_home.address }, otherPlace(alert)),
      el("span", { class: "row-why" }, why(alert)),
      alert.signs > 0 && el("span", { class: "signs" }, since(alert))),
    el("span", { class: "row-end" },
      el("span", { class: "age", "data-age": alert.opened_at, title: t("detail.opened") }),
      el("span", { class: `state state-${alert.state}` }, stateWords(alert)),
      alert.holder
        ? el("span", { class: "row-holder" }, t("queue.held_by", { name: alert.holder.name }), " ",
            el("span", { class: "dim" }, t("queue.held_until", { time: localTime(alert.holder.until_at) })))
        : el("span", { class: "row-holder" }, el("span", { class: "next", "data-next": alert.escalate_at ?? "" }))),
    waiting
      ? el("button", {
          class: "take", type: "button",
          on: { click: (event) => { event.stopPropagation(); acknowledge(alert.id); } },
        }, t("action.acknowledge"))
      : el("span", { class: "take-none" }),
  );
}

/** Bring the counting parts of everything below `root` up to date. */
export function tick(root) {
  for (const element of root.querySelectorAll("[data-age]")) {
    element.textContent = duration(secondsSince(element.dataset.age));
  }
  for (const element of root.querySelectorAll("[data-next]")) {
    const left = element.dataset.next ? -secondsSince(element.dataset.next) : null;
    element.textContent = left === null ? t("queue.nobody") : left > 0 ? t("queue.next_in", { time: duration(left + 0.999) }) : t("queue.next_now");
  }
}

const STEPS = { new: [["assigned", "requests.assign"]], assigned: [["in_progress", "requests.start"]], in_progress: [["done", "requests.done"]] };

const TASKS = ["mistaken_presses", "repair"];

/** The next step at a press; what was done about a task is said on its own page. */
function step(request, move) {
  const [[state, key]] = STEPS[request.state] ?? [[null, "requests.all"]];
  if (state === "done" && TASKS.includes(request.category)) {
    return el("a", { class: "take quiet button", href: `/requests/${encodeURIComponent(request.id)}#finish` }, t(key));
  }
  return state && el("button", { class: "take quiet", type: "button", on: { click: () => move(request, state) } }, t(key));
}

export function requestRow(request, move) {
  return el("li", { class: "row request", "data-id": request.id },
    el("span", { class: "request-category" }, t(`category.${request.category}`)),
    el("span", { class: "row-main" },
      el("span", { class: "row-title" },
        el("a", { class: "row-name", href: `/requests/${encodeURIComponent(request.id)}` }, names(request)),
        request.overdue && el("span", { class: "tag tag-strong" }, t("requests.overdue"))),
      el("span", { class: "row-place", title: request.address }, shortPlace(request))),
    el("span", { class: "row-end" },
      el("span", { class: "state" }, t(`request_state.${request.state}`)),
      el("span", { class: "dim" }, request.assignee?.name ?? localTime(request.opened_at))),
    step(request, move));
}
