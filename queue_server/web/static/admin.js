/**
 * Administration: sections as tables, one form for each thing, every change sent once and taken
 * back where that makes sense. What a section holds is in admin-sections.js.
 */
import { devicesSection } from "./admin-devices.js";
import { faultText, openForm } from "./admin-form.js";
import { sectionsOf } from "./admin-sections.js";
import { Commands } from "./commands.js";
import { byId, el, fetchWithin, goToLogin, hasText, icon, page, say, serverWords, shortName } from "./core.js";

const BASE = `/api/v1/halls/${encodeURIComponent(page.hall)}`;
const LIMIT_MS = 8000;
const SECTIONS = ["services", "matters", "windows", "classes", "dispatch", "hours", "notices", "jobs", "alerts", "staff", "devices", "changes", "audit"];
const commands = new Commands(BASE, (yes) => { byId("trouble").hidden = !yes; }, { keeps: false });

let data = null;

/** Of those in the menu: who only looks is shown what is only looked at. */
const wanted = () => {
  const offered = [...byId("sections").querySelectorAll("a")].map((link) => link.hash.slice(1));
  const asked = location.hash.slice(1);
  return SECTIONS.includes(asked) && offered.includes(asked) ? asked : offered[0];
};

async function get(path) {
  const answer = await fetchWithin(LIMIT_MS, `${BASE}/${path}`);
  if (answer.status === 401) goToLogin();
  if (!answer.ok) throw new Error(serverWords(answer.json().error) ?? say("admin.unanswered"));
  return answer.json();
}

async function load() {
  const [{ configuration }, content, staff, { devices }] = await Promise.all(["configuration", "content", "staff", "paired"].map(get));
  data = { configuration, content, staff: staff.staff, roles: staff.roles, devices };
}

