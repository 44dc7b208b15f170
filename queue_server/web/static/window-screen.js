/** The screen at a window: shows what the window is doing the instant it changes. Sends receipts only. */
import { byId, named, page, say, setText } from "./core.js";
import { LiveHall } from "./live.js";
import { pauseText } from "./pauses.js";
import { Receipts } from "./receipts.js";
import { clockText } from "./time.js";

const RELOAD_MS = 24 * 3600 * 1000;
const begun = performance.now();
let shownSeq = 0;

const receipts = new Receipts({ speaks: false, waiting: () => 0 });
const live = new LiveHall(page.hall, "calls,queue,windows", {
  hall: draw,
  event: (name, data) => {
    const call = data.call;
    if (!call || call.window !== page.window) return;
    showCall(call.number, call.again);
    shownSeq = call.seq;
    receipts.shown(call.seq);
  },
  state: (state) => {
    byId("stale").hidden = state === "live";
  },
});

function showCall(number, again) {
  byId("board").dataset.stage = "called";
  setText(byId("number"), number);
  setText(byId("state"), say(again ? "window_screen.again" : "window_screen.called"));
  setText(byId("advice"), say("window_screen.advice.called"));
}

/** What the manager wants people at this window to read. */
function drawTold(messages) {
  const shown = messages.filter((message) => message.place === "screen" && !message.ended);
  byId("told").hidden = shown.length === 0;
  setText(byId("told"), shown.map((message) => message.text).join("　·　"));
}

function draw(hall) {
  const window_ = hall.windows.find((one) => one.id === page.window);
  if (!window_ || hall.seq < shownSeq) return; // a picture from before the call on the screen
  setText(byId("hall-name"), named(hall));
  setText(byId("window-name"), named(window_));
  const served = new Set(window_.skills.map((skill) => skill.service));
  const names = hall.services.filter((service) => served.has(service.id)).map((service) => named(service));
  const all = names.length === hall.services.length;
  setText(byId("services"), all ? say("window_screen.all") : names.join(say("window_screen.join")));
  drawTold(window_.messages);
  const ticket = window_.ticket;
  if (ticket?.status === "called") return showCall(ticket.number, ticket.calls > 1);
  const stage = ticket ? "serving" : window_.state;
  byId("board").dataset.stage = stage;
  setText(byId("number"), ticket ? ticket.number : "");
  setText(byId("state"), say(`window_screen.state.${stage}`));
  const reason = stage === "paused" && window_.reason ? `${pauseText(window_.reason)}${say("window_screen.reason_join")}` : "";
  setText(byId("advice"), reason + say(`window_screen.advice.${stage}`));
}

setInterval(() => {
  setText(byId("clock"), clockText());
  const quiet = byId("board").dataset.stage === "closed" && live.state === "live";
  if (quiet && performance.now() - begun > RELOAD_MS) location.reload();
}, 1000);
live.start();
