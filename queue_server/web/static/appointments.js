/**
 * The clerk's appointment book: find somebody's, book, move, cancel, check in; a day's list.
 * What an identity number or a phone is sent for, the server keeps as a keyed hash alone.
 */
import { Commands, Refused, Unanswered } from "./commands.js";
import { byId, el, fetchWithin, goToLogin, hasText, icon, lang, named, page, redraw, say, setText } from "./core.js";
import { LiveHall } from "./live.js";
import { clockText, dateText, serverNow } from "./time.js";

const ASK_LIMIT_MS = 8000;
const api = `/api/v1/halls/${encodeURIComponent(page.hall)}`;
const UNKEPT = { keeps: false };
const commands = new Commands(`${api}/appointments`, () => {}, UNKEPT);
const booking = new Commands(api, () => {}, UNKEPT);

let hall = null;
let slots = null; // what the chosen service offers, wire.Slots
const chosen = { service: null, day: null, slot: null, moving: null, listDay: null, cancelling: null };
let found = [];
let ofDay = [];

const live = new LiveHall(
  page.hall,
  "appointments,windows",
  {
    hall(snapshot) {
      hall = snapshot;
      setText(byId("hall-name"), named(hall));
      chosen.listDay ??= hall.business_day;
      draw();
      refresh();
    },
    state() {},
  },
  { sleepsWhenHidden: true },
);

// --- asking the server -------------------------------------------------------------------------

async function get(path) {
  const answer = await fetchWithin(ASK_LIMIT_MS, `${api}${path}`);
  if (answer.status === 401) goToLogin();
  if (!answer.ok) throw new Refused(answer.status, answer.json());
  return answer.json();
}

async function findBy(words) {
  const answer = await fetchWithin(ASK_LIMIT_MS, `${api}/appointments/find`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": page.csrf },
    body: JSON.stringify(whose(words)),
  });
  if (!answer.ok) throw new Refused(answer.status, answer.json());
  return answer.json().appointments;
}

/** Six digits are a code, 18 characters an identity number, all else a phone. */
function whose(words) {
  const text = words.replace(/[\s-]/g, "").toUpperCase();
  if (/^\d{4,8}$/.test(text)) return { code: text };
  if (/^\d{17}[\dX]$/.test(text)) return { person: { id_number: text } };
  return { phone: text };
}

async function refresh() {
  await attempt(async () => {
    ofDay = (await get(`/appointments?day=${chosen.listDay}`)).appointments;
    if (chosen.service) slots = await get(`/appointments/slots?service=${encodeURIComponent(chosen.service)}`);
  });
  draw();
}

/** Runs `work`; what goes wrong is said in words. Whether it went well. */
async function attempt(work) {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof Refused) tell("alarm", refusal(error));
    else if (error instanceof Unanswered) tell("alarm", say("console.unanswered"));
    else tell("alarm", say("appointments.no_answer"));
    return false;
  }
}

function refusal(error) {
  const field = error.detail.fields?.[0];
  if (field?.problem) return lang === "en" ? field.problem_en : field.problem;
  if (lang !== "en" && error.message) return error.message;
  const key = `errors.${error.code}`;
  return hasText(key) ? say(key) : say("errors.other", { code: error.code });
}

function tell(kind, text) {
  const band = byId("words");
  band.hidden = false;
  band.dataset.kind = kind;
  band.replaceChildren(icon(kind === "done" ? "circle-check" : "circle-alert"), el("span", {}, text));
}

// --- drawing -----------------------------------------------------------------------------------

function draw() {
  if (!hall) return;
  drawServices();
  drawDays();
  drawSlots();
  drawListDays();
  drawList("found", found);
  drawList("of-day", ofDay);
  byId("book-back").hidden = !chosen.moving;
  byId("book").classList.toggle("moving", Boolean(chosen.moving));
  byId("id-number").required = !chosen.moving;
  const word = chosen.moving ? say("appointments.change_go", { code: chosen.moving.code }) : say("appointments.book_go");
  setText(byId("book-word"), word);
}

const chip = (label, on, attributes, note = null) =>
  el(
    "button",
    { class: "chip", type: "button", "aria-pressed": String(on), ...attributes },
    el("span", {}, label),
    note ? el("small", {}, note) : null,
  );

function drawServices() {
  redraw(byId("services"), [hall.services.map((s) => s.id), chosen.service], () =>
    hall.services.map((s) => chip(`${s.prefix} ${named(s)}`, s.id === chosen.service, { "data-service": s.id })),
  );
}

const dayText = (day) => dateText(Date.parse(`${day}T12:00:00Z`));
const freeOf = (day) => day.slots.reduce((sum, slot) => sum + slot.free, 0);

function drawDays() {
  const days = slots?.days ?? [];
  redraw(byId("days"), [days, chosen.day, chosen.service], () => {
    if (!chosen.service) return [el("p", { class: "muted" }, say("appointments.first_service"))];
    if (days.length === 0) return [el("p", { class: "muted" }, say("appointments.no_slots"))];
    return days.map((day) =>
      chip(dayText(day.day), day.day === chosen.day, { "data-day": day.day }, say("appointments.free", { n: freeOf(day) })),
    );
  });
}

function drawSlots() {
  const day = slots?.days.find((one) => one.day === chosen.day);
  redraw(byId("slots"), [day, chosen.slot], () =>
    (day?.slots ?? []).map((slot) => {
      const full = slot.free === 0;
      const note = full ? say("appointments.full") : say("appointments.free", { n: slot.free });
      const on = slot.starts_at === chosen.slot;
      return chip(spanText(slot), on, { "data-slot": slot.starts_at, disabled: full }, note);
    }),
  );
}

