/**
 * What the manager has to say to this window: stands on top until the clerk has read it. A message on
 * the window's own screen stands there too, to be taken off. Sends nothing.
 */
import { byId, el, icon, page, redraw, say } from "./core.js";
import { clockText } from "./time.js";

export const READ_KEY = "Y"; // of the oldest message; one that comes meanwhile stands below it

const chime = new Audio(page.chime);
let known = null; // ids of messages that were there already: only a new one rings

/** desk: wire.Window; read(message): the clerk has seen it. */
export function drawTold(desk, read) {
  const shown = desk.messages.filter((message) => !message.ended);
  const ids = shown.map((message) => message.id);
  if (known && ids.some((id) => !known.has(id))) ring();
  known = new Set(ids);
  byId("told-here").hidden = shown.length === 0;
  redraw(byId("told-here"), ids, () => shown.map((message, at) => line(message, read, at === 0)));
  return shown.length;
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
