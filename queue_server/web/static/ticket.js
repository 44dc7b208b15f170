/**
 * The citizen's ticket on a phone: asks every few seconds, says when it is the person's turn.
 * Keeps showing what it knows when the network drops, and says so.
 */
import { byId, fetchWithin, lang, named, page, say, setText } from "./core.js";
import { listenFor, ring, setUpActs } from "./ticket-acts.js";
import { drawVisit } from "./ticket-visit.js";
import { clockText, learnServerTime, waitText } from "./time.js";

const POLL_MS = 5000;
const POLL_MOST_MS = 20000; // between tries while nothing answers
const ANSWER_LIMIT_MS = 8000;
const STALE_MS = 12000; // one lost answer is no reason to worry anybody
const OVER = new Set(["finished", "cancelled", "expired"]);

let ticket = null;
let gone = false; // the server does not know it, or no more
let lacking = false; // the last step ended with papers missing
let rateable = false; // a step waits for its rating
let heardAt = performance.now();
let heardClock = null;
let waitMs = POLL_MS;
let timer = null;
let asking = false;
let titleFlip = false;

async function ask() {
  if (asking) return;
  asking = true;
  clearTimeout(timer);
  try {
    const answer = await fetchWithin(ANSWER_LIMIT_MS, `/api/v1/t/${encodeURIComponent(page.ticket)}`);
    if (answer.status === 404) return over();
    if (!answer.ok) throw new Error(`ticket answered ${answer.status}`);
    take(answer.json());
  } catch {
    // No answer: the page keeps what it knows, `drawLine` says since when, the next try follows.
    waitMs = Math.min(POLL_MOST_MS, waitMs * 1.5);
  } finally {
    asking = false;
  }
  drawLine();
  if (!settled()) timer = setTimeout(ask, waitMs);
}

/** Nothing changes any more, so that nobody needs to be asked; a rating may be taken at the window. */
const settled = () => gone || (OVER.has(ticket?.status) && (!rateable || document.hidden));

function take(answer) {
  learnServerTime(answer.now);
  heardAt = performance.now();
  heardClock = clockText();
  waitMs = OVER.has(answer.ticket.status) ? POLL_MOST_MS : POLL_MS;
  const before = ticket;
  ticket = answer.ticket;
  rateable = answer.reviewable.length > 0;
  lacking = answer.steps.at(-1)?.outcome === "returned";
  setText(byId("hall-name"), named(answer.hall));
  if (ticket.status === "called" && (before?.status !== "called" || before.calls !== ticket.calls)) {
    ring();
  }
  draw();
  listenFor(ticket);
  drawVisit(answer);
}

function draw() {
  document.body.dataset.status = ticket.status;
  setText(byId("number"), ticket.number);
  setText(byId("service"), named(ticket, "service_name"));
  setText(byId("review-code"), ticket.review_code);
  const windows = windowsText([...ticket.windows].sort((a, b) => a.localeCompare(b, lang, { numeric: true })));
  setText(byId("status"), say(`ticket.status.${statusKey()}`, { window: ticket.window }));
  const until = ticket.deferred_until ? clockText(Date.parse(ticket.deferred_until)) : "";
  setText(byId("advice"), say(`ticket.advice.${adviceKey()}`, { windows, window: ticket.window, time: until }));
  byId("figures").hidden = ticket.status !== "waiting" || Boolean(ticket.deferred_until); // nobody calls before
  const ahead = ticket.people_ahead;
  setText(byId("ahead"), ahead === null ? "–" : ahead === 0 ? say("ticket.you_next") : say("ticket.people", { n: ahead }));
  setText(byId("wait"), waitText(ticket.wait) ?? say("ticket.wait_unknown"));
  setText(byId("windows"), windows);
  byId("where").hidden = ticket.status !== "called";
  setText(byId("where-window"), ticket.window ? say("ticket.window", { window: ticket.window }) : "");
  byId("issued").dateTime = ticket.issued_at;
  setText(byId("issued"), clockText(Date.parse(ticket.issued_at)));
  drawTitle();
}

/** Who was sent for papers is not told that all is done. */
const statusKey = () => (ticket.status === "finished" && lacking ? "returned" : ticket.status);

/** Someone who is nearly next is told to come closer. */
function adviceKey() {
  if (statusKey() === "returned") return "returned";
  if (ticket.deferred_until) return "deferred";
  const near = ticket.people_ahead !== null && ticket.people_ahead <= 2;
  return ticket.status === "waiting" && near ? "soon" : ticket.status;
}

const windowsText = (ids) =>
  ids.length ? say("ticket.windows", { windows: ids.join(say("ticket.join")) }) : say("ticket.no_windows");

function drawTitle() {
  if (!ticket) return;
  const turn = say("ticket.title_turn", { window: ticket.window });
  titleFlip = ticket.status === "called" && !titleFlip;
  document.title = titleFlip ? turn : `${ticket.number} · ${say(`ticket.short.${ticket.status}`)}`;
}

/** The band that says that the page may be behind. */
function drawLine() {
  const late = !settled() && !OVER.has(ticket?.status) && (performance.now() - heardAt > STALE_MS || !navigator.onLine);
  byId("offline").hidden = !late;
  const key = heardClock ? "ticket.offline" : "ticket.offline_first";
  setText(byId("offline-text"), say(key, { time: heardClock ?? "" }));
}

/** The server knows the day's tickets: one that it knew has expired with the day, unless it had
 * ended before and stays as it ended; of one that it never knew nothing can be said. */
function over() {
  gone = true;
  drawLine();
  if (!ticket) return showGone();
  if (OVER.has(ticket.status)) return;
  ticket = { ...ticket, status: "expired", people_ahead: null, deferred_until: null, may_defer: false };
  draw();
  listenFor(ticket);
}

function showGone() {
  document.body.dataset.status = "gone";
  byId("your-number").hidden = true;
  setText(byId("status"), say("ticket.status.gone"));
  setText(byId("advice"), say("ticket.advice.gone"));
  byId("figures").hidden = true;
  byId("phone-acts").hidden = true;
  byId("known").hidden = true;
  byId("number").hidden = true;
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !settled()) ask(); // back in the hand: look at once
});
window.addEventListener("online", () => settled() || ask());
window.addEventListener("offline", drawLine);
setInterval(() => {
  drawLine();
  drawTitle();
}, 1000);
setUpActs(ask);
ask();
