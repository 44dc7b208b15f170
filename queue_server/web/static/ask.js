/**
 * Asks a clerk for what an act needs: one dialog, choices by number keys, Enter to send, Esc to go
 * back. Knows no acts; sends nothing.
 */
import { byId, el, icon, say } from "./core.js";

const MARKS = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"; // keys of the choices, in their order

const dialog = byId("ask");
let settle = null;

/**
 * fields: {name, label, kind: "choice" | "text" | "check", …}
 *   choice: options [{value, label, note?, key?}], keys? (false: none), need? (false: may be empty)
 *   check: value (ticked from the start)
 *   text: need?, most (letters), unless? (name of a choice that makes it needless)
 * Returns the values by name, or null when the person went back.
 */
export function ask({ title, icon: mark, confirm, fields }) {
  close(null);
  byId("ask-title").replaceChildren(icon(mark), el("span", {}, title));
  byId("ask-fields").replaceChildren(...fields.map(fieldNode));
  byId("ask-confirm").textContent = confirm;
  byId("ask-fault").hidden = true;
  dialog.onkeydown = (event) => onKey(event, fields);
  byId("ask-form").onsubmit = (event) => {
    event.preventDefault();
    const values = read(fields);
    const missing = fields.find((field) => lacks(field, values));
    if (missing) fault(missing);
    else close(values);
  };
  dialog.showModal();
  (dialog.querySelector("input:checked") ?? dialog.querySelector("input"))?.focus();
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

/** The key that picks an option: its own, or by its place. */
function keyOf(field, at) {
  if (field.keys === false) return "";
  return field.options[at].key ?? MARKS[at] ?? "";
}

function fieldNode(field) {
  if (field.kind === "choice") return choiceNode(field);
  const input = el("input", {
    type: field.kind === "check" ? "checkbox" : "text",
    name: field.name,
    maxlength: field.most,
    checked: field.kind === "check" && Boolean(field.value),
    autocomplete: "off",
    spellcheck: "false",
  });
  if (field.kind === "check") return el("label", { class: "tick" }, input, el("span", {}, field.label));
  return el("label", { class: "line" }, el("span", {}, field.label), input);
}

function choiceNode(field) {
  const options = field.options.map((option, at) =>
    el(
      "label",
      { class: "choice" },
      el("input", {
        type: "radio",
        name: field.name,
        value: option.value,
        checked: option.value === field.value,
      }),
      keyOf(field, at) ? el("kbd", {}, keyOf(field, at)) : null,
      el("span", {}, option.label),
      option.note ? el("small", {}, option.note) : null,
    ),
  );
  return el("fieldset", {}, el("legend", {}, field.label), el("div", { class: "choices" }, ...options));
}

/** Esc goes back; a number or letter picks the choice of the first field that has keys. */
function onKey(event, fields) {
  if (event.key === "Escape") {
    event.preventDefault();
    close(null);
    event.stopPropagation();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.type === "text") return;
  const keyed = fields.find((field) => field.kind === "choice" && field.keys !== false);
  const at = keyed?.options.findIndex((_, i) => keyOf(keyed, i) === event.key.toUpperCase()) ?? -1;
  if (at < 0) return;
  event.preventDefault();
  const input = dialog.querySelectorAll(`input[name="${keyed.name}"]`)[at];
  input.checked = true;
  input.focus();
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
  dialog.querySelector(`input[name="${field.name}"]`)?.focus();
}

byId("ask-back").addEventListener("click", () => close(null));
dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  close(null);
});
