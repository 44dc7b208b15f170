/**
 * 办理登记: asks a clerk how the matter at the window ended – outcome, matter, promised days, papers
 * that are missing. Knows the guides; sends nothing.
 */
import { byId, el, fetchWithin, named, page, say, setText } from "./core.js";

const FETCH_LIMIT_MS = 8000;
const PROMISE_DAYS = 5; // where the guide promises nothing: a proposal only, the clerk may change it
const OUTCOMES = ["done", "accepted", "returned", "referred"];
const KEYS_OF_PAPERS = "56789"; // the digits that the outcomes leave
const PLACES = { m: "register-matter", d: "register-days", l: "register-more", w: "register-note" };

const dialog = byId("register");
const form = byId("register-form");
let guides = null;
let settle = null;
let usual = null; // the ticket's own matter, or that of the service

/** The body of a finish; null when the clerk went back. */
export async function register(ticket) {
  close(null);
  guides ??= await fetchGuides();
  form.reset();
  setText(byId("register-title"), say("console.register.title", { number: ticket.number }));
  drawMatters(ticket);
  choose("done");
  dialog.showModal();
  form.querySelector("input[name=outcome]").focus();
  return new Promise((resolve) => {
    settle = resolve;
  });
}

export const registering = () => dialog.open;
export const dismissRegister = () => close(null);

/** How the step was registered, in words; the list of missing papers comes out of the printer. */
export function offerSlip({ ticket, registered: step }) {
  const number = ticket.number;
  const words = { number, day: step.promised_day ?? "", n: step.missing.length };
  if (step.outcome === "returned") {
    const slip = `/told/${encodeURIComponent(page.hall)}/${encodeURIComponent(ticket.id)}/${step.step}`;
    byId("slip").src = `${slip}#print`;
    setText(byId("slip-link-text"), say("console.registered.again", { number }));
    byId("slip-link").href = slip;
    byId("slip-link").hidden = false;
  }
  return say(`console.registered.${step.outcome}`, words);
}

/** Without the guides a step can still be registered, in the clerk's own words. */
async function fetchGuides() {
  try {
    const url = `/api/v1/halls/${encodeURIComponent(page.hall)}/matters`;
    const answer = await fetchWithin(FETCH_LIMIT_MS, url);
    return answer.ok ? answer.json().matters : [];
  } catch {
    return [];
  }
}

function drawMatters(ticket) {
  const own = guides.filter((guide) => guide.service === ticket.service);
  const others = guides.filter((guide) => guide.service !== ticket.service);
  usual = ticket.matter ?? "";
  const option = (guide) => el("option", { value: guide.id, selected: guide.id === usual }, named(guide));
  byId("register-matter").replaceChildren(
    el("option", { value: "", selected: usual === "" }, say("console.register.no_matter")),
    ...own.map(option),
    el("optgroup", { label: say("console.register.other_matters") }, ...others.map(option)),
  );
  drawGuide();
}

const chosenMatter = () => guides.find((guide) => guide.id === byId("register-matter").value);

/** What hangs on the matter: the promise, and the papers that may be missing. */
function drawGuide() {
  const guide = chosenMatter();
  byId("register-days").value = String(guide?.promised_working_days || PROMISE_DAYS);
  const papers = guide?.materials ?? [];
  byId("register-choose").hidden = papers.length > 0;
  byId("register-list").hidden = papers.length === 0;
  byId("register-papers").replaceChildren(
    ...papers.map((paper, at) =>
      el(
        "label",
        { class: "tick" },
        el("input", { type: "checkbox", value: paper, "data-key": KEYS_OF_PAPERS[at] }),
        KEYS_OF_PAPERS[at] ? el("kbd", {}, KEYS_OF_PAPERS[at]) : null,
        el("span", {}, paper),
      ),
    ),
  );
}

function choose(outcome) {
  byId("register-fault").hidden = true; // it was about another outcome
  const input = form.querySelector(`input[name=outcome][value=${outcome}]`);
  input.checked = true;
  dialog.dataset.outcome = outcome;
}

const lines = (text) => text.split(/[\n;；]/).map((line) => line.trim()).filter(Boolean);

function read() {
  const outcome = form.querySelector("input[name=outcome]:checked").value;
  const ticked = [...byId("register-papers").querySelectorAll("input:checked")].map((box) => box.value);
  return {
    outcome,
    matter: byId("register-matter").value || null,
    promised_days: outcome === "accepted" ? Number(byId("register-days").value) : null,
    missing: outcome === "returned" ? [...ticked, ...lines(byId("register-more").value)] : [],
    note: byId("register-note").value.trim() || null,
  };
}

/** What is not filled in yet, as [words, where to go], or null. */
function lacking(body) {
  if (body.outcome === "returned" && body.missing.length === 0) return lackingPapers();
  if (body.outcome !== "accepted") return null;
  if (!body.matter && !body.note) return ["need_matter", byId("register-matter")];
  const days = body.promised_days;
  const sound = Number.isInteger(days) && days >= 1 && days <= 250;
  return sound ? null : ["need_days", byId("register-days")];
}

function lackingPapers() {
  const first = byId("register-papers").querySelector("input");
  return first ? ["need_missing", first] : ["need_matter_or_missing", byId("register-matter")];
}

function submit(event) {
  event.preventDefault();
  const body = read();
  const fault = lacking(body);
  byId("register-fault").hidden = !fault;
  if (!fault) return close(body);
  const [words, place] = fault;
  setText(byId("register-fault"), say(`console.register.${words}`));
  place.focus();
}

function close(body) {
  if (dialog.contains(document.activeElement)) document.activeElement.blur(); // next key: the page's
  if (dialog.open) dialog.close();
  const done = settle;
  settle = null;
  done?.(body);
}

function onKey(event) {
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close(null);
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.matches("input[type=text], textarea")) return; // a text being typed
  if (event.target.id === "register-matter" && event.key === "Enter") form.requestSubmit();
  else if (!pressed(event.key.toLowerCase(), event.target)) return;
  event.preventDefault();
}

/** Whether the key, pressed on `target`, was one of the dialog's. */
function pressed(key, target) {
  if (PLACES[key]) return goTo(byId(PLACES[key]));
  if (target.id === "register-days") return false; // whoever has gone there types days
  const paper = byId("register-papers").querySelector(`input[data-key="${CSS.escape(key)}"]`);
  if (paper && isShown(paper)) {
    paper.focus();
    paper.click();
    return true;
  }
  const outcome = OUTCOMES[Number(key) - 1];
  if (!outcome) return false;
  choose(outcome);
  form.querySelector("input[name=outcome]:checked").focus();
  return true;
}

const isShown = (node) => node.offsetParent !== null;

/** To a field in sight; on the matter again: the next one. */
function goTo(place) {
  if (!isShown(place)) return false;
  if (place === document.activeElement && place.matches("select")) {
    place.selectedIndex = (place.selectedIndex + 1) % place.length;
    drawGuide();
  }
  place.focus();
  if (place.id === "register-days") place.select();
  return true;
}

form.addEventListener("submit", submit);
form.addEventListener("change", (event) => {
  if (event.target.name === "outcome") choose(event.target.value);
  if (event.target.id === "register-matter") drawGuide();
});
byId("register-back").addEventListener("click", () => close(null));
dialog.addEventListener("keydown", onKey);
dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  close(null);
});
