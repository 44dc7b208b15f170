/**
 * The manager's board: is all well, and if not, what to do. Live; sends nothing but an answer to a
 * call for help.
 */
import { alarmsOf, deviceFine, queueLevel } from "./alarms.js";
import { askIssuing, askNotice, askWindow } from "./board-acts.js";
import { byId, el, hasText, icon, named, page, person, redraw, say, setText, shortName } from "./core.js";
import { ownWords } from "./device-words.js";
import { forgetButton, screenDevices, watchScreens } from "./board-screens.js";
import { answerButton, isCalling, placeOf } from "./help.js";
import { LiveHall } from "./live.js";
import { messageLine } from "./board-messages.js";
import { pauseText } from "./pauses.js";
import { promiseAlarms, watchCases } from "./promise-alarms.js";
import { promiseAlarm, promiseFigure, watchReport } from "./promise-figure.js";
import {
  clockText, dateText, minutesText, runningText, secondsSince, serverNow, waitText,
} from "./time.js";

const STATE_ICON = {
  serving: "user", called: "megaphone", idle: "circle-check", paused: "circle-pause", closed: "circle-x",
};
const DEVICE_ICON = {
  ticket_printer: "printer", printer: "printer", card_reader: "id-card", camera: "camera",
  kiosk: "tablet-smartphone", screen: "monitor", speaker: "volume-2", help: "bell-ring",
};
const WAIT_ICON = {
  stopped: "circle-pause", full: "circle-pause", urgent: "triangle-alert",
  fine: "circle-check", notable: "hourglass", long: "triangle-alert",
};
const TODAY = ["issued", "waiting", "called", "serving", "finished", "missed", "cancelled"];

const ALARMS_SHOWN = 6; // the windows and queues below must stay in sight

let hall = null;
let cases = null;
let screens = []; // the hall's call screens, alive or silent
let waits = null; // how well the promised waits were kept
const mayAct = page.role !== "auditor"; // who only looks is shown no buttons

const live = new LiveHall(
  page.hall,
  "calls,queue,windows,devices",
  {
    hall(snapshot) {
      hall = snapshot;
      draw();
    },
    state(state) {
      byId("link").dataset.state = state;
      setText(byId("link-text"), say(state === "live" ? "common.live" : "common.stale"));
      draw();
    },
  },
  { sleepsWhenHidden: true },
);

const stageOf = (window) =>
  window.ticket ? window.ticket.status : window.state === "open" ? "idle" : window.state;

const wordOr = (key, other) => (hasText(key) ? say(key) : other);
const kindOf = (device) => wordOr(`device.kind.${device.kind}`, device.kind);
const stateOf = (device) => wordOr(`device.state.${device.state}`, device.state);

function draw() {
  if (!hall) {
    if (live.state === "stale") drawAlarms([{ kind: "stale", level: "red" }]);
    return;
  }
  setText(byId("hall-name"), named(hall));
  document.title = `${say("board.title")} · ${named(hall)}`;
  drawAlarms(pressing());
  drawWindows();
  drawQueues();
  drawToday();
  drawPromise();
  drawOutOfTurn();
  drawDevices();
}

function driftAlarm() {
  const drift = waits && promiseAlarm(waits);
  return drift ? [{ kind: "drift", level: "amber", said: [drift.title, drift.todo] }] : [];
}

const devicesNow = () => [...hall.devices, ...screenDevices(screens, hall.open)];

function pressing() {
  const now = { ...hall, devices: devicesNow() };
  const found = alarmsOf(now, serverNow(), live.state, clockText().slice(0, 5));
  return [...promiseAlarms(hall, cases), ...driftAlarm(), ...found];
}

function headline(alarms) {
  if (alarms.length > 0) return say("board.attention", { n: alarms.length });
  if (!hall.open) return say("board.closed");
  return say("board.well");
}

function summary() {
  const open = hall.windows.filter((window) => window.state === "open").length;
  const longest = Math.max(0, ...hall.services.map((service) => service.longest_wait_s));
  const people = hall.services.reduce((sum, service) => sum + service.waiting, 0);
  const values = { open, all: hall.windows.length, n: people, time: minutesText(longest) };
  return say(people ? "board.summary" : "board.summary_nobody", { ...values, n: people });
}

