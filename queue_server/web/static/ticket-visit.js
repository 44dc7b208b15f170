/**
 * What became of a visit, on its page: papers that are missing, promised dates, and the review of
 * each finished step.
 */
import { Commands, Refused } from "./commands.js";
import { byId, el, fetchWithin, icon, lang, named, page, redraw, say, setText } from "./core.js";
import { startReview } from "./review.js";

const LIMIT_MS = 8000;
const AGAIN_MS = 5000;

let hall = null;
let asked = null; // the step on the form
let last = null; // {reviewable, ticket} of the last answer
const rated = new Set(); // steps rated on this page, which an older answer may still offer

/** answer: of /api/v1/t/{token}. */
export function drawVisit(answer) {
  hall = answer.hall.id;
  drawSteps(answer.steps.filter((step) => step.outcome === "returned" || step.outcome === "accepted"));
  last = answer;
  offer();
}

function drawSteps(steps) {
  byId("steps").hidden = steps.length === 0;
  redraw(byId("steps"), steps, () => steps.map(stepNode));
}

function stepNode(step) {
  const what = step.matter ? named(step, "matter_name") : named(step, "service_name");
  if (step.outcome === "accepted") {
    const words = say("ticket.accepted", { what, day: step.promised_day });
    return el("p", { class: "step-note" }, icon("calendar-check"), el("span", {}, words));
  }
  return el(
    "div",
    { class: "step-note missing" },
    el("p", {}, icon("file-text"), el("b", {}, say("ticket.missing", { what }))),
    el("ul", {}, ...step.missing.map((paper) => el("li", {}, paper))),
    el("p", {}, say("ticket.missing_more", { window: step.window })),
  );
}

/** The newest step that may be rated, once the person is no longer at a window. */
async function offer() {
  const busy = last.ticket.status === "serving" || last.ticket.status === "called";
  const step = busy ? null : (last.reviewable.filter((one) => !rated.has(one.step)).at(-1) ?? null);
  byId("review").hidden = !step;
  if (!step || asked === step.step) return;
  asked = step.step;
  setText(byId("review-of"), say("review.of", { service: named(step, "service_name"), window: step.window }));
  try {
    await startReview(fetchForm, send);
  } catch {
    asked = null; // without an answer: asked again soon, also when the ticket itself is over
    byId("review").hidden = true;
    setTimeout(offer, AGAIN_MS);
  }
}

async function fetchForm() {
  const answer = await fetchWithin(LIMIT_MS, `/api/v1/t/${encodeURIComponent(page.ticket)}/review-form`);
  if (!answer.ok) throw new Error(`the form answered ${answer.status}`);
  return answer.json();
}

async function send(body) {
  const commands = new Commands(`/api/v1/halls/${encodeURIComponent(hall)}`, () => {}, { keeps: false });
  let answer = null;
  try {
    answer = await commands.send("reviews", { token: page.ticket, step: asked, ...body });
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "already_rated") throw error; // else: at the window
  }
  rated.add(asked);
  await offer();
  thank(answer);
}

/** Thanks, when an answer comes, and whether another step of the visit is open below. */
function thank(answer) {
  const words = [say("review.thanks")];
  if (answer?.answer_by) words.push(say("review.answer_by", { day: answer.answer_by }));
  if (!byId("review").hidden) words.push(say("review.next"));
  setText(byId("review-thanks-text"), words.join(lang === "en" ? " " : ""));
  byId("review-thanks").hidden = false;
  byId("review-thanks").scrollIntoView({ block: "start", behavior: "smooth" });
}
