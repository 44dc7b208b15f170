/**
 * Promised waits beside those that came: by service and hour, and number by number of one day.
 * Draws what it is given or asks for; changes nothing.
 */
import { byId, el, fetchWithin, icon, lang, named, say, setText, shortName } from "./core.js";
import { percent, waitsUrl } from "./promise-figure.js";
import { clockText, minutesText, waitText } from "./time.js";

const FETCH_LIMIT_MS = 30000;
const LOW = 0.85;
const DECIDES = 5; // of fewer tickets a share tells nothing

let shown = [];

/** cells: [{service, hour, promises, kept, error_s}]; an empty table where there are none. */
export function drawCells(table, cells, services) {
  const hours = [...new Set(cells.map((cell) => cell.hour))].sort();
  const known = services.filter((s) => cells.some((cell) => cell.service === s.id));
  const head = el("tr", {},
    el("th", { scope: "col" }, say("waits.cells.corner")),
    ...hours.map((hour) => el("th", { scope: "col" }, `${hour}:00`)));
  const rows = known.map((service) =>
    el("tr", {},
      el("th", { scope: "row" }, `${service.prefix} ${shortName(named(service))}`),
      ...hours.map((hour) => cellOf(cells, service, hour))));
  table.replaceChildren(...(cells.length ? [el("thead", {}, head), el("tbody", {}, ...rows)] : []));
}

function cellOf(cells, service, hour) {
  const found = cells.find((cell) => cell.service === service.id && cell.hour === hour);
  if (!found) return el("td", {}, "");
  const values = { service: named(service), hour, n: found.promises, share: percent(found.kept), error: minutesText(found.error_s) };
  const decides = found.promises >= DECIDES;
  const level = !decides ? "few" : found.kept < LOW ? "low" : null;
  return el("td", { class: level, title: say("waits.cells.words", values) }, say("waits.cells.cell", values));
}

/** Begins the list of single numbers; asks once somebody looks at it. */
export function startEach(services) {
  const again = () => showDay(services);
  byId("each").addEventListener("toggle", () => byId("each").open && again());
  byId("each-day").addEventListener("change", again);
  byId("each-late").addEventListener("change", () => drawEach(services));
}

async function showDay(services) {
  const wanted = byId("each-day").value;
  const day = wanted ? `?day=${wanted}` : "";
  setText(byId("each-count"), say("common.loading"));
  byId("each-table").replaceChildren();
  try {
    const answer = await fetchWithin(FETCH_LIMIT_MS, `${waitsUrl()}/promises${day}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const found = answer.json();
    if (wanted && wanted !== byId("each-day").value) return; // another day was chosen meanwhile
    byId("each-day").value = found.day;
    byId("each-csv").href = `${waitsUrl()}/promises.csv?from=${found.day}&to=${found.day}&lang=${lang}`;
    byId("each-csv").hidden = found.promises.length === 0;
    shown = found.promises;
    drawEach(services);
  } catch {
    setText(byId("each-count"), say("waits.no_answer"));
  }
}

function drawEach(services) {
  const lateOnly = byId("each-late").checked;
  const late = shown.filter((line) => line.came === "late").length;
  const lines = lateOnly ? shown.filter((line) => line.came === "late") : shown;
  const words = shown.length === 0 ? "none" : lateOnly && late === 0 ? "none_late" : "count";
  setText(byId("each-count"), say(`waits.each.${words}`, { n: shown.length, late }));
  const heads = ["issued", "number", "service", "told", "waited", "came"].map((name) =>
    el("th", { scope: "col" }, say(`waits.each.heads.${name}`)));
  const rows = lines.map((line) => eachRow(line, services));
  byId("each-table").replaceChildren(
    ...(lines.length ? [el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows)] : []),
  );
}

const MARKS = { in_time: "circle-check", late: "triangle-alert" };

function eachRow(line, services) {
  const service = services.find((s) => s.id === line.service);
  const told = line.p90_s === null ? "–" : waitText(line);
  return el("tr", { "data-came": line.came },
    el("td", {}, clockText(Date.parse(line.issued_at))),
    el("th", { scope: "row" }, line.number),
    el("td", {}, service ? shortName(named(service)) : line.service),
    el("td", {}, told),
    el("td", {}, line.waited_s === null ? "–" : minutesText(line.waited_s)),
    el("td", {}, ...(MARKS[line.came] ? [icon(MARKS[line.came])] : []), say(`waits.each.came.${line.came}`)));
}
