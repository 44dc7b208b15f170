/**
 * What was done at this window, but not on this page – at the keypad, on a second computer, by the
 * day's end – told in the console's own words. Sends nothing.
 */
import { arm } from "./auto-call.js";
import { tell } from "./console-log.js";
import { page, say } from "./core.js";

const OWN_MS = 5000; // an own press's event may come so long after its answer
/** event → the presses that make it, and the words for it */
const ACTS = {
  ticket_called: ["call-next", "call-ticket"],
  ticket_recalled: ["recall"],
  ticket_started: ["start"],
  ticket_finished: ["finish", "register"],
  ticket_missed: ["miss"],
};
const numbers = new Map(); // ticket → its number, of those that were called here
const pressed = new Map(); // act → when it was last under way on this page

/** An act of this page is under way, or has just been answered. */
export function ownPress(act) {
  pressed.set(act, performance.now());
}

const isOwn = (acts) => acts.some((act) => performance.now() - (pressed.get(act) ?? -Infinity) < OWN_MS);

/** desk: wire.Window as the page last knew it. */
export function noteEvent(name, data, desk) {
  if (name === "day_closed") return noteDayClosed(desk);
  const acts = ACTS[name];
  if (!acts || data.window !== page.window) return;
  if (data.number) numbers.set(data.ticket, data.number);
  const number = data.number ?? numbers.get(data.ticket) ?? (desk?.ticket?.id === data.ticket ? desk.ticket.number : null);
  if (isOwn(acts) || data.flagged || !number) return;
  tell("info", say("console.elsewhere", { what: say(`console.done.${acts[0]}`, { number }) }));
  if (name === "ticket_finished") arm();
}

/** Somebody who was still here has no result: the clerk must not think that she registered one. */
function noteDayClosed(desk) {
  numbers.clear();
  const number = desk?.ticket?.number;
  tell("info", number ? say("console.day_closed_with", { number }) : say("console.day_closed"));
}
