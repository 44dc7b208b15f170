/**
 * What a manager does from the board: opens, closes or pauses a window, stops and resumes numbers,
 * puts a notice on the screens. Asks first, sends once; what is seen afterwards comes with the live
 * hall.
 */
import { ask } from "./ask.js";
import { Commands } from "./commands.js";
import { byId, named, page, say, setText } from "./core.js";

const base = `/api/v1/halls/${encodeURIComponent(page.hall)}`;
const commands = new Commands(base, (yes) => tell(yes ? say("board.acts.trouble") : ""), { keeps: false });

function tell(text) {
  setText(byId("act-told"), text);
  byId("act-told").hidden = text === "";
}

async function send(path, body, done) {
  try {
    if (await commands.send(path, body)) tell(done);
  } catch (error) {
    tell(error.message || say("board.acts.unanswered"));
  }
}

const options = (names) => names.map((name) => ({ value: name, label: say(`board.acts.${name}`) }));
const reason = (unless) => ({ name: "reason", label: say("board.acts.reason"), kind: "text", most: 200, need: unless ? false : undefined });

/** The acts that fit a window's state. */
function actsOf(window) {
  if (window.state === "closed") return ["open"];
  return window.state === "paused" ? ["resume", "close"] : ["pause", "close"];
}

export async function askWindow(window) {
  const fields = [
    { name: "act", label: say("board.acts.what"), kind: "choice", options: options(actsOf(window)), value: actsOf(window)[0] },
    reason(true),
  ];
  const values = await ask({ title: named(window), icon: "door-open", confirm: say("board.acts.do"), fields });
  if (!values) return;
  const body = values.act === "pause" ? { reason: values.reason || say("board.acts.by_manager") } : {};
  const done = say("board.acts.window_done", { window: named(window), act: say(`board.acts.${values.act}`) });
  await send(`windows/${encodeURIComponent(window.id)}/${values.act}`, body, done);
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
  await send(path, body, say(stop ? "board.acts.stop_done" : "board.acts.give_done"));
}

/** A notice that goes up at once on screens, kiosks and phones, and comes down by itself tonight. */
export async function askNotice(hall) {
  const fields = [{ name: "text", label: say("board.acts.text"), kind: "text", most: 80 }];
  const values = await ask({ title: say("board.acts.notice"), icon: "megaphone", confirm: say("board.acts.show"), fields });
  if (!values) return;
  await send("notices", { title: values.text, until: hall.business_day }, say("board.acts.notice_done"));
}