async function show() {
  const which = wanted();
  for (const link of byId("sections").querySelectorAll("a")) {
    if (link.hash === `#${which}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  byId("section-title").textContent = say(`admin.section.${which}`);
  byId("section-lead").textContent = say(`admin.lead.${which}`);
  try {
    if (which === "changes") return drawChanges(await get("configuration/changes?limit=100"));
    if (which === "audit") return drawAudit(await get("audit?limit=200"));
    await load();
    return draw([...sectionsOf(data), devicesSection(data)].find((section) => section.id === which));
  } catch (error) {
    byId("section").replaceChildren(el("p", { class: "refusal", role: "alert" }, error.message || say("admin.unanswered")));
  }
}

function draw(section) {
  byId("section-tools").replaceChildren();
  if (section.single) return drawSingle(section);
  byId("section-tools").append(button("list-plus", say(`admin.add.${section.id}`), () => (section.add ? section.add(send) : edit(section, null)), "main"));
  const head = [...section.columns.map(([name]) => shortName(say(`admin.field.${name}`))), say("admin.acts")];
  byId("section").replaceChildren(table(head, section.items.map((item) => row(section, item))));
  if (section.items.length === 0) byId("section").append(el("p", { class: "muted" }, say("admin.empty")));
}

function table(head, body) {
  return el(
    "div",
    { class: "table-frame", tabindex: "0", role: "region", "aria-labelledby": "section-title" },
    el("table", {}, el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, ...body)),
  );
}

function row(section, item) {
  const cells = section.columns.map(([, text], index) => el(index ? "td" : "th", index ? {} : { scope: "row" }, text(item)));
  const acts = el("td", { class: "row-acts" });
  if (!item.fixed) {
    if (!section.keep) acts.append(button("pencil", say("admin.change"), () => edit(section, item)));
    for (const act of section.acts?.(item) ?? []) {
      acts.append(button(null, say(`admin.act.${act.id}`), () => carryOut(act)));
    }
    if (section.remove) acts.append(button("circle-x", say("admin.remove"), () => remove(section, item)));
  }
  return el("tr", { "data-id": item.id }, ...cells, acts);
}

function button(sign, text, pressed, kind = "") {
  const node = el("button", { class: `button ${kind}`.trim(), type: "button" }, sign && icon(sign), text);
  node.addEventListener("click", pressed);
  return node;
}

function drawSingle(section) {
  const value = section.form ? section.form(section.single) : section.single;
  const lines = section.fields.map((field) =>
    el("div", { class: "line" }, el("dt", {}, say(`admin.field.${field.text ?? field.name}`)), el("dd", {}, shownValue(field, value[field.name]))),
  );
  const parts = [el("dl", { class: "single card" }, ...lines)];
  if (section.note) parts.unshift(el("p", { class: "band" }, say(`admin.note.${section.id}`)));
  byId("section").replaceChildren(...parts);
  byId("section-tools").append(button("pencil", say("admin.change"), () => edit(section, section.single), "main"));
}

function shownValue(field, value) {
  if (field.type === "check") return say(value ? "admin.yes" : "admin.no");
  if (field.type === "rows") return (value ?? []).map((line) => field.fields.map((part) => shownValue(part, line[part.name])).filter(Boolean).join(" ")).map(spans).join(say("admin.semicolon")) || "–";
  if (field.days) return value.map((day) => say(`days.${day}`)).join(say("admin.join"));
  return Array.isArray(value) ? value.join(say("admin.join")) || "–" : String(value ?? "");
}

/** Two times beside each other are from and to. */
const spans = (text) => text.replace(/(\d\d:\d\d) (?=\d\d:\d\d)/g, (_, from) => `${from}${say("admin.to")}`);

function edit(section, item) {
  const old = item !== null;
  const fields = (old && section.fieldsOfOld) || section.fields.map((field) => (old && !section.single && field.name === "id" ? { ...field, fixed: true } : field));
  const values = item && section.form ? section.form(item) : item;
  const title = say(old ? "admin.change_title" : "admin.add_title", { what: say(`admin.section.${section.id}`) });
  openForm(title, fields, values, async (told) => {
    const [path, body] = section.put(told, item);
    await send(path, body);
  });
}

/** Sends, tells that it was done, and shows the section anew. */
async function send(path, body) {
  const answer = await commands.send(path, body);
  if (answer === null) return;
  if (answer.password) showPassword(answer);
  const seq = answer.configuration?.seq ?? answer.seq;
  toast(say("admin.saved"), seq ? () => send("configuration/restore", { seq }) : null);
  await show();
}

async function sendSafely(path, body) {
  try {
    await send(path, body);
  } catch (error) {
    toast(faultText(error), null, true);
  }
}

function carryOut(act) {
  if (act.fields) {
    const title = say(`admin.act.${act.id}`);
    openForm(act.of ? say("admin.act_title", { act: title, what: act.of }) : title, act.fields, act.values, (told) => send(act.path, told));
  } else if (act.confirm) {
    confirmed(say(`admin.sure.${act.id}`), () => send(act.path, {}));
  } else sendSafely(act.path, {});
}

function remove(section, item) {
  confirmed(say("admin.sure.remove", { what: section.columns[section.columns[0][0] === "title" ? 0 : 1][1](item) }), async () => {
    await commands.send(section.remove(item), {}).then((answer) => {
      const seq = answer?.configuration?.seq ?? answer?.seq;
      const back = seq ? () => send("configuration/restore", { seq }) : null;
      toast(say("admin.removed"), back);
    });
    await show();
  });
}

/** Asks once, for what cannot be taken back with one touch. */
function confirmed(question, then) {
  openForm(question, [], null, then, { yes: say("admin.sure.yes") });
}

function showPassword({ login, password }) {
  openForm(say("admin.password_title", { login }), [], null, async () => {}, { done: say("admin.noted") });
  byId("form-fields").replaceChildren(el("p", { class: "secret" }, password), el("p", {}, say("admin.password_once")));
}

let toastTimer = null;

function toast(text, undo, bad = false) {
  const box = byId("toast");
  box.replaceChildren(icon(bad ? "circle-alert" : "circle-check"), el("span", {}, text));
  box.dataset.level = bad ? "red" : "well";
  if (undo) box.append(button("rotate-ccw", say("admin.undo"), () => undo().catch((error) => toast(faultText(error), null, true))));
  box.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { box.hidden = true; }, undo || bad ? 20000 : 6000);
}

const when = (text) => new Date(text).toLocaleString(document.documentElement.lang, { hour12: false });
const word = (key, other) => (hasText(key) ? say(key) : other);

function drawChanges({ changes }) {
  byId("section-tools").replaceChildren();
  const rows = changes.map((one) => {
    const what = word(`admin.what.${one.change.what}`, one.change.what);
    const acts = el("td", { class: "row-acts" }, one.taken_back ? say("admin.taken_back") : "");
    const question = say("admin.sure.restore", { what: `${what} ${when(one.at)}` });
    if (one.undo && page.role !== "auditor") acts.append(button("rotate-ccw", say("admin.back_before"), () => confirmed(question, () => send("configuration/restore", { seq: one.seq }))));
    const detail = changeWords(one, changes).map((line) => el("div", {}, line));
    return el("tr", {}, el("td", {}, when(one.at)), el("td", {}, who(one.by)), el("td", {}, what), el("td", { class: "detail" }, ...detail), acts);
  });
  byId("section").replaceChildren(table(["at", "by", "what", "detail", "acts"].map((name) => say(`admin.field.${name}`)), rows));
}

/** A line for each thing that became another; without any, what the change says of itself. */
function changeWords(one, changes) {
  if (one.change.what === "taken_back") {
    const other = changes.find((each) => each.seq === one.change.seq);
    if (other) return [`${word(`admin.what.${other.change.what}`, other.change.what)} ${when(other.at)}`];
  }
  if (one.differences.length > 0) return one.differences.map(differenceWords);
  const { what: _what, id: _id, ...more } = one.change;
  return [Object.values(more).filter((value) => ["string", "number"].includes(typeof value)).join(" ")];
}

function differenceWords({ place, before, after }) {
  const words = place.map((part) => word(`admin.field.${part}`, word(`admin.section.${part}`, part))).join(" ");
  return `${words}：${valueWords(before)} → ${valueWords(after)}`;
}

function valueWords(value) {
  if (value === null || value === undefined || value === "") return "–";
  if (Array.isArray(value)) return value.map(valueWords).join(" ") || "–";
  if (typeof value === "object") return value.name ?? value.service ?? Object.values(value).map(valueWords).join(" ");
  return typeof value === "boolean" ? say(value ? "admin.yes" : "admin.no") : String(value);
}

function who(label) {
  const [role, name] = label.split(":");
  return name ? `${name}（${word(`admin.role.${role}`, role)}）` : word(`admin.role.${role}`, role);
}

function drawAudit({ audit }) {
  byId("section-tools").replaceChildren();
  const rows = audit.map((one) => {
    const refused = one.act.endsWith("_refused");
    const act = refused ? one.act.slice(0, -"_refused".length) : one.act;
    const text = word(`admin.audit.${act}`, act) + (refused ? say("admin.audit_refused") : "");
    const detail = Object.entries(one.detail).map(([name, value]) => `${word(`admin.field.${name}`, name)} ${typeof value === "object" ? JSON.stringify(value) : value}`);
    return el("tr", {}, el("td", {}, when(one.at)), el("td", {}, who(one.actor)), el("td", {}, text), el("td", {}, one.subject), el("td", { class: "detail" }, [one.why, ...detail].filter(Boolean).join("；")));
  });
  byId("section").replaceChildren(table(["at", "by", "what", "subject", "detail"].map((name) => say(`admin.field.${name}`)), rows));
}

window.addEventListener("hashchange", show);
show();
