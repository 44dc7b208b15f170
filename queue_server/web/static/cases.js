/**
 * Bad reviews and suggestions for managers: the list, one case with its words, what is done about it.
 * Words are asked for one case at a time: each look is in the audit log.
 */
import { Commands, Refused } from "./commands.js";
import { byId, el, fetchWithin, goToLogin, hasText, icon, named, page, person, redraw, say, setText } from "./core.js";

const LIMIT_MS = 8000;
const AGAIN_MS = 8000;
const NEXT = { open: ["take", "answer"], taken: ["answer"], answered: ["call-back", "close"], called_back: ["close"], closed: [] };
const AFTER = { dissatisfied: ["answer", "close"], not_reached: ["call-back", "close"] }; // a call back

const base = `/api/v1/halls/${encodeURIComponent(page.hall)}/cases`;
const commands = new Commands(base, () => {}, { keeps: false });
const mayHandle = page.role !== "auditor"; // who only looks sees neither words nor numbers
let cases = [];
let open = null; // the id of the case that is looked at
let seen = ""; // how that case stood when it was drawn last

async function get(path) {
  const answer = await fetchWithin(LIMIT_MS, base + path);
  if (answer.status === 401) goToLogin();
  if (!answer.ok) throw new Refused(answer.status, answer.json());
  return answer.json();
}

function tell(kind, text) {
  byId("words").hidden = false;
  byId("words").dataset.kind = kind;
  setText(byId("words"), text);
}

const wordsOf = (error) =>
  error instanceof Refused && hasText(`cases.errors.${error.code}`)
    ? say(`cases.errors.${error.code}`)
    : say("cases.errors.other");

async function refresh() {
  try {
    const [list, sums] = await Promise.all([get(""), get("/summary")]);
    cases = list.cases;
    drawSums(sums);
    drawList();
    const one = cases.find((other) => other.id === open);
    if (one && stateOf(one) !== seen) await changedMeanwhile(one);
    else if (one) drawActs(one);
  } catch (error) {
    tell("alarm", wordsOf(error));
  }
}

const stateOf = (one) => [one.status, one.handler, one.back].join();

/** Somebody else did something about it: what is half written here stays. */
async function changedMeanwhile(one) {
  const written = byId("answer").value;
  await look(one.id);
  byId("answer").value = written;
  if (!written || one.handled_by_me) return;
  byId("answer-form").hidden = false;
  tell("alarm", say(one.status === "taken" ? "cases.taken_meanwhile" : "cases.answered_meanwhile", { name: person(one.handler) }));
}

/** What may be done about it; who did not take it over takes it over first. */
function nextActs(one) {
  if (one.mine || !mayHandle) return [];
  if (one.status === "taken" && !one.handled_by_me) return ["take"];
  if (one.status === "called_back") return AFTER[one.back] ?? NEXT.called_back;
  return NEXT[one.status].filter((act) => act !== "call-back" || one.phone);
}

function drawSums(sums) {
  setText(byId("sum-overdue"), String(sums.overdue));
  setText(byId("sum-today"), String(sums.due_today));
  setText(byId("sum-open"), String(sums.open));
  setText(byId("sum-call"), String(sums.waiting_for_call_back));
  byId("sum-overdue").parentElement.classList.toggle("alarm", sums.overdue > 0);
}

function titleOf(one) {
  if (one.kind === "suggestion") return say("cases.suggestion");
  return say("cases.review", { level: say(`cases.level.${one.level}`), window: one.window });
}

function dueText(one) {
  if (one.status === "closed") return say("cases.status.closed");
  if (one.status === "called_back") return say(`cases.back.${one.back}`);
  if (one.status === "answered") return say(`cases.status.${one.status}`);
  if (one.overdue) return say("cases.late", { n: -one.days_left || 1 });
  return one.days_left === 0 ? say("cases.due_today") : say("cases.left", { day: one.due_day, n: one.days_left });
}

