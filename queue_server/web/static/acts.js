/**
 * What can be done at a window in each state: one table. Draws nothing, sends nothing.
 */

/** Where a window stands: its own state, or that of the ticket at it. */
export function stageOf(window) {
  if (window.ticket) return window.ticket.status === "serving" ? "serving" : "called";
  return window.state === "open" ? "idle" : window.state;
}

/** act → its icon and keys; the first letter is shown, F-keys are shown beside it. */
export const ACTS = {
  "call-next": { icon: "megaphone", fkey: "F1", letter: "N" },
  recall: { icon: "bell-ring", fkey: "F2", letter: "R" },
  start: { icon: "play", fkey: "F3", letter: "S" },
  finish: { icon: "check", fkey: "F4", letter: "F" },
  miss: { icon: "user-x", fkey: "F6", letter: "M" },
  pause: { icon: "pause", fkey: "F8", letter: "P" },
  resume: { icon: "play", fkey: "F8", letter: "P" },
  open: { icon: "door-open", fkey: "F9", letter: "O" },
  close: { icon: "door-closed", fkey: "F9", letter: "O" },
};

/** stage → the one sensible next act, and all acts that the server would take. */
export const STAGES = {
  closed: { next: "open", can: ["open"] },
  paused: { next: "resume", can: ["resume", "close"] },
  idle: { next: "call-next", can: ["call-next", "pause", "close"] },
  called: { next: "start", can: ["start", "recall", "miss", "pause", "resume"] },
  serving: { next: "finish", can: ["finish", "pause", "resume"] },
};

/** Whether the window would take `act` now. Pausing with somebody there means: nobody after them. */
export function canNow(act, window) {
  if (act === "pause" && window.state !== "open") return false;
  if (act === "resume" && window.state !== "paused") return false;
  return STAGES[stageOf(window)].can.includes(act);
}

/** The smaller buttons, always in the same places so that a hand learns them. */
export const SMALL = ["recall", "miss", "pause", "close"];

/** The act a key means at a window, or null. P and O change their meaning with the window's state. */
export function actOfKey(key, window) {
  const pressed = key.length === 1 ? key.toUpperCase() : key;
  const acts = Object.keys(ACTS).filter(
    (act) => ACTS[act].fkey === pressed || ACTS[act].letter === pressed,
  );
  if (acts.length === 0) return null;
  return acts.find((act) => canNow(act, window)) ?? acts[0];
}
