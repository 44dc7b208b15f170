/**
 * The review form (好差评): five levels, reasons to tick, words, a number for the call back. Draws and
 * reads; what it is about and where it goes is the page's business.
 */
import { Refused } from "./commands.js";
import { byId, el, hasText, lang, named, say, setText } from "./core.js";

const BAD = 2; // this level and below are looked into, so a number is asked for
const SVG = "http://www.w3.org/2000/svg";
const MOUTHS = { 5: "M6.5 13 H17.5 Q16 19.5 12 19.5 Q8 19.5 6.5 13", 4: "M7.5 14.5 Q12 18 16.5 14.5", 3: "M8 15.5 H16", 2: "M7.5 17 Q12 13.5 16.5 17", 1: "M7 18 Q12 11.5 17 18" };

let form = null;
let send = null;
let level = null;

/** fetchForm(): the levels and reasons; sendReview(body): resolves when the server has it. */
export async function startReview(fetchForm, sendReview) {
  form ??= await fetchForm();
  send = sendReview;
  byId("review-levels").replaceChildren(...form.levels.map(levelNode));
  clear();
}

/** Begins again with nothing chosen. */
export function clear() {
  level = null;
  byId("review-form").reset();
  byId("review-form").dataset.chosen = "";
  byId("review-fault").hidden = true;
  byId("review-send").disabled = true;
  byId("review-more").hidden = true;
}

function face(value) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, text] of Object.entries({ viewBox: "0 0 24 24", class: "face", "aria-hidden": "true" })) {
    svg.setAttribute(name, text);
  }
  const shapes = [
    ["circle", { cx: 12, cy: 12, r: 10.5 }],
    ["circle", { cx: 8.5, cy: 9.5, r: 1.2, class: "eye" }],
    ["circle", { cx: 15.5, cy: 9.5, r: 1.2, class: "eye" }],
    ["path", { d: MOUTHS[value] }],
  ];
  for (const [tag, attributes] of shapes) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, text] of Object.entries(attributes)) node.setAttribute(name, text);
    svg.append(node);
  }
  return svg;
}

function levelNode(one) {
  return el(
    "label",
    { class: "level", "data-level": one.level },
    el("input", { type: "radio", name: "level", value: one.level }),
    face(one.level),
    el("span", {}, named(one)),
  );
}

function choose(value) {
  level = value;
  const bad = level <= BAD;
  byId("review-form").dataset.chosen = bad ? "bad" : "good";
  byId("review-reasons").replaceChildren(
    ...form.reasons
      .filter((reason) => reason.levels.includes(level))
      .map((reason) =>
        el(
          "label",
          { class: "choice" },
          el("input", { type: "checkbox", name: "reason", value: reason.id }),
          el("span", {}, named(reason)),
        ),
      ),
  );
  byId("review-phone-line").hidden = !bad;
  setText(byId("review-promise"), bad ? say("review.promise") : "");
  byId("review-more").hidden = false;
  byId("review-send").disabled = false;
}

function read() {
  const root = byId("review-form");
  const reasons = [...root.querySelectorAll("input[name=reason]:checked")].map((box) => box.value);
  const phone = byId("review-phone").value.trim();
  return {
    level,
    reasons: reasons.slice(0, 6),
    words: byId("review-words").value.trim() || null,
    phone: level <= BAD && phone ? phone : null,
  };
}

/** What is wrong with what was written, else that it did not go. */
function wordsOf(error) {
  if (!(error instanceof Refused)) return say("review.not_sent");
  const fields = (error.detail.fields ?? []).map((one) => one.field ?? "");
  if (fields.some((name) => name.endsWith("phone"))) return say("review.phone_wrong");
  if (hasText(`review.${error.code}`)) return say(`review.${error.code}`);
  return error.code === "personal_number" ? error.message : say("review.not_taken");
}

async function submit(event) {
  event.preventDefault();
  if (!level) return;
  byId("review-send").disabled = true;
  byId("review-fault").hidden = true;
  try {
    await send(read());
  } catch (error) {
    byId("review-fault").hidden = false;
    setText(byId("review-fault"), wordsOf(error));
    byId("review-send").disabled = false;
  }
}

byId("review-form").addEventListener("change", (event) => {
  if (event.target.name === "level") choose(Number(event.target.value));
});
byId("review-form").addEventListener("submit", submit);
byId("review-words").setAttribute("lang", lang);
