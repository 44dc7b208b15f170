/**
 * The hall's call screens on the board: as devices, so that a silent one is trouble like any other
 * while the hall is open. Asks now and then; a screen that is gone for good is taken off here.
 */
import { el, fetchWithin, goToLogin, newId, page, say } from "./core.js";
import { screenName } from "./screen-names.js";

const AGAIN_MS = 15000;
const LIMIT_MS = 8000;
const url = `/api/v1/halls/${encodeURIComponent(page.hall)}/screens`;

let again = () => {};

/** Calls `changed(screens)` now and every quarter of a minute. */
export function watchScreens(changed) {
  again = async () => {
    try {
      const answer = await fetchWithin(LIMIT_MS, url);
      if (answer.status === 401) goToLogin();
      if (answer.ok) changed(answer.json().screens);
    } catch {
      // the board's own line says that the server is away
    }
  };
  again();
  setInterval(again, AGAIN_MS);
}

const stateOf = (screen, open) => {
  if (screen.state === "alive") return "online";
  return open ? screen.state : "off"; // at night screens may be dark
};

/** open: whether the hall is. */
export const screenDevices = (screens, open) =>
  screens.map((screen) => ({ id: screenName(screen.name), kind: "screen", state: stateOf(screen, open), detail: "", screen }));

/** For one that is known by its address alone; a paired one is unpaired in administration. */
export function forgetButton(device) {
  if (device.state !== "silent") return null;
  if (device.screen.device) {
    const href = `/admin/${encodeURIComponent(page.hall)}#devices`;
    return el("a", { class: "tool", href }, say("board.screen_unpair"));
  }
  const button = el("button", { class: "tool", type: "button", "data-screen": device.id }, say("board.screen_gone"));
  button.addEventListener("click", () => forget(button, device.screen.id));
  return button;
}

async function forget(button, screen) {
  button.disabled = true;
  try {
    await fetchWithin(LIMIT_MS, `${url}/${encodeURIComponent(screen)}/forget`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": page.csrf ?? "" },
      body: JSON.stringify({ request_id: newId() }),
    });
  } catch {
    // it stands there still, to be pressed again
  }
  button.disabled = false;
  again();
}
