/**
 * A clerk compares two pictures: the person at the kiosk, and the enrolled one. One at a time, the
 * longest waiting first, answered with one key. Keeps no picture: they go with the page's element.
 */
import { Commands, Refused } from "./commands.js";
import { byId, fetchWithin, goToLogin, hasText, named, page, say, setText } from "./core.js";
import { LiveHall } from "./live.js";
import { note } from "./pension-words.js";
import { serverNow } from "./time.js";

const ASK_LIMIT_MS = 8000;
const ASK_AGAIN_MS = 4000; // also what another server process was told
const LOOKED_MS = 800; // a key pressed before the pictures can have been seen is a slip
const api = `/api/v1/halls/${encodeURIComponent(page.hall)}/pension`;
const commands = new Commands(`${api}/checks`, () => {}, { keeps: false });
const chime = new Audio(page.chime);

const answered = new Set(); // a list that was asked for before an answer still has its check
let waiting = [];
let shown = null; // the check whose pictures stand on the page
let pictured = false; // whether the server that answered had them
let seenAt = Infinity; // when both pictures were there, performance time

const live = new LiveHall(page.hall, "pensions", {
  hall(snapshot) {
    setText(byId("hall-name"), named(snapshot));
  },
  event: () => refresh(),
  state() {},
});

async function refresh() {
  try {
    const answer = await fetchWithin(ASK_LIMIT_MS, `${api}/waiting`);
    if (answer.status === 401) goToLogin();
    if (!answer.ok) throw new Refused(answer.status, answer.json());
    const known = new Set(waiting.map((one) => one.check));
    waiting = answer.json().waiting.filter((one) => !answered.has(one.check));
    const left = shown && !answered.has(shown) && !waiting.some((one) => one.check === shown);
    if (left) note("info", say("pension.confirm.left")); // whom nobody here has answered
    if (waiting.some((one) => !known.has(one.check))) ring();
  } catch {
    note("alarm", say("pension.no_answer"));
  }
  draw();
}

/** A browser that has not been touched yet plays nothing; the page shows it all the same. */
function ring() {
  chime.play().catch(() => {});
}

function draw() {
  const one = waiting[0] ?? null;
  byId("nobody").hidden = one !== null;
  byId("one").hidden = one === null;
  document.title = `${waiting.length ? `(${waiting.length}) ` : ""}${say("pension.confirm_title")}`;
  // behind a proxy without a fixed route the next answer may come from the server that has them
  if (one?.check !== shown || (one?.pictured && !pictured)) showPictures(one);
  if (one) drawFacts(one);
}

function showPictures(one) {
  shown = one?.check ?? null;
  pictured = Boolean(one?.pictured);
  seenAt = Infinity;
  byId("gone").hidden = !one || one.pictured;
  setText(byId("gone-text"), say(one?.held === "elsewhere" ? "pension.confirm.elsewhere" : "pension.confirm.gone"));
  byId("same").disabled = true;
  for (const which of ["live", "reference"]) {
    const img = byId(which);
    img.removeAttribute("src");
    if (one?.pictured) img.src = `${api}/checks/${encodeURIComponent(one.check)}/pictures/${which}`;
  }
}

for (const which of ["live", "reference"]) {
  byId(which).addEventListener("load", () => {
    const both = ["live", "reference"].every((id) => byId(id).naturalWidth > 0 && byId(id).complete);
    if (!both) return;
    seenAt = performance.now();
    byId("same").disabled = false;
  });
  byId(which).addEventListener("error", () => {
    if (byId(which).getAttribute("src")) byId("gone").hidden = false;
  });
}

/** Without a calibration the figures are distances, told as their negatives. */
function figures({ score, threshold }) {
  if (score === null || threshold === null) return say("pension.confirm.no_figures");
  const words = threshold < 0 ? "pension.confirm.distance" : "pension.confirm.figures";
  return say(words, { score: Math.abs(score).toFixed(2), threshold: Math.abs(threshold).toFixed(2) });
}

function drawFacts(one) {
  setText(byId("who"), one.name_masked ? `${one.name_masked}  ${one.id_masked}` : "—");
  const seconds = Math.max(0, Math.round((serverNow() - Date.parse(one.since)) / 1000));
  const facts = [say("pension.confirm.since", { s: seconds }), say("pension.confirm.at", { kiosk: one.kiosk ?? "—" }), figures(one)];
  if (waiting.length > 1) facts.push(say("pension.confirm.more", { n: waiting.length - 1 }));
  setText(byId("facts"), facts.join(" · "));
  const reasons = one.reasons.map((code) => (hasText(`pension.reason.${code}`) ? say(`pension.reason.${code}`) : code));
  setText(byId("reasons"), reasons.join("；"));
}

async function answer(same) {
  if (!shown || (same && performance.now() - seenAt < LOOKED_MS)) return;
  if (same && byId("same").disabled) return;
  const check = shown;
  try {
    const told = await commands.send(`${encodeURIComponent(check)}/confirm`, { same });
    if (!told) return; // a second press while the first is under way
    note("done", say(same ? "pension.confirm.passed" : "pension.confirm.sent"));
    answered.add(check);
  } catch (error) {
    const settled = error instanceof Refused && error.code.startsWith("check_");
    note(settled ? "info" : "alarm", say(settled ? "pension.confirm.settled" : "pension.unanswered"));
    if (settled) answered.add(check);
  }
  waiting = waiting.filter((one) => one.check !== check);
  draw();
  refresh();
}

byId("same").addEventListener("click", () => answer(true));
byId("other").addEventListener("click", () => answer(false));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.key === "1") answer(true);
  else if (event.key === "2") answer(false);
});

setInterval(refresh, ASK_AGAIN_MS);
setInterval(() => waiting[0] && drawFacts(waiting[0]), 1000);
live.start();
refresh();
