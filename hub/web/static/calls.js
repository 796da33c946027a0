// On every page but the console: an emergency that nobody has taken shows in a bar and in the title, and sounds.

import { Sound } from "./sound.js";

const LOOK_EVERY_MS = 4000;
const CONSOLE_SEEN_MS = 12000;
const bar = document.getElementById("calls-bar");
const title = document.title;
const sound = new Sound(() => {});

/** Whether the console is open in another tab of this browser: then it sounds there. */
function soundsElsewhere() {
  return Date.now() - Number(localStorage.getItem("care-console-at") ?? 0) < CONSOLE_SEEN_MS;
}

function show(count) {
  const words = bar.dataset.words.replace("{count}", count);
  const link = bar.querySelector("a");
  if (link.textContent !== words) link.textContent = words;
  bar.hidden = count === 0;
  document.title = count > 0 ? `(${count}) ${title}` : title;
  sound.signal(count > 0 && !soundsElsewhere() ? "emergency" : null);
}

async function look() {
  try {
    const response = await fetch("/api/v1/alerts/waiting", { headers: { accept: "application/json" } });
    if (response.ok) show((await response.json()).emergencies);
  } catch {
    // The next look tries again.
  }
}

document.addEventListener("keydown", () => sound.allow());
document.addEventListener("pointerdown", () => sound.allow());
look();
setInterval(look, LOOK_EVERY_MS);
