/**
 * A new device asks for a code, shows it, and goes to its own page when a manager has typed it. A
 * code that has run out is replaced by a fresh one, so that the page may be left alone.
 */
import { byId, fetchWithin, page, say, setText } from "./core.js";

const BASE = `/api/v1/halls/${encodeURIComponent(page.hall)}/pairings`;
const LIMIT_MS = 6000;
const POLL_MS = 2000;
const RETRY_MS = 10000;

let kind = new URLSearchParams(location.search).get("for");
let asked = null; // {pairing, code, expires_at}
let turn = 0; // an answer to an earlier choice counts no more

async function send(path, body) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetchWithin(LIMIT_MS, BASE + path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(say(`pair.fault.${answer.status === 429 || answer.status === 503 ? "full" : "other"}`));
  return answer.json();
}

function fault(text) {
  setText(byId("fault"), text);
  byId("fault").hidden = text === "";
}

async function begin(chosen) {
  kind = chosen;
  turn += 1;
  const mine = turn;
  try {
    const fresh = await send("", { kind });
    if (mine !== turn) return;
    asked = fresh;
    fault("");
    show();
    setTimeout(() => claim(mine), POLL_MS);
  } catch (error) {
    fault(error.name === "Error" ? error.message : say("pair.fault.line"));
    setTimeout(() => mine === turn && begin(kind), RETRY_MS);
  }
}

function show() {
  byId("choose").hidden = true;
  byId("waiting").hidden = false;
  setText(byId("kind"), say(`pair.kind.${kind}`));
  setText(byId("code"), asked.code.replace(/^(\d{3})/, "$1 "));
  setText(byId("address"), `${location.origin}/admin`);
  setText(byId("left"), say("pair.left"));
}

async function claim(mine) {
  if (mine !== turn) return;
  try {
    const told = await send("/claim", { pairing: asked.pairing });
    if (mine !== turn) return;
    fault("");
    if (told.state === "paired") return location.replace(told.path);
    if (told.state === "expired") return begin(kind);
  } catch {
    fault(say("pair.fault.line"));
  }
  setTimeout(() => claim(mine), POLL_MS);
}

function choose() {
  turn += 1;
  byId("waiting").hidden = true;
  byId("choose").hidden = false;
  byId("choose").querySelector("button").focus();
}

for (const button of document.querySelectorAll("button[data-kind]")) {
  button.addEventListener("click", () => begin(button.dataset.kind));
}
byId("other").addEventListener("click", choose);
if (document.querySelector(`button[data-kind="${CSS.escape(kind ?? "")}"]`)) begin(kind);
