/** The register of pensioners: figures, one person, and for managers lists, export and imports. */
import { byId, el, named, page, redraw, say, setText } from "./core.js";
import { LiveHall } from "./live.js";
import { startImport } from "./pension-import.js";
import { openPerson, showPerson } from "./pension-person.js";
import { forgetReminders, startReminders } from "./pension-remind.js";
import { ask, attempt } from "./pension-server.js";

const manages = document.querySelector("main").dataset.manages === "yes";
const COLUMNS = ["pensioners", "due", "overdue", "home_visits", "suspended", "back_pay", "enrolled"];
const api = `/api/v1/halls/${encodeURIComponent(page.hall)}/pension`;

const live = new LiveHall(
  page.hall,
  "pensions",
  {
    hall(snapshot) {
      setText(byId("hall-name"), named(snapshot));
      refresh();
    },
    event: () => refresh(),
    state() {},
  },
  { sleepsWhenHidden: true },
);

async function refresh() {
  await attempt(async () => {
    drawFigures(await ask("register"));
    const { waiting } = await ask("waiting");
    setText(byId("waiting-count"), waiting.length ? ` (${waiting.length})` : "");
  });
}

// --- figures -----------------------------------------------------------------------------------

function drawFigures(register) {
  page.today = register.today;
  page.consentVersion = register.consent_version;
  redraw(byId("figures"), register.regions, () => {
    if (register.regions.length === 0) return [el("tbody", {}, el("tr", {}, el("td", {}, say("pension.figures.empty"))))];
    const sum = Object.fromEntries(COLUMNS.map((name) => [name, register.regions.reduce((n, row) => n + row[name], 0)]));
    const rows = register.regions.map((row) => figuresRow(shortRegion(row.region), row));
    rows.push(figuresRow(say("pension.figures.all"), sum, "sum"));
    const head = COLUMNS.map((name) => el("th", { class: "figure", scope: "col" }, say(`pension.figures.${name}`)));
    const first = el("th", { scope: "col" }, say("pension.figures.region"));
    return [el("thead", {}, el("tr", {}, first, ...head)), el("tbody", {}, ...rows)];
  });
  const words = { n: register.faces.toLocaleString(), limit: register.faces_to_be_filed_at.toLocaleString() };
  setText(byId("faces"), say("pension.figures.faces", words));
  if (manages) drawRegions(register.regions.map((row) => row.region));
}

/** Of `county/town/village` the last two: the county is everybody's. */
const shortRegion = (region) => region.split("/").slice(-2).join(" / ");

const figuresRow = (name, row, kind = null) =>
  el(
    "tr",
    { class: kind },
    el("td", {}, name),
    ...COLUMNS.map((column) =>
      el("td", { class: "figure", "data-some": column === "overdue" && row[column] ? "late" : null }, String(row[column])),
    ),
  );

// --- lists -------------------------------------------------------------------------------------

function drawRegions(regions) {
  redraw(byId("list-region"), regions, () => [
    el("option", { value: "" }, say("pension.list.all_regions")),
    ...regions.map((region) => el("option", { value: region }, region)),
  ]);
  drawExports();
}

function query() {
  const wanted = new URLSearchParams({ which: byId("list-which").value });
  if (byId("list-region").value) wanted.set("region", byId("list-region").value);
  return wanted;
}

function drawExports() {
  byId("export-xlsx").href = `${api}/export.xlsx?${query()}`;
  byId("export-csv").href = `${api}/export.csv?${query()}`;
}

async function list() {
  await attempt(async () => {
    const { count, pensioners } = await ask(`list?${query()}`);
    const words = [count ? say("pension.list.count", { n: count }) : say("pension.list.nobody")];
    if (pensioners.length < count) words.push(say("pension.list.shown", { n: pensioners.length }));
    setText(byId("list-count"), words.join(" · "));
    drawRows(pensioners);
  });
}

function drawRows(pensioners) {
  const head = ["name", "id", "region", "due_date", "last"].map((name) =>
    el("th", { scope: "col" }, say(`pension.list.${name}`)),
  );
  byId("list-rows").replaceChildren(
    el("thead", { hidden: pensioners.length === 0 }, el("tr", {}, ...head, el("td"))),
    el("tbody", {}, ...pensioners.map(personRow)),
  );
}

function personRow(one) {
  const last = one.passes[0];
  return el(
    "tr",
    {},
    el("td", {}, one.name_masked ?? ""),
    el("td", {}, one.id_masked ?? ""),
    el("td", {}, one.region),
    el("td", { "data-some": one.due_state === "overdue" ? "late" : null }, one.due_date),
    el("td", {}, last ? `${last.day} ${say(`pension.way.${last.way}`)}` : ""),
    el("td", {}, el("button", { class: "button", type: "button", "data-open": one.person }, say("pension.list.open"))),
  );
}

/** Reminders go to who is due, or to the overdue alone where that list is chosen. */
function reminded() {
  const which = byId("list-which").value === "overdue" ? "overdue" : "due";
  const region = byId("list-region").value;
  const words = `${say(`pension.list.${which}`)} · ${region || say("pension.list.all_regions")}`;
  return { which, region, words };
}

// --- acting ------------------------------------------------------------------------------------

byId("find").addEventListener("submit", async (event) => {
  event.preventDefault();
  byId("words").hidden = true;
  const id_number = byId("find-number").value.replace(/\s/g, "").toUpperCase();
  const found = await openPerson({ id_number, why: byId("find-why").value });
  if (found) byId("find").reset();
  else showPerson(null);
});

if (manages) {
  byId("list").addEventListener("submit", (event) => {
    event.preventDefault();
    list();
  });
  byId("list").addEventListener("change", () => {
    drawExports();
    forgetReminders();
  });
  startReminders(reminded);
  byId("list-rows").addEventListener("click", async (event) => {
    const person = event.target.closest("[data-open]")?.dataset.open;
    if (!person) return;
    await openPerson({ person, why: say("pension.why.overdue") });
    byId("find-title").scrollIntoView({ block: "start" });
  });
  startImport(refresh);
}
document.addEventListener("pensioner-changed", refresh);

live.start();
