/** One person of the register: how it stands, and what a clerk does about it. */
import { byId, el, hasText, page, say, setText } from "./core.js";
import { hideEvidence, startEvidence } from "./pension-evidence.js";
import { startPhoto, stopPhoto } from "./pension-photo.js";
import { ask, attempt } from "./pension-server.js";
import { note } from "./pension-words.js";

let shown = null;

/** Looks somebody up and shows them. Whether somebody was found. */
export function openPerson(wanted) {
  return attempt(async () => {
    const { pensioner, today } = await ask("look", wanted);
    page.today = today; // a page that stayed open over midnight
    showPerson(pensioner);
  });
}

export function showPerson(one) {
  stopPhoto();
  hideEvidence();
  shown = one;
  byId("person").hidden = one === null;
  if (!one) return;
  setText(byId("person-name"), [one.name_masked, one.id_masked].filter(Boolean).join("  "));
  setText(byId("person-region"), one.region);
  byId("person-tags").replaceChildren(...tags(one).map(([kind, text]) => el("span", { class: "tag", "data-kind": kind }, text)));
  const passes = one.passes.map((pass) => el("li", {}, `${pass.day}  ${say(`pension.way.${pass.way}`)}`));
  byId("person-passes").replaceChildren(...(passes.length ? passes : [el("li", {}, say("pension.person.no_passes"))]));
  const day = byId("person").querySelector("[name=day]");
  day.max = page.today;
  day.value = page.today;
}

function tags(one) {
  const due = {
    not_due: ["good", say("pension.person.not_due")],
    due: ["due", say("pension.person.due_soon", { n: one.days_left })],
    overdue: ["overdue", say("pension.person.overdue", { n: -one.days_left })],
  }[one.due_state];
  const source = hasText(`pension.source.${one.reference_source}`) ? say(`pension.source.${one.reference_source}`) : "";
  const found = [due, ["info", say("pension.person.due", { day: one.due_date })]];
  found.push(
    one.consent_version
      ? ["good", say("pension.person.consented", { version: one.consent_version, day: one.consented_day ?? "—" })]
      : ["info", say("pension.person.not_consented")],
    one.enrolled
      ? ["good", say("pension.person.enrolled", { source, day: one.enrolled_day ?? "—" })]
      : ["info", say("pension.person.not_enrolled")],
  );
  if (one.home_visit) found.push(["info", say("pension.person.home_visit")]);
  if (one.suspended) found.push(["overdue", say("pension.person.suspended", { day: one.suspended })]);
  if (one.back_pay_from) found.push(["due", say("pension.person.back_pay", { day: one.back_pay_from })]);
  if (one.finding) found.push(["info", say("pension.person.finding", { what: say(`pension.finding.${one.finding}`) })]);
  if (one.reminded) found.push(["info", say("pension.person.reminded", { day: one.reminded })]);
  return found;
}

const DONE = {
  pass: (one) => say("pension.act.passed", { day: one.due_date }),
  consent: (one) => say("pension.act.consented", { version: one.consent_version }),
  withdraw: () => say("pension.act.withdrawn"),
  face: () => say("pension.act.photo_saved"),
  finding: () => say("pension.act.noted"),
  suspension: () => say("pension.act.noted"),
  "back-pay": () => say("pension.act.noted"),
  remove: () => say("pension.act.removed"),
};

/** Carries an act out on the person that is shown, and shows what came of it. */
async function act(name, body, limitMs) {
  const { name_masked, id_masked, person } = shown;
  const done = await attempt(async () => {
    const { pensioner } = await ask(`people/${encodeURIComponent(person)}/${name}`, body, limitMs);
    note("done", DONE[name](pensioner));
    showPerson(pensioner && { ...pensioner, name_masked, id_masked });
  });
  if (done) document.dispatchEvent(new Event("pensioner-changed"));
  return done;
}

/** The first press asks, the second one does it. */
function isSure(owner, button) {
  if (!owner.dataset.twice || button.dataset.sure) {
    if (button.dataset.sure) sureNoMore(button);
    return true;
  }
  button.dataset.sure = "yes";
  button.prepend(el("b", {}, say("pension.sure")));
  setTimeout(() => sureNoMore(button), 6000);
  return false;
}

function sureNoMore(button) {
  if (!button.dataset.sure) return;
  delete button.dataset.sure;
  button.firstChild.remove();
}

byId("person").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  if (!isSure(form, form.querySelector("button[type=submit]"))) return;
  const body = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
  if (await act(form.dataset.act, body)) form.querySelectorAll("input[type=text]").forEach((input) => (input.value = ""));
});

byId("person").addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-act]");
  if (!button || !isSure(button, button)) return;
  const name = button.dataset.act;
  await act(name, name === "consent" ? { version: page.consentVersion } : {});
});

startEvidence(() => shown?.person);

/** A card's photo decoded by the server; null when it was not, which is said. */
async function decodeCard(wlt) {
  let picture = null;
  await attempt(async () => {
    ({ picture } = await ask(`people/${encodeURIComponent(shown.person)}/card-photo`, { wlt }));
  });
  return picture && new Blob([Uint8Array.from(atob(picture), (one) => one.charCodeAt(0))], { type: "image/bmp" });
}

startPhoto((source, picture, limitMs) => act("face", { source, picture }, limitMs), decodeCard);
