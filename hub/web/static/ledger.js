// The ledger's forms: says what was chosen and what is too large, and that something goes on while a ledger is read. Without it
// they work all the same.

import { el, t } from "./page.js";

const MB = 1024 * 1024;
const chooser = document.getElementById("files");

function megabytes(bytes) {
  return (bytes / MB).toFixed(bytes < MB ? 2 : 1);
}

function tell(words, bad = false) {
  const told = document.getElementById("files-chosen");
  told.textContent = words;
  told.hidden = !words;
  told.classList.toggle("warning", bad);
  told.classList.toggle("notice", !bad);
}

function chosen() {
  const files = [...chooser.files];
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const tooLarge = size > Number(chooser.dataset.most);
  const words = tooLarge
    ? t("ledger_busy.too_large", { size: megabytes(size), most: chooser.dataset.mostMb })
    : files.length ? t("ledger_busy.chosen", { files: files.map((file) => `${file.name} (${megabytes(file.size)} MB)`).join(t("list.and")) }) : "";
  chooser.setCustomValidity(tooLarge ? words : "");
  tell(words, tooLarge);
}

/** Whether the browser can still read what was chosen: a file that was saved anew since then it cannot. */
async function readable() {
  try {
    await Promise.all([...(chooser?.files ?? [])].map((file) => file.slice(0, 1).arrayBuffer()));
    return true;
  } catch {
    return false;
  }
}

function busy(form) {
  const started = performance.now();
  const key = form.dataset.busy === "importing" ? "ledger_busy.importing" : "ledger_busy.checking";
  const said = el("p", { role: "status" });
  const bar = el("progress", { "aria-labelledby": "busy-words" });
  const words = el("span", { id: "busy-words" });
  said.append(words);
  const shown = el("div", { class: "ledger-busy" }, said, bar);
  form.append(shown);
  for (const button of document.querySelectorAll("main button")) button.disabled = true;
  const tick = () => { words.textContent = t(key, { seconds: Math.floor((performance.now() - started) / 1000) }); };
  tick();
  // Said aloud now and then, not every second.
  const counting = setInterval(tick, 2000);
  return () => {
    clearInterval(counting);
    shown.remove();
    for (const button of document.querySelectorAll("main button")) button.disabled = false;
  };
}

let stop = null;
for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (stop) return;
    if (form.contains(chooser) && !(await readable())) {
      chooser.value = "";
      chosen();
      tell(t("ledger_busy.changed"), true);
      chooser.focus();
      return;
    }
    stop = busy(form);
    form.submit();
  });
}
// Back from the result: the page is shown as it was left.
addEventListener("pageshow", (event) => {
  if (event.persisted && stop) {
    stop();
    stop = null;
  }
});
chooser?.addEventListener("change", chosen);
if (chooser?.files.length) chosen();
document.documentElement.dataset.ready = "";
