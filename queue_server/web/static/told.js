/** Prints the page: by its button, and by itself when the address ends in #print. */
import { byId } from "./core.js";
import { hoursText } from "./time.js";

const hours = byId("hours");
if (hours) hours.textContent = hoursText(hours.dataset.hours.split("|"));
byId("print").addEventListener("click", () => window.print());
if (location.hash === "#print") {
  window.addEventListener("load", () => {
    window.print();
    window.parent.focus(); // inside the console: its keys go on at once
  });
}
