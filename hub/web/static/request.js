// One request: when it changes while somebody looks at it, the page is read anew, unless something was typed already.

import { follow } from "./live.js";
import { page } from "./page.js";

const $ = (id) => document.getElementById(id);
let typed = false;
document.addEventListener("input", () => { typed = true; });

function changed() {
  if (typed || document.querySelector("select:focus")) $("changed").hidden = false;
  else location.replace(location.pathname);
}

follow(page.number, {
  heard: (event) => {
    if (event.request_id === page.request && !event.kind.startsWith("notification")) changed();
  },
  reset: changed,
  connected: () => {},
});
document.documentElement.dataset.ready = "";
