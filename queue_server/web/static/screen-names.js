/** What a call screen is called: the name that it was given, or words for one that has none. */
import { say } from "./core.js";

const OWN = /^screen-([0-9a-f]{6})$/; // as receipts.js makes one up

export function screenName(name) {
  const own = OWN.exec(name);
  return own ? say("screen.unnamed", { sign: own[1] }) : name;
}
