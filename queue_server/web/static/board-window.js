/**
 * The board's wider acts at one window: a message to it, other services for it, another clerk.
 */
import { ask } from "./ask.js";
import { complain, restoring, send } from "./board-acts.js";
import { fetchWithin, named, page, say } from "./core.js";

const LIMIT_MS = 8000;
const TEXT_MOST = 120; // letters, as the server takes them
const pathOf = (window) => `windows/${encodeURIComponent(window.id)}`;

async function message(window) {
  const fields = [
    {
      name: "place",
      label: say("board.acts.message_to"),
      kind: "choice",
      options: [
        { value: "clerk", label: say("board.acts.to_clerk") },
        { value: "screen", label: say("board.acts.to_screen") },
      ],
      value: "clerk",
    },
    { name: "text", label: say("board.acts.message_text"), kind: "text", most: TEXT_MOST },
  ];
  const title = say("board.acts.message_title", { window: named(window) });
  const values = await ask({ title, icon: "megaphone", confirm: say("board.acts.send"), fields });
  if (!values) return;
  const done = say(values.place === "screen" ? "board.acts.screen_done" : "board.acts.message_done", { window: named(window) });
  await send(`${pathOf(window)}/messages`, values, done, (answer) => {
    const newest = answer.window.messages.filter((one) => !one.ended).at(-1);
    return newest && { path: `${pathOf(window)}/messages/${newest.id}/take-back`, body: {} };
  });
}

/** Of people with the same claim, those of a lower rank are served first. */
const rankText = (rank) => (rank === undefined ? "" : say("board.acts.rank", { n: rank }));

/** Ticks alone: how gladly a window serves something is set in the administration. */
async function skills(window, hall) {
  const ranks = new Map(window.skills.map((skill) => [skill.service, skill.rank]));
  const fields = hall.services.map((service) => ({
    name: service.id,
    label: `${service.prefix} ${named(service)}${rankText(ranks.get(service.id))}`,
    kind: "check",
    value: ranks.has(service.id),
  }));
  const title = say("board.acts.skills_title", { window: named(window) });
  const values = await ask({ title, icon: "pencil", confirm: say("board.acts.do"), fields });
  if (!values) return;
  const served = hall.services.filter((service) => values[service.id]);
  const body = { skills: served.map(({ id }) => ({ service: id, rank: ranks.get(id) ?? 1 })) };
  const done = served.map((service) => service.prefix).join(" ") || say("board.acts.nothing");
  await send(`${pathOf(window)}/skills`, body, say("board.acts.skills_done", { window: named(window), services: done }), restoring);
}

async function clerks() {
  const answer = await fetchWithin(LIMIT_MS, `/api/v1/halls/${encodeURIComponent(page.hall)}/staff`);
  if (!answer.ok) throw new Error(answer.json().error?.message);
  return answer.json().staff.filter((one) => one.role === "clerk" && !one.disabled && one.may_change);
}

async function clerk(window, hall) {
  let everybody;
  try {
    everybody = await clerks();
  } catch (error) {
    complain(error);
    return;
  }
  const nameOf = (id) => named(hall.windows.find((one) => one.id === id) ?? { name: id });
  const fields = [{
    name: "login",
    label: say("board.acts.who"),
    kind: "choice",
    options: everybody.map((one) => ({
      value: one.login,
      label: `${one.name} (${one.login})`,
      note: one.window ? nameOf(one.window) : say("board.acts.any_window"),
    })),
    value: everybody.find((one) => one.window === window.id)?.login,
  }];
  const title = say("board.acts.clerk_title", { window: named(window) });
  const values = await ask({ title, icon: "user", confirm: say("board.acts.do"), fields });
  if (!values) return;
  const name = everybody.find((one) => one.login === values.login).name;
  const path = `staff/${encodeURIComponent(values.login)}/place`;
  const done = say("board.acts.clerk_done", { name, window: named(window) });
  await send(path, { window: window.id }, done, ({ was }) => ({ path, body: { window: was } }));
}

export const WIDER = { message, skills, clerk };
