/**
 * Reminders: first whom they would go to, then sending, with how far it is and what came of it. One
 * press sends: until the answer is there no other does, and the server reminds nobody twice.
 */
import { byId, el, say, setText } from "./core.js";
import { ask, attempt, LONG_LIMIT_MS } from "./pension-server.js";
import { note } from "./pension-words.js";

const PROGRESS_MS = 700;

let asked = null; // the list that the panel is about; null while it is closed
let sending = false;
let turn = 0; // a look that is answered after the list was changed is nobody's

/** list(): which and region (or "") of the list that is chosen, and words for both. */
export function startReminders(list) {
  byId("remind").addEventListener("click", () => open(list()));
  byId("remind-go").addEventListener("click", send);
  byId("remind-no").addEventListener("click", close);
}

/** The list was changed: what was asked is about another one. */
export function forgetReminders() {
  if (!sending) close();
}

function close() {
  turn += 1;
  asked = null;
  byId("reminding").hidden = true;
}

async function open(list) {
  if (sending) return;
  close();
  const mine = turn;
  const query = new URLSearchParams({ which: list.which });
  if (list.region) query.set("region", list.region);
  await attempt(async () => {
    const found = await ask(`reminders?${query}`);
    if (mine !== turn) return;
    asked = list;
    draw(list, found);
  });
}

function draw(list, found) {
  const { people, without_phone, recent, last, again_after_days, regions } = found;
  const words = people ? say("pension.remind.asks", { n: people }) : say("pension.remind.nobody");
  setText(byId("remind-title"), words);
  const facts = [say("pension.remind.list", { list: list.words })];
  facts.push(last ? say("pension.remind.last", { day: last }) : say("pension.remind.never"));
  if (recent) facts.push(say("pension.remind.recent", { n: recent, days: again_after_days }));
  if (without_phone) facts.push(say("pension.remind.without_phone", { n: without_phone }));
  byId("remind-facts").replaceChildren(...facts.map((fact) => el("li", {}, fact)));
  byId("remind-regions").replaceChildren(
    ...regions.map(({ region, people: n }) => el("tr", {}, el("td", {}, region), el("td", { class: "figure" }, String(n)))),
  );
  const go = byId("remind-go");
  go.hidden = people === 0;
  go.disabled = false;
  setText(go, say("pension.remind.go", { n: people }));
  byId("remind-no").disabled = false;
  setText(byId("remind-no"), say(people ? "pension.remind.no" : "pension.remind.close"));
  setText(byId("remind-words"), "");
  byId("reminding").hidden = false;
}

async function send() {
  if (sending || !asked) return;
  sending = true;
  byId("remind-go").disabled = byId("remind-no").disabled = byId("remind").disabled = true;
  const body = { which: asked.which, region: asked.region || null };
  await attempt(() =>
    followed(async () => {
      const told = await ask("reminders", body, LONG_LIMIT_MS);
      note("done", say("pension.list.reminded", { n: told.reminded, without: told.without_phone }));
    }),
  );
  sending = false;
  byId("remind").disabled = false;
  close();
}

/** Says, while `work` runs, which step it is at and since when. */
async function followed(work) {
  const began = performance.now();
  let timer = setInterval(async () => {
    const { stage, people } = await ask("reminders/progress").catch(() => ({ stage: null, people: 0 }));
    if (timer) tell(stage, people, Math.round((performance.now() - began) / 1000));
  }, PROGRESS_MS);
  tell(null, 0, 0);
  try {
    await work();
  } finally {
    clearInterval(timer);
    timer = null;
  }
}

function tell(stage, people, seconds) {
  const step = stage ? say(`pension.remind.at.${stage}`, { n: people }) : "";
  const since = say("pension.import.seconds", { n: seconds });
  setText(byId("remind-words"), [say("pension.remind.sending"), step, since].filter(Boolean).join(" · "));
}
