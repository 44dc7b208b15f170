/**
 * What on the manager's board needs a person, and what to do: pure rules over one snapshot.
 * Draws nothing. Texts are under `alarm.<kind>`: title and todo.
 */

export const LONG_WAIT_S = 30 * 60; // beyond this a wait is "too long"
export const NOTABLE_WAIT_S = 15 * 60; // beyond this it is "rather long"
const CALLED_LONG_S = 3 * 60; // called and nobody started
const SERVING_TIMES = 3; // this many usual durations
const SERVING_AT_LEAST_S = 30 * 60;
const PAUSED_LONG_S = 30 * 60;
const IDLE_LONG_S = 3 * 60; // open, free, and people wait for it
// "unknown": a printer that never answers a status question is no news, it is its nature
const FINE_DEVICE = new Set(["ok", "ready", "online", "unknown"]);

export const deviceFine = (device) => FINE_DEVICE.has(device.state);

/** "fine", "notable" or "long" for a service's longest wait. */
export function waitLevel(service) {
  if (service.waiting === 0 || service.longest_wait_s <= NOTABLE_WAIT_S) return "fine";
  return service.longest_wait_s <= LONG_WAIT_S ? "notable" : "long";
}

const age = (iso, nowMs) => Math.max(0, (nowMs - Date.parse(iso)) / 1000);

/** The gravest thing about one queue: nobody for it, somebody free for it, or simply too long. */
function queueAlarm(service, hall, nowMs) {
  if (service.waiting === 0) return null;
  const base = { service, seconds: service.longest_wait_s };
  const open = hall.windows.filter((w) => w.state === "open" && service.windows.includes(w.id));
  if (open.length === 0) return { ...base, kind: "unserved", level: "red" };
  const free = open.filter((w) => w.free_since && age(w.free_since, nowMs) > IDLE_LONG_S);
  if (free.length > 0 && service.longest_wait_s > IDLE_LONG_S) {
    return { ...base, kind: "idle", windows: free, level: "red" };
  }
  return waitLevel(service) === "long" ? { ...base, kind: "long_wait", level: "amber" } : null;
}

function ticketAlarm(window, nowMs) {
  const ticket = window.ticket;
  const seconds = age(ticket.since, nowMs);
  if (ticket.status === "called") {
    return seconds > CALLED_LONG_S ? { kind: "not_started", window, seconds, level: "amber" } : null;
  }
  const limit = Math.max(SERVING_AT_LEAST_S, SERVING_TIMES * ticket.usual_s);
  return seconds > limit ? { kind: "serving_long", window, seconds, level: "amber" } : null;
}

function windowAlarm(window, nowMs) {
  if (window.ticket) return ticketAlarm(window, nowMs);
  if (window.waiting === 0) return null;
  const seconds = age(window.since, nowMs);
  if (window.state === "paused" && seconds > PAUSED_LONG_S) {
    return { kind: "paused_long", window, seconds, level: "amber" };
  }
  return null;
}

/** All alarms, the gravest first. */
export function alarmsOf(hall, nowMs, lineState) {
  const found = [
    ...(lineState === "stale" ? [{ kind: "stale", level: "red" }] : []),
    ...hall.services.map((service) => queueAlarm(service, hall, nowMs)).filter(Boolean),
    ...hall.windows.map((window) => windowAlarm(window, nowMs)).filter(Boolean),
    ...hall.devices
      .filter((device) => !deviceFine(device))
      .map((device) => ({ kind: "device", device, level: "amber" })),
  ];
  return found.sort((a, b) => Number(b.level === "red") - Number(a.level === "red"));
}
