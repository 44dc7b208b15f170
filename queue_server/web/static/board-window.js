/**
 * The board's wider acts at one window – a message to its clerk or its screen, other services for
 * it, another clerk: what each asks for, and what it sends.
 */
import { restoring, send } from "./board-acts.js";
import { fetchWithin, named, page, person, say, serverWords } from "./core.js";

const LIMIT_MS = 8000;
const TEXT_MOST = 120; // letters, as the server takes them
const pathOf = (window) => `windows/${encodeURIComponent(window.id)}`;

const textField = (place) => [
  { name: `text-${place}`, label: say(`board.acts.text_${place}`), kind: "text", most: TEXT_MOST },
];

/** To the clerk's console, or to the people before the window's own screen. */
async function tellWindow(place, window, values) {
  const done = say(place === "screen" ? "board.acts.screen_done" : "board.acts.message_done", { window: named(window) });
  const body = { place, text: values[`text-${place}`] };
  await send(`${pathOf(window)}/messages`, body, done, (answer) => {
    const newest = answer.window.messages.filter((one) => !one.ended).at(-1);
    return newest && { path: `${pathOf(window)}/messages/${newest.id}/take-back`, body: {} };
  });
}

/** Of people with the same claim, those of a lower rank are served first. */
const rankText = (rank) => (rank === undefined ? "" : say("board.acts.rank", { n: rank }));
const ranksOf = (window) => new Map(window.skills.map((skill) => [skill.service, skill.rank]));

/** Ticks alone: how gladly a window serves something is set in the administration. */
function skillFields(window, hall) {
  const ranks = ranksOf(window);
  return hall.services.map((service) => ({
    name: `service-${service.id}`,
    label: `${named(service)}${rankText(ranks.get(service.id))}`,
    kind: "check",
    key: service.prefix,
    value: ranks.has(service.id),
  }));
}

async function sendSkills(window, hall, values) {
  const ranks = ranksOf(window);
  const served = hall.services.filter((service) => values[`service-${service.id}`]);
  const body = { skills: served.map(({ id }) => ({ service: id, rank: ranks.get(id) ?? 1 })) };
  const done = served.map((service) => service.prefix).join(" ") || say("board.acts.nothing");
  await send(`${pathOf(window)}/skills`, body, say("board.acts.skills_done", { window: named(window), services: done }), restoring);
}

async function clerks(window, hall) {
  const answer = await fetchWithin(LIMIT_MS, `/api/v1/halls/${encodeURIComponent(page.hall)}/staff`);
  if (!answer.ok) throw new Error(serverWords(answer.json().error));
  const nameOf = (id) => named(hall.windows.find((one) => one.id === id) ?? { name: id });
  const everybody = answer.json().staff.filter((one) => one.role === "clerk" && !one.disabled && one.may_change);
  return everybody
    .filter((one) => one.window !== window.id)
    .map((one) => ({ value: one.login, label: one.name, note: one.window ? nameOf(one.window) : say("board.acts.any_window") }));
}

const KEYS_OF_CLERKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"; // the digits choose the act

const clerkFields = (window, hall) => [
  { name: "login", label: say("board.acts.who"), kind: "choice", keys: KEYS_OF_CLERKS, options: clerks(window, hall) },
];

async function sendClerk(window, hall, { login }) {
  const path = `staff/${encodeURIComponent(login)}/place`;
  const done = say("board.acts.clerk_done", { name: person(login), window: named(window) });
  await send(path, { window: window.id }, done, ({ was }) => ({ path, body: { window: was } }));
}

export const WIDER = {
  message: { fields: () => textField("clerk"), send: (window, hall, values) => tellWindow("clerk", window, values) },
  screen: { fields: () => textField("screen"), send: (window, hall, values) => tellWindow("screen", window, values) },
  skills: { fields: skillFields, send: sendSkills },
  clerk: { fields: clerkFields, send: sendClerk },
};
