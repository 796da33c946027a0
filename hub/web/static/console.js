// The operators' console: the queue that the live stream keeps current, the chosen alert beside it, keys, mouse and sound.

import { Unseen } from "./again.js";
import { call } from "./api.js";
import { ACTIONS, detailView, timelineItems } from "./detail.js";
import { ambulanceDialog, helpDialog, noteDialog, raiseDialog, raisedDialog, resolveDialog } from "./dialogs.js";
import { heldByOther, holderWords, holdingDialog, mustAsk } from "./holding.js";
import { Flood, groupRow } from "./flood.js";
import { follow } from "./live.js";
import { RANKS, duration, keyOf, page, syncClock, t } from "./page.js";
import { alertRow, byUrgency, inPreAlarm, names, requestRow, tick } from "./rows.js";
import { Sound } from "./sound.js";

const $ = (id) => document.getElementById(id);
const alerts = new Map();
const requests = new Map();
const cards = new Map();
const unseen = new Unseen(); // signs since the one at this screen looked, of alerts that are held
const flood = new Flood();
let selected = null; // id
let shown = null; // the alert in the detail, with its timeline
let chosenByHand = false; // until then the selection follows the top of the queue
let followedAt = -Infinity;
let lostAt = null;
let stream = null;
const FOLLOWED_MS = 600;
const sound = new Sound(showSound);

// --- what the hub says -----------------------------------------------------------------------------------------------

