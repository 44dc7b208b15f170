/**
 * The clerk's console: takes presses and keys, sends them once, shows what the window is doing.
 * Shows nobody who waits; who comes next is the server's choice.
 */
import { actOfKey, canNow, stageOf } from "./acts.js";
import { ask, asking, dismiss } from "./ask.js";
import { Commands, Refused, Unanswered } from "./commands.js";
import { drawButtons } from "./console-buttons.js";
import { noteEvent, ownPress } from "./console-elsewhere.js";
import { newest, tell } from "./console-log.js";
import { drawQueues } from "./console-queues.js";
import { READ_KEY, drawTold, firstTold } from "./console-told.js";
import { arm, disarm, isTime } from "./auto-call.js";
import { byId, hasText, lang, named, page, say, setText } from "./core.js";
import { LiveHall } from "./live.js";
import { drawPeople } from "./people.js";
import { closePromise, refreshPromises } from "./promises.js";
import { pauseText } from "./pauses.js";
import { QUESTIONS } from "./questions.js";
import { dismissRegister, offerSlip, register, registering } from "./register.js";
import { handOver } from "./handover.js";
import { watchReceipts } from "./heard.js";
import { drawSentHere } from "./sent-here.js";
import { pressSide } from "./side-keys.js";
import { clockText, minutesText, runningText, secondsSince } from "./time.js";

const SETTLE_MS = 700; // after a change the big button is deaf, so that a double click is one press

let hall = null;
let desk = null; // this window, wire.Window
let why = null;
let sending = null; // the act under way
let following = null; // the next key, pressed while an act was under way
let settledAt = 0;
let answeredAt = 0;

const path = `/api/v1/halls/${encodeURIComponent(page.hall)}/windows/${encodeURIComponent(page.window)}`;
const commands = new Commands(path, (trouble) => {
  byId("trouble").hidden = !trouble;
});

const tickets = new Commands(`/api/v1/halls/${encodeURIComponent(page.hall)}/tickets`, (trouble) => {
  byId("trouble").hidden = !trouble;
});

const acceptances = new Commands(`/api/v1/halls/${encodeURIComponent(page.hall)}/acceptances`, (trouble) => {
  byId("trouble").hidden = !trouble;
});

const told = new Commands(`${path}/messages`, (trouble) => {
  byId("trouble").hidden = !trouble;
}, { keeps: false });

const live = new LiveHall(
  page.hall,
  "queue,windows,calls,acceptances",
  {
    hall: takeHall,
    event: (name, data) => {
      noteEvent(name, data, desk);
      if (name.startsWith("acceptance_")) refreshPromises();
    },
    state: (state) => {
      byId("link").dataset.state = state;
      setText(byId("link-text"), say(state === "live" ? "common.live" : "common.stale"));
      byId("offline").hidden = state === "live";
      if (state === "live") {
        live.wantSnapshot();
        refreshPromises();
      }
    },
  },
  { sleepsWhenHidden: true },
);

function takeHall(snapshot, askedAt) {
  hall = snapshot;
  const found = hall.windows.find((window) => window.id === page.window);
  if (!found) return withoutWindow();
  // A picture taken before the last press was answered would turn the buttons back for a moment.
  if (found && !sending && askedAt >= answeredAt) takeDesk(found);
  else draw();
}

