/**
 * Sends what a clerk pressed, exactly once: one press, one request_id, repeated until answered.
 * Knows nothing of windows or buttons.
 */
import { fetchWithin, goToLogin, hasText, newId, page, say, serverWords } from "./core.js";

const ANSWER_LIMIT_MS = 6000;
const RETRY_FIRST_MS = 400;
const RETRY_MOST_MS = 4000;
const GIVE_UP_MS = 60000; // after that the person is told to look and press again
const NO_ANSWER = new Set([429, 502, 503, 504]); // the press may still be taken: same id again

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The server said no; code is stable, status is HTTP's. */
export class Refused extends Error {
  constructor(status, body) {
    super(wordsOf(body?.error) || `HTTP ${status}`);
    this.status = status;
    this.code = body?.error?.code || `http_${status}`;
    this.detail = body?.error?.detail || {};
  }
}

/** The page's own words for a refusal, else the server's, which are Chinese. */
function wordsOf(error) {
  const key = `errors.${error?.code}`;
  const named = error?.detail?.changed?.map((place) => place.slice(0, 2).join(" ")) ?? error?.detail?.missing ?? error?.detail?.hours;
  return hasText(key) ? say(key, { what: [...new Set(named ?? [])].join(", ") }) : serverWords(error);
}

/** No answer within the limit: unknown whether it was taken. */
export class Unanswered extends Error {}

export class Commands {
  /**
   * base: the path before the act; trouble(yes): the line does not answer just now. keeps: whether
   * a press outlives a reload; not where bodies are about a person.
   */
  constructor(base, trouble, { keeps = true } = {}) {
    this.base = base;
    this.trouble = trouble;
    this.keeps = keeps;
    this.store = `pending:${base}`;
    this.pending = null;
  }

  /** A press that a reload interrupted, or null. */
  interrupted() {
    const kept = JSON.parse(sessionStorage.getItem(this.store) || "null");
    return kept && Date.now() - kept.at < GIVE_UP_MS ? kept : null;
  }

  /** Sends `act`; a second press while one is under way is no second command: null at once. */
  async send(act, extra = {}, kept = null) {
    if (this.pending) return null;
    const press = kept || { act, body: { ...extra, request_id: newId() }, at: Date.now() };
    this.pending = press;
    if (this.keeps) sessionStorage.setItem(this.store, JSON.stringify(press));
    try {
      return await this.untilAnswered(press);
    } finally {
      this.pending = null;
      this.trouble(false);
      sessionStorage.removeItem(this.store);
    }
  }

  async untilAnswered(press) {
    let waitMs = RETRY_FIRST_MS;
    while (Date.now() - press.at < GIVE_UP_MS) {
      const answer = await this.once(press);
      if (answer) return answer;
      this.trouble(true);
      await pause(waitMs);
      waitMs = Math.min(RETRY_MOST_MS, waitMs * 2);
    }
    throw new Unanswered(press.act);
  }

  /** One attempt: the answer's body, null when none came; throws Refused. */
  async once(press) {
    let answer;
    try {
      answer = await fetchWithin(ANSWER_LIMIT_MS, `${this.base}/${press.act}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": page.csrf },
        body: JSON.stringify(press.body),
      });
    } catch {
      return null; // no network or too slow: the same press goes out again
    }
    if (answer.ok) return answer.json();
    if (NO_ANSWER.has(answer.status)) return null;
    if (answer.status === 401) goToLogin();
    throw new Refused(answer.status, bodyOf(answer));
  }
}

/** The error's JSON; null when a proxy answered in its own words. */
function bodyOf(answer) {
  try {
    return answer.json();
  } catch {
    return null;
  }
}