async function readAll() {
  for (;;) {
    const [open, asked] = await Promise.all([readPages("/alerts?open=true&limit=200"), readPages("/requests?open=true&limit=200")]);
    if (open && asked) {
      alerts.clear();
      requests.clear();
      open.items.forEach((alert) => alerts.set(alert.id, alert));
      asked.items.forEach((request) => requests.set(request.id, request));
      syncClock(open.now);
      $("queue-loading").hidden = true;
      render();
      if (!selected || !alerts.has(selected)) letFollow();
      else showDetail();
      return open.number;
    }
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
}

async function readPages(path) {
  let first = null;
  const items = [];
  for (let next = null; ;) {
    const answer = await call("GET", next ? `${path}&before=${encodeURIComponent(next)}` : path);
    if (!answer.ok) return null;
    first ??= answer.data;
    items.push(...answer.data.items);
    next = answer.data.next;
    if (!next) return { ...first, items };
  }
}

function heard(event) {
  if (event.alert) {
    put(event.alert);
    hearAgain(event);
  }
  if (event.request) {
    const known = requests.get(event.request.id);
    if (!known || known.version <= event.request.version) {
      if (event.request.done_at) requests.delete(event.request.id);
      else requests.set(event.request.id, event.request);
    }
  }
  if (event.kind === "away_set" || event.kind === "away_ended" || event.kind === "profile_set") {
    cards.delete(event.home_id);
    if (shown?.home_id === event.home_id) showDetail();
  }
  if (shown && event.alert_id === shown.id && !shown.timeline?.some((entry) => entry.number === event.number)) {
    if (DELIVERIES.has(event.kind)) rereadTimeline();
    else showTimeline([...(shown.timeline ?? []), event]);
  }
  scheduleRender();
}

// What became of a notification names only its number; whom it was for stands in the timeline as a whole.
const DELIVERIES = new Set(["notification_sent", "notification_received", "notification_failed"]);
let rereading = 0;
function rereadTimeline() {
  clearTimeout(rereading);
  rereading = setTimeout(async () => {
    const id = shown?.id;
    const answer = id ? await call("GET", `/alerts/${encodeURIComponent(id)}`) : { ok: false };
    if (!answer.ok || shown?.id !== id) return;
    showTimeline(withNewer(answer.data.timeline));
  }, 300);
}

/** What the hub answered, and what the stream has told since the answer was written. */
function withNewer(timeline) {
  const newest = timeline.at(-1)?.number ?? 0;
  return [...timeline, ...(shown?.timeline ?? []).filter((entry) => entry.number > newest)];
}

function showTimeline(timeline) {
  shown.timeline = timeline;
  $("timeline")?.replaceChildren(...timelineItems(timeline).flat());
}

/** Take over an alert as it now stands; an older version than the one known is ignored. */
function put(alert) {
  const known = alerts.get(alert.id);
  if (known && known.version > alert.version) return;
  const isNew = !known && alert.open && !(shown?.id === alert.id && !shown.open);
  const waitsAgain = known && alert.state === "triggered" && (known.state !== "triggered" || inPreAlarm(known)) && !inPreAlarm(alert);
  if (alert.open) alerts.set(alert.id, alert);
  else alerts.delete(alert.id);
  const lost = known?.holder?.id === page.user.id && alert.holder && alert.holder.id !== page.user.id;
  if (lost && alert.open) {
    const words = t("holding.yours_no_more", { whom: names(alert), held: holderWords(alert) });
    say(words, true);
    $("announce").textContent = words;
  }
  if ((isNew && !inPreAlarm(alert)) || waitsAgain) {
    sound.arrived(alert.severity);
    announce(alert);
  }
  if (shown?.id === alert.id && alert.version >= shown.version) {
    // The door code comes and goes with the hold.
    const turned = (alert.holder?.id === page.user.id) !== (shown.holder?.id === page.user.id);
    shown = { ...alert, timeline: shown.timeline };
    renderDetail();
    if (turned || shown.holder === null) refreshCard(alert.home_id);
  }
}

/** Who holds an alert must not miss that the elder presses again: heard and announced, and marked until looked at. */
function hearAgain(event) {
  const alert = alerts.get(event.alert.id);
  if (!alert || alert.state === "triggered") unseen.forget(event.alert.id);
  else if (unseen.hear(event.kind, event.alert)) {
    alerts.set(alert.id, { ...alert }); // its row is built again
    sound.repeated(alert.severity);
    announce(alert, unseen.words(alert.id));
  }
}

function announce(alert, what = "") {
  const words = [what, t(`severity.${alert.severity}`), t(`kind.${alert.kind}`), names(alert), alert.address];
  $("announce").textContent = words.filter(Boolean).join(" ");
}

function looked(id) {
  if (!unseen.forget(id) || !alerts.has(id)) return;
  alerts.set(id, { ...alerts.get(id) });
  scheduleRender();
}

let rendering = false;
function scheduleRender() {
  if (rendering) return;
  rendering = true;
  // A hidden tab gets no animation frames; the sound must follow all the same.
  (document.hidden ? (run) => setTimeout(run, 0) : requestAnimationFrame)(() => {
    rendering = false;
    render();
  });
}

// --- the lists -------------------------------------------------------------------------------------------------------

function sorted() {
  return [...alerts.values()].sort(byUrgency);
}

/** What the queue shows: alerts, and in a flood groups of them. */
function rowsOf(list) {
  return flood.rows(list, chosenByHand ? selected : null);
}

function turnGroup(key) {
  flood.turn(key);
  render();
}

function showFlood(rows) {
  const groups = rows.filter((row) => row.group);
  $("flood-bar").hidden = !flood.lasts;
  if (!flood.lasts) return;
  const grouped = groups.reduce((sum, row) => sum + row.group.length, 0);
  $("flood-bar").textContent = flood.apart ? t("flood.apart") : t("flood.bar", { count: grouped, groups: groups.length });
}

function render() {
  const list = sorted();
  const rows = rowsOf(list);
  showFlood(rows);
  if (selected && !alerts.has(selected) && shown?.id !== selected && !chosenByHand) selected = null;
  reconcile($("queue"), rows, (alert) => alert.group ? groupRow(alert, turnGroup) :
    alertRow(alert, { choose: openAlert, acknowledge: (id) => act("acknowledge", id), again: unseen.words(alert.id) }));
  const waiting = list.filter((alert) => alert.state === "triggered");
  $("queue-count").textContent = list.length ? t("queue.count", { waiting: waiting.length, all: list.length }) : "";
  $("queue-empty").hidden = list.length > 0 || !$("queue-loading").hidden;
  reconcile($("requests"), [...requests.values()].sort(byDueTime),
    (request) => requestRow(request, moveRequest));
  $("requests-count").textContent = requests.size || "";
  $("requests-empty").hidden = requests.size > 0 || !$("queue-loading").hidden;
  document.title = waiting.length ? `(${waiting.length}) ${t("app.name")}` : t("app.name");
  const gravest = waiting.filter((alert) => alert.severity !== "technical" && !inPreAlarm(alert)).sort((one, other) => RANKS[one.severity] - RANKS[other.severity])[0];
  sound.signal(gravest?.severity ?? null);
  if (!chosenByHand && list[0] && list[0].id !== selected && !document.querySelector("dialog[open]")) followTop();
  markSelected();
  tick(document);
}

/** The newest and gravest is chosen by itself as long as the operator has chosen nothing. */
function followTop() {
  followedAt = performance.now();
  document.documentElement.dataset.keysFrom = String(followedAt + FOLLOWED_MS);
  select(sorted()[0]?.id ?? null);
}

function letFollow() {
  chosenByHand = false;
  followTop();
}

const built = new WeakMap();
/** Make the children of `list` show `items` in order; a row is built again only when its item changed. */
function reconcile(list, items, build) {
  const rows = new Map([...list.children].map((row) => [row.dataset.id, row]));
  items.forEach((item, index) => {
    let row = rows.get(item.id);
    if (!row || built.get(row) !== item) {
      const fresh = build(item);
      built.set(fresh, item);
      if (row) {
        const hadFocus = row.contains(document.activeElement);
        row.replaceWith(fresh);
        if (hadFocus) fresh.querySelector("button")?.focus({ preventScroll: true });
      }
      row = fresh;
    }
    rows.delete(item.id);
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
  });
  rows.forEach((row) => row.remove());
}

function markSelected() {
  for (const row of $("queue").children) {
    const current = row.dataset.id === selected;
    row.classList.toggle("selected", current);
    row.setAttribute("aria-current", String(current));
  }
}

// --- the chosen alert ------------------------------------------------------------------------------------------------

function select(id) {
  selected = id;
  markSelected();
  $("queue").querySelector(".selected")?.scrollIntoView({ block: "nearest" });
  showDetail();
}

const narrow = window.matchMedia("(max-width: 760px)");

function openAlert(id) {
  chosenByHand = true;
  looked(id);
  select(id);
  document.body.classList.add("detail-open");
  // On a telephone the detail covers the list, and the telephone's back key is expected to uncover it.
  if (narrow.matches && !history.state?.detail) history.pushState({ detail: true }, "");
}

function closeDetail() {
  uncoverList();
  if (history.state?.detail) history.back();
}

function uncoverList() {
  chosenByHand = false;
  document.body.classList.remove("detail-open");
}
window.addEventListener("popstate", uncoverList);

function move(by) {
  const list = rowsOf(sorted()).filter((row) => !row.unfolded);
  if (!list.length) return;
  chosenByHand = true;
  const index = list.findIndex((row) => row.id === selected);
  const row = list[Math.max(0, Math.min(list.length - 1, index < 0 ? 0 : index + by))];
  // A group that is reached by a key opens: by keys alone every alert can be chosen.
  if (row.group) flood.turn(row.id);
  const { id } = row.group ? row.group[by > 0 ? 0 : row.group.length - 1] : row;
  looked(id);
  select(id);
  if (row.group) render();
}

async function showDetail() {
  const id = selected;
  if (id === null) {
    shown = null;
    $("detail-none").hidden = false;
    $("detail-body").hidden = true;
    return;
  }
  if (shown?.id !== id && alerts.has(id)) {
    shown = { ...alerts.get(id), timeline: [] };
    renderDetail();
    $("detail").scrollTop = 0;
  }
  const alert = shown?.id === id ? shown : alerts.get(id);
  if (alert) refreshCard(alert.home_id);
  const answer = await call("GET", `/alerts/${encodeURIComponent(id)}`);
  if (selected !== id) return;
  if (answer.status === 404) letFollow();
  if (!answer.ok) return;
  const timeline = shown?.id === id ? withNewer(answer.data.timeline) : answer.data.timeline;
  shown = { ...(shown?.id === id && shown.version > answer.data.version ? shown : answer.data), timeline };
  renderDetail();
}

async function refreshCard(homeId) {
  const answer = await call("GET", `/homes/${encodeURIComponent(homeId)}`);
  if (!answer.ok) return;
  cards.set(homeId, answer.data);
  if (shown?.home_id === homeId) renderDetail();
}

function renderDetail() {
  if (!shown) return;
  const focused = document.activeElement?.dataset?.action;
  $("detail-none").hidden = true;
  $("detail-body").hidden = false;
  $("detail-body").replaceChildren(...detailView(shown, cards.get(shown.home_id), {
    act: (name) => act(name, shown.id), back: closeDetail, who: (resident) => tellWho(shown.id, resident), where: (home) => tellWhere(shown.id, home),
  }));
  if (focused) $("detail-body").querySelector(`[data-action="${focused}"]`)?.focus({ preventScroll: true });
  tick($("detail-body"));
}

// --- what the operator does ------------------------------------------------------------------------------------------

function known(id) {
  return alerts.get(id) ?? (shown?.id === id ? shown : null);
}

async function act(name, id = selected) {
  const alert = id && known(id);
  const action = ACTIONS.find((one) => one.name === name);
  if (!alert) {
    say(t("action.choose_first"), true);
    return;
  }
  if (!action.when.includes(alert.state) || (action.ofOthers && !heldByOther(alert))) {
    if (alert.open) say(alert.holder ? holderWords(alert) : t("stale.changed_to", { name: "", state: t(`state.${alert.state}`) }), true);
    return;
  }
  ahead = null;
  chosenByHand = true;
  looked(id);
  if (id !== selected) select(id);
  const send = (body, path) => command(id, path, body);
  const sendTyped = async (body, path) => {
    const wrong = await send(body, path);
    return wrong && `${wrong}${t("stale.kept")}`;
  };
  let done = false;
  let words = t(`action.${name}`);
  if (mustAsk(alert, action)) done = words = await holdingDialog(alert, action, (body) => send(body, action.path));
  else if (name === "resolve") done = await resolveDialog(alert, heldByOther(alert) && holderWords(alert), (body) => sendTyped(body, "resolve"));
  else if (name === "note") done = await noteDialog(alert, (body) => sendTyped(body, "notes"));
  else if (name === "ambulance") done = await ambulanceDialog(alert, cards.get(alert.home_id), (body) => send(body, "ambulance"));
  else {
    const wrong = await send({}, action.path);
    if (wrong) say(wrong, true);
    else done = true;
  }
  if (done) say([words, names(alert)].join(" · "));
  if (done && name === "resolve") afterResolve(id);
  else if (done) goOn(id);
}

// The queue tells that a step was recorded a moment before its dialog closes: the key of the next step, pressed then, counts.
let ahead = null;

function remember(event) {
  if (event.defaultPrevented || event.target.closest("textarea, input[type=text]")) return;
  const next = ACTIONS.find((action) => action.key === keyOf(event));
  ahead = next ? next.name : null;
}

function goOn(id) {
  const name = ahead;
  ahead = null;
  if (name && selected === id && known(id)?.open) act(name, id);
}

/** Send one action; null when done, otherwise what to tell the operator. The version is read when it is sent, not before. */
async function command(id, path, body) {
  const alert = known(id);
  const answer = await call("POST", `/alerts/${encodeURIComponent(id)}/${path}`, path === "notes" ? body : { version: alert.version, ...body });
  if (answer.ok) {
    put(answer.data);
    render();
    return null;
  }
  const current = answer.data.current;
  const why = (page.language === "zh" && answer.data.zh) || answer.data.detail;
  if (!current) return t("said.failed", { why: why ?? "" });
  put(current);
  render();
  if (answer.data.type?.endsWith(":which_home")) return why;
  const holder = current.holder ?? current.resolved_by;
  return holder && holder.id !== page.user.id
    ? t("stale.taken", { name: holder.name, state: t(`state.${current.state}`) })
    : t("stale.changed", { state: t(`state.${current.state}`) });
}

/** Two elders live there: one of them it is. */
async function tellWho(id, resident) {
  const wrong = await command(id, "who", { resident_id: resident });
  if (wrong) say(wrong, true);
}

/** The next alert that waits; else the next one; the resolved one leaves the screen. */
function afterResolve(id) {
  closeDetail();
  if (selected !== id) return;
  shown = null;
  letFollow();
}

/** Late ones first, then what is due first: the queue of the board. */
function byDueTime(one, other) {
  return Date.parse(one.due_at ?? one.opened_at) - Date.parse(other.due_at ?? other.opened_at) || (one.id < other.id ? -1 : 1);
}

async function moveRequest(request, state) {
  const answer = await call("POST", `/requests/${encodeURIComponent(request.id)}/move`, { version: request.version, state });
  const now = answer.ok ? answer.data : answer.data.current;
  if (now) heard({ request: now });
  if (!answer.ok) say(t("said.failed", { why: answer.data.detail ?? "" }), true);
}

let sayTimer = 0;
function say(words, bad = false) {
  const said = $("said");
  said.textContent = words;
  said.classList.toggle("said-bad", bad);
  said.classList.add("said-shown");
  clearTimeout(sayTimer);
  sayTimer = setTimeout(() => said.classList.remove("said-shown"), bad ? 9000 : 3000);
}

document.addEventListener("answered", ({ detail }) => say(detail.words, detail.bad));

async function raiseByHand() {
  if (!$("raise-button")) return; // not for this log-in
  let raised = null;
  let caller = null;
  await raiseDialog((alert, home) => {
    raised = alert;
    caller = home.caller;
    put(alert);
    render();
    chosenByHand = true;
    select(alert.id);
  });
  if (!raised) return;
  const joined = raised.signs > 0 || raised.reason_code !== "raised_by_hand";
  // The people of the home are good to have, and not worth waiting for.
  await Promise.race([refreshCard(raised.home_id), new Promise((resolve) => setTimeout(resolve, 1500))]);
  await raisedDialog(raised, joined, cards.get(raised.home_id), caller, (learned) => tellOfCall(raised.id, learned));
}

/** Which of the two homes that an alert names it is. Of the other one, an emergency is raised there, too. */
async function tellWhere(id, home) {
  const wrong = await command(id, "where", { home_id: home });
  say(wrong ?? t("said.done"), Boolean(wrong));
}

/** What the caller said, and whom it is about; null when done, else what to tell the operator. */
async function tellOfCall(id, { who, note }) {
  const wrong = (who && (await command(id, "who", { resident_id: who }))) || (note && (await command(id, "notes", { note })));
  if (!wrong && (who || note)) say(t("said.done"));
  return wrong || null;
}

// --- keys ------------------------------------------------------------------------------------------------------------

const KEYS = {
  J: () => move(1), ARROWDOWN: () => move(1), K: () => move(-1), ARROWUP: () => move(-1),
  ENTER: () => selected && openAlert(selected), ESCAPE: closeDetail,
  H: raiseByHand, M: () => sound.togglePause(), "?": helpDialog, "\uff1f": helpDialog,
  ...Object.fromEntries(ACTIONS.map((action) => [action.key, () => {
    // The selection has just moved by itself: the key was meant for the alert that stood there before.
    if (chosenByHand || performance.now() - followedAt > FOLLOWED_MS) act(action.name);
  }])),
};

document.addEventListener("keydown", (event) => {
  const soundWasOff = sound.state === "off";
  sound.allow();
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  const dialog = document.querySelector("dialog[open]");
  if (dialog?.hasAttribute("data-sending")) remember(event);
  if (dialog || event.target.closest("input, textarea, select")) return;
  const key = keyOf(event);
  if (key === "ENTER" && event.target.closest("button, a, summary")) return;
  if (key === "M" && soundWasOff) return;
  const run = KEYS[key];
  if (!run) return;
  event.preventDefault();
  run();
});
document.addEventListener("pointerdown", () => sound.allow());
// Other tabs leave the sound to this one.
const here = () => localStorage.setItem("care-console-at", String(Date.now()));
here();
setInterval(here, 4000);

// Not only what moves the selection is a look: the alert in the detail has been seen by whoever works there.
$("detail").addEventListener("pointerdown", () => shown && looked(shown.id));
$("raise-button")?.addEventListener("click", raiseByHand);
$("help-button").addEventListener("click", helpDialog);
$("flood-bar").addEventListener("click", () => {
  flood.apart = !flood.apart;
  render();
});
$("sound-button").addEventListener("click", () => sound.togglePause());
$("sound-bar").addEventListener("click", () => (sound.state === "paused" ? sound.togglePause() : sound.allow()));

// --- bars ------------------------------------------------------------------------------------------------------------

function showSound() {
  const state = sound.state;
  const bar = $("sound-bar");
  bar.hidden = state === "on";
  bar.textContent =
    state === "paused" ? t("sound.paused_bar", { time: duration(sound.pauseLeft) }) : state === "none" ? t("sound.none") : t("sound.off_bar");
  $("sound-state").textContent = t(state === "on" ? "sound.on" : state === "paused" ? "sound.paused" : "sound.off");
  $("sound-button").setAttribute("aria-pressed", String(state !== "on"));
}

function connected(whether) {
  lostAt = whether ? null : (lostAt ?? performance.now());
  showLine();
}

function showLine() {
  // A reconnection within a second is no news.
  const lostFor = lostAt === null ? 0 : (performance.now() - lostAt) / 1000;
  $("line-bar").hidden = lostFor < 1;
  if (lostFor >= 1) $("line-bar").textContent = t("line.lost", { time: duration(lostFor) });
  document.body.classList.toggle("line-lost", lostFor >= 1);
}

async function askHealth() {
  try {
    const response = await fetch("/readyz", { headers: { accept: "application/json" } });
    const health = await response.json();
    const notices = health.notices ?? [];
    const over = notices.filter((notice) => notice.code !== "no_channel");
    const told = [...(health.problems ?? []), ...over].map((one) => one.detail).join("; ");
    $("told-bar").hidden = over.length === notices.length;
    $("hub-bar").hidden = !told;
    $("hub-bar").textContent = t("line.problems", { text: told });
  } catch {
    // The line's own bar says that nothing answers.
  }
}

setInterval(() => {
  tick(document);
  showSound();
  showLine();
}, 1000);
setInterval(askHealth, 30000);

showSound();
askHealth();
const number = await readAll();
const asked = new URLSearchParams(location.search).get("alert");
if (asked) openAlert(asked);
stream = follow(number, {
  heard,
  connected,
  reset: async () => {
    say(t("line.reset"), true);
    stream.jumpTo(await readAll());
  },
});
document.documentElement.dataset.ready = "true";