const timeText = (iso) => clockText(Date.parse(iso));
const spanText = (one) => `${timeText(one.starts_at)}–${timeText(one.ends_at)}`;

function drawListDays() {
  const days = [0, 1, 2, 3, 4, 5, 6].map((ahead) => {
    const day = new Date(`${hall.business_day}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() + ahead);
    return day.toISOString().slice(0, 10);
  });
  redraw(byId("list-days"), [days, chosen.listDay], () =>
    days.map((day) => chip(dayText(day), day === chosen.listDay, { "data-list-day": day })),
  );
}

function drawList(name, appointments) {
  const soon = Math.floor(serverNow() / 60000);
  redraw(byId(name), [appointments, hall.business_day, soon, chosen.cancelling], () =>
    appointments.length || name === "found"
      ? appointments.map(appointmentRow)
      : [el("li", { class: "muted" }, say("appointments.none"))],
  );
}

function appointmentRow(one) {
  const when = one.day === hall.business_day ? spanText(one) : `${dayText(one.day)} ${spanText(one)}`;
  const open = one.status === "booked";
  const today = one.day === hall.business_day;
  const acts = [
    open && today ? act("check-in", one, "calendar-check") : null,
    open ? act("move", one, "pencil") : null,
    open ? act("cancel", one, "calendar-x") : null,
  ];
  return el(
    "li",
    { "data-status": one.status },
    el(
      "div",
      { class: "who" },
      el("b", {}, `${when} · ${named(one, "service_name")}`),
      el("span", {}, say("appointments.code", { code: one.code }), " · ", say(`appointments.status.${one.status}`)),
    ),
    el("div", { class: "row-acts" }, ...acts),
  );
}

const act = (name, one, mark) =>
  el(
    "button",
    { class: "button", type: "button", "data-act": name, "data-code": one.code, "data-id": one.id },
    icon(mark),
    say(`appointments.act.${name}`),
    name === "cancel" && chosen.cancelling === one.id ? say("appointments.sure") : "",
    el("span", { class: "quiet-hidden" }, one.code),
  );

// --- acting ------------------------------------------------------------------------------------

const known = (id) => [...found, ...ofDay].find((one) => one.id === id);

async function checkIn(one) {
  const done = await attempt(async () => {
    const answer = await commands.send("check-in", { code: one.code });
    if (answer) tell("done", say("appointments.checked_in", { number: answer.ticket.number }));
  });
  if (done) await again();
}

async function cancel(one) {
  const done = await attempt(async () => {
    const answer = await commands.send(`${encodeURIComponent(one.id)}/cancel`, { reason: "staff" });
    if (answer) tell("done", say("appointments.cancelled", { code: one.code }));
  });
  if (done) await again();
}

async function book() {
  const moving = chosen.moving;
  const done = await attempt(async () => {
    const answer = moving
      ? await commands.send(`${encodeURIComponent(moving.id)}/change`, { starts_at: chosen.slot, service: chosen.service })
      : await booking.send("appointments", { starts_at: chosen.slot, service: chosen.service, ...whoBooks() });
    if (!answer) return;
    const { code, starts_at: at, day } = answer.appointment;
    const when = `${dayText(day)} ${timeText(at)}`;
    tell("done", say(moving ? "appointments.changed" : "appointments.booked", { code, when }));
  });
  if (!done) return;
  byId("book").reset();
  Object.assign(chosen, { slot: null, moving: null });
  await again();
}

function whoBooks() {
  const phone = byId("phone").value.trim();
  const person = { id_number: byId("id-number").value.trim().toUpperCase() };
  return phone ? { person, phone } : { person };
}

/** Looks again at whom the last search found, and at the lists. */
async function again() {
  const codes = found.map((one) => one.code);
  found = (await Promise.all(codes.map((code) => findBy(code).catch(() => [])))).flat();
  await refresh();
}

byId("find").addEventListener("submit", async (event) => {
  event.preventDefault();
  byId("words").hidden = true;
  await attempt(async () => {
    found = await findBy(byId("find-by").value);
    if (found.length === 0) tell("info", say("appointments.not_found"));
  });
  draw();
});

byId("book").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!chosen.service) tell("info", say("appointments.first_service"));
  else if (!chosen.slot) tell("info", say("appointments.first_slot"));
  else book();
});

byId("book-back").addEventListener("click", () => {
  chosen.moving = null;
  draw();
});

document.querySelector("main").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { service, day, slot, listDay, act: name, id } = button.dataset;
  if (service) Object.assign(chosen, { service, day: null, slot: null });
  else if (day) Object.assign(chosen, { day, slot: null });
  else if (slot) chosen.slot = slot;
  else if (listDay) chosen.listDay = listDay;
  if (service) slots = null;
  if (service || listDay) refresh();
  if (name === "check-in") checkIn(known(id));
  if (name === "cancel") cancelOrAsk(known(id));
  else chosen.cancelling = null;
  if (name === "move") move(known(id));
  draw();
});

/** The first press asks, the second one cancels; what was asked outlives the list's redrawing. */
function cancelOrAsk(one) {
  const sure = chosen.cancelling === one.id;
  chosen.cancelling = sure ? null : one.id;
  if (sure) cancel(one);
}

function move(one) {
  Object.assign(chosen, { moving: one, service: one.service, day: one.day, slot: null });
  refresh();
  byId("book-title").scrollIntoView({ block: "nearest" });
}

live.start();
