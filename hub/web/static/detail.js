// The detail of one alert: what to know at the telephone and at the door, what happened so far, and what can be done.

import { anotherDeskHas, heldByOther, holderWords } from "./holding.js";
import { MARKS, el, inLanguage, localTime, page, t } from "./page.js";
import { names, ofTheHub, place, since, stateWords, why } from "./rows.js";

export const ACTIONS = [
  { key: "A", name: "acknowledge", path: "acknowledge", when: ["triggered"] },
  { key: "T", name: "take_over", path: "acknowledge", dialog: true, when: ["acknowledged", "on_the_way", "on_site"], ofOthers: true },
  { key: "G", name: "on_the_way", path: "on-the-way", goes: true, when: ["triggered", "acknowledged", "on_the_way"] },
  { key: "S", name: "on_site", path: "on-site", goes: true, when: ["triggered", "acknowledged", "on_the_way", "on_site"] },
  { key: "R", name: "resolve", dialog: true, when: ["triggered", "acknowledged", "on_the_way", "on_site"] },
  { key: "N", name: "note", dialog: true, when: ["triggered", "acknowledged", "on_the_way", "on_site"] },
  { key: "1", name: "ambulance", dialog: true, when: ["triggered", "acknowledged", "on_the_way", "on_site"] },
];
const NEXT = { triggered: "acknowledge", acknowledged: "on_the_way", on_the_way: "on_site", on_site: "resolve" };

export function detailView(alert, card, { act, back, who, where }) {
  return [
    el("div", { class: `detail-head severity-${alert.severity}` },
      el("button", { class: "plain back", type: "button", on: { click: back } }, `‹ ${t("detail.back")}`),
      el("p", { class: "detail-kind" },
        el("span", { class: `mark mark-${alert.severity}` }, MARKS[alert.severity]), " ",
        `${t(`severity.${alert.severity}`)} · ${t(`kind.${alert.kind}`)}`,
        el("span", { class: "age", "data-age": alert.open ? alert.opened_at : null })),
      el("h2", { class: "detail-name", tabIndex: -1 }, names(alert),
        el("span", { class: "call-name" }, alert.residents.map((resident) => resident.call_name).join(t("list.and")))),
      el("p", { class: "detail-place" }, place(alert)),
      el("p", { class: "detail-why" }, why(alert), alert.signs > 0 && el("span", { class: "signs" }, since(alert))),
      el("p", { class: "detail-state" },
        alert.holder ? "" : [el("span", { class: `state state-${alert.state}` }, stateWords(alert)), " "],
        alert.holder
          ? [el("span", { class: `held-line state-${alert.state}` }, holderWords(alert)), " ", el("span", { class: "dim" }, t("queue.held_until", { time: localTime(alert.holder.until_at) }))]
          : alert.open
            ? el("span", { "data-next": alert.escalate_at ?? "" })
            : alert.what_it_was && `${t(`what_it_was.${alert.what_it_was}`)}${t("list.and")}${t(`what_was_done.${alert.what_was_done}`)}`)),
    warnings(alert, card),
    alert.open && alert.residents.length > 1 && whichElder(alert, who),
    alert.other_home && otherHome(alert, where),
    alert.open ? actionButtons(alert, act) : over(alert),
    ofTheHub(alert) ? whereSettled(alert) : card && (card.opened ? careCard(alert, card) : shortCard(card)),
    el("h3", {}, t("detail.timeline"), " ", el("a", { class: "aside", href: `/alerts/${encodeURIComponent(alert.id)}` }, t("alert.page"))),
    el("ol", { class: "timeline", id: "timeline" }, timelineItems(alert.timeline ?? [])),
  ].flat().filter(Boolean);
}

const opened = new Set(); // first numbers of the groups that the operator unfolded

