/**
 * History: figures, pictures and tables of any days. Computes nothing: the server tells all figures.
 */
/* global Plotly */
import { byId, el, fetchWithin, goToLogin, lang, page, say } from "./core.js";

const BASE = `/api/v1/halls/${encodeURIComponent(page.hall)}`;
const LIMIT_MS = 60000; // a year is folded the first time it is asked for
const FIGURES = ["issued", "finished", "no_show", "cancelled", "expired", "wait_p50_s", "wait_p90_s", "service_p50_s", "ratings", "satisfied"];
const FEW = 5;
const HOURS_FROM_S = 3 * 3600;
const LAKE = "#0f4c81";
const AMBER = "#f2a900";
const JADE = "#0b7a4b";
const VERMILION = "#c2321f";
const LEVELS = [[5, JADE], [4, "#6fb38f"], [3, "#c9c3b2"], [2, AMBER], [1, VERMILION]];
const minutes = (seconds) => (seconds === null || seconds === undefined ? null : Math.round(seconds / 6) / 10);

function shown(name, value) {
  if (value === null || value === undefined) return "–";
  if (name === "satisfied") return `${(value * 100).toFixed(1)} %`;
  if (name.endsWith("_s") && value >= HOURS_FROM_S) return `${Math.round(value / 360) / 10} ${say("history.hours")}`;
  if (name.endsWith("_s")) return `${minutes(value)} ${say("history.minutes")}`;
  return String(value);
}

const heading = (name) => say(`history.column.${name}`).replace(/\s*[(（][^)）]*[)）]$/, "");
const column = (table, name) => table.rows.map((row) => row[table.columns.indexOf(name)]);

function drawFigures(summary) {
  byId("figures").replaceChildren(
    ...FIGURES.map((name) => {
      const [figure, ...unit] = shown(name, summary[name]).split(" ");
      const small = unit.length ? [" ", el("small", {}, unit.join(" "))] : [];
      return el("div", { "data-figure": name }, el("dt", {}, heading(name)), el("dd", {}, figure, ...small));
    }),
  );
}

function drawTable(place, table) {
  const plain = /^\d\d$/;
  const head = table.columns.map((name) => el("th", { scope: "col" }, plain.test(name) ? `${name}:00` : heading(name)));
  const rows = table.rows.map((row) => {
    const cells = row.map((value, index) => {
      const name = table.columns[index];
      if (index > 0) return el("td", {}, plain.test(name) ? String(value) : shown(name, value));
      return el("th", { scope: "row" }, value || say(table.id === "staff" ? "history.no_clerk" : "history.total"));
    });
    return el("tr", { class: table.id !== "staff" && row[0] === "" ? "total" : null }, ...cells);
  });
  byId(`table-${place}`).replaceChildren(el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows)));
}

const LOOK = {
  margin: { l: 56, r: 32, t: 8, b: 48 },
  font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: "#17202a" },
  paper_bgcolor: "rgba(0,0,0,0)",
  plot_bgcolor: "rgba(0,0,0,0)",
  legend: { orientation: "h", y: 1.14 },
  bargap: 0.25,
};
const TOOLS = { displayModeBar: false, responsive: true, locale: lang };

function draw(place, traces, more = {}) {
  Plotly.react(byId(`picture-${place}`), traces, { ...LOOK, ...more }, TOOLS);
}

function drawPictures(told) {
  const { services, days, hours, staff } = told.tables;
  const dates = { type: "category" };
  draw(
    "hours",
    [{
      type: "heatmap",
      x: hours.columns.slice(1).map((hour) => `${hour}:00`),
      y: hours.rows.map((row) => row[0]),
      z: hours.rows.map((row) => row.slice(1)),
      colorscale: [[0, "#f7f5f0"], [1, LAKE]],
      xgap: 2,
      ygap: 2,
      hovertemplate: `%{y} %{x}<br>%{z} ${say("history.people")}<extra></extra>`,
    }],
    { yaxis: { ...dates, autorange: "reversed" }, xaxis: dates, margin: { ...LOOK.margin, l: 96 } },
  );
  draw(
    "waits",
    [["wait_p50_s", LAKE], ["wait_p90_s", AMBER]].map(([name, color]) => ({
      type: "scatter",
      mode: "lines+markers",
      name: heading(name),
      x: column(days, "day"),
      y: column(days, name).map(minutes),
      line: { color, width: 3 },
      marker: { size: 8 },
    })),
    { xaxis: dates, yaxis: { title: { text: say("history.minutes") }, rangemode: "tozero" } },
  );
  const names = services.rows.filter((row) => row[0] !== "").map((row) => row[0]);
  const ofServices = (name) => column(services, name).slice(0, names.length);
  draw(
    "services",
    [["issued", LAKE], ["finished", JADE], ["no_show", VERMILION]].map(([name, color]) => ({
      type: "bar", name: heading(name), x: names, y: ofServices(name), marker: { color },
    })),
    { xaxis: { ...dates, automargin: true }, yaxis: { title: { text: say("history.people") } } },
  );
  draw(
    "service_times",
    [["service_p50_s", LAKE], ["service_p90_s", AMBER]].map(([name, color]) => ({
      type: "bar", name: heading(name), x: names, y: ofServices(name).map(minutes), marker: { color },
    })),
    { xaxis: { ...dates, automargin: true }, yaxis: { title: { text: say("history.minutes") } } },
  );
  draw(
    "ratings",
    LEVELS.map(([level, color], index) => ({
      type: "bar",
      name: say(`history.level.${level}`),
      x: names,
      y: names.map((_, at) => told.levels[at]?.[index] ?? 0),
      marker: { color },
    })),
    { barmode: "stack", xaxis: { ...dates, automargin: true }, yaxis: { title: { text: say("history.people") } } },
  );
  drawStaff(staff);
}

