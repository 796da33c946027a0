// The installer's list kept current: which key was pressed, who answered, and whether the home is open. Asked every two seconds,
// only while the page is looked at.

import { call } from "./api.js";
import { el, localTime, page, syncClock, t } from "./page.js";

const EVERY_MS = 2000;
const root = document.getElementById("check");
const live = document.getElementById("live");
const path = `/homes/${encodeURIComponent(root.dataset.home)}/checklist`;
let shown = "";

function room(name) {
  return `room.${name}` in page.words ? t(`room.${name}`) : name;
}

function where(device) {
  const place = device.room ? room(device.room) : device.wearer?.name;
  return place ? ` · ${place}` : "";
}

function says(device) {
  if (device.answered_at && device.proven_at && device.proven_at >= device.answered_at) {
    return t("check.proven", { name: device.answered_by.name, at: localTime(device.proven_at, true) });
  }
  if (device.answered_at) return t("check.answered", { name: device.answered_by.name, at: localTime(device.answered_at, true) });
  if (device.pressed_at) return t("check.pressed", { at: localTime(device.pressed_at, true) });
  return t("check.press_now");
}

function key(device) {
  const how = device.proven_at ? "key-proven" : device.pressed_at ? "key-waiting" : "";
  return el("li", { class: `key ${how}`, "data-device": device.id },
    el("strong", {}, `${t(`device.${device.kind}`)}${where(device)}`),
    el("span", { class: "dim number" }, device.id),
    el("span", { class: "key-says" }, says(device)));
}

function step(one) {
  return el("li", { "data-step": one.key, class: one.done ? "step-done" : "" },
    el("span", { class: "step-mark", "aria-hidden": "true" }, one.done ? "✓" : ""),
    el("span", {}, t(`check.${one.key}`)), " ",
    el("span", { class: "visually-hidden" }, t(one.done ? "check.done" : "check.to_do")));
}

function other(device) {
  return el("li", {},
    el("span", {}, el("strong", {}, t(`device.${device.kind}`)), device.room ? ` · ${room(device.room)} ` : " ",
      el("span", { class: "dim number" }, device.id)),
    el("span", { class: device.last_seen_at ? "" : "tag tag-warn" },
      device.last_seen_at ? t("check.heard", { at: localTime(device.last_seen_at, true) }) : t("check.never")));
}

function show(list) {
  const { now, ...rest } = list;
  syncClock(now);
  const seen = JSON.stringify(rest);
  if (seen === shown) return;
  shown = seen;
  const verdict = document.getElementById("verdict");
  verdict.className = `verdict ${list.open && list.proven ? "verdict-open" : "verdict-shut"}`;
  verdict.replaceChildren(list.open ? t(list.proven ? "check.open" : "check.by_word") : t("check.not_open"),
    list.open && list.opened_at ? el("span", {}, t("check.open_since", { at: localTime(list.opened_at, true) })) : "");
  document.getElementById("keys").replaceChildren(...list.devices.filter((device) => device.caller).map(key));
  document.getElementById("steps").replaceChildren(...list.steps.map(step));
  document.getElementById("others").replaceChildren(...list.devices.map(other));
}

async function look() {
  if (!document.hidden) {
    const answer = await call("GET", path);
    if (answer.ok) show(answer.data);
    live.textContent = t(answer.ok ? "check.live" : "check.lost");
  }
  setTimeout(look, EVERY_MS);
}

document.documentElement.dataset.ready = "";
look();
