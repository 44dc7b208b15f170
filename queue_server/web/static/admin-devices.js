/**
 * Devices in the administration: those that hold a token, and letting one in by the code that it
 * shows. Which questions follow the code hangs on what the device is.
 */
import { openForm, optionsOf } from "./admin-form.js";
import { fetchWithin, named, newId, page, say } from "./core.js";

const BASE = `/api/v1/halls/${encodeURIComponent(page.hall)}`;
const LIMIT_MS = 8000;
const AT_A_WINDOW = new Set(["window_screen", "tablet"]);

/** What a section of the administration is, for the devices; data as in admin-sections.js. */
export function devicesSection(data) {
  const known = data.configuration;
  const windowOf = (id) => named(known.windows.find((one) => one.id === id) ?? { name: id ?? "" });
  return {
    id: "devices",
    items: data.devices,
    columns: [
      ["name", (d) => d.name],
      ["kind", (d) => say(`admin.device_kind.${d.kind}`)],
      ["window", (d) => (d.window ? windowOf(d.window) : "")],
      ["at", (d) => new Date(d.paired_at).toLocaleString(document.documentElement.lang, { hour12: false })],
      ["by", (d) => d.paired_by.split(":")[1] ?? say("admin.by_command")],
    ],
    add: (send) => askCode(known, send),
    keep: true, // a paired device is not changed: it is unpaired and paired again
    acts: (d) => [{ id: "unpair", path: `paired/${d.id}/unpair`, confirm: true }],
  };
}

async function lookFor(code) {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": page.csrf };
  const body = JSON.stringify({ code, request_id: newId() });
  const answer = await fetchWithin(LIMIT_MS, `${BASE}/pairings/look`, { method: "POST", headers, body });
  if (answer.ok) return answer.json().device;
  throw new Error(answer.status === 404 || answer.status === 422 ? say("errors.code_unknown") : answer.json().error?.message);
}

function askCode(known, send) {
  const fields = [{ name: "code", type: "text", required: true, pattern: "[0-9]{3} ?[0-9]{3}", most: 7, hint: "123 456" }];
  openForm(say("admin.pair.title"), fields, null, async ({ code }) => {
    const device = await lookFor(code);
    askRest(known, device, send);
  });
}

function fieldsOf(known, { kind, name: own }) {
  // a kiosk is known by the name in its own settings
  const name = { name: "name", type: "text", required: true, most: 40, fixed: kind === "kiosk" && own !== "" };
  if (AT_A_WINDOW.has(kind)) return [{ name: "window", type: "select", options: () => optionsOf(known.windows), required: true }, name];
  if (kind !== "screen") return [name];
  return [
    name,
    { name: "windows", text: "only_windows", type: "picks", options: () => optionsOf(known.windows) },
    { name: "services", text: "only_services", type: "picks", options: () => optionsOf(known.services) },
    { name: "zone", type: "text", most: 40 },
  ];
}

function askRest(known, device, send) {
  const kind = say(`admin.device_kind.${device.kind}`);
  const title = say("admin.pair.rest", { kind, address: device.address });
  openForm(title, fieldsOf(known, device), { name: device.name || kind }, (told) =>
    send("pairings/confirm", { ...told, code: device.code }),
  );
}
