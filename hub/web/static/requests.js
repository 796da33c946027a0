// The board of service requests: the hub renders it; this keeps it current, moves by keys, and sends a step without leaving it.

import { follow } from "./live.js";
import { keyOf, page, t } from "./page.js";

const REFRESH_AFTER_MS = 250;
const LATER_MS = 30000; // what is due, and for how long, changes with the clock
const $ = (id) => document.getElementById(id);
const board = $("board");

// --- the board -------------------------------------------------------------------------------------------------------

let refreshing = null;
let again = false;
async function refresh() {
  if (refreshing) {
    again = true;
    return refreshing;
  }
  refreshing = (async () => {
    do {
      again = false;
      const response = await fetch(`/requests/board${location.search}`, { headers: { accept: "text/html" } }).catch(() => null);
      if (response?.redirected) location.reload();
      else if (response?.ok) show(await response.text());
    } while (again);
  })();
  await refreshing;
  refreshing = null;
}

let timer = 0;
function refreshSoon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, REFRESH_AFTER_MS);
}

/** Put the new board in the place of the old one; who was at a card stays there. */
function show(html) {
  const focused = document.activeElement?.closest?.("#board .ticket");
  const id = focused?.dataset.id;
  const known = new Map([...board.querySelectorAll(".ticket")].map((ticket) => [ticket.dataset.id, column(ticket)]));
  board.innerHTML = html; // rendered and escaped by the hub
  for (const ticket of board.querySelectorAll(".ticket")) {
    if (known.size && known.get(ticket.dataset.id) !== column(ticket)) ticket.classList.add("is-new");
  }
  if (id) ticketOf(id)?.querySelector("h3 a")?.focus({ preventScroll: true });
}

const column = (ticket) => ticket.closest("section").className;
const ticketOf = (id) => [...board.querySelectorAll(".ticket")].find((ticket) => ticket.dataset.id === id);

// --- steps -----------------------------------------------------------------------------------------------------------

let sending = false;
board.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sending) return;
  sending = true;
  const form = event.target;
  const response = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { accept: "text/html" } }).catch(() => null);
  sending = false;
  if (!response) return say(t("said.no_answer"), true);
  // Done, the hub leads back to the board; otherwise to the request, which says why.
  const to = new URL(response.url);
  if (!response.ok || to.searchParams.has("said")) say(t("requests.not_done"), true);
  else if (to.pathname === "/login") location.assign(to);
  await refresh();
});

let sayTimer = 0;
function say(words, bad = false) {
  const said = $("said");
  said.textContent = words;
  said.classList.toggle("said-bad", bad);
  said.classList.add("said-shown");
  clearTimeout(sayTimer);
  sayTimer = setTimeout(() => said.classList.remove("said-shown"), bad ? 9000 : 3000);
}

// --- filters and keys ------------------------------------------------------------------------------------------------

$("filter").addEventListener("change", () => $("filter").requestSubmit());
$("filter").querySelector("button").hidden = true;

function tickets() {
  return [...board.querySelectorAll(".board-column")].map((one) => [...one.querySelectorAll(".ticket")]).filter((one) => one.length);
}

function move(down, right) {
  const columns = tickets();
  if (!columns.length) return;
  const current = document.activeElement?.closest?.(".ticket");
  const x = columns.findIndex((one) => one.includes(current));
  const y = x < 0 ? 0 : columns[x].indexOf(current);
  const to = columns[Math.max(0, Math.min(columns.length - 1, x < 0 ? 0 : x + right))];
  to[Math.max(0, Math.min(to.length - 1, x < 0 ? 0 : y + down))].querySelector("h3 a").focus();
}

/** The keys of this page, shown and put away by one key: they stand below the board, out of sight of a long one. */
function help(shown) {
  const keys = $("keys");
  keys.open = shown;
  if (shown) keys.scrollIntoView({ block: "end" });
}

const MOVES = { ARROWDOWN: [1, 0], J: [1, 0], ARROWUP: [-1, 0], K: [-1, 0], ARROWRIGHT: [0, 1], ARROWLEFT: [0, -1] };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.closest("input, select, textarea")) return;
  const key = keyOf(event);
  if (MOVES[key]) {
    event.preventDefault();
    move(...MOVES[key]);
  } else if (key === "?" || key === "\uff1f") {
    event.preventDefault();
    help(!$("keys").open);
  } else if (key === "ESCAPE") {
    help(false);
  } else if (key === "N") {
    $("open-one")?.click();
  } else if (["A", "S", "D"].includes(key)) {
    const ticket = document.activeElement?.closest?.(".ticket");
    if (ticket) ticket.querySelector(`[data-key="${key.toLowerCase()}"]`)?.click();
    else say(t("requests.choose_first"), true);
  }
});

// --- the line --------------------------------------------------------------------------------------------------------

follow(page.number, {
  heard: (event) => {
    if (event.request || event.kind === "profile_set") refreshSoon();
  },
  reset: refreshSoon,
  connected: (whether) => {
    $("line-bar").textContent = t("requests.line_lost");
    $("line-bar").hidden = whether;
  },
});
setInterval(() => {
  if (!document.hidden && !board.contains(document.activeElement?.closest?.("form"))) refresh();
}, LATER_MS);
document.documentElement.dataset.ready = "";