/** Newest first. Notifications that follow each other are folded into one line, so that what people did stands out. */
export function timelineItems(timeline) {
  const groups = [];
  for (const entry of timeline) {
    const last = groups.at(-1);
    if (quiet(entry) && last && quiet(last[0]) && last[0].kind === entry.kind) last.push(entry);
    else groups.push([entry]);
  }
  return groups.reverse().map((group) => (group.length > 2 ? folded(group) : group.toReversed().map(timelineItem)));
}

function quiet(entry) {
  return entry.kind.startsWith("notification");
}

function folded(group) {
  const key = group[0].number;
  const details = el("details", { open: opened.has(key), on: { toggle: () => (details.open ? opened.add(key) : opened.delete(key)) } },
    el("summary", {}, t("detail.notifications", { count: group.length, first: inLanguage(group[0].text) })),
    el("ol", {}, group.toReversed().map(timelineItem)));
  return el("li", { class: "entry entry-quiet" }, el("time", { dateTime: group[0].at }, localTime(group[0].at, true)), details);
}

function timelineItem(entry) {
  return el("li", { class: `entry ${quiet(entry) ? "entry-quiet" : ""}`, "data-number": entry.number },
    el("time", { dateTime: entry.at }, localTime(entry.at, true)),
    el("span", {}, inLanguage(entry.text)));
}

function actionButtons(alert, act) {
  return el("div", { class: "actions", role: "group" }, ACTIONS.filter((action) => offered(action, alert)).map((action) =>
    el("button", {
      type: "button",
      class: action.name === NEXT[alert.state] && !anotherDeskHas(alert) ? "primary" : "",
      "data-action": action.name,
      disabled: !action.when.includes(alert.state),
      on: { click: () => act(action.name) },
    }, el("kbd", {}, action.key), t(`action.${action.name}`))));
}

/** What somebody else holds is taken over, not taken: one button stands where the other would. */
function offered(action, alert) {
  return heldByOther(alert) ? action.name !== "acknowledge" : !action.ofOthers;
}

/** Nobody lives in the hub, so it has no card; what is wrong with the roster is settled on its page, by who may open it. */
function whereSettled(alert) {
  const page = alert.reason_code === "shift_gap" && document.querySelector('nav a[href="/roster"]');
  return page && el("p", { class: "card-more" }, el("a", { href: page.getAttribute("href") }, t("card.to_roster")));
}

/** Nobody reads telephone numbers and conditions without an alert of theirs, or a reason that they state on the home's page. */
function shortCard(card) {
  return el("section", { class: "card", "aria-label": t("card.short") },
    el("dl", { class: "facts" },
      fact("card.title", el("span", { class: "dim" }, t("card.take_first"))),
      fact("card.centre", card.centre?.name ?? "–"),
      card.people.map((person) => el("div", {}, el("dt", {}, t(`role.${person.role}`)), el("dd", {}, person.name)))),
    el("p", { class: "card-more" }, el("a", { href: `/homes/${encodeURIComponent(card.id)}` }, t("card.open"))));
}

/** Who goes may telephone for it: then it is said who can read it, and how to get it. */
function doorCodeHidden(card, alert) {
  if (!card.door_code_known) return t("card.door_code_none");
  return heldByOther(alert) ? t("card.door_code_held", { name: alert.holder.name }) : t("card.door_code_hidden");
}

function whichElder(alert, who) {
  return el("p", { class: "which", role: "group", "aria-label": t("who.title") }, el("strong", {}, t("who.title")),
    alert.residents.map((resident) => el("button", { type: "button", on: { click: () => who(resident.id) } }, resident.name)));
}

/** The device that called belongs to another home: both stand here until somebody says which it is. */
function otherHome(alert, where) {
  const other = alert.other_home;
  const say = (home, words) => el("button", { type: "button", on: { click: () => where(home) } }, words);
  return el("section", { class: "other-home", "aria-label": t("other_home.title") },
    el("strong", {}, t("other_home.title")),
    el("p", {}, el("a", { href: `/homes/${encodeURIComponent(other.id)}` }, other.address || other.id), " ",
      other.residents.map((resident) => resident.name).join(t("list.and"))),
    other.settled && el("p", {}, t("other_home.settled")),
    // What is about the device alone raises nothing anywhere: only the call between the two homes asks.
    alert.open && !other.settled && alert.kind !== "technical" && el("p", { class: "which" },
      say(alert.home_id, t("other_home.here")), say(other.id, t("other_home.there"))));
}

