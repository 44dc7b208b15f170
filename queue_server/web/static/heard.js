/**
 * Tells the clerk whether the screens have shown and spoken the present call. Says nothing where no
 * screen reports.
 */
import { byId, fetchWithin, page, say, setText } from "./core.js";
import { screenName } from "./screen-names.js";

const POLL_MS = 2000;
const LIMIT_MS = 4000;
const url = `/api/v1/halls/${encodeURIComponent(page.hall)}/receipts`;

let called = false;
let timer = null;

/** desk: wire.Window; looks while somebody is called there. */
export function watchReceipts(desk) {
  const now = desk.ticket?.status === "called";
  if (now === called) return;
  called = now;
  clearTimeout(timer);
  if (called) look();
  else hide();
}

function hide() {
  byId("heard").hidden = true;
}

async function look() {
  try {
    const answer = await fetchWithin(LIMIT_MS, url);
    if (answer.ok && called) draw(answer.json());
  } catch {
    hide(); // the console's own band says that the line is down
  }
  if (called) timer = setTimeout(look, POLL_MS);
}

function draw({ screens, calls }) {
  const call = calls.find((one) => one.window === page.window);
  const line = byId("heard");
  line.hidden = !call || screens.length === 0;
  if (line.hidden) return;
  const [state, text] = wordsOf(call, screens);
  line.dataset.state = state;
  setText(byId("heard-text"), text);
}

function wordsOf(call, screens) {
  const name = (id) => screenName(screens.find((screen) => screen.id === id)?.name ?? id);
  const names = (ids) => ids.map(name).join(say("console.heard.join"));
  if (call.missing.length) return ["alarm", say("console.heard.missing", { screens: names(call.missing) })];
  if (call.silent.length) return ["alarm", say("console.heard.silent", { screens: names(call.silent) })];
  if (call.shown.length === 0) return ["wait", say("console.heard.waiting")];
  const spoken = call.spoken.length > 0;
  const speaker = screens.some((screen) => screen.speaks && screen.alive);
  return ["done", say(spoken ? "console.heard.spoken" : speaker ? "console.heard.shown" : "console.heard.shown_only")];
}
