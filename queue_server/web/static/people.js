/**
 * The console's lists of people who are not in line: who missed a call, who was put aside. Draws
 * them with their buttons; what a press does is the console's business.
 */
import { byId, el, icon, say } from "./core.js";
import { drawFolded } from "./fold.js";
import { clockText } from "./time.js";

const SHOWN = 3; // of each list

/** free: the window could call somebody now. */
export function drawPeople(hall, desk, free) {
  const served = new Set(desk.skills.map((skill) => skill.service));
  const missed = hall.missed.filter((one) => served.has(one.service));
  const mine = (one) => one.window === desk.id;
  const parked = hall.parked.filter((one) => served.has(one.service) || mine(one));
  drawList("missed", missed, free, missedRow);
  drawList("parked", [...parked.filter(mine), ...parked.filter((one) => !mine(one))], free, parkedRow);
}

function drawList(name, people, free, row) {
  byId(name).hidden = people.length === 0;
  drawFolded(byId(`${name}-list`), [people, free], people, SHOWN, (one) => row(one, free));
}

function missedRow(one, free) {
  const back = one.may_rejoin
    ? button("rejoin", one, "rotate-ccw", true)
    : el("span", { class: "late" }, say("console.rejoin_no_more"));
  return row(one, say("console.since", { time: clockText(new Date(one.since)) }), [
    back,
    button("call-ticket", one, "megaphone", free, say("console.aside.missed_reason")),
  ]);
}

function parkedRow(one, free) {
  const until = one.until ? say("console.until", { time: clockText(new Date(one.until)) }) : "";
  return row(one, [one.reason, until].filter(Boolean).join(" · "), [
    button("resume", one, "rotate-ccw", true),
    button("call-ticket", one, "megaphone", free, say("console.aside.parked_reason")),
  ]);
}

function row(one, note, buttons) {
  const who = el("div", { class: "who" }, el("b", {}, one.number), el("span", {}, note));
  return el("li", {}, who, el("div", { class: "aside-acts" }, ...buttons));
}

function button(act, one, mark, can, reason = null) {
  return el(
    "button",
    {
      class: "button",
      type: "button",
      "data-act": act,
      "data-ticket": one.id,
      "data-number": one.number,
      "data-reason": reason,
      "aria-disabled": can ? null : "true",
    },
    icon(mark),
    say(`console.aside.${act}`),
    el("span", { class: "quiet-hidden" }, one.number),
  );
}
