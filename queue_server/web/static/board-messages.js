/**
 * A message to a window as the board shows it: whether it was read, and the button that takes it
 * back.
 */
import { send } from "./board-acts.js";
import { el, icon, named, say } from "./core.js";
import { clockText } from "./time.js";

export function messageLine(window, message, mayAct) {
  const state = message.how ?? message.place;
  const time = clockText(new Date(message.ended ?? message.at)).slice(0, 5);
  const line = el(
    "p",
    { class: "told", "data-state": message.how ?? "shown" },
    icon(message.how ? "circle-check" : "megaphone"),
    el("span", {}, el("b", {}, message.text), " ", el("small", {}, say(`board.message.${state}`, { time }))),
  );
  if (mayAct && !message.how) line.append(takeBack(window, message));
  return line;
}

function takeBack(window, message) {
  const label = say("board.message.take_back_of", { text: message.text });
  const button = el("button", { class: "tool", type: "button", "aria-label": label }, say("board.message.take_back"));
  const path = `windows/${encodeURIComponent(window.id)}/messages/${encodeURIComponent(message.id)}/take-back`;
  button.addEventListener("click", () => send(path, {}, say("board.message.taken", { window: named(window) })));
  return button;
}
