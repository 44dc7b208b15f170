/**
 * The call screen: shows a call the instant its event comes, lists the last ones, heals itself.
 * Sends nothing.
 */
import { Announcer } from "./announcer.js";
import { byId, el, icon, named, page, redraw, say, setText, shortName } from "./core.js";
import { LiveHall } from "./live.js";
import { Receipts } from "./receipts.js";
import { inZone, zoneServices, zoneTitle } from "./zone.js";
import { clockText, dateText, hoursText, localHour, minutesText, secondsSince, serverNow } from "./time.js";

const LISTED = 6;
const SPEAK_WITHIN_S = 90; // after a break in the line, older calls are listed but not spoken
const RESTS_AFTER_S = 600; // a call this old is no longer "now"
const RELOAD_AFTER_MS = 24 * 3600 * 1000;
const RELOAD_HOURS = [2, 3, 4];
const RELOAD_LOOK_S = 5;
const RELOAD_QUIET_MS = 10 * 60 * 1000;

const options = new URLSearchParams(location.search);
const main = byId("now");
let hall = null;
let shown = null; // the call on the big place
let calls = []; // newest first, never more than LISTED + 1
let notices = [];
const ticketsOf = new Map(); // seq of a call → its ticket; of the day
const off = new Set(); // seqs of calls whose ticket was sent elsewhere or given up
let restWanted = false; // as soon as nothing is being announced

const announcer = new Announcer({
  chimeUrl: page.chime,
  silent: options.get("sound") === "off",
  repeats: Math.min(3, Math.max(1, Number(options.get("repeat")) || 1)),
  show: (call) => {
    showCall(call);
    receipts.shown(call.seq);
  },
  spoken: (call, heard) => receipts.spoken(call.seq, heard),
  soundBlocked: (blocked) => {
    byId("sound").hidden = !blocked;
  },
});
window.__announced = announcer.log;
const receipts = new Receipts({
  speaks: options.get("sound") !== "off",
  waiting: () => announcer.waiting.length + (announcer.current ? 1 : 0),
});

const live = new LiveHall(page.hall, "calls,queue,windows,content", {
  hall: takeHall,
  event: takeEvent,
  state: (state) => {
    document.body.dataset.state = state;
    byId("stale").hidden = state === "live";
  },
});

/** Letters count once, Chinese characters twice: what a text needs in half-widths. */
const widthOf = (text) => [...text].reduce((sum, c) => sum + (c.charCodeAt(0) > 0x2e80 ? 2 : 1), 0);

function showCall(call) {
  shown = call;
  restWanted = false;
  main.dataset.state = "call";
  const number = byId("number");
  number.style.setProperty("--half-widths", Math.max(4, widthOf(call.number)));
  setText(number, call.number);
  const window_ = shortName(named(call, "window_name"));
  byId("window").style.setProperty("--half-widths", Math.max(7, widthOf(window_)));
  setText(byId("window-name"), window_);
  setText(byId("service"), named(call, "service_name"));
  byId("again").hidden = !call.again;
  main.dataset.shownSeq = call.seq;
  main.classList.remove("pulse");
  void main.offsetWidth; // lets the pulse begin again
  main.classList.add("pulse");
  drawList();
}

function rest() {
  restWanted = Boolean(announcer.current);
  if (restWanted) return;
  shown = null;
  main.dataset.state = hall?.open ? "rest" : "closed";
  drawList();
}

/** An event of the stream. The call carries all that is shown: nothing is fetched on this way. */
function takeEvent(name, data) {
  if ((name === "ticket_called" || name === "ticket_recalled") && data.call) {
    if (!inZone(data.call)) return;
    ticketsOf.set(data.call.seq, data.ticket);
    noteCall(data.call);
    if (secondsSince(data.call.at) <= SPEAK_WITHIN_S) announcer.add({ ...data.call, ticket: data.ticket });
    drawList();
  } else if (name === "ticket_started" || name === "ticket_missed") {
    announcer.drop(data.ticket);
    drawList();
  } else if (name === "ticket_transferred" || name === "ticket_parked" || name === "ticket_cancelled") {
    callOff(data.ticket);
  } else if (name === "day_closed") {
    calls = [];
    ticketsOf.clear();
    off.clear();
    rest();
  }
}

/** Somebody who was called is sent elsewhere, or gone: nobody shall go to that window for it. */
function callOff(ticket) {
  announcer.drop(ticket);
  const seqs = calls.filter((call) => ticketsOf.get(call.seq) === ticket).map((call) => call.seq);
  for (const seq of seqs) off.add(seq);
  calls = calls.filter((call) => !off.has(call.seq));
  if (shown && off.has(shown.seq)) rest();
  else drawList();
}

function noteCall(call) {
  calls = [call, ...calls.filter((other) => other.number !== call.number)].slice(0, LISTED + 1);
}

