/**
 * What a person can do on the ticket's page: be called with sound and vibration, ask for ten more
 * minutes, come back sooner, give the number up. Each press acts once.
 */
import { Commands, Refused } from "./commands.js";
import { byId, hasText, page, say, setText } from "./core.js";

const MORE_MINUTES = 10;
const RINGS = 6; // until the person has looked, or the window has begun
const RING_EVERY_MS = 5000;

const commands = new Commands(`/api/v1/t/${encodeURIComponent(page.ticket)}`, () => {}, { keeps: false });
const chime = new Audio(page.chime);
let ticket = null;
let wanted = false; // whether the person asked for sound: browsers play only after a touch
let ringing = null;
let lookAgain = () => {};

/** lookAgain: asks the server for the ticket at once. */
export function setUpActs(look) {
  lookAgain = look;
  byId("alert").addEventListener("click", toggleAlert);
  byId("defer").addEventListener("click", () => press("defer", { minutes: MORE_MINUTES }));
  byId("back").addEventListener("click", () => press("resume"));
  byId("cancel").addEventListener("click", () => byId("sure").showModal());
  byId("sure").addEventListener("close", () => {
    if (byId("sure").returnValue === "yes") press("cancel");
    byId("sure").returnValue = "";
  });
}

/** Shows what can be done now. */
export function listenFor(now) {
  ticket = now;
  const waiting = ticket.status === "waiting";
  byId("alert").hidden = !(waiting || ticket.status === "called" || ticket.status === "parked");
  byId("defer").hidden = !ticket.may_defer || Boolean(ticket.deferred_until);
  byId("back").hidden = !ticket.deferred_until;
  byId("cancel").hidden = !waiting && ticket.status !== "missed";
  if (ticket.status !== "called") quiet();
}

function toggleAlert() {
  wanted = !wanted;
  byId("alert").setAttribute("aria-pressed", String(wanted));
  setText(byId("alert-text"), say(wanted ? "ticket.alert_off" : "ticket.alert_on"));
  if (!wanted) return quiet();
  sound(); // to be heard now, and allowed later
}

function sound() {
  chime.currentTime = 0;
  chime.play().catch(() => {}); // the phone is on silent: it still vibrates and turns red
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([400, 200, 400, 200, 400]);
}

/** It is the person's turn: again and again, for a while. */
export function ring() {
  quiet();
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([400, 200, 400, 200, 400]);
  if (!wanted) return;
  let left = RINGS;
  sound();
  ringing = setInterval(() => {
    left -= 1;
    if (left <= 0) quiet();
    else sound();
  }, RING_EVERY_MS);
}

function quiet() {
  clearInterval(ringing);
  ringing = null;
}

async function press(act, body = {}) {
  byId("act-fault").hidden = true;
  try {
    await commands.send(act, body);
  } catch (error) {
    const known = error instanceof Refused && hasText(`ticket.refused.${error.code}`);
    setText(byId("act-fault"), say(known ? `ticket.refused.${error.code}` : "ticket.refused.other"));
    byId("act-fault").hidden = false;
  }
  lookAgain();
}
