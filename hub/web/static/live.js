// The live stream: reads server-sent events with fetch, so that heartbeats are seen and a dead connection is noticed.

import { logInAgain } from "./api.js";
import { syncClock } from "./page.js";

const SILENT_AFTER_MS = 35000; // heartbeats come every 15 s
const RETRY_MS = [500, 1000, 2000, 4000];

/**
 * Follow the journal from `after` on, for ever. `heard(event)` gets each journal event once, in order; `reset(number)` means:
 * read everything anew; `connected(whether)` tells the state of the line.
 */
export function follow(after, { heard, reset, connected }) {
  let last = after;
  let scope;
  let failures = 0;
  let wake = () => {};
  window.addEventListener("online", () => wake());

  async function once() {
    const abort = new AbortController();
    let watchdog = setTimeout(() => abort.abort(), SILENT_AFTER_MS);
    try {
      const response = await fetch(`/api/v1/events?after=${last}`, { signal: abort.signal, headers: { accept: "text/event-stream" } });
      if (response.status === 401) logInAgain();
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(watchdog);
        watchdog = setTimeout(() => abort.abort(), SILENT_AFTER_MS);
        text += value;
        const blocks = text.split("\n\n");
        text = blocks.pop();
        blocks.forEach(take);
      }
    } finally {
      clearTimeout(watchdog);
      abort.abort();
    }
  }

  function take(block) {
    const fields = {};
    for (const line of block.split("\n")) {
      const colon = line.indexOf(":");
      fields[colon === 0 ? "comment" : line.slice(0, colon)] = line.slice(colon + 1).trim();
    }
    if (fields.comment) syncClock(fields.comment);
    if (!fields.data) {
      // A heartbeat: whatever came up to this number and was not sent is not for this log-in.
      if (fields.id) last = Math.max(last, Number(fields.id));
      return;
    }
    const data = JSON.parse(fields.data);
    if (fields.event === "hello") {
      syncClock(data.now);
      failures = 0;
      connected(true);
      const before = scope;
      scope = data.scope;
      if (before !== undefined && before !== scope) reset();
    } else if (fields.event === "reset") {
      last = data.number;
      scope = data.scope;
      reset();
    } else if (data.number > last) {
      last = data.number;
      heard(data);
    }
  }

  (async () => {
    for (;;) {
      await once().catch(() => {});
      connected(false);
      const pause = RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)] * (0.8 + 0.4 * Math.random());
      await new Promise((resolve) => {
        wake = resolve;
        setTimeout(resolve, pause);
      });
    }
  })();

  return { jumpTo: (number) => { last = Math.max(last, number); } };
}