function drawAlarms(alarms) {
  const level = alarms.length === 0 ? "well" : alarms.some((a) => a.level === "red") ? "red" : "amber";
  const box = byId("headline");
  box.dataset.level = level;
  redraw(byId("headline-icon"), level, () => [icon(level === "well" ? "circle-check" : "triangle-alert")]);
  setText(byId("headline-text"), hall || alarms.length ? headline(alarms) : "");
  setText(byId("summary"), hall ? summary() : "");
  const lines = alarms.map((alarm) => [alarm.level, ...alarmTexts(alarm)]);
  byId("alarms").hidden = lines.length === 0;
  redraw(byId("alarms"), lines, () => {
    const left = lines.length - ALARMS_SHOWN;
    const rows = lines.slice(0, ALARMS_SHOWN).map(alarmLine);
    return left > 0 ? [...rows, el("li", { class: "more" }, say("board.more", { n: left }))] : rows;
  });
}

function alarmLine([level, title, todo]) {
  return el(
    "li",
    { class: level },
    icon(level === "red" ? "circle-alert" : "triangle-alert"),
    el("div", {}, el("b", {}, title), el("p", {}, todo)),
  );
}

/** A call for help is at a kiosk; every other device is a thing of its own. */
const placeKind = (device) => (isCalling(device) ? say("device.kind.kiosk") : kindOf(device));

function alarmTexts(alarm) {
  if (alarm.said) return alarm.said;
  const values = {
    service: alarm.service && named(alarm.service),
    window: alarm.window && shortName(named(alarm.window)),
    windows: alarm.windows?.map((one) => shortName(named(one))).join(say("board.join")),
    services: alarm.stopped?.map((one) => named(one)).join(say("board.join")),
    number: alarm.window?.ticket?.number,
    time: alarm.seconds === undefined ? undefined : minutesText(alarm.seconds),
    n: alarm.count ?? alarm.service?.waiting ?? alarm.window?.waiting,
    device: alarm.device && `${placeKind(alarm.device)} ${placeOf(alarm.device)}`,
    state: alarm.device && stateOf(alarm.device),
  };
  const todo = alarm.device && `alarm.device_todo.${alarm.device.state}`;
  const own = alarm.kind === "device" && ownWords(alarm.device);
  return [
    say(`alarm.${alarm.kind}.title`, values),
    todo && hasText(todo) ? say(todo) : own || say(`alarm.${alarm.kind}.todo`, values),
  ];
}

function drawWindows() {
  const key = hall.windows.map((w) => [w.id, named(w), stageOf(w), w.ticket?.number, w.clerk, w.reason, w.since, w.messages]);
  redraw(byId("windows"), key, () => hall.windows.map(windowCard));
  drawTimes();
}

function windowCard(window) {
  const stage = stageOf(window);
  return el(
    "li",
    { class: "window", "data-stage": stage, "data-window": window.id },
    el("h3", {}, shortName(named(window))),
    el("p", { class: "state" }, icon(STATE_ICON[stage]), el("span", {}, say(`board.stage.${stage}`))),
    el("p", { class: "number" }, window.ticket?.number ?? "–"),
    el(
      "p",
      { class: "more" },
      el("span", {}, `${say(`board.lasting.${stage}`)} `, el("time", { "data-since": sinceOf(window, stage) })),
      el("span", {}, window.state === "paused" && window.reason ? pauseText(window.reason) : person(window.clerk ?? "")),
    ),
    ...messagesOf(window).map((one) => messageLine(window, one, mayAct)),
    mayAct ? actButton(window) : null,
  );
}

/** Those that still stand, and the newest that was read or taken back. */
function messagesOf(window) {
  const ended = window.messages.filter((one) => one.ended).at(-1);
  return window.messages.filter((one) => !one.ended || one === ended);
}

function actButton(window) {
  const name = say("board.acts.of", { window: shortName(named(window)) });
  const button = el("button", { class: "tool", type: "button", "aria-label": name }, say("board.acts.button"));
  button.addEventListener("click", () => askWindow(hall.windows.find((found) => found.id === window.id), hall));
  return button;
}

/** When the present stage began. */
function sinceOf(window, stage) {
  if (window.ticket) return window.ticket.since;
  return stage === "idle" ? window.free_since : window.since;
}

/** Running times under an hour to the second; long ones in hours and minutes, they need no seconds. */
function drawTimes() {
  for (const node of document.querySelectorAll("time[data-since]")) {
    const seconds = secondsSince(node.dataset.since);
    setText(node, seconds < 3600 ? runningText(seconds) : minutesText(seconds));
  }
}

