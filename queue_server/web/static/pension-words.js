/** The line of words that the pension pages share: what was done, or what went wrong. */
import { byId, el, icon } from "./core.js";

/** kind: done, info, alarm. */
export function note(kind, text) {
  const band = byId("words");
  band.hidden = false;
  band.dataset.kind = kind;
  band.replaceChildren(icon(kind === "done" ? "circle-check" : "circle-alert"), el("span", {}, text));
}
