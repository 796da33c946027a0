// One home's page: marking its people as away, and back.

import { call } from "./api.js";
import { page, t } from "./page.js";

const form = document.getElementById("away-form");
const notice = form.querySelector("[data-notice]");
const path = `/homes/${encodeURIComponent(form.dataset.home)}/away`;

/** A local time of the centre (not of this computer) as an instant. */
function instant(local) {
  const asUtc = Date.parse(`${local}:00Z`);
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: page.timezone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  }).formatToParts(asUtc);
  const get = (type) => parts.find((part) => part.type === type).value;
  const there = Date.parse(`${get("year")}-${get("month")}-${get("day")}T${get("hour")}:${get("minute")}:00Z`);
  return new Date(asUtc - (there - asUtc)).toISOString();
}

function tell(words) {
  notice.textContent = words;
  notice.hidden = false;
}

let asked = "";

function datesOf(body) {
  return `${body.from_at} ${body.until_at} ${body.resident_id}`;
}

async function send(method, body, which = {}) {
  const query = new URLSearchParams(Object.entries(which).filter(([, value]) => value));
  const answer = await call(method, `${path}?${query}`, body);
  if (answer.ok) {
    location.reload();
    return;
  }
  if (answer.data.type?.endsWith(":long_away")) {
    // Longer than usual: said once, and done when the same is sent again.
    asked = datesOf(body);
    tell(t("away.long", { days: answer.data.days }));
    form.querySelector("button").textContent = t("away.confirm");
    return;
  }
  tell(t("said.failed", { why: answer.data.detail ?? "" }));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = form.elements;
  if (fields.until_at.value <= fields.from_at.value) {
    tell(t("away.order"));
    return;
  }
  const body = {
    resident_id: fields.resident_id.value || null,
    kind: fields.kind.value,
    from_at: instant(fields.from_at.value),
    until_at: instant(fields.until_at.value),
  };
  send("POST", { ...body, confirmed: datesOf(body) === asked });
});

for (const button of document.querySelectorAll("[data-end-away]")) {
  // What is still to come ends by when it begins.
  button.addEventListener("click", () => send("DELETE", undefined, { resident_id: button.dataset.endAway, from_at: button.dataset.from }));
}
