/** The console's buttons: the one large next step and the smaller ones, each with its keys. Presses nothing. */
import { ACTS, SMALL, STAGES, canNow, stageOf } from "./acts.js";
import { byId, el, icon, redraw, say } from "./core.js";
import { standInOf } from "./handover.js";

/** sending: the act under way, or null. */
export function drawButtons(desk, hall, sending) {
  drawBig(stageOf(desk), sending);
  drawSmall(desk, hall, sending);
}

const shortcuts = (act) => [ACTS[act].fkey, ACTS[act].letter].filter(Boolean).join(" ");

function keysOf(act) {
  const { fkey, letter } = ACTS[act];
  const keys = [fkey, letter].filter(Boolean).map((key) => el("kbd", {}, key));
  return el("span", { class: "keys" }, ...keys);
}

function drawBig(stage, sending) {
  const act = sending && sending === STAGES[stage].next ? sending : STAGES[stage].next;
  const button = byId("big");
  button.dataset.act = act;
  button.setAttribute("aria-disabled", String(Boolean(sending)));
  button.setAttribute("aria-keyshortcuts", shortcuts(act));
  redraw(button, [act, sending], () => [
    icon(sending ? "loader-circle" : ACTS[act].icon, sending ? "spin" : ""),
    el("span", { class: "word" }, sending ? say("console.sending") : say(`console.act.${act}`)),
    keysOf(act),
  ]);
}

/** pause turns into resume, close into open, with the window's state. */
function turned(act, desk) {
  if (act === "pause" && desk.state === "paused") return "resume";
  if (act === "close" && desk.state === "closed") return "open";
  return act;
}

function drawSmall(desk, hall, sending) {
  for (const place of SMALL) {
    const act = turned(place, desk);
    const button = byId(`small-${place}`);
    const lacks = act === "handover" && !standInOf(desk, hall);
    const can = canNow(act, desk) && !sending && !lacks;
    button.dataset.act = act;
    button.setAttribute("aria-disabled", String(!can));
    button.setAttribute("aria-keyshortcuts", shortcuts(act));
    redraw(button, [act, lacks], () => [
      icon(ACTS[act].icon),
      el("span", { class: "word" }, say(lacks ? "console.handover.none" : `console.act.${act}`)),
      keysOf(act),
    ]);
  }
}
