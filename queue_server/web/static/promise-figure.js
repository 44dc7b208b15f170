/**
 * One small figure of promises kept, and its alarm, for the board and others. Asks seldom.
 */
import { el, fetchWithin, icon, page, say } from "./core.js";

const AGAIN_MS = 60000;
const FETCH_LIMIT_MS = 20000; // the estimating process may be at work on something long

export const waitsUrl = () => `/api/v1/halls/${encodeURIComponent(page.hall)}/waits`;
export const waitsPage = () => `/manager/${encodeURIComponent(page.hall)}/waits`;

/** The report, or null while there is no answer: the figure then stands as it was. */
export async function fetchReport() {
  try {
    const answer = await fetchWithin(FETCH_LIMIT_MS, waitsUrl());
    return answer.ok ? answer.json() : null;
  } catch {
    return null;
  }
}

/** Calls `changed(report)` now and each minute; without an answer the last report stands. */
export function watchReport(changed) {
  const ask = async () => {
    const report = await fetchReport();
    if (report) changed(report);
  };
  ask();
  setInterval(ask, AGAIN_MS);
}

export const percent = (share) => (share === null || share === undefined ? "–" : `${Math.round(share * 100)}%`);

/** A link with the share of promises kept today, or of the last days while today has few. */
export function promiseFigure(report) {
  const { today, all } = report.promises;
  const shown = today.promises >= 20 ? today : all;
  return el(
    "a",
    { class: "promise-figure", href: waitsPage(), "data-drift": report.promises.drift?.way },
    icon(report.promises.drift ? "triangle-alert" : "circle-check"),
    say("promise.kept", { share: percent(shown.kept), n: shown.promises }),
  );
}

/** {title, todo} when promises drift, else null. */
export function promiseAlarm(report) {
  const drift = report.promises.drift;
  if (!drift) return null;
  const values = { share: percent(drift.kept), n: drift.promises };
  return { title: say(`promise.drift.${drift.way}`, values), todo: say(`promise.drift.${drift.way}_todo`, values) };
}
