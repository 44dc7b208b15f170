/**
 * Calls the next person by itself a set time after the clerk has finished one, where the hall wants
 * it. Begins only after a finish on this page, so that nobody is called to a window whose clerk has
 * left; any press ends it.
 */
import { byId, say, setText } from "./core.js";

let armedAt = null;

/** The clerk has just finished somebody here. */
export function arm() {
  armedAt = performance.now();
}

export function disarm() {
  armedAt = null;
  byId("auto").hidden = true;
}

/** Once a second; true when it is time to call. hall.auto_call_s 0: the hall does not want it. */
export function isTime(hall, desk) {
  const waits = desk?.state === "open" && !desk.ticket && desk.waiting > 0;
  if (!armedAt || !hall?.auto_call_s || !waits || document.hidden) {
    byId("auto").hidden = true;
    return false;
  }
  const left = Math.ceil(hall.auto_call_s - (performance.now() - armedAt) / 1000);
  byId("auto").hidden = left <= 0;
  setText(byId("auto-text"), say("console.auto", { n: Math.max(0, left) }));
  if (left > 0) return false;
  armedAt = null;
  return true;
}