/** It was removed while the page stood open: nothing can be done here any more. */
function withoutWindow() {
  desk = null;
  document.body.dataset.stage = "gone";
  setText(byId("stage"), say("console.no_window"));
  byId("ticket").hidden = true;
  byId("empty").hidden = false;
  setText(byId("empty-text"), say("console.no_window_more"));
  for (const button of byId("acts").querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
}

function takeDesk(next) {
  const before = desk && stageOf(desk);
  if (before && before !== "closed" && stageOf(next) === "closed" && sending !== "close") lookWhere();
  if (desk?.ticket?.number !== next.ticket?.number) why = null;
  desk = next;
  if (before !== stageOf(desk)) {
    settledAt = performance.now() + SETTLE_MS;
    dismiss(); // the question was about what has just ended
    dismissRegister();
  }
  draw();
}

/** Somebody else closed this window: perhaps the clerk was sent to another, which the server knows. */
async function lookWhere() {
  try {
    const answer = await fetch(location.pathname, { redirect: "manual" });
    if (answer.type === "opaqueredirect") location.reload();
  } catch {
    tell("info", say("console.empty.closed")); // the band above says that the line is down
  }
}

/** One press. What the stage does not allow is answered in words, not sent. */
async function press(act, kept = null) {
  if (!desk) return;
  if (sending || commands.pending) {
    if (act !== sending) following = act; // a quick hand is a step ahead; the same key is a bounce
    return;
  }
  if (!kept && !canNow(act, desk)) {
    tell("info", say(`console.not_now.${stageOf(desk)}`));
    return;
  }
  disarm();
  if (act === "handover") return passOn();
  const body = kept ? {} : await details(act);
  if (body) await send(act, body, kept);
}

/** To the stand-in (AB岗): whoever is here first, then the window. */
async function passOn() {
  const plan = await handOver(desk, hall);
  if (plan?.problem) tell("info", plan.problem);
  for (const [act, body] of plan?.sent ?? []) {
    await send(act, body);
    if (newest()?.kind === "alarm") return;
  }
  if (plan?.done) tell("done", plan.done);
}

/** What the act needs besides the press; null when the clerk went back. The ticket that is meant
 * goes along, so that a page that is behind does nothing to another one. */
async function details(act) {
  const meant = desk.ticket ? { ticket: desk.ticket.id } : {};
  if (act === "register") {
    const body = await register(desk.ticket);
    return body && { ...meant, ...body };
  }
  const question = QUESTIONS[act]?.(desk, hall);
  if (!question) return meant;
  const values = await ask({ ...question, confirm: say(`console.act.${act}`) });
  return values && { ...meant, ...question.body(values, new Date()) };
}

async function send(act, body, kept = null) {
  sending = act;
  ownPress(act);
  draw();
  try {
    answered(act, await sender(act).send(pathOf(act), body, kept));
  } catch (error) {
    refused(error);
  }
  sending = null;
  ownPress(act);
  answeredAt = performance.now();
  settledAt = answeredAt + SETTLE_MS;
  draw();
  live.wantSnapshot();
  const next = following;
  following = null;
  if (next && canNow(next, desk)) press(next);
}

/** Giving a number up is asked of the ticket, all else of the window. */
const sender = (act) => (act === "cancel" ? tickets : commands);
const pathOf = (act) => {
  if (act === "cancel") return `${encodeURIComponent(desk.ticket.id)}/cancel`;
  return act === "register" ? "finish" : act;
};

function answered(act, answer) {
  if (!answer) return;
  const calls = desk.ticket?.calls;
  if (answer.window) takeDesk(answer.window);
  const number = answer.ticket?.number;
  if (act === "call-next" && !number) {
    tell("info", say("console.nobody"));
    return;
  }
  if (act === "recall" && answer.ticket.calls === calls) {
    tell("info", say("console.just_called", { number }));
    return;
  }
  if (act === "finish" || act === "register") arm();
  if (answer.why) why = answer.why[lang === "en" ? "en" : "zh"];
  const outcome = answer.registered?.outcome ?? "done";
  if (act === "register" || outcome !== "done") tell("done", offerSlip(answer));
  else tell("done", say(`console.done.${act}`, { number }));
}

function refused(error) {
  if (error instanceof Unanswered) tell("alarm", say("console.unanswered"));
  else if (error instanceof Refused) tell("alarm", refusalText(error));
  else throw error;
}

function refusalText(error) {
  const key = `errors.${error.code}`;
  if (hasText(key)) return say(key);
  return say(error.status === 409 ? "errors.changed" : "errors.other", { code: error.code });
}

function draw() {
  if (!desk) return;
  const stage = stageOf(desk);
  document.body.dataset.stage = stage;
  setText(byId("window-name"), named(desk));
  setText(byId("hall-name"), named(hall));
  document.title = titleOf(stage);
  drawHere(stage);
  watchReceipts(desk);
  drawButtons(desk, hall, sending);
  drawQueues(hall, desk);
  drawTold(desk, hall, read);
  drawPeople(hall, desk, stageOf(desk) === "idle");
  tick();
}

function titleOf(stage) {
  const what = desk.ticket ? desk.ticket.number : say(`console.stage.${stage}`);
  const told = desk.messages.some((message) => !message.ended) ? "● " : "";
  return `${told}${what} · ${named(desk)}`;
}

function drawHere(stage) {
  const ticket = desk.ticket;
  const after = desk.ticket && desk.state === "paused" ? say("console.pause_after") : "";
  setText(byId("stage"), say(`console.stage.${stage}`) + after);
  byId("here").dataset.stage = stage;
  byId("ticket").hidden = !ticket;
  byId("empty").hidden = Boolean(ticket);
  byId("why").hidden = !ticket || !why;
  setText(byId("why-text"), why ?? "");
  drawSentHere(ticket);
  if (!ticket) {
    setText(byId("empty-text"), emptyText(stage));
    return;
  }
  setText(byId("number"), ticket.number);
  setText(byId("service"), [serviceName(ticket), matterName(ticket)].filter(Boolean).join(" · "));
  const group = hall.priority_classes.find((one) => one.id === ticket.priority_class);
  byId("class").hidden = !group || ticket.priority_class === "ordinary";
  setText(byId("class-name"), group ? named(group) : "");
  const repeated = ticket.calls > 1 && ticket.status === "called";
  setText(byId("calls"), repeated ? say("console.calls", { n: ticket.calls }) : "");
}

function serviceName(ticket) {
  const service = hall.services.find((one) => one.id === ticket.service);
  return service ? named(service) : ticket.service_name;
}

const matterName = (ticket) => (lang === "en" && ticket.matter_name_en) || ticket.matter_name;

function emptyText(stage) {
  if (stage === "paused" && desk.reason) return say("console.empty.paused_for", { reason: pauseText(desk.reason) });
  if (stage !== "idle") return say(`console.empty.${stage}`);
  if (desk.waiting === 0) return say("console.empty.nobody");
  return say("console.empty.waiting", { n: desk.waiting });
}

/** A button beside somebody who missed the call or was put aside. */
async function serveAside({ act, ticket, number, reason }) {
  if (act === "call-ticket") {
    if (!sending && !commands.pending) await send(act, { ticket, reason });
    return;
  }
  try {
    if (await tickets.send(`${encodeURIComponent(ticket)}/${act}`)) {
      tell("done", say(`console.done.aside-${act}`, { number }));
    }
  } catch (error) {
    refused(error);
  }
  live.wantSnapshot();
}

/** The manager's message is seen, or off the window's screen. */
async function read(message) {
  try {
    if (await told.send(`${encodeURIComponent(message.id)}/read`)) live.wantSnapshot();
  } catch (error) {
    refused(error);
  }
}

/** Since when, and for how long by now. */
function drawPause() {
  const paused = desk && stageOf(desk) === "paused";
  byId("paused-since").hidden = !paused;
  if (!paused) return;
  const since = { time: clockText(new Date(desk.since)).slice(0, 5), lasting: runningText(secondsSince(desk.since)) };
  setText(byId("paused-since"), say("console.paused_since", since));
}

/** The running time against the usual one. */
function tick() {
  if (!sending && isTime(hall, desk)) press("call-next");
  drawPause();
  const ticket = desk?.ticket;
  if (!ticket) return;
  const seconds = secondsSince(ticket.since);
  const serving = ticket.status === "serving";
  setText(byId("running"), runningText(seconds));
  setText(byId("running-word"), say(serving ? "console.served_for" : "console.called_for"));
  const usual = say("console.usual", { time: minutesText(ticket.usual_s) });
  setText(byId("usual-text"), serving ? usual : "");
  byId("here").classList.toggle("over", serving && seconds > ticket.usual_s);
  const meter = byId("meter");
  meter.hidden = !serving;
  meter.max = ticket.usual_s;
  meter.value = Math.min(seconds, ticket.usual_s);
}

function onClick(event) {
  const button = event.target.closest("button[data-act]");
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  if (button.id === "big" && performance.now() < settledAt) return; // the tail of a double click
  press(button.dataset.act);
}

function onKey(event) {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (typing || asking() || registering() || event.ctrlKey || event.altKey || event.metaKey || event.repeat || !desk) return;
  if (pressSide(event.key)) return;
  if (event.key.toUpperCase() === READ_KEY) {
    firstTold()?.click();
    return;
  }
  const act = actOfKey(event.key, desk);
  if (!act) return;
  event.preventDefault(); // F1, F3 and F6 belong to the browser otherwise
  press(act);
}

byId("acts").addEventListener("click", onClick);
byId("people").addEventListener("click", (event) => {
  const button = event.target.closest("button[data-ticket]");
  if (button && button.getAttribute("aria-disabled") !== "true") serveAside({ ...button.dataset });
});
byId("promises-list").addEventListener("click", (event) => {
  const button = event.target.closest("button[data-acceptance]");
  if (button) closePromise(button.dataset.acceptance, acceptances).then((told) => told && tell("done", told), refused);
});
document.addEventListener("keydown", onKey);
refreshPromises();
setInterval(tick, 1000);
live.start();

// A reload in the middle of a press: the same press goes on, with its own id.
const kept = commands.interrupted();
if (kept) {
  const ready = setInterval(() => {
    if (!desk) return;
    clearInterval(ready);
    press(kept.act, kept);
  }, 100);
}
