/**
 * The manager's page about waits: what was promised and came, what a change would do, which windows
 * are enough, who comes on the next day. Changes nothing in the hall.
 */
import { drawBars, drawWaits } from "./charts.js";
import { byId, el, fetchWithin, goToLogin, icon, named, page, say, setText, shortName } from "./core.js";
import { fetchReport, percent, promiseAlarm, waitsUrl } from "./promise-figure.js";
import { drawCells, startEach } from "./promise-tables.js";
import { clockText, minutesText, setZone } from "./time.js";

const HALL_URL = `/api/v1/halls/${encodeURIComponent(page.hall)}`;
const ANSWER_LIMIT_MS = 30000;
const REPORT_EVERY_MS = 60000;
const ALL = "";
const CHANGES_AT_MOST = 20; // as the server takes them

let hall = null;
let compared = null; // the last answer
let asked = 0; // an older answer that comes late is not drawn
const changes = [];

async function start() {
  const answer = await fetchWithin(ANSWER_LIMIT_MS, HALL_URL);
  if (answer.status === 401) return goToLogin();
  hall = answer.json();
  setZone(hall.time_zone);
  setText(byId("hall-name"), named(hall));
  byId("window").replaceChildren(...hall.windows.map((w) => option(w.id, shortName(named(w)))));
  byId("of").replaceChildren(
    option(ALL, say("waits.what.everybody")),
    ...hall.services.map((s) => option(s.id, `${s.prefix} ${named(s)}`)),
  );
  showFields();
  startEach(hall.services);
  refreshReport();
  setInterval(refreshReport, REPORT_EVERY_MS);
  compare();
}

const option = (value, text) => el("option", { value }, text);
const nameOf = (list, id) => {
  const found = list.find((one) => one.id === id);
  return found ? shortName(named(found)) : id;
};

