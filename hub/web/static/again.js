// Signs that came for alerts somebody already holds: counted here until the one at this screen has looked at the alert.

import { t } from "./page.js";

const KINDS = new Set(["emergency_call", "unconfirmed_call", "unreadable_signal", "fall"]);
const PRESSES = new Set(["call_pressed", "call_pressed_again", "urgent_help", "unconfirmed_call"]);

export class Unseen {
  constructor() {
    this.counts = new Map();
  }

  /** Take in what the stream says of a held alert; true when it is one more sign of a call or a fall. */
  hear(kind, alert) {
    if (kind !== "alert_evidence" || !KINDS.has(alert.kind)) return false;
    const { presses, others } = this.counts.get(alert.id) ?? { presses: 0, others: 0 };
    const press = PRESSES.has(alert.last_sign_code);
    this.counts.set(alert.id, { presses: presses + Number(press), others: others + Number(!press) });
    return true;
  }

  /** Somebody looked, or it waits or is over; true when there was something to look at. */
  forget(id) {
    return this.counts.delete(id);
  }

  /** What came since somebody looked; empty when nothing did. */
  words(id) {
    const { presses = 0, others = 0 } = this.counts.get(id) ?? {};
    return [
      presses && t("queue.pressed_again", { count: presses }),
      others && t("queue.signs_again", { count: others }),
    ].filter(Boolean).join(t("list.and"));
  }
}
