/** Asks the server about pensioners, and says in words what went wrong. */
import { Refused, Unanswered } from "./commands.js";
import { fetchWithin, goToLogin, hasText, lang, newId, page, say } from "./core.js";
import { note } from "./pension-words.js";

const api = `/api/v1/halls/${encodeURIComponent(page.hall)}/pension`;
const ASK_LIMIT_MS = 15000;
export const LONG_LIMIT_MS = 120000;

/** A GET, or a POST when there is a body: an object, or a file as it is. Throws Refused. */
export async function ask(path, body = null, limitMs = ASK_LIMIT_MS) {
  const answer = await fetchWithin(limitMs, `${api}/${path}`, body === null ? {} : sent(body));
  if (answer.status === 401) goToLogin();
  if (!answer.ok) throw new Refused(answer.status, answer.json());
  return answer.json();
}

function sent(body) {
  const headers = { "X-CSRF-Token": page.csrf };
  if (body instanceof Blob) return { method: "POST", headers, body };
  const text = JSON.stringify({ request_id: newId(), ...body });
  return { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: text };
}

/** Runs `work`; what goes wrong is said, in the page's band unless `tell` says it elsewhere. Whether it went well. */
export async function attempt(work, tell = note) {
  try {
    await work();
    return true;
  } catch (error) {
    tell("alarm", words(error));
    return false;
  }
}

export function words(error) {
  if (error instanceof Unanswered) return say("pension.unanswered");
  if (!(error instanceof Refused)) return say("pension.no_answer");
  const advice = `pension.advice.${error.detail.advice}`;
  if (error.detail.advice && hasText(advice)) return say(advice);
  const unreadable = `pension.unreadable.${error.code}`;
  if (hasText(unreadable)) return say(unreadable, { ...error.detail, missing: (error.detail.missing ?? []).join("、") });
  const known = `pension.errors.${error.code}`;
  if (hasText(known)) return say(known);
  if (error.code === "not_registered") return say("pension.find.not_found");
  if (lang !== "en" && error.message) return error.message;
  const key = `errors.${error.code}`;
  return hasText(key) ? say(key) : say("errors.other", { code: error.code });
}