function over(alert) {
  return [
    el("p", { class: "notice" }, alert.resolved_by
      ? t("detail.gone_by", { name: alert.resolved_by.name, time: localTime(alert.resolved_at, true) })
      : t("detail.gone")),
    alert.note && el("p", { class: "closing-note" }, alert.note),
  ];
}

function warnings(alert, card) {
  const flags = new Set(alert.flags);
  const told = [];
  if (flags.has("hard_of_hearing")) told.push(t("card.go_to_door"));
  if (flags.has("on_oxygen")) told.push(t("card.oxygen"));
  if (flags.has("dementia")) told.push(t("card.dementia"));
  if (alert.residents.length > 1) told.push(t("card.both", { count: alert.residents.length }));
  if ((alert.residents.length === 0 && !ofTheHub(alert)) || alert.resident_unconfirmed) told.push(t("card.unknown"));
  if (card?.unjudged) told.push(t("card.unjudged"));
  return told.map((words) => el("p", { class: "warning" }, words));
}

function telephone(number) {
  return number ? el("a", { class: "tel", href: `tel:${number}` }, number) : "–";
}

function careCard(alert, card) {
  const year = Number(new Intl.DateTimeFormat("en", { timeZone: page.timezone, year: "numeric" }).format(new Date(alert.opened_at)));
  const concerned = card.residents.filter((resident) => alert.residents.some((one) => one.id === resident.id));
  return el("section", { class: "card", "aria-label": t("card.title") },
    el("div", { class: "card-calls" },
      el("span", { class: "role" }, t("card.phone")), el("span", {}, ""), telephone(card.phone),
      card.people.length === 0 && el("p", { class: "dim card-wide" }, t("card.people_none")),
      card.people.map((person) => [
        el("span", { class: "role" }, t(`role.${person.role}`)),
        el("span", {}, person.name, person.relation && el("span", { class: "relation dim" }, person.relation)),
        el("span", {}, person.phones.length ? person.phones.map(telephone) : "–"),
      ])),
    el("dl", { class: "facts" },
      fact("card.door_code", card.door_code
        ? el("span", { class: "code" }, card.door_code)
        : el("span", { class: "dim" }, doorCodeHidden(card, alert))),
      fact("card.centre", card.centre?.name ?? "–"),
      card.note && fact("card.note", card.note),
      card.away.map((away) => fact("card.away", t("card.away_until", {
        kind: t(`away.${away.kind}`), from: localTime(away.from_at), until: localTime(away.until_at),
      })))),
    concerned.map((resident) => el("div", { class: "elder" },
      concerned.length > 1 && el("strong", {}, resident.name),
      el("p", {},
        resident.ability_level === null ? "" : t("card.level", { level: resident.ability_level }),
        resident.birth_year ? ` · ${t("card.born", { year: resident.birth_year, age: year - resident.birth_year })}` : "",
        resident.membership !== "active" ? ` · ${t(`membership.${resident.membership}`)}` : "",
        card.care_bed ? ` · ${t("card.care_bed")}` : ""),
      resident.flags.length > 0 && el("p", {}, resident.flags.map((flag) => el("span", { class: "tag" }, t(`flag.${flag}`)))),
      resident.note && el("p", {}, resident.note))),
    el("p", { class: "card-more" }, el("a", { href: `/homes/${encodeURIComponent(card.id)}` }, t("card.title"))));
}

function fact(key, ...value) {
  return el("div", {}, el("dt", {}, t(key)), el("dd", {}, ...value));
}
