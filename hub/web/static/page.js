// What every script of the console shares: the page's data, its words, elements, and server time.

export const page = JSON.parse(document.getElementById("page-data").textContent);

/** The words for a key; a missing one shows the key, and a test keeps that from happening. */
export function t(key, values = {}) {
  const words = page.words[key] ?? key;
  return words.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** The words of a text that the hub sends in both languages. */
export function inLanguage(text) {
  return text ? text[page.language] : "";
}

/** An element with properties, attributes and children; text is always set as text, never parsed. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name in element && name !== "list" && name !== "role") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

// Server time counts on the browser's monotonic clock: the operator's wall clock may be wrong, or be set while a call waits.
let offset = Date.now() - performance.now();

export function syncClock(iso) {
  offset = Date.parse(iso) - performance.now();
}

export function serverNow() {
  return performance.now() + offset;
}

/** Seconds from an instant of the hub until now (negative: still to come). */
export function secondsSince(iso) {
  return (serverNow() - Date.parse(iso)) / 1000;
}

/** 0:07, 12:05, 3:04:05. */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

const clock = new Intl.DateTimeFormat("zh-CN", { timeZone: page.timezone, hour: "2-digit", minute: "2-digit", hour12: false });
const clockSeconds = new Intl.DateTimeFormat("zh-CN", {
  timeZone: page.timezone, hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
});
const day = new Intl.DateTimeFormat("en-CA", { timeZone: page.timezone, year: "numeric", month: "2-digit", day: "2-digit" });

/** Local time of day, with the date when it is another day. */
export function localTime(iso, seconds = false) {
  const at = new Date(iso);
  const time = (seconds ? clockSeconds : clock).format(at);
  return day.format(at) === day.format(new Date(serverNow())) ? time : `${day.format(at)} ${time}`;
}

export const MARKS = { emergency: "***", urgent: "**", routine: "*", technical: "•" };
export const RANKS = { emergency: 0, urgent: 1, routine: 2, technical: 3 };

/** An id nobody else makes; crypto.randomUUID is missing where the console is reached by plain http. */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** With an input method switched on the key has no letter; its place on the keyboard still tells. */
export function keyOf(event) {
  const letter = /^Key([A-Z])$/.exec(event.code ?? "");
  return /^[\x20-\x7e\uff1f]$|^[A-Z][a-zA-Z]+$/.test(event.key) && event.key !== "Process" ? event.key.toUpperCase() : letter?.[1];
}
