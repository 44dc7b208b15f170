/** The band at the bottom edge of the console: what happened last, and what to do. */
import { byId, el, icon, redraw } from "./core.js";
import { clockText } from "./time.js";

const MESSAGES = 2;
const ICONS = { done: "circle-check", info: "info", alarm: "circle-alert" };
const messages = [];

/** kind: "done", "info" or "alarm". */
export function tell(kind, text) {
  messages.unshift({ kind, text, at: clockText() });
  messages.length = Math.min(messages.length, MESSAGES);
  redraw(byId("messages"), messages, () =>
    messages.map((message) =>
      el(
        "li",
        { class: message.kind },
        icon(ICONS[message.kind]),
        el("span", {}, message.text),
        el("time", {}, message.at),
      ),
    ),
  );
}

export const newest = () => messages[0];
