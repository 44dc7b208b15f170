/**
 * What has run late and stands red on the board: promises to people, and bad reviews that nobody
 * has answered. Pure but for `watchCases`, which asks for the counts of cases.
 */
import { fetchWithin, page } from "./core.js";

const AGAIN_MS = 30000;
const LIMIT_MS = 8000;

/** summary: of …/cases/summary, or null while it is not known. */
export function promiseAlarms(hall, summary) {
  const late = hall.promises?.late ?? 0;
  const overdue = summary?.overdue ?? 0;
  return [
    ...(late > 0 ? [{ kind: "promises_late", count: late, level: "red" }] : []),
    ...(overdue > 0 ? [{ kind: "cases_overdue", count: overdue, level: "red" }] : []),
  ];
}

/** Calls `changed(summary)` now and whenever half a minute has passed; who may not look gets none. */
export function watchCases(changed) {
  const ask = async () => {
    try {
      const url = `/api/v1/halls/${encodeURIComponent(page.hall)}/cases/summary`;
      const answer = await fetchWithin(LIMIT_MS, url);
      if (answer.ok) changed(answer.json());
    } catch {
      // the board's own line says that the server is away
    }
  };
  ask();
  setInterval(ask, AGAIN_MS);
}
