/**
 * What a clerk must know before the next call: that her window stands in for its partner (AB岗), and
 * what the manager has to say to this window, which stands on top until the clerk has read it. A
 * message on the window's own screen stands there too, to be taken off. Sends nothing.
 */
import { byId, el, icon, named, page, redraw, say, setText } from "./core.js";
import { pauseText } from "./pauses.js";
import { clockText } from "./time.js";

export const READ_KEY = "Y"; // of the oldest message; one that comes meanwhile stands below it

const chime = new Audio(page.chime);
let known = null; // ids of messages that were there already: only a new one rings

/** The window that this one stands in for just now, or null. */
function partnerOf(desk, hall) {
  const partner = hall.windows.find((one) => one.id === desk.stands_in_for);
  return partner?.state === "paused" && !partner.ticket && desk.state === "open" ? partner : null;
}

/** desk: wire.Window; read(message): the clerk has seen it. */
export function drawTold(desk, hall, read) {
  drawPartner(partnerOf(desk, hall));
  const shown = desk.messages.filter((message) => !message.ended);
  const ids = shown.map((message) => message.id);
  if (known && ids.some((id) => !known.has(id))) ring();
  known = new Set(ids);
  byId("told-here").hidden = shown.length === 0;
  redraw(byId("told-here"), ids, () => shown.map((message, at) => line(message, read, at === 0)));
  return shown.length;
}

/** AB岗: stands as long as the partner's pause. */
function drawPartner(partner) {
  const key = partner && [partner.id, partner.since];
  const box = byId("standing-in");
  box.hidden = !partner;
  if (!partner) {
    box.dataset.since = "";
    return;
  }
  if (known && box.dataset.since !== String(key)) ring();
  box.dataset.since = String(key);
  const reason = partner.reason ? say("console.handover.for_reason", { reason: pauseText(partner.reason) }) : "";
  const time = clockText(new Date(partner.since)).slice(0, 5);
  setText(byId("standing-in-title"), say("console.handover.for_partner", { window: named(partner) }));
  setText(byId("standing-in-more"), say("console.handover.for_partner_more", { window: named(partner), time, reason }));
}

/** A page that nobody has touched may not sound; the words stand there all the same. */
function ring() {
  chime.play().catch(() => {});
}

/** The button of the message that has the key, or null. */
export const firstTold = () => byId("told-here").querySelector("button");

function line(message, read, keyed) {
  const onScreen = message.place === "screen";
  const button = el("button", { class: "button", type: "button" }, say(onScreen ? "console.told.off" : "console.told.read"));
  if (keyed) {
    button.append(el("kbd", {}, READ_KEY));
    button.setAttribute("aria-keyshortcuts", READ_KEY);
  }
  button.addEventListener("click", () => read(message));
  const from = say(onScreen ? "console.told.screen" : "console.told.from", { time: clockText(new Date(message.at)).slice(0, 5) });
  return el("li", {}, icon("megaphone"), el("span", {}, el("small", {}, from), el("b", {}, message.text)), button);
}
