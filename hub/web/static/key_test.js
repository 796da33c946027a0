// A visit on which keys are tested, kept current: a press that was heard, a key that is ticked off. Asked every two seconds, only
// while the page is looked at; what the page says is made by the hub.

import { call } from "./api.js";
import { t } from "./page.js";

const EVERY_MS = 2000;
const root = document.getElementById("visit");
const live = document.getElementById("live");
const path = `/homes/${encodeURIComponent(root.dataset.home)}/key-tests`;

/** What changes on the page; the hub's clock and the chain test stand elsewhere. */
function seen({ now, chain, ...rest }) {
  return JSON.stringify(rest);
}

let shown = seen(JSON.parse(document.getElementById("standing").dataset.seen));

async function renew() {
  const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
  if (!answer.ok) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("standing");
  if (!fresh) return false;
  document.getElementById("standing").replaceWith(fresh);
  return true;
}

async function look() {
  if (!document.hidden) {
    try {
      const answer = await call("GET", path);
      live.textContent = answer.ok ? "" : t("key_tests.lost");
      if (answer.ok && seen(answer.data) !== shown && (await renew())) shown = seen(answer.data);
    } catch {
      live.textContent = t("key_tests.lost");
    }
  }
  setTimeout(look, EVERY_MS);
}

document.documentElement.dataset.ready = "";
look();
