/**
 * The ledger: filters, two pictures, the registered steps and the cases. Computes nothing: the server
 * filters, counts and finds the words.
 */
/* global Plotly */
import { byId, el, fetchWithin, goToLogin, lang, page, say } from "./core.js";

const BASE = `/api/v1/halls/${encodeURIComponent(page.hall)}/ledger`;
const LIMIT_MS = 60000;
const COLOURS = {
  done: "#0b7a4b", accepted: "#0f4c81", returned: "#f2a900", referred: "#8d8878",
  kept: "#0b7a4b", late: "#c2321f", open: "#0f4c81", overdue: "#f2a900",
};
const WORDY = new Set(["service", "matter", "missing", "note", "closed_note", "reasons"]);
const LOOK = {
  margin: { l: 44, r: 32, t: 48, b: 48 },
  font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: "#17202a" },
  paper_bgcolor: "rgba(0,0,0,0)",
  plot_bgcolor: "rgba(0,0,0,0)",
  legend: { orientation: "h", y: 1.02, yanchor: "bottom" },
  barmode: "stack",
  bargap: 0.25,
};
const FEW_DAYS = 60; // no month and day twice
const TOOLS = { displayModeBar: false, responsive: true, locale: lang };
const form = byId("choose");
let turn = 0; // an answer to an earlier question counts no more

const word = (group, key) => say(`ledger.${group}.${key}`);

function asked() {
  const query = new URLSearchParams({ lang });
  for (const [name, value] of new FormData(form)) if (value) query.set(name, value);
  return query;
}

async function get(path, query) {
  const answer = await fetchWithin(LIMIT_MS, `${BASE}${path}?${query}`);
  if (answer.status === 401) goToLogin();
  const told = answer.json();
  if (!answer.ok) throw new Error(told.error?.message);
  return told;
}

function drawFigures({ total, outcomes, promises }) {
  const shown = [
    ["total", say("ledger.total"), total],
    ...Object.entries(outcomes).map(([name, n]) => [name, word("outcome", name), n]),
    ...Object.entries(promises).map(([name, n]) => [name, word("promise", name), n]),
  ];
  byId("figures").replaceChildren(
    ...shown.map(([name, text, n]) => el("div", { "data-figure": name }, el("dt", {}, text), el("dd", {}, String(n)))),
  );
}

function drawPicture(place, days, names, group) {
  const traces = names.map((name) => ({
    type: "bar",
    name: word(group, name),
    x: days.map(([day]) => day),
    y: days.map(([, counted]) => counted[name]),
    marker: { color: COLOURS[name] ?? "#5a6572" },
  }));
  Plotly.react(byId(`picture-${place}`), traces, { ...LOOK, xaxis: dayAxis(days.map(([day]) => day)) }, TOOLS);
}

/** Short days where they are plain: the year stands above. */
function dayAxis(days) {
  const axis = { type: "category", automargin: true };
  if (days.length > FEW_DAYS) return axis;
  const each = Math.ceil(days.length / 15);
  const shown = days.filter((_, at) => at % each === 0);
  return { ...axis, tickvals: shown, ticktext: shown.map((day) => day.slice(5)), tickangle: 0 };
}

function cell(column, value) {
  const bad = column === "state" && [word("state", "overdue"), word("state", "late")].includes(value);
  const kind = bad ? "late" : WORDY.has(column) && value ? "words" : null;
  return el("td", { class: kind }, value === null || value === undefined ? "" : String(value));
}

const rowsOf = (table) =>
  table.rows.map((row) =>
    el("tr", {}, ...row.map((value, at) => (at ? cell(table.columns[at], value) : el("th", { scope: "row" }, String(value))))),
  );

function drawTable(place, table) {
  const head = table.columns.map((name) => el("th", { scope: "col" }, word("column", name)));
  byId(`none-${place}`).hidden = table.rows.length > 0;
  byId(`table-${place}`).replaceChildren(
    el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rowsOf(table))),
  );
}

function drawMore(told, query) {
  const button = byId("more");
  button.hidden = told.next === null;
  button.onclick = async () => {
    button.disabled = true;
    try {
      query.set("offset", told.next);
      const next = await get("", query);
      document.querySelector("#table-acceptances tbody").append(...rowsOf(next));
      drawMore(next, query);
    } catch (error) {
      fault(error);
    }
    button.disabled = false;
  };
}

function drawClerks(clerks) {
  const chosen = byId("clerk").value;
  const any = { login: "", name: say("ledger.any") };
  const options = [any, ...clerks].map(({ login, name }) => el("option", { value: login, selected: login === chosen }, name));
  byId("clerk").replaceChildren(...options);
}

function fault(error) {
  byId("fault").textContent = error.message || say("ledger.unanswered");
  byId("fault").hidden = false;
}

async function load() {
  turn += 1;
  const mine = turn;
  const query = asked();
  byId("fault").hidden = true;
  try {
    const [told, cases] = await Promise.all([get("", query), get("/cases", query)]);
    if (mine !== turn) return;
    byId("from").value = told.from;
    byId("to").value = told.to;
    byId("span").textContent = `${told.from} – ${told.to}`;
    const full = asked();
    byId("xlsx").href = `${BASE}.xlsx?${full}`;
    for (const link of document.querySelectorAll("a[data-csv]")) link.href = `${BASE}/${link.dataset.csv}.csv?${full}`;
    drawClerks(told.clerks);
    drawFigures(told.summary);
    drawPicture("outcomes", told.summary.by_day, Object.keys(told.summary.outcomes), "outcome");
    drawPicture("promises", told.summary.due, Object.keys(told.summary.promises), "promise");
    drawTable("acceptances", told);
    drawMore(told, full);
    drawTable("cases", cases);
    document.body.dataset.drawn = String(mine);
  } catch (error) {
    if (mine === turn) fault(error);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  load();
});
form.addEventListener("reset", () => setTimeout(load)); // once the fields are empty
for (const [name, value] of new URLSearchParams(location.search)) {
  if (form.elements[name]) form.elements[name].value = value;
}
load();
