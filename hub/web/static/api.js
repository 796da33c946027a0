// Calls of the hub's API: an answer is {ok, status, data}; a failure carries problem details, or says that nobody answered.

import { t } from "./page.js";

const ANSWER_WITHIN_MS = 12000;

export async function call(method, path, body, headers = {}) {
  const options = { method, headers: { accept: "application/json", ...headers }, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["content-type"] = "application/json";
  }
  try {
    const response = await fetch(`/api/v1${path}`, options);
    if (response.status === 401) {
      logInAgain();
    }
    return { ok: response.ok, status: response.status, data: await response.json().catch(() => ({})) };
  } catch {
    return { ok: false, status: 0, data: { detail: t("said.no_answer") } };
  }
}

export function logInAgain() {
  location.assign(`/login?then=${encodeURIComponent(location.pathname + location.search)}`);
}
