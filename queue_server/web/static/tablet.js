/**
 * The tablet at a window: asks what may be rated, takes one review, thanks, rests. What was typed is
 * gone as soon as it is sent or the person leaves.
 */
import { Commands, Refused } from "./commands.js";
import { byId, fetchWithin, named, page, say, setText } from "./core.js";
import { clear, startReview } from "./review.js";

const POLL_MS = 2000;
const LIMIT_MS = 6000;
const STALE_MS = 12000;
const THANKS_MS = 6000;
const LEFT_MS = 60000; // nobody touches it any more: the next person must not find the form filled in

const hall = `/api/v1/halls/${encodeURIComponent(page.hall)}`;
const window_ = `${hall}/windows/${encodeURIComponent(page.window)}`;
const commands = new Commands(window_, () => {}, { keeps: false });

let asked = null; // what is on the form
let done = ""; // the step that was rated or put off here
let touchedAt = performance.now();
let heardAt = performance.now();
let thanksUntil = 0;

const keyOf = (review) => `${review.ticket}.${review.step}`;

function show(which) {
  for (const id of ["calm", "thanks", "review"]) byId(id).hidden = id !== which;
}

async function poll() {
  try {
    const answer = await fetchWithin(LIMIT_MS, `${window_}/tablet`);
    if (answer.status === 401) location.reload(); // the pairing was ended
    if (!answer.ok) throw new Error(`tablet answered ${answer.status}`);
    heardAt = performance.now();
    await take(answer.json().review);
  } catch {
    // nothing answers: the band says so after a while, and the next look comes by itself
  }
  byId("stale").hidden = performance.now() - heardAt < STALE_MS;
  setTimeout(poll, POLL_MS);
}

async function take(review) {
  const now = performance.now();
  if (asked && now - touchedAt > LEFT_MS) putOff();
  if (asked && review && keyOf(review) !== keyOf(asked) && now - touchedAt > 10000) asked = null;
  if (asked || now < thanksUntil) return;
  if (!review || keyOf(review) === done) return show("calm");
  asked = review;
  touchedAt = now;
  setText(byId("review-title"), say("tablet.ask", { number: review.number, service: named(review, "service_name") }));
  await startReview(fetchForm, send);
  show("review");
}

async function fetchForm() {
  const answer = await fetchWithin(LIMIT_MS, `${window_}/tablet/form`);
  if (!answer.ok) throw new Error(`the form answered ${answer.status}`);
  return answer.json();
}

async function send(body) {
  let answer;
  try {
    answer = await commands.send("tablet", { ticket: asked.ticket, ...body });
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "already_rated") throw error;
  }
  const by = answer?.answer_by;
  setText(byId("thanks-more"), by ? say("review.answer_by", { day: by }) : say("tablet.thanks_more"));
  finish();
  thanksUntil = performance.now() + THANKS_MS;
  show("thanks");
}

function finish() {
  done = keyOf(asked);
  asked = null;
  clear();
}

function putOff() {
  finish();
  show("calm");
}

byId("later").addEventListener("click", putOff);
for (const kind of ["pointerdown", "keydown", "input"]) {
  document.addEventListener(kind, () => {
    touchedAt = performance.now();
  });
}
poll();
