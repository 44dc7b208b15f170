/**
 * Why the person at the window was sent here by a face check at the kiosk, asked once for each
 * ticket. Says nothing where there was none, or where the server does not answer.
 */
import { byId, fetchWithin, hasText, page, say, setText } from "./core.js";

const ASK_LIMIT_MS = 5000;
let asked = null; // the ticket whose reason is known, or on its way
let title = "";
let words = "";

/** Called whenever the console draws; ticket: the one at the window, or null. */
export function drawSentHere(ticket) {
  if (ticket?.id !== asked) {
    asked = ticket?.id ?? null;
    words = "";
    if (asked) look(asked);
  }
  draw();
}

function draw() {
  byId("sent-here").hidden = !words;
  setText(byId("sent-here-title"), title);
  setText(byId("sent-here-text"), words);
}

async function look(ticket) {
  const path = `/api/v1/halls/${encodeURIComponent(page.hall)}/pension/tickets/${encodeURIComponent(ticket)}`;
  try {
    const answer = await fetchWithin(ASK_LIMIT_MS, path);
    const about = answer.ok ? answer.json().about : null;
    if (!about || asked !== ticket) return;
    const reasons = about.reasons.map((code) => (hasText(`pension.reason.${code}`) ? say(`pension.reason.${code}`) : code));
    words = say("pension.sent_here", { reasons: reasons.join("；"), day: about.due_date ?? "—" });
    title = say(`pension.sent.${about.why}`);
    draw();
  } catch {
    asked = null; // asked again when the console next draws
  }
}
