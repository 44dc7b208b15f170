/**
 * AB岗: a clerk hands over to the stand-in – the person at the window goes to the stand-in's window,
 * then this window pauses, and the stand-in takes its services. Asks; sends nothing.
 */
import { ask } from "./ask.js";
import { named, say } from "./core.js";
import { pauseReasons } from "./pauses.js";

const REASONS = ["meeting", "papers", "rest", "ill"];

/** The window that takes over while this one pauses, or null. */
export const standInOf = (desk, hall) => hall.windows.find((one) => one.stands_in_for === desk.id) ?? null;

/**
 * What to send, in order: [act, body] pairs, and what to tell when that is done; null when the clerk went back. Without an open stand-in
 * `problem` says so in words.
 */
export async function handOver(desk, hall) {
  const partner = standInOf(desk, hall);
  if (!partner) return { problem: say("console.handover.nobody") };
  const name = named(partner);
  if (partner.state !== "open") return { problem: say("console.handover.not_open", { window: name }) };
  const number = desk.ticket?.number;
  const values = await ask({
    icon: "handshake",
    title: say(number ? "console.handover.title_with" : "console.handover.title", { window: name, number }),
    confirm: say("console.act.handover"),
    fields: [pauseReasons(REASONS)],
  });
  if (!values) return null;
  const sent = desk.ticket ? [["transfer", { ticket: desk.ticket.id, window: partner.id }]] : [];
  const done = say(number ? "console.handover.done_with" : "console.handover.done", { window: name, number });
  return { done, sent: [...sent, ["pause", { reason: values.reason }]] };
}
