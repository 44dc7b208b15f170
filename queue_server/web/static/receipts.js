/**
 * Tells the server what this screen has shown and spoken, and every ten seconds that it lives. A
 * report that is lost is not sent again: the console asks people to look up then, which is right.
 */
import { fetchWithin, newId, page } from "./core.js";

const LIFE_MS = 10000;
const LIMIT_MS = 5000;
const KEY = "screen-id";

/** `?name=`, as the installer calls this screen; null without. */
function givenName() {
  const named = new URLSearchParams(location.search).get("name");
  return named && /^[\w.-]{1,40}$/.test(named) ? named : null;
}

/** The name that it was given, else one of its own that stays. */
function screenId() {
  if (givenName()) return givenName();
  const known = localStorage.getItem(KEY);
  if (known) return known;
  const fresh = `screen-${newId().slice(0, 6)}`;
  localStorage.setItem(KEY, fresh);
  return fresh;
}

export class Receipts {
  /** speaks: whether this screen has a voice; waiting(): how many calls it still has to show. */
  constructor({ speaks, waiting }) {
    Object.assign(this, { speaks, waiting });
    this.url = `/api/v1/halls/${encodeURIComponent(page.hall)}/screens/${screenId()}/receipts`;
    this.send({});
    setInterval(() => this.send({}), LIFE_MS);
  }

  shown(seq) {
    this.send({ shown: seq });
  }

  spoken(seq, heard) {
    this.send({ spoken: seq, heard });
  }

  send(told) {
    const body = JSON.stringify({ ...told, named: givenName() !== null, speaks: this.speaks, waiting: this.waiting() });
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": page.csrf };
    fetchWithin(LIMIT_MS, this.url, { method: "POST", headers, body }).catch(() => {});
  }
}
