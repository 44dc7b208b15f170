/**
 * What became of a visit, on its page: papers that are missing, promised dates, and the review of
 * each finished step.
 */
import { Commands, Refused } from "./commands.js";
import { byId, el, fetchWithin, hasText, icon, named, page, redraw, say, setText } from "./core.js";
import { startReview } from "./review.js";

const LIMIT_MS = 8000;
const AGAIN_MS = 5000;

let hall = null;
let asked = null; // the step on the form
let thanked = "";

/** answer: of /api/v1/t/{token}. */
export function drawVisit(answer) {
  hall = answer.hall.id;
  drawSteps(answer.steps.filter((step) => step.outcome === "returned" || step.outcome === "accepted"));
  offer(answer.reviewable, answer.ticket);
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
async function offer(reviewable, ticket) {
  const busy = ticket.status === "serving" || ticket.status === "called";
  const step = busy ? null : (reviewable.at(-1) ?? null);
  byId("review").hidden = !step;
  if (!step || asked === step.step) return;
  asked = step.step;
  setText(byId("review-of"), say("review.of", { service: named(step, "service_name"), window: step.window }));
  try {
    await startReview(fetchForm, send);
  } catch {
    asked = null; // without an answer: asked again soon, also when the ticket itself is over
    byId("review").hidden = true;
    setTimeout(() => offer(reviewable, ticket), AGAIN_MS);
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
    if (!(error instanceof Refused)) throw error;
    const key = `review.${error.code}`;
    throw Object.assign(error, { words: hasText(key) ? say(key) : null });
  }
  thanked = answer?.answer_by ? say("review.answer_by", { day: answer.answer_by }) : "";
  setText(byId("review-thanks-text"), `${say("review.thanks")}${thanked}`);
  byId("review-thanks").hidden = false;
  byId("review").hidden = true;
}