function drawList() {
  byId("none").hidden = cases.length > 0;
  redraw(byId("list"), [cases, open], () => cases.map(row));
}

function row(one) {
  const reasons = one.reasons.map((reason) => named(reason)).join(say("cases.join"));
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", "data-case": one.id, "aria-current": one.id === open ? "true" : null, class: one.overdue ? "overdue" : null },
      el("b", {}, titleOf(one)),
      el("span", { class: "due" }, icon(one.overdue ? "circle-alert" : "clock"), dueText(one)),
      el("span", { class: "muted" }, [one.service ? named(one, "service_name") : "", reasons, say("cases.opened", { day: one.opened_day })].filter(Boolean).join(" · ")),
    ),
  );
}

async function look(id) {
  open = id;
  const one = cases.find((other) => other.id === id);
  drawList();
  byId("one").hidden = false;
  setText(byId("one-title"), titleOf(one));
  setText(byId("one-what"), one.reasons.map((reason) => named(reason)).join(say("cases.join")));
  setText(byId("one-words"), "");
  byId("one-phone").hidden = true;
  byId("one-answer-box").hidden = true;
  byId("answer").value = "";
  setText(byId("one-handler"), one.handler ? say("cases.handler", { name: person(one.handler) }) : "");
  drawActs(one);
  if (!mayHandle) {
    setText(byId("one-words"), say("cases.only_looks"));
    return;
  }
  if (one.mine) {
    setText(byId("one-words"), say("cases.errors.own_case"));
    return;
  }
  try {
    const said = await get(`/${encodeURIComponent(id)}/words`);
    if (open !== id) return;
    setText(byId("one-words"), said.words ?? say("cases.no_words"));
    byId("one-phone").hidden = !said.phone;
    setText(byId("one-phone"), said.phone ? say("cases.phone", { phone: said.phone }) : "");
    byId("one-answer-box").hidden = !said.answer;
    setText(byId("one-answer"), said.answer ?? "");
  } catch (error) {
    setText(byId("one-words"), wordsOf(error));
  }
}

function drawActs(one) {
  setText(byId("one-due"), dueText(one));
  byId("one-due").classList.toggle("overdue", one.overdue);
  seen = stateOf(one);
  const acts = nextActs(one);
  const ready = acts.filter((act) => act !== "close" || !one.phone || one.status === "called_back");
  byId("answer-form").hidden = !ready.includes("answer");
  redraw(byId("one-acts"), [one.id, ready, one.status], () => ready.flatMap((act) => buttons(act, one)));
}

function buttons(act, one) {
  if (act === "take" && one.handler) return [button(act, say("cases.act.take_over"))];
  if (act === "call-back") {
    return ["satisfied", "dissatisfied", "not_reached"].map((back) => button(act, say(`cases.back.${back}`), back));
  }
  return [button(act, say(`cases.act.${act}`))];
}

const button = (act, words, back = null) =>
  el("button", { class: act === "take" ? "button" : "button main", type: "button", "data-act": act, "data-back": back }, words);

async function press({ act, back }) {
  const body = act === "answer" ? { text: byId("answer").value.trim() } : back ? { back } : {};
  if (act === "answer" && !body.text) {
    tell("alarm", say("cases.need_answer"));
    byId("answer").focus();
    return;
  }
  try {
    if (!(await commands.send(`${encodeURIComponent(open)}/${act}`, body))) return;
    tell("done", say(`cases.done.${act}`));
    if (act === "answer") byId("answer").value = "";
    seen = "";
    await refresh();
  } catch (error) {
    tell("alarm", wordsOf(error));
    refresh();
  }
}

byId("list").addEventListener("click", (event) => {
  const found = event.target.closest("button[data-case]");
  if (found) look(found.dataset.case);
});
byId("one-acts").addEventListener("click", (event) => {
  const found = event.target.closest("button[data-act]");
  if (found) press({ ...found.dataset });
});
refresh();
setInterval(refresh, AGAIN_MS);
