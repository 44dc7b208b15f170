/**
 * The console's list of what this window has promised (受理待办): the late ones first. Draws it and
 * keeps it fresh, and asks how one came to its end.
 */
import { ask } from "./ask.js";
import { byId, el, fetchWithin, goToLogin, icon, named, page, say, setText } from "./core.js";
import { drawFolded } from "./fold.js";

const FETCH_LIMIT_MS = 8000;
const SHOWN = 3; // the late ones are first
const AGAIN_MS = 60 * 1000; // a day may end without any event of a promise, and a login without any at all

let shown = [];

const url = () =>
  `/api/v1/halls/${encodeURIComponent(page.hall)}/acceptances?window=${encodeURIComponent(page.window)}`;

/** Asks again; without an answer the list stands as it is, the next event or the clock asks anew. */
export async function refreshPromises() {
  try {
    const answer = await fetchWithin(FETCH_LIMIT_MS, url());
    if (answer.status === 401) goToLogin(); // the hall itself may be for everybody to see
    if (!answer.ok) return;
    shown = answer.json().acceptances;
    draw();
  } catch {
    // the console's own band says that the line is down
  }
}

const OUTCOMES = ["done", "returned", "referred", "withdrawn"];

/**
 * Asks how an accepted matter ended and sends that by `commands`. Returns what to tell the clerk,
 * null when they went back; throws what the sending throws.
 */
export async function closePromise(id, commands) {
  const one = shown.find((other) => other.id === id);
  const values = await ask({
    icon: "check",
    title: say("console.promises.close_title", { number: one.number }),
    confirm: say("console.promises.close"),
    fields: [
      {
        kind: "choice",
        name: "outcome",
        label: say("console.register.outcome"),
        value: "done",
        options: OUTCOMES.map((value) => ({ value, label: say(`console.promises.is.${value}`) })),
      },
      { kind: "text", name: "note", label: say("console.register.note"), most: 120, need: false },
    ],
  });
  if (!values) return null;
  const body = { outcome: values.outcome, note: values.note || null };
  await commands.send(`${encodeURIComponent(id)}/close`, body);
  refreshPromises();
  return say("console.promises.closed", { number: one.number });
}

function draw() {
  byId("promises").hidden = shown.length === 0;
  const late = shown.filter((one) => one.late).length;
  const key = late ? "console.promises.title_late" : "console.promises.title";
  setText(byId("promises-title"), say(key, { n: shown.length, late }));
  byId("promises").classList.toggle("late", late > 0);
  drawFolded(byId("promises-list"), shown, shown, SHOWN, row);
}

function due(one) {
  if (one.late) return say("console.promises.late", { n: -one.days_left || 1 });
  if (one.days_left === 0) return say("console.promises.today");
  return say("console.promises.left", { day: one.promised_day.slice(5), n: one.days_left });
}

function row(one) {
  const what = one.matter ? named(one, "matter_name") : named(one, "service_name");
  const state = one.late ? "late" : one.days_left === 0 ? "today" : "coming";
  return el(
    "li",
    { "data-state": state },
    el(
      "div",
      { class: "who" },
      el("b", {}, `${one.number} ${what}`),
      el("span", { class: "due" }, icon(one.late ? "circle-alert" : "calendar-clock"), due(one)),
      el("span", {}, details(one)),
    ),
    el(
      "div",
      { class: "aside-acts" },
      el(
        "button",
        { class: "button", type: "button", "data-acceptance": one.id },
        icon("check"),
        say("console.promises.close"),
        el("span", { class: "quiet-hidden" }, one.number),
      ),
    ),
  );
}

function details(one) {
  const parts = [say("console.promises.taken", { day: one.day.slice(5), window: one.window })];
  if (one.contact.window && one.contact.window !== one.window) {
    parts.push(say("console.promises.contact", { window: one.contact.window }));
  }
  if (one.note) parts.push(one.note);
  return parts.join(" · ");
}

setInterval(refreshPromises, AGAIN_MS);
