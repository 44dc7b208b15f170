/**
 * What a manager does from the board: opens, closes or pauses a window, stops and resumes numbers,
 * puts a notice on the screens; each with a way back for half a minute. Asks first, sends once; what
 * is seen afterwards comes with the live hall.
 */
import { ask } from "./ask.js";
import { WIDER } from "./board-window.js";
import { Commands } from "./commands.js";
import { byId, el, icon, named, page, say } from "./core.js";

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

/** Takes a change of the rules back, and nothing that others changed since. */
export const restoring = (answer) => ({ path: "configuration/restore", body: { seq: answer.configuration.seq } });

const BY_MANAGER = "board.acts.by_manager";
const when = (act) => (values) => values.act === act;
const options = (names) => names.map((name) => ({ value: name, label: say(`board.acts.${name}`) }));
const whatToDo = (names) => ({ name: "act", label: say("board.acts.what"), kind: "choice", options: options(names), value: names[0] });
const reasonOf = (act) => ({ name: "reason", label: say("board.acts.reason"), kind: "text", key: "W", most: 200, need: false, when: when(act) });

/** The act that undoes another one. */
const BACK = { open: "close", close: "open", pause: "resume", resume: "pause" };

/** The acts that fit a window's state, the likeliest first. */
function actsOf(window) {
  if (window.state === "closed") return ["open", ...Object.keys(WIDER)];
  return [...(window.state === "paused" ? ["resume", "close"] : ["pause", "close"]), ...Object.keys(WIDER)];
}

/** One page: what to do, and below it what that needs. */
export async function askWindow(window, hall) {
  const wider = Object.entries(WIDER).map(([act, { fields }]) => fields(window, hall).map((field) => ({ ...field, when: when(act) })));
  const fields = [whatToDo(actsOf(window)), ...wider.flat(), reasonOf("pause")];
  const values = await ask({ title: named(window), icon: "door-open", confirm: say("board.acts.do"), fields });
  if (!values) return;
  if (WIDER[values.act]) await WIDER[values.act].send(window, hall, values);
  else await turn(window, values);
}

/** Opens, closes, pauses or resumes it. */
async function turn(window, { act, reason }) {
  const body = act === "pause" ? { reason: reason || say(BY_MANAGER) } : {};
  const done = say("board.acts.window_done", { window: named(window), act: say(`board.acts.${act}`) });
  const path = `windows/${encodeURIComponent(window.id)}/`;
  const undo = BACK[act];
  const undoing = undo === "pause" ? { reason: window.reason || say(BY_MANAGER) } : {};
  await send(path + act, body, done, () => ({ path: path + undo, body: undoing }));
}

function servicesToStop(hall) {
  const all = { value: "", key: "0", label: say("board.acts.all_services") };
  const choices = hall.services.map((service) => ({
    value: service.id,
    key: service.prefix,
    label: named(service),
    note: service.paused ? say("board.acts.stopped") : undefined,
  }));
  return { name: "service", label: say("board.acts.which"), kind: "choice", options: [all, ...choices], value: "", need: false };
}

export async function askIssuing(hall) {
  const stopped = hall.services.some((service) => service.paused);
  const acts = stopped ? ["give", "stop"] : ["stop", "give"];
  const fields = [whatToDo(acts), servicesToStop(hall), reasonOf("stop")];
  const values = await ask({ title: say("board.acts.issuing"), icon: "ticket", confirm: say("board.acts.do"), fields });
  if (!values) return;
  const stop = values.act === "stop";
  const body = stop ? { reason: values.reason || say(BY_MANAGER) } : {};
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
