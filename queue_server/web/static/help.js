/**
 * Somebody at a kiosk has called a person: the button with which one of the staff says "I go there".
 */
import { el, fetchWithin, icon, newId, page, say } from "./core.js";

const ANSWER_WITHIN_MS = 6000;

/** Whether this device entry is a call for help that nobody has answered. */
export const isCalling = (device) => device.kind === "help" && device.state === "calling";

/** What staff call the device: of a call for help, its kiosk. */
export const placeOf = (device) => (device.kind === "help" ? device.id.replace(/-help$/, "") : device.id);

async function answer(button, kiosk) {
  button.disabled = true;
  try {
    const reply = await fetchWithin(
      ANSWER_WITHIN_MS,
      `/api/v1/halls/${encodeURIComponent(page.hall)}/kiosks/${encodeURIComponent(kiosk)}/help/answered`,
      {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": page.csrf ?? "" },
        body: JSON.stringify({ request_id: newId() }),
      },
    );
    button.disabled = reply.ok;
  } catch {
    button.disabled = false; // nothing came of it: press again
  }
}

export function answerButton(device) {
  const button = el("button", { type: "button", class: "answer-help" }, icon("check"), say("board.help_coming"));
  button.addEventListener("click", () => answer(button, placeOf(device)));
  return button;
}