/** Throws an Error with words for the person. */
async function ask(path, body) {
  let answer;
  try {
    answer = await fetchWithin(ANSWER_LIMIT_MS, `${waitsUrl()}/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": page.csrf },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error(say("waits.no_answer"));
  }
  if (answer.status === 401) goToLogin();
  if (answer.ok) return answer.json();
  throw new Error(say(answer.status === 503 ? "waits.unavailable" : "waits.refused"));
}

// --- promises kept --------------------------------------------------------------------------------

async function refreshReport() {
  const report = await fetchReport();
  if (!report) {
    if (byId("kept").dataset.level === "none") setText(byId("kept-words"), say("waits.unavailable"));
    return;
  }
  drawKept(report.promises);
  drawNext(report.tomorrow);
}

function drawKept(told) {
  const alarm = promiseAlarm({ promises: told });
  byId("kept").dataset.level = alarm ? "drift" : "fine";
  const words = told.all.promises ? say("waits.kept.lead", { n: told.all.promises }) : say("waits.kept.none");
  setText(byId("kept-words"), alarm ? `${alarm.title} ${alarm.todo}` : words);
  const figures = [
    ["today", percent(told.today.kept)],
    ["days", percent(told.all.kept)],
    ["error", told.all.error_s === null ? "–" : minutesText(told.all.error_s)],
    ["late", told.all.late_s ? minutesText(told.all.late_s) : "–"],
  ];
  byId("kept-figures").replaceChildren(
    ...figures.map(([name, value]) => el("div", {}, el("dt", {}, say(`waits.kept.${name}`)), el("dd", {}, value))),
  );
  const service = (id) => nameOf(hall.services, id);
  byId("kept-services").replaceChildren(...keptTable("service", told.by_service, service));
  byId("kept-hours").replaceChildren(...keptTable("hour", told.by_hour, (h) => `${h}:00`));
  byId("kept-days").replaceChildren(...keptTable("day", told.by_day, (day) => day));
  drawCells(byId("kept-cells"), told.cells, hall.services);
}

function keptTable(kind, groups, label) {
  const heads = [kind, "promises", "kept", "error"].map((name) =>
    el("th", { scope: "col" }, say(`waits.kept.heads.${name}`)));
  const rows = Object.entries(groups).map(([name, f]) =>
    el("tr", {},
      el("th", { scope: "row" }, label(name)),
      el("td", {}, String(f.promises)),
      el("td", { class: f.kept < 0.85 ? "low" : null }, percent(f.kept)),
      el("td", {}, minutesText(f.error_s))));
  return [el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows)];
}

function drawNext(next) {
  if (!next) {
    setText(byId("next-answer"), say("waits.next.none"));
    return;
  }
  const values = { day: next.day, n: next.people, low: next.p10, high: next.p90, days: next.days };
  setText(byId("next-answer"), say("waits.next.lead", values));
  byId("next-figure").hidden = false;
  drawBars(
    byId("next-picture"),
    next.by_hour.map((h) => ({ label: `${h.hour % 24}`, value: h.people, low: h.p10, high: h.p90 })),
    say("waits.next.unit"),
  );
}

// --- what if --------------------------------------------------------------------------------------

/** A field that is not shown is disabled as well: a wrong number in it would hold the form up unseen. */
function showFields() {
  const kind = byId("kind").value;
  for (const line of document.querySelectorAll("[data-for]")) {
    line.hidden = !line.dataset.for.split(" ").includes(kind);
    line.querySelector("input, select").disabled = line.hidden;
  }
  const chosen = byId("service").value;
  byId("service").replaceChildren(
    ...(kind === "people" ? [option(ALL, say("waits.what.everybody"))] : []),
    ...hall.services.map((s) => option(s.id, `${s.prefix} ${named(s)}`)),
  );
  if (chosen) byId("service").value = chosen;
}

/** What the browser would say of a wrong number, in the page's own words. */
function explainNumber(field) {
  const check = () => {
    field.setCustomValidity("");
    const words = say("waits.number_wanted", { low: field.min, high: field.max });
    if (!field.validity.valid) field.setCustomValidity(words); // checkValidity() would call this again
  };
  field.addEventListener("input", check);
  field.addEventListener("invalid", check);
}

const numberIn = (id) => (byId(id).disabled ? undefined : Number(byId(id).value));

function wanted() {
  const kind = byId("kind").value;
  const change = { kind, in_minutes: numberIn("in-minutes"), minutes: numberIn("minutes") };
  if (kind === "people") return { ...change, people: numberIn("people"), service: byId("service").value || null };
  if (kind !== "skills") return { ...change, window: byId("window").value };
  const window = hall.windows.find((w) => w.id === byId("window").value);
  const service = byId("service").value;
  const kept = window.skills.filter((s) => s.service !== service).map((s) => ({ ...s, rank: s.rank + 1 }));
  return { kind, in_minutes: 0, minutes: 60, window: window.id, skills: [{ service, rank: 1 }, ...kept] };
}

function serviceText(change) {
  const service = change.service ?? change.skills?.[0]?.service;
  return service ? nameOf(hall.services, service) : say("waits.what.everybody");
}

function changeText(change) {
  return say(`waits.what.said.${change.kind}`, {
    window: change.window && nameOf(hall.windows, change.window),
    service: serviceText(change),
    when: change.in_minutes ? say("waits.what.later", { n: change.in_minutes }) : say("waits.what.at_once"),
    minutes: change.minutes,
    n: change.people,
  });
}

function drawChanges() {
  byId("clear").hidden = changes.length === 0;
  byId("changes").replaceChildren(
    ...changes.map((change, i) => {
      const text = changeText(change);
      const gone = el("button", { class: "tool", type: "button", "aria-label": say("waits.what.remove", { text }) }, icon("circle-x"));
      gone.addEventListener("click", () => {
        changes.splice(i, 1);
        changed();
      });
      return el("li", {}, el("span", {}, text), gone);
    }),
  );
}

function changed() {
  drawChanges();
  compare();
}

async function compare() {
  const mine = ++asked;
  setText(byId("answer"), say("waits.what.playing"));
  try {
    const found = await ask("what-if", { hours: 3, changes });
    if (mine === asked) {
      compared = found;
      drawCompared();
    }
  } catch (error) {
    if (mine === asked) setText(byId("answer"), error.message);
  }
}

const minutes = (seconds) => seconds / 60;
const curveOf = (curve, of) => (of === ALL ? curve.all : curve.by_service[of] ?? []);
const ALWAYS_CALLED_PCT = 90; // else nobody knows the 90th percentile
const known = (curve) => {
  const end = curve.findIndex((p) => p.called_pct < ALWAYS_CALLED_PCT);
  return end < 0 ? curve : curve.slice(0, end);
};
const seriesOf = (name, curve) => ({
  name,
  points: known(curve).map((p) => ({
    at: Date.parse(p.at), p10: minutes(p.p10_s), p50: minutes(p.p50_s), p90: minutes(p.p90_s),
  })),
});
const mean = (points, key) =>
  Math.round(points.reduce((sum, p) => sum + p[key], 0) / Math.max(1, points.length) / 60);

/** Nobody knows a longest wait: for want of windows, for some services or for all, or of time. */
function nobodyWords() {
  const curves = compared.then.by_service;
  const unserved = hall.services.filter((s) => (curves[s.id]?.[0]?.called_pct ?? 0) < ALWAYS_CALLED_PCT);
  const of = byId("of").value;
  if (of === ALL && unserved.length > 0 && unserved.length < hall.services.length) {
    return say("waits.what.some", { services: unserved.map((s) => shortName(named(s))).join(say("waits.what.and")) });
  }
  return say(changes.length ? "waits.what.nobody_then" : of === ALL ? "waits.what.nobody" : "waits.what.nobody_of");
}

/** Both ways over the same instants: those for which both are known. */
function comparedWords(now, then) {
  if (then.length === 0) return nobodyWords();
  if (!changes.length) {
    const [p50, p90] = [mean(now, "p50_s"), mean(now, "p90_s")];
    return say(p90 === 0 ? "waits.what.no_wait" : p50 === 0 ? "waits.what.half_none" : "waits.what.as_it_is", { p50, p90 });
  }
  const both = Math.min(now.length, then.length);
  const span = both || then.length;
  return say(both ? "waits.what.answer" : "waits.what.answer_opened", {
    p50: mean(now.slice(0, span), "p50_s"), p90: mean(now.slice(0, span), "p90_s"),
    then50: mean(then.slice(0, span), "p50_s"), then90: mean(then.slice(0, span), "p90_s"),
  });
}

function drawCompared() {
  const of = byId("of").value;
  const [now, then] = [curveOf(compared.now, of), curveOf(compared.then, of)];
  const series = changes.length ? [seriesOf("now", now), seriesOf("then", then)] : [seriesOf("then", now)];
  drawWaits(byId("picture"), series, (at) => clockText(at), say("waits.what.unit"));
  const words = comparedWords(known(now), known(then));
  const end = known(then).at(-1);
  const beyond = end && known(then).length < then.length;
  const more = [
    beyond && say("waits.what.beyond", { time: clockText(Date.parse(end.at)) }),
    compared.about && say("waits.what.about"),
  ];
  setText(byId("answer"), [words, ...more.filter(Boolean)].join(" "));
  const keys = changes.length ? ["key_now", "key_then", "key_band"] : ["key_then_alone", "key_band"];
  byId("key").replaceChildren(...keys.map((key) => el("span", {}, say(`waits.what.${key}`))));
  byId("as-table").replaceChildren(...comparedTable(now, then));
}

function comparedTable(now, then) {
  const heads = ["time", "now50", "now90", "then50", "then90"].map((name) =>
    el("th", { scope: "col" }, say(`waits.what.heads.${name}`)));
  const cell = (p, key) =>
    el("td", {}, p.called_pct < ALWAYS_CALLED_PCT ? "–" : String(Math.round(p[key] / 60)));
  const rows = now.map((p, i) =>
    el("tr", {}, el("th", { scope: "row" }, clockText(Date.parse(p.at))),
      cell(p, "p50_s"), cell(p, "p90_s"), cell(then[i], "p50_s"), cell(then[i], "p90_s")));
  return [el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows)];
}

// --- fewest windows -------------------------------------------------------------------------------

async function fewest() {
  const limit = numberIn("limit");
  setText(byId("few-answer"), say("waits.few.searching"));
  byId("few-windows").replaceChildren();
  try {
    const found = await ask("openings", { limit_minutes: limit });
    const values = { n: found.windows.length, limit, worst: minutesText(found.worst_s) };
    const words = say(found.holds ? "waits.few.holds" : "waits.few.never", values);
    setText(byId("few-answer"), found.whole ? words : `${words} ${say("waits.few.cut")}`);
    byId("few-windows").replaceChildren(...hall.windows.map((w) => windowChip(w, found.windows)));
  } catch (error) {
    setText(byId("few-answer"), error.message);
  }
}

function windowChip(window, windows) {
  const open = windows.includes(window.id);
  const words = say(open ? "waits.few.open" : "waits.few.closed");
  return el("li", { "data-act": open ? "open" : "close" },
    icon(open ? "door-open" : "door-closed"), `${shortName(named(window))} · ${words}`);
}

byId("kind").addEventListener("change", showFields);
byId("of").addEventListener("change", () => compared && drawCompared());
byId("clear").addEventListener("click", () => {
  changes.length = 0;
  changed();
});
byId("what").addEventListener("submit", (event) => {
  event.preventDefault();
  if (changes.length >= CHANGES_AT_MOST) return setText(byId("answer"), say("waits.what.most", { n: CHANGES_AT_MOST }));
  changes.push(wanted());
  changed();
});
for (const field of document.querySelectorAll(".waits input[type=number]")) explainNumber(field);
byId("few").addEventListener("submit", (event) => {
  event.preventDefault();
  fewest();
});
start().catch(() => setText(byId("kept-words"), say("waits.no_answer")));
