/**
 * A form made from a list of fields, in one dialog for all sections of the administration.
 * Knows no section: a field is {name, type, …}; values go in and come out as plain objects.
 */
import { byId, el, icon, named, say } from "./core.js";

const label = (field) => say(`admin.field.${field.text ?? field.name}`);
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
let counted = 0;
let opened = 0; // what is saved may open another form, which must stay

/** Of each type: the node for a value, and the value back from the node. */
const TYPES = {
  text: { make: (field, value) => input("text", field, value), read: (node) => node.value.trim() },
  date: { make: (field, value) => input("date", field, value), read: (node) => node.value || null },
  time: { make: (field, value) => input("time", field, value), read: (node) => node.value },
  number: {
    make: (field, value) => input("number", { step: "any", ...field }, value),
    read: (node) => (node.value === "" ? null : Number(node.value)),
  },
  check: {
    make: (field, value) => {
      const node = el("input", { type: "checkbox" });
      node.checked = Boolean(value);
      return node;
    },
    read: (node) => node.checked,
  },
  long: {
    make: (field, value) => area(field.rows ?? 4, field, value ?? ""),
    read: (node) => node.value.trim(),
  },
  lines: {
    make: (field, value) => area(field.rows ?? 4, field, (value ?? []).join("\n")),
    read: (node) => node.value.split("\n").map((line) => line.trim()).filter(Boolean),
  },
  select: { make: select, read: (node) => node.value || null },
  ranks: { make: ranks, read: readRanks },
  picks: { make: picks, read: readPicks },
  rows: { make: rows, read: readRows },
};

function input(type, field, value) {
  return el("input", {
    type,
    value: value ?? field.value ?? "",
    required: field.required,
    pattern: field.pattern,
    min: field.min,
    max: field.max,
    step: field.step,
    maxlength: field.most,
    readonly: field.fixed,
    placeholder: field.hint,
  });
}

function area(lines, field, value) {
  const node = el("textarea", { rows: lines, maxlength: field.most ?? 4000, required: field.required });
  node.value = value;
  return node;
}

function select(field, value) {
  const options = field.options().map(([key, text]) =>
    el("option", { value: key, selected: key === (value ?? "") }, text),
  );
  return el("select", { required: field.required }, ...options);
}

/** For each service whether, and at which rank, it is served. */
function ranks(field, value) {
  const known = new Map((value ?? []).map((skill) => [skill.service, skill.rank]));
  const lines = field.options().map(([key, text]) => {
    const choices = [["", say("admin.rank.none")], ["1", say("admin.rank.own")], ["2", say("admin.rank.helps")], ["3", say("admin.rank.last")]];
    const chosen = String(known.get(key) ?? "");
    const node = el(
      "select",
      { "data-service": key, "aria-label": text },
      ...choices.map(([rank, words]) => el("option", { value: rank, selected: rank === chosen }, words)),
    );
    return el("div", { class: "pair" }, el("span", {}, text), node);
  });
  return el("div", { class: "many" }, ...lines);
}

function readRanks(node) {
  return [...node.querySelectorAll("select")]
    .filter((one) => one.value)
    .map((one) => ({ service: one.dataset.service, rank: Number(one.value) }));
}

function picks(field, value) {
  const chosen = new Set(value ?? []);
  const options = field.days ? DAYS.map((day) => [day, say(`days.${day}`)]) : field.options();
  return el(
    "div",
    { class: "picks" },
    ...options.map(([key, text]) => {
      const box = el("input", { type: "checkbox", value: key });
      box.checked = chosen.has(key);
      return el("label", {}, box, text);
    }),
  );
}

function readPicks(node) {
  return [...node.querySelectorAll("input:checked")].map((one) => one.value);
}

/** Several of the same kind, such as opening hours: each a line of fields with a way to remove it. */
function rows(field, value) {
  const list = el("div", { class: "row-list" });
  const add = (item) => {
    const line = el("div", { class: "row-line" });
    line.parts = field.fields.map((part) => ({ part, ...made(part, item?.[part.name]) }));
    const gone = el("button", { class: "tool", type: "button" }, icon("circle-x"), say("admin.remove"));
    gone.addEventListener("click", () => line.remove());
    line.append(...line.parts.map((one) => one.whole), gone);
    list.append(line);
  };
  for (const item of value ?? []) add(item);
  const more = el("button", { class: "button", type: "button" }, icon("list-plus"), say("admin.add_line"));
  more.addEventListener("click", () => add(null));
  return el("div", { class: "rows" }, list, more);
}

function readRows(node) {
  return [...node.querySelectorAll(":scope > .row-list > .row-line")].map((line) =>
    Object.fromEntries(line.parts.map(({ part, node: one }) => [part.name, TYPES[part.type].read(one)])),
  );
}

const GROUPS = new Set(["ranks", "picks", "rows"]);

/** The field's node, and all that stands around it. */
function made(field, value) {
  const node = TYPES[field.type].make(field, value);
  counted += 1;
  const id = `field-${counted}`;
  node.id = id;
  if (GROUPS.has(field.type)) {
    node.setAttribute("role", "group");
    node.setAttribute("aria-labelledby", `${id}-label`);
    return { node, whole: el("div", { class: "field" }, el("span", { id: `${id}-label`, class: "label" }, label(field)), node) };
  }
  const head = el("label", { for: id }, label(field));
  const whole = field.type === "check" ? el("div", { class: "field check" }, node, head) : el("div", { class: "field" }, head, node);
  return { node, whole };
}

/**
 * Opens the dialog; `save(values)` sends them and may throw: what it says is shown there, and
 * nothing typed is lost. Closes when it was saved. done: the word of the one button, where there is
 * nothing to go back from.
 */
export function openForm(title, fields, values, save, { done = null, yes = null } = {}) {
  const dialog = byId("form-dialog");
  opened += 1;
  const mine = opened;
  const parts = fields.map((field) => ({ field, ...made(field, values?.[field.name]) }));
  byId("form-title").textContent = title;
  byId("form-fault").hidden = true;
  byId("form-back").hidden = Boolean(done);
  byId("form-save").textContent = done ?? yes ?? say("admin.save");
  byId("form-fields").replaceChildren(...parts.map((part) => part.whole));
  byId("form").onsubmit = async (event) => {
    event.preventDefault();
    const told = Object.fromEntries(parts.map(({ field, node }) => [field.name, TYPES[field.type].read(node)]));
    byId("form-save").disabled = true;
    try {
      await save(told);
      if (mine === opened) dialog.close();
    } catch (error) {
      byId("form-fault").textContent = faultText(error);
      byId("form-fault").hidden = false;
    } finally {
      byId("form-save").disabled = false;
    }
  };
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input:not([readonly]), select, textarea")?.focus();
}

/** What went wrong, with the fields that do not fit. */
export function faultText(error) {
  const fields = (error.detail?.fields ?? [])
    .map((one) => one.field?.split(".").slice(1).join(".") ?? one)
    .map((name) => say(`admin.field.${String(name).split(".")[0]}`));
  return fields.length > 0 ? say("admin.fields_wrong", { fields: [...new Set(fields)].join(say("admin.join")) }) : error.message || say("admin.unanswered");
}

byId("form-dialog").addEventListener("cancel", (event) => {
  if (byId("form-back").hidden) event.preventDefault(); // what is shown once is not lost by Esc
});
byId("form-back").addEventListener("click", () => byId("form-dialog").close());

export const optionsOf = (things, empty) => [
  ...(empty === undefined ? [] : [["", empty]]),
  ...things.map((thing) => [thing.id, `${thing.prefix ? `${thing.prefix} ` : ""}${named(thing)}`]),
];
