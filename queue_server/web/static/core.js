/**
 * What every page shares: its data, its texts, small DOM helpers.
 * Knows no hall and opens no connection.
 */

/** What the template put on <body data-…>: hall, window, ticket, csrf, role, chime. */
export const page = document.body.dataset;
export const lang = document.documentElement.lang;

const texts = JSON.parse(document.getElementById("texts").textContent);

const people = JSON.parse(document.getElementById("staff-names").textContent);

/** What somebody of the staff is called; an account that is gone, or newer than the page, by its login. */
export const person = (login) => people[login] ?? login;

/** The text at a dotted key, or undefined. */
function lookUp(key) {
  return key.split(".").reduce((node, part) => node?.[part], texts);
}

export const hasText = (key) => typeof lookUp(key) === "string";

/** The text at `key` with its {places} filled; a key without text is shown as it is, to be noticed. */
export function say(key, values = {}) {
  const one = values.n === 1 ? lookUp(`${key}_one`) : undefined;
  const text = one ?? lookUp(key);
  if (typeof text !== "string") return key;
  return text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** What the server said of a refusal; it speaks Chinese, so an English page names the code. */
export function serverWords(error) {
  const foreign = lang === "en" && /[\u4e00-\u9fff]/.test(error?.message ?? "");
  return foreign ? say("errors.other", { code: error.code }) : error?.message;
}

/** `thing.name`, or its English twin on an English page. `field` is "name", "service_name", … */
export function named(thing, field = "name") {
  return (lang === "en" && thing[`${field}_en`]) || thing[field];
}

/** A window's name without what stands in brackets, where room is short. */
export const shortName = (text) => text.replace(/\s*[(（][^)）]*[)）]\s*$/, "");

export const byId = (id) => document.getElementById(id);

/** A new element; `attributes` are set as attributes, null and false ones left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of those that the page carries; it says nothing to a screen reader, the word beside it does. */
export function icon(name, extra = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${extra}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Writes only what changed, so that aria-live speaks once and nothing flickers. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Replaces the children only when `key` differs from the last call's. */
export function redraw(node, key, makeChildren) {
  const mark = JSON.stringify(key);
  if (node.drawnFrom === mark) return;
  node.drawnFrom = mark;
  const held = node.contains(document.activeElement) ? namesOf(document.activeElement) : "{}";
  node.replaceChildren(...makeChildren());
  if (held === "{}") return;
  const again = [...node.querySelectorAll("button, a, input")].find((one) => namesOf(one) === held);
  again?.focus({ preventScroll: true }); // keyboards stay where they were
}

const namesOf = (element) => JSON.stringify({ ...element.dataset });

/** A UUID; crypto.randomUUID is missing on plain http in the hall's network. */
export function newId() {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40; // version 4
  bytes[8] = (bytes[8] & 0x3f) | 0x80; // RFC 4122 variant
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Sends the person to the login and back here afterwards. */
export function goToLogin() {
  const query = new URLSearchParams({ hall: page.hall, next: location.pathname, why: "ended" });
  location.assign(`/login?${query}`);
}

/** fetch with an end: rejects after `limitMs`. */
export async function fetchWithin(limitMs, url, options = {}) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), limitMs);
  try {
    const answer = await fetch(url, { cache: "no-store", ...options, signal: abort.signal });
    const body = await answer.text(); // still under the time limit
    return { status: answer.status, ok: answer.ok, json: () => JSON.parse(body) };
  } finally {
    clearTimeout(timer);
  }
}
