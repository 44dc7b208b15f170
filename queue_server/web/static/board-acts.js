/**
 * What a manager does from the board: opens, closes or pauses a window, stops and resumes numbers,
 * puts a notice on the screens; each with a way back for half a minute. Asks first, sends once; what is seen afterwards comes with the live
 * hall.
 */
import { ask } from "./ask.js";
import { WIDER } from "./board-window.js";
import { Commands } from "./commands.js";
import { byId, el, icon, named, page, say } from "./core.js";

const ALWAYS = ["message", "skills", "clerk"]; // in whatever state the window is
const UNDO_MS = 30000;
const base = `/api/v1/halls/${encodeURIComponent(page.hall)}`;
const commands = new Commands(base, (yes) => tell(yes ? say("board.acts.trouble") : ""), { keeps: false });

let told = null;

/** back: what one touch sends to undo it, {path, body, done}. */
function tell(text, back = null) {
  const box = byId("act-told");
  box.replaceChildren(text);
  if (back) {
    const button = el("button", { class: "button", type: "button" }, icon("rotate-ccw"), say("board.acts.undo"));
    button.addEventListener("click", () => send(back.path, back.body, back.done ?? say("board.acts.undone")));
    box.append(" ", button);
  }
  box.hidden = text === "";
  clearTimeout(told);
  if (back) told = setTimeout(() => tell(text), UNDO_MS);
}

/** back(answer): see tell; none for what has no way back. */
export async function send(path, body, done, back = null) {
  try {
    const answer = await commands.send(path, body);
    if (answer) tell(done, back?.(answer) ?? null);
  } catch (error) {
    tell(error.message || say("board.acts.unanswered"));
  }
}

/** For a look that failed before anything was sent. */
export const complain = (error) => tell(error.message || say("board.acts.unanswered"));

/** Takes a change of the rules back, and nothing that others changed since. */
export const restoring = (answer) => ({ path: "configuration/restore", body: { seq: answer.configuration.seq } });

const options = (names) => names.map((name) => ({ value: name, label: say(`board.acts.${name}`) }));
const reason = (unless) => ({ name: "reason", label: say("board.acts.reason"), kind: "text", most: 200, need: unless ? false : undefined });

/** The act that undoes another one. */
const BACK = { open: "close", close: "open", pause: "resume", resume: "pause" };

/** The acts that fit a window's state. */
function actsOf(window) {
  if (window.state === "closed") return ["open", ...ALWAYS];
  return [...(window.state === "paused" ? ["resume", "close"] : ["pause", "close"]), ...ALWAYS];
}

export async function askWindow(window, hall) {
  const fields = [
    { name: "act", label: say("board.acts.what"), kind: "choice", options: options(actsOf(window)), value: actsOf(window)[0] },
    reason(true),
  ];
  const values = await ask({ title: named(window), icon: "door-open", confirm: say("board.acts.do"), fields });
  if (!values) return;
  if (ALWAYS.includes(values.act)) return WIDER[values.act](window, hall);
  const body = values.act === "pause" ? { reason: values.reason || say("board.acts.by_manager") } : {};
  const done = say("board.acts.window_done", { window: named(window), act: say(`board.acts.${values.act}`) });
  const path = `windows/${encodeURIComponent(window.id)}/`;
  const undo = BACK[values.act];
  const undoing = undo === "pause" ? { reason: window.reason || say("board.acts.by_manager") } : {};
  await send(path + values.act, body, done, () => ({ path: path + undo, body: undoing }));
}

export async function askIssuing(hall) {
  const all = { value: "", label: say("board.acts.all_services") };
  const stopped = hall.services.filter((service) => service.paused);
  const choices = hall.services.map((service) => ({
    value: service.id,
    label: `${service.prefix} ${named(service)}`,
    note: service.paused ? say("board.acts.stopped") : undefined,
  }));
  const fields = [
    { name: "act", label: say("board.acts.what"), kind: "choice", options: options(["stop", "give"]), value: stopped.length ? "give" : "stop" },
    { name: "service", label: say("board.acts.which"), kind: "choice", options: [all, ...choices], value: "", keys: false, need: false },
    reason(true),
  ];
  const values = await ask({ title: say("board.acts.issuing"), icon: "ticket", confirm: say("board.acts.do"), fields });
  if (!values) return;
  const stop = values.act === "stop";
  const body = stop ? { reason: values.reason || say("board.acts.by_manager") } : {};
  const one = `services/${encodeURIComponent(values.service)}/${stop ? "pause" : "resume"}`;
  const path = values.service ? one : `issuing/${stop ? "stop" : "resume"}`;
  await send(path, body, say(stop ? "board.acts.stop_done" : "board.acts.give_done"), restoring);
}

/** A notice that goes up at once on screens, kiosks and phones, and comes down by itself tonight. */
export async function askNotice(hall) {
  const fields = [{ name: "text", label: say("board.acts.text"), kind: "text", most: 80 }];
  const values = await ask({ title: say("board.acts.notice"), icon: "megaphone", confirm: say("board.acts.show"), fields });
  if (!values) return;
  const body = { title: values.text, until: hall.business_day };
  await send("notices", body, say("board.acts.notice_done"), ({ seq }) => ({ path: "configuration/restore", body: { seq } }));
}
