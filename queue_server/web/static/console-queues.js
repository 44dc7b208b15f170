/** How many people this window could serve, by service; no names, no numbers. */
import { byId, el, named, redraw, setText } from "./core.js";
import { minutesText } from "./time.js";

export function drawQueues(hall, desk) {
  setText(byId("mine"), String(desk.waiting));
  const served = new Set(desk.skills.map((skill) => skill.service));
  const rows = hall.services.filter((service) => served.has(service.id));
  redraw(
    byId("queues"),
    rows.map((s) => [s.id, s.waiting, Math.floor(s.longest_wait_s / 60)]),
    () =>
      rows.map((service) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, `${service.prefix} ${named(service)}`),
          el("td", {}, String(service.waiting)),
          el("td", {}, service.waiting ? minutesText(service.longest_wait_s) : "–"),
        ),
      ),
  );
}
