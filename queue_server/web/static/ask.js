/**
 * Asks somebody for what an act needs: one dialog, every field and choice with a key of its own, Enter
 * to send, Esc to go back. Knows no acts; sends nothing.
 */
import { byId, el, icon, say } from "./core.js";

const MARKS = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"; // keys of the choices, in their order

const dialog = byId("ask");
let asked = []; // the question's fields
let settle = null;
let arrowed = false; // the last key moved along the choices: the focus stays with them

/**
 * fields: {name, label, kind: "choice" | "text" | "check", when?, key?, …}
 *   choice: options [{value, label, note?, key?}] or a promise of them, keys? (false: none; a string:
 *     in place of 1 to 9 and A to Z), need? (false: may be empty)
 *   check: value (ticked from the start)
 *   text: need?, most (letters), unless? (name of a choice that makes it needless)
 *   when(values): whether the field belongs to what is chosen above it; always, unless given
 * Returns the values of the fields in sight by name, or null when the person went back.
 */
export function ask({ title, icon: mark, confirm, fields }) {
  close(null);
  asked = fields;
  byId("ask-title").replaceChildren(icon(mark), el("span", {}, title));
  byId("ask-fields").replaceChildren(...fields.map(fieldNode));
  byId("ask-confirm").textContent = confirm;
  byId("ask-fault").hidden = true;
  fit();
  dialog.showModal();
  firstInput()?.focus();
  return new Promise((resolve) => {
    settle = resolve;
  });
}

export const asking = () => dialog.open;

/** Ends the question without an answer: what it was about has changed. */
export const dismiss = () => close(null);

function close(values) {
  if (dialog.contains(document.activeElement)) document.activeElement.blur(); // next key: the page's
  if (dialog.open) dialog.close();
  const done = settle;
  settle = null;
  done?.(values);
}

/** The first field's chosen or first option: what comes first is answered first. */
function firstInput() {
  const first = byId("ask-fields").firstElementChild;
  return first?.querySelector("input:checked") ?? first?.querySelector("input");
}

/** The key that picks an option: its own, or by its place. */
function keyOf(field, at) {
  if (field.keys === false) return "";
  return field.options[at].key ?? (field.keys ?? MARKS)[at] ?? "";
}

const keyNode = (key) => (key ? el("kbd", {}, key) : null);

function fieldNode(field) {
  const node = field.kind === "choice" ? choiceNode(field) : inputNode(field);
  node.dataset.field = field.name;
  return node;
}

function inputNode(field) {
  const input = el("input", {
    type: field.kind === "check" ? "checkbox" : "text",
    name: field.name,
    maxlength: field.most,
    checked: field.kind === "check" && Boolean(field.value),
    autocomplete: "off",
    spellcheck: "false",
    "data-key": field.key,
  });
  if (field.kind === "check") return el("label", { class: "tick" }, input, keyNode(field.key), el("span", {}, field.label));
  return el("label", { class: "line" }, el("span", {}, `${field.label} `, keyNode(field.key)), input);
}

function choiceNode(field) {
  if (field.options instanceof Promise) return awaited(field);
  const options = field.options.map((option, at) =>
    el(
      "label",
      { class: "choice" },
      el("input", {
        type: "radio",
        name: field.name,
        value: option.value,
        checked: option.value === field.value,
        "data-key": keyOf(field, at) || null,
      }),
      keyNode(keyOf(field, at)),
      el("span", {}, option.label),
      option.note ? el("small", {}, option.note) : null,
    ),
  );
  return el("fieldset", {}, el("legend", {}, field.label), el("div", { class: "choices" }, ...options));
}

/** Stands until the options are there, or says that they did not come. */
function awaited(field) {
  const words = el("p", { role: "status" }, say("common.loading"));
  const node = el("fieldset", {}, el("legend", {}, field.label), words);
  field.options.then(
    (options) => {
      const whole = fieldNode(Object.assign(field, { options }));
      whole.hidden = node.hidden;
      node.replaceWith(whole);
    },
    (error) => {
      words.textContent = error.message || say("console.ask.no_options");
    },
  );
  return node;
}

const nodeOf = (field) => byId("ask-fields").querySelector(`[data-field="${CSS.escape(field.name)}"]`);
const inSight = (field, values) => !field.when || field.when(values);

/** Shows the fields that belong to what is chosen; the nodes that have just come into sight. */
function fit() {
  const values = read(asked);
  const come = [];
  for (const field of asked) {
    const node = nodeOf(field);
    const hidden = !inSight(field, values);
    if (node.hidden && !hidden) come.push(node);
    node.hidden = hidden;
  }
  return come;
}

/** Another choice: what it needs is asked for below it, and a text is ready to be typed. */
function onChange() {
  const come = fit();
  byId("ask-fault").hidden = true;
  if (!arrowed) come.map((node) => node.querySelector("input[type=text]")).find(Boolean)?.focus();
}

/** Esc goes back; a key picks what it is shown on, unless a text is being typed. */
function onKey(event) {
  arrowed = event.key.startsWith("Arrow");
  if (event.key === "Escape") {
    event.preventDefault();
    close(null);
    event.stopPropagation();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.type === "text") return;
  const input = [...dialog.querySelectorAll("input[data-key]")].find(
    (one) => one.dataset.key === event.key.toUpperCase() && !one.closest("[hidden]"),
  );
  if (!input) return;
  event.preventDefault();
  input.focus();
  if (input.type !== "text") input.click();
}

function read(fields) {
  const form = byId("ask-form");
  return Object.fromEntries(
    fields.map((field) => {
      if (field.kind === "check") return [field.name, form.elements[field.name].checked];
      if (field.kind === "text") return [field.name, form.elements[field.name].value.trim()];
      return [field.name, form.querySelector(`input[name="${field.name}"]:checked`)?.value ?? ""];
    }),
  );
}

function lacks(field, values) {
  if (field.need === false || field.kind === "check") return false;
  if (field.unless && values[field.unless]) return false;
  return !values[field.name];
}

function fault(field) {
  const words = byId("ask-fault");
  words.hidden = false;
  words.textContent = say("console.ask.missing", { what: field.label });
  nodeOf(field).querySelector("input")?.focus();
}

function submit(event) {
  event.preventDefault();
  const values = read(asked);
  const shown = asked.filter((field) => inSight(field, values));
  const missing = shown.find((field) => lacks(field, values));
  if (missing) fault(missing);
  else close(Object.fromEntries(shown.map((field) => [field.name, values[field.name]])));
}

byId("ask-back").addEventListener("click", () => close(null));
byId("ask-form").addEventListener("submit", submit);
byId("ask-fields").addEventListener("change", onChange);
dialog.addEventListener("keydown", onKey);
dialog.addEventListener("pointerdown", () => {
  arrowed = false;
});
dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  close(null);
});
