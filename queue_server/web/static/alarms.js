/**
 * What on the manager's board needs a person, and what to do: pure rules over one snapshot.
 * Draws nothing. Texts are under `alarm.<kind>`: title and todo.
 */

const NOTABLE_SHARE = 0.5; // of the limit, from which on a wait is "rather long"
const SERVING_TIMES = 3; // this many usual durations
const SERVING_AT_LEAST_S = 30 * 60;
const OUT_OF_TURN_RECENT_S = 15 * 60;
/** As administration sets them; these are the defaults of domain/alert_settings.py. */
const LIMITS = {
  long_wait_minutes: 30, waiting_at_most: 0, called_minutes: 3, idle_minutes: 3, paused_minutes: 30,
  services: [], quiet: [],
};
// "unknown": a printer that never answers a status question is no news, it is its nature
const FINE_DEVICE = new Set(["ok", "ready", "online", "unknown", "off"]);

export const deviceFine = (device) => FINE_DEVICE.has(device.state);

const limitsOf = (hall) => ({ ...LIMITS, ...hall?.alerts });

/** The limits of one service: its own, or the hall's. */
function limitOf(service, hall) {
  const limits = limitsOf(hall);
  return limits.services.find((own) => own.service === service.id) ?? limits;
}

/** "fine", "notable" or "long" for a service's longest wait. */
export function waitLevel(service, hall) {
  const longS = limitOf(service, hall).long_wait_minutes * 60;
  if (service.waiting === 0 || service.longest_wait_s <= longS * NOTABLE_SHARE) return "fine";
  return service.longest_wait_s <= longS ? "notable" : "long";
}

/** What a queue's row says: as waitLevel, "urgent" where a red line on top is about it, and whether
 * it gives numbers at all. */
export function queueLevel(service, hall, nowMs) {
  if (service.paused) return "stopped";
  if (queueAlarm(service, hall, nowMs)?.level === "red") return "urgent";
  const level = waitLevel(service, hall);
  return hall.open && level === "fine" && !service.accepting ? "full" : level;
}

/** Whether the hall's own wall clock is within a quiet span. at: "HH:MM". */
export function isQuiet(spans, at) {
  return spans.some(({ begins, ends }) => (begins <= ends ? begins <= at && at < ends : at >= begins || at < ends));
}

const age = (iso, nowMs) => Math.max(0, (nowMs - Date.parse(iso)) / 1000);

/** The gravest thing about one queue: nobody for it, somebody free for it, or simply too long. */
function queueAlarm(service, hall, nowMs) {
  if (service.waiting === 0) return null;
  const base = { service, seconds: service.longest_wait_s };
  const open = hall.windows.filter((w) => w.state === "open" && service.windows.includes(w.id));
  if (open.length === 0) return { ...base, kind: "unserved", level: "red" };
  const idleS = limitsOf(hall).idle_minutes * 60;
  const free = open.filter((w) => w.free_since && age(w.free_since, nowMs) > idleS);
  if (free.length > 0 && service.longest_wait_s > idleS) {
    return { ...base, kind: "idle", windows: free, level: "red" };
  }
  if (waitLevel(service, hall) === "long") return { ...base, kind: "long_wait", level: "amber" };
  const most = limitOf(service, hall).waiting_at_most;
  return most > 0 && service.waiting > most ? { ...base, kind: "many_waiting", level: "amber" } : null;
}

function ticketAlarm(window, hall, nowMs) {
  const ticket = window.ticket;
  const seconds = age(ticket.since, nowMs);
  if (ticket.status === "called") {
    return seconds > limitsOf(hall).called_minutes * 60 ? { kind: "not_started", window, seconds, level: "amber" } : null;
  }
  const limit = Math.max(SERVING_AT_LEAST_S, SERVING_TIMES * ticket.usual_s);
  return seconds > limit ? { kind: "serving_long", window, seconds, level: "amber" } : null;
}

function windowAlarm(window, hall, nowMs) {
  if (window.ticket) return ticketAlarm(window, hall, nowMs);
  if (window.waiting === 0) return null;
  const seconds = age(window.since, nowMs);
  if (window.state === "paused" && seconds > limitsOf(hall).paused_minutes * 60) {
    return { kind: "paused_long", window, seconds, level: "amber" };
  }
  return null;
}

/** Calls that were not earned by waiting; services that give no numbers, though the hall is open. */
function recordAlarms(hall, nowMs) {
  const found = [];
  const stopped = hall.services.filter((service) => service.paused);
  if (hall.open && stopped.length > 0) found.push({ kind: "stopped", stopped, level: "amber" });
  const recent = (hall.out_of_turn ?? []).filter((one) => age(one.at, nowMs) < OUT_OF_TURN_RECENT_S);
  if (recent.length > 0) found.push({ kind: "out_of_turn", count: recent.length, level: "amber" });
  return found;
}

/** All alarms, the gravest first; clock: the hall's own "HH:MM", for its quiet spans. */
export function alarmsOf(hall, nowMs, lineState, clock = "") {
  const quiet = clock !== "" && isQuiet(limitsOf(hall).quiet, clock);
  const grave = (alarm) => !quiet || alarm.kind === "stale" || alarm.kind === "clock" || alarm.kind === "stopped" || alarm.kind === "unserved";
  return everyAlarm(hall, nowMs, lineState).filter(grave);
}

function everyAlarm(hall, nowMs, lineState) {
  const found = [
    ...(lineState === "stale" ? [{ kind: "stale", level: "red" }] : []),
    ...(hall.clock_off_s ? [{ kind: "clock", seconds: Math.abs(hall.clock_off_s), level: "red" }] : []),
    ...hall.services.map((service) => queueAlarm(service, hall, nowMs)).filter(Boolean),
    ...hall.windows.map((window) => windowAlarm(window, hall, nowMs)).filter(Boolean),
    ...recordAlarms(hall, nowMs),
    ...hall.devices
      .filter((device) => !deviceFine(device) && device.kind !== "help")
      .map((device) => ({ kind: "device", device, level: "amber" })),
    ...hall.devices
      .filter((device) => !deviceFine(device) && device.kind === "help")
      .map((device) => ({ kind: "help", device, seconds: age(device.at, nowMs), level: "red" })),
  ];
  return found.sort((a, b) => Number(b.level === "red") - Number(a.level === "red"));
}