const levelOf = (service) => queueLevel(service, hall, serverNow());

function drawQueues() {
  const longest = (s) => (s.waiting ? minutesText(s.longest_wait_s) : "–");
  const key = hall.services.map((s) => [s.id, s.waiting, longest(s), waitText(s.wait), levelOf(s)]);
  redraw(byId("queues"), key, () =>
    hall.services.map((service) => {
      const level = levelOf(service);
      return el(
        "tr",
        { "data-service": service.id },
        el("th", { scope: "row" }, el("b", {}, service.prefix), " ", named(service)),
        el("td", { class: "people" }, String(service.waiting)),
        el("td", {}, longest(service)),
        el("td", { class: "now-wait" }, waitText(service.wait) ?? say("board.no_window")),
        el(
          "td",
          {},
          el("span", { class: `level ${level}` }, icon(WAIT_ICON[level]), say(`board.level.${level}`)),
        ),
      );
    }),
  );
}

function drawToday() {
  const figures = TODAY.filter((name) => name in hall.today).map((name) => [name, hall.today[name]]);
  redraw(byId("today"), figures, () =>
    figures.map(([name, value]) =>
      el("div", { "data-figure": name }, el("dt", {}, say(`board.today.${name}`)), el("dd", {}, String(value))),
    ),
  );
}

function drawPromise() {
  const known = (waits?.promises.all.promises ?? 0) > 0;
  byId("promise").hidden = !known;
  if (known) redraw(byId("promise"), waits.promises, () => [promiseFigure(waits)]);
}

/** Order is earned, not chosen: who was called or skipped out of turn, by whom and why. */
function drawOutOfTurn() {
  byId("out-of-turn").hidden = hall.out_of_turn.length === 0;
  redraw(byId("out-of-turn-list"), hall.out_of_turn, () =>
    hall.out_of_turn.map((one) => {
      const window = hall.windows.find((found) => found.id === one.window);
      const where = [window ? shortName(named(window)) : one.window, person(one.clerk)];
      return el(
        "li",
        {},
        el("b", {}, one.number),
        el("span", {}, say(`board.out_of_turn.${one.what}`)),
        el("time", {}, clockText(new Date(one.at))),
        el("p", {}, one.reason ?? say("board.out_of_turn.no_reason")),
        el("small", {}, where.filter(Boolean).join(" · ")),
      );
    }),
  );
}

/** How many tickets the roll still holds, of a printer that knows. */
function paperLeft(device) {
  const left = device.figures?.tickets_left;
  return el("small", {}, left === undefined ? "" : say("board.tickets_left", { n: left }));
}

/** What is wrong with it and what to do, in its driver's words; a call for help names its place. */
function detailOf(device) {
  const words = ownWords(device);
  return words ? el("small", { class: "device-detail" }, words) : null;
}

function drawDevices() {
  const devices = devicesNow();
  byId("no-devices").hidden = devices.length > 0;
  redraw(byId("devices"), devices.map((d) => [d.id, d.kind, d.state, d.detail, d.figures]), () =>
    devices.map((device) => {
      const fine = deviceFine(device);
      return el(
        "li",
        { class: fine ? "fine" : "trouble" },
        icon(DEVICE_ICON[device.kind] ?? "cpu"),
        el("span", { class: "device-name" }, `${kindOf(device)} `, el("small", {}, placeOf(device)), fine ? null : detailOf(device)),
        device.screen && mayAct ? forgetButton(device) : null,
        isCalling(device) ? answerButton(device) : paperLeft(device),
        el("span", { class: "device-state" }, icon(fine ? "circle-check" : "triangle-alert"), stateOf(device)),
      );
    }),
  );
}

function tick() {
  setText(byId("clock"), clockText());
  setText(byId("date"), dateText());
  if (!hall) return;
  drawTimes();
  drawAlarms(pressing());
}

byId("acts").hidden = !mayAct;
byId("ask-issuing").addEventListener("click", () => hall && askIssuing(hall));
byId("ask-notice").addEventListener("click", () => hall && askNotice(hall));
tick();
setInterval(tick, 1000);
watchCases((summary) => {
  cases = summary;
  draw();
});
watchScreens((found) => {
  screens = found;
  draw();
});
watchReport((report) => {
  waits = report;
  draw();
});
live.start();
