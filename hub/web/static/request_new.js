// A new request: homes are found as one types and chosen with the arrows, as where an alert is raised by hand; Esc leads to the board.

const AFTER_MS = 120;
const form = document.querySelector("form.find-home");

function search() {
  const field = form.elements.q;
  const place = document.getElementById("found");
  let shownFor = field.value.trim();
  let chosen = 0;
  let timer = 0;

  const rows = () => [...place.querySelectorAll(".home-choices a")];

  function choose(index) {
    const all = rows();
    chosen = Math.max(0, Math.min(all.length - 1, index));
    all.forEach((row, number) => row.setAttribute("aria-selected", String(number === chosen)));
    if (all[chosen]) field.setAttribute("aria-activedescendant", all[chosen].id);
    else field.removeAttribute("aria-activedescendant");
    all[chosen]?.scrollIntoView({ block: "nearest" });
  }

  /** What the hub listed: the choices of a list that the field moves in. */
  function listed() {
    const all = rows();
    place.querySelector(".home-choices")?.setAttribute("role", "listbox");
    all.forEach((row, number) => {
      row.id = `found-${number}`;
      row.setAttribute("role", "option");
      row.parentElement.setAttribute("role", "none");
    });
    field.setAttribute("aria-expanded", String(all.length > 0));
    choose(0);
  }

  async function look() {
    clearTimeout(timer);
    const words = field.value.trim();
    const address = words ? `/requests/new?q=${encodeURIComponent(words)}` : "/requests/new";
    const response = await fetch(address, { headers: { accept: "text/html" } }).catch(() => null);
    if (response?.redirected) return location.reload();
    if (!response?.ok || field.value.trim() !== words) return;
    const answer = new DOMParser().parseFromString(await response.text(), "text/html");
    if (field.value.trim() !== words) return;
    place.replaceChildren(...answer.getElementById("found").childNodes);
    shownFor = words;
    history.replaceState(null, "", address); // who comes back from a home finds the list again
    listed();
  }

  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", "found-homes");
  form.querySelector("button").hidden = true;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, AFTER_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const known = shownFor === field.value.trim();
    if (!known) await look();
    // What was not on the screen yet is opened only when there is nothing to choose.
    const all = rows();
    if (shownFor === field.value.trim() && (known || all.length === 1)) all[chosen]?.click();
  });
  listed();
}

if (form) search();
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  // A note that somebody began is not thrown away by one key.
  const field = event.target.closest("textarea");
  if (field?.value.trim()) field.blur();
  else location.assign("/requests");
});
document.documentElement.dataset.ready = "";