function takeHall(snapshot) {
  hall = snapshot;
  const newest = calls[0]?.seq ?? -1;
  if (snapshot.seq >= newest) {
    const seen = new Set();
    calls = snapshot.calls
      .filter((call) => inZone(call) && !off.has(call.seq))
      .filter((call) => !seen.has(call.number) && seen.add(call.number))
      .slice(0, LISTED + 1);
  }
  if (!shown && !announcer.current && calls[0]) standWithoutVoice(calls[0]);
  drawAll();
}

/** After a start or reload the last call stands again, silently. */
function standWithoutVoice(call) {
  if (secondsSince(call.at) >= RESTS_AFTER_S) return;
  showCall(call);
  receipts.shown(call.seq);
  main.classList.remove("pulse");
}

function drawAll() {
  setText(byId("hall-name"), zoneTitle(named(hall)));
  document.title = `${say("screen.title")} · ${named(hall)}`;
  if (shown && secondsSince(shown.at) >= RESTS_AFTER_S) rest();
  else if (!shown) rest();
  drawServices();
  const own = [closingText(), named(hall, "notice"), ...hall.notices.map(noticeText), reviewsText()].filter(Boolean);
  notices = own.length > 0 ? own : [say("screen.notice_missed"), say("screen.notice_priority")];
  setText(byId("hours"), hoursText(hall.hours));
  drawList();
  drawNotice();
}

/** Whether numbers are about to end, or have ended for some: first of the notices. */
function closingText() {
  if (!hall.open) return "";
  const over = zoneServices(hall).filter((service) => !service.accepting);
  if (over.length > 0) return say("screen.no_more", { services: over.map((one) => named(one)).join(say("screen.join")) });
  return zoneServices(hall).some((service) => service.closing_soon) ? say("screen.closing") : "";
}

/** The month's reviews, where the hall publishes them. */
function reviewsText() {
  const told = hall.reviews;
  if (!told || told.satisfied_percent === null) return "";
  const values = { n: told.reviews, percent: told.satisfied_percent, cases: told.cases, answered: told.answered };
  return say(told.cases > 0 ? "screen.reviews_cases" : "screen.reviews", values);
}

/** One line of the notice strip: the title, and the text where it is short enough to be read there. */
function noticeText(notice) {
  const [title, text] = [named(notice, "title"), named(notice, "text")];
  return text && title.length + text.length <= NOTICE_LETTERS ? `${title}：${text}` : title;
}

function drawList() {
  const pending = new Set(announcer.waiting.map((call) => call.seq));
  const rows = calls.filter((call) => call.seq !== shown?.seq).slice(0, LISTED);
  const key = rows.map((call) => [call.seq, pending.has(call.seq)]);
  byId("no-calls").hidden = rows.length > 0 || shown !== null || off.size > 0;
  redraw(byId("calls"), key, () =>
    rows.map((call) =>
      el(
        "li",
        { class: pending.has(call.seq) ? "next" : null, "data-seq": call.seq },
        el("span", { class: "list-number" }, call.number),
        icon(pending.has(call.seq) ? "volume-2" : "arrow-right"), // still to be spoken
        el("span", { class: "list-window" }, shortName(named(call, "window_name"))),
      ),
    ),
  );
}

function drawServices() {
  const figures = (service) =>
    service.waiting > 0 ? say("screen.waiting", { n: service.waiting }) : say("screen.nobody");
  const services = zoneServices(hall);
  const key = services.map((s) => [s.id, named(s), figures(s), s.wait?.p50_s ?? null]);
  redraw(byId("services"), key, () =>
    services.map((service) =>
      el(
        "li",
        { "data-service": service.id, class: service.waiting > 0 ? null : "idle" },
        el("span", { class: "prefix" }, service.prefix),
        el("span", { class: "service-name" }, named(service)),
        el("span", { class: "service-waiting" }, figures(service)),
        el(
          "span",
          { class: "service-wait" },
          service.waiting > 0 && service.wait
            ? say("screen.about", { time: minutesText(service.wait.p50_s) })
            : "",
        ),
      ),
    ),
  );
}

let second = 0;
const NOTICE_S = 12;
const NOTICE_LETTERS = 48;

function drawNotice() {
  if (notices.length === 0) return;
  setText(byId("notice"), notices[Math.floor(second / NOTICE_S) % notices.length]);
}

function tick() {
  second += 1;
  setText(byId("clock"), clockText());
  setText(byId("date"), dateText());
  drawNotice();
  if (restWanted || (shown && secondsSince(shown.at) >= RESTS_AFTER_S)) rest();
  if (second % RELOAD_LOOK_S === 0) reloadAtNight();
}

/** A fresh page every night, in a quiet moment and only while the server answers. */
async function reloadAtNight() {
  const due = performance.now() > RELOAD_AFTER_MS && RELOAD_HOURS.includes(localHour(serverNow()));
  if (!due || announcer.quietSinceMs < RELOAD_QUIET_MS || live.state !== "live") return;
  const answer = await fetch("/health/ready", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) location.reload();
}

byId("sound").addEventListener("click", () => announcer.unlock());
tick();
setInterval(tick, 1000);
live.start();
