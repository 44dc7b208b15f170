/**
 * What can be done at a window in each state: one table. Draws nothing, sends nothing.
 */

/** Where a window stands: its own state, or that of the ticket at it. */
export function stageOf(window) {
  if (window.ticket) return window.ticket.status === "serving" ? "serving" : "called";
  return window.state === "open" ? "idle" : window.state;
}

/** act → its icon and keys, which its button shows. Rare acts have a letter only. */
export const ACTS = {
  "call-next": { icon: "megaphone", fkey: "F1", letter: "N" },
  recall: { icon: "bell-ring", fkey: "F2", letter: "R" },
  start: { icon: "play", fkey: "F3", letter: "S" },
  finish: { icon: "check", fkey: "F4", letter: "F" },
  register: { icon: "file-text", letter: "A" },
  miss: { icon: "user-x", fkey: "F6", letter: "M" },
  park: { icon: "hourglass", fkey: "F7", letter: "K" },
  transfer: { icon: "forward", fkey: "F10", letter: "T" },
  "call-ticket": { icon: "user-search", letter: "C" },
  cancel: { icon: "circle-x", letter: "X" },
  handover: { icon: "handshake", letter: "H" },
  pause: { icon: "pause", fkey: "F8", letter: "P" },
  resume: { icon: "play", fkey: "F8", letter: "P" },
  open: { icon: "door-open", fkey: "F9", letter: "O" },
  close: { icon: "door-closed", fkey: "F9", letter: "O" },
};

/** stage → the one sensible next act, and all acts that the server would take. */
export const STAGES = {
  closed: { next: "open", can: ["open"] },
  paused: { next: "resume", can: ["resume", "close"] },
  idle: { next: "call-next", can: ["call-next", "call-ticket", "handover", "pause", "close"] },
  called: { next: "start", can: ["start", "recall", "miss", "park", "transfer", "cancel", "handover", "pause", "resume"] },
  serving: { next: "finish", can: ["finish", "register", "park", "transfer", "handover", "pause", "resume"] },
};

/** Whether the window would take `act` now. Pausing with somebody there means: nobody after them. */
export function canNow(act, window) {
  if (act === "pause" && window.state !== "open") return false;
  if (act === "resume" && window.state !== "paused") return false;
  return STAGES[stageOf(window)].can.includes(act);
}

/** The smaller buttons, always in the same places so that a hand learns them. */
export const SMALL = [
  ...["recall", "miss", "park", "transfer"],
  ...["register", "call-ticket", "cancel", "handover", "pause", "close"],
];

/** The act a key means at a window, or null. P and O change their meaning with the window's state. */
export function actOfKey(key, window) {
  const pressed = key.length === 1 ? key.toUpperCase() : key;
  const acts = Object.keys(ACTS).filter(
    (act) => ACTS[act].fkey === pressed || ACTS[act].letter === pressed,
  );
  if (acts.length === 0) return null;
  return acts.find((act) => canNow(act, window)) ?? acts[0];
}
