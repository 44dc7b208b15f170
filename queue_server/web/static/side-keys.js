/**
 * Digits for the console's buttons beside the work – somebody put aside is back, a missed one
 * rejoins, a promise is kept: the first nine in sight have 1 to 9, shown on the button.
 */
import { byId } from "./core.js";

const MOST = 9;
const SETTLE_MS = 700; // after the lists have changed a digit is deaf: it was meant for another

const BUTTONS = "#people .aside-acts button, #promises-list .aside-acts button";
let keyed = [];
let keyedAt = 0;

function number() {
  const inSight = [...document.querySelectorAll(BUTTONS)].filter((one) => one.offsetParent !== null);
  const wanted = inSight.slice(0, MOST);
  if (wanted.length === keyed.length && wanted.every((one, place) => one === keyed[place])) return;
  for (const one of keyed) {
    delete one.dataset.digit;
    one.removeAttribute("aria-keyshortcuts");
  }
  wanted.forEach((one, place) => {
    one.dataset.digit = String(place + 1);
    one.setAttribute("aria-keyshortcuts", String(place + 1));
  });
  keyed = wanted;
  keyedAt = performance.now();
}

/** Whether the key was one of theirs. */
export function pressSide(key) {
  const button = /^[1-9]$/.test(key) ? keyed[Number(key) - 1] : undefined;
  if (!button) return false;
  if (performance.now() - keyedAt >= SETTLE_MS) button.click();
  return true;
}

const watcher = new MutationObserver(number);
for (const id of ["people", "promises"]) {
  watcher.observe(byId(id), { childList: true, subtree: true, attributes: true, attributeFilter: ["hidden"] });
}
