/**
 * Screens for a part of the hall: `?windows=1,2,3` or `?services=A,B`, and `?zone=` as its title.
 * Without them a screen is the whole hall's.
 */
const options = new URLSearchParams(location.search);
const listed = (name) => (options.get(name) ?? "").split(",").filter(Boolean);
const windows = new Set(listed("windows"));
const services = new Set(listed("services"));

/** Whether a call belongs on this screen. */
export function inZone(call) {
  if (windows.size && !windows.has(call.window)) return false;
  return !services.size || services.has(call.service) || windows.size > 0;
}

/** The services whose queues this screen shows. */
export function zoneServices(hall) {
  if (services.size) return hall.services.filter((service) => services.has(service.id));
  if (!windows.size) return hall.services;
  return hall.services.filter((service) => service.windows.some((window) => windows.has(window)));
}

export function zoneTitle(hallName) {
  const zone = options.get("zone");
  return zone ? `${hallName} · ${zone.slice(0, 20)}` : hallName;
}
