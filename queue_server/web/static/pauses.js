/** Why a window pauses: the names that the journal keeps, and their words on every page. */
import { hasText, say } from "./core.js";

export const PAUSES = ["rest", "meal", "papers", "meeting", "system"];

/** A clerk's own words stand as they were written. */
export const pauseText = (reason) => (hasText(`pause.${reason}`) ? say(`pause.${reason}`) : reason);

/** A question's field for one of these reasons. */
export const pauseReasons = (names) => ({
  kind: "choice",
  name: "reason",
  label: say("console.ask.reason"),
  unless: "words",
  options: names.map((value) => ({ value, label: pauseText(value) })),
});