/**
 * What clerks did beside what the same matters usually take: long matters are no disadvantage. Nobody
 * who served fewer than FEW is shown there; chance would speak, not work.
 */
function drawStaff(staff) {
  const at = (row, name) => row[staff.columns.indexOf(name)];
  const rows = staff.rows.filter((row) => row[0] && at(row, "finished") >= FEW);
  byId("picture-staff").hidden = rows.length === 0;
  const hours = (row, name) => Math.round(at(row, name) / 360) / 10;
  draw(
    "staff",
    [["expected_s", "#c9c3b2"], ["took_s", LAKE], ["idle_waiting_s", AMBER]].map(([name, color]) => ({
      type: "bar",
      name: heading(name),
      x: rows.map((row) => row[0]),
      y: rows.map((row) => hours(row, name)),
      text: name === "took_s" ? rows.map((row) => say("history.served", { n: at(row, "finished") })) : undefined,
      textposition: "auto",
      marker: { color },
    })),
    { barmode: "group", xaxis: { type: "category", automargin: true }, yaxis: { title: { text: say("history.hours") } } },
  );
}

async function load(from, to) {
  const query = new URLSearchParams({ lang, ...(from && { from }), ...(to && { to }) });
  byId("fault").hidden = true;
  try {
    const answer = await fetchWithin(LIMIT_MS, `${BASE}/statistics?${query}`);
    if (answer.status === 401) goToLogin();
    const told = answer.json();
    if (!answer.ok) throw new Error(told.error?.message);
    show(told);
  } catch (error) {
    byId("fault").textContent = error.message || say("history.unanswered");
    byId("fault").hidden = false;
  }
}

function show(told) {
  byId("from").value = told.from;
  byId("to").value = told.to;
  byId("span").textContent = `${told.from} – ${told.to}`;
  const query = new URLSearchParams({ lang, from: told.from, to: told.to });
  byId("xlsx").href = `${BASE}/statistics.xlsx?${query}`;
  byId("report").href = `/manager/${encodeURIComponent(page.hall)}/report?month=${told.to.slice(0, 7)}`;
  for (const link of document.querySelectorAll("a[data-csv]")) {
    link.href = `${BASE}/statistics/${link.dataset.csv}.csv?${query}`;
  }
  drawFigures(told.summary);
  const empty = told.summary.issued === 0;
  byId("nothing").hidden = !empty;
  for (const part of document.querySelectorAll(".part")) part.hidden = empty;
  if (empty) return;
  const { services, days, hours, staff } = told.tables;
  const tables = { hours, waits: days, services, service_times: services, ratings: told.tables.ratings, staff };
  for (const [place, table] of Object.entries(tables)) drawTable(place, table);
  drawPictures(told);
  document.body.dataset.drawn = "1";
}

const isoDay = (day) => `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;

function spanOf(name) {
  const today = new Date();
  const [year, month] = [today.getFullYear(), today.getMonth()];
  if (name === "month") return [new Date(year, month, 1), today];
  if (name === "last_month") return [new Date(year, month - 1, 1), new Date(year, month, 0)];
  const back = name === "week" ? 6 : 13;
  return [new Date(year, month, today.getDate() - back), today];
}

byId("choose").addEventListener("submit", (event) => {
  event.preventDefault();
  load(byId("from").value, byId("to").value);
});
for (const button of document.querySelectorAll("button[data-span]")) {
  button.addEventListener("click", () => load(...spanOf(button.dataset.span).map(isoDay)));
}
const wanted = new URLSearchParams(location.search);
load(wanted.get("from"), wanted.get("to"));
