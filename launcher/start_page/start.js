/**
 * The start page: asks its server what runs where, fills the frames, says how each part is.
 * Holds no state of the hall. Addresses are built from this page's own host name, so that
 * it also works through a tunnel that carries the ports under the same numbers.
 */

const LOOK_SOON_MS = 400; // while something is starting
const LOOK_MS = 3000;
const TICKETS_MS = 700;
const ICONS = { ready: "circle-check", starting: "loader-circle", restarting: "refresh-cw" };
const LANGUAGES = ["zh-CN", "en"];

const byId = (id) => document.getElementById(id);
const at = (port, path) => `${location.protocol}//${location.hostname}:${port}${path}`;

const texts = await (await fetch("words.json")).json();
let language = firstLanguage();
let hall = null;
const shownState = {}; // part → state at the last look
let newestTicket = null; // id at the last look; null before the first, 0 when there is none

function firstLanguage() {
  const asked = new URLSearchParams(location.search).get("lang");
  return LANGUAGES.find((one) => one === asked) ?? "zh-CN";
}

function say(key, values = {}) {
  return texts[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** Each frame: the part that serves it, and its address. */
function frames() {
  const { server, simulators, kiosk } = hall.ports;
  const lang = `lang=${language}`;
  return {
    kiosk: ["kiosk", at(kiosk, `/?${lang}`)],
    simulators: ["simulators", at(simulators, `/?${lang}`)],
    screen: ["server", at(server, `/screen/${hall.hall}?${lang}`)],
  };
}

function link(glyph, address, name, more) {
  const words = el("span", {}, name, el("small", {}, more));
  return el("a", { class: "link", href: address, target: "_blank", rel: "noopener" }, icon(glyph), words);
}

function drawWords() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of document.querySelectorAll("[data-alt]")) node.alt = say(node.dataset.alt);
  for (const node of document.querySelectorAll("[data-title]")) node.title = say(node.dataset.title);
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", say(node.dataset.label));
  }
  byId("hall-name").textContent = hall.name[language];
}

function drawLinks() {
  const { server, simulators } = hall.ports;
  const more = (staff) => say("login", { user: staff.login });
  const query = `?lang=${language}`;
  byId("windows-head").textContent = say("windows", { password: hall.manager.password, pin: hall.staff_pin });
  byId("windows-head").title = say("staff_menu", { pin: hall.staff_pin });
  byId("windows").replaceChildren(
    ...hall.windows.map((one) =>
      link("monitor", at(server, `/window/${hall.hall}/${one.id}${query}`), one.name[language], more(one)),
    ),
  );
  const managers = [
    ["users", `/manager/${hall.hall}`, "board"],
    ["hourglass", `/manager/${hall.hall}/history`, "history"],
    ["id-card", `/admin/${hall.hall}`, "admin"],
  ];
  byId("others").replaceChildren(
    ...managers.map(([glyph, path, name]) => link(glyph, at(server, path + query), say(name), more(hall.manager))),
  );
  byId("simulators-alone").href = at(simulators, `/${query}`);
  byId("screen-alone").href = at(server, `/screen/${hall.hall}${query}`);
}

function drawParts() {
  const items = Object.entries(hall.parts).map(([part, state]) => {
    const glyph = icon(ICONS[state] ?? "circle-x");
    return el("li", { class: state }, glyph, `${say(`part_${part}`)} ${say(state)}`);
  });
  byId("parts").replaceChildren(...items);
}

/** A frame is loaded once its part stands, and again when the part has come back. */
function drawFrames(again) {
  for (const [id, [part, address]] of Object.entries(frames())) {
    const state = hall.parts[part];
    const holder = byId(id).parentElement;
    if (state === "ready") {
      if (again || shownState[part] !== "ready") byId(id).src = address;
      delete holder.dataset.state;
    } else {
      holder.dataset.state = say(state);
    }
  }
}

function draw(again) {
  drawWords();
  drawLinks();
  drawParts();
  drawFrames(again);
  Object.assign(shownState, hall.parts);
}

async function look() {
  try {
    const now = await (await fetch("hall.json")).json();
    const changed = JSON.stringify(now) !== JSON.stringify(hall);
    hall = now;
    byId("gone").hidden = true;
    if (changed) draw(false);
  } catch {
    byId("gone").hidden = false;
  }
  const steady = hall && Object.values(hall.parts).every((state) => state === "ready");
  setTimeout(look, steady ? LOOK_MS : LOOK_SOON_MS);
}

/** A ticket that was printed since the last look comes out at once. */
async function lookForTickets() {
  try {
    if (hall?.parts.simulators === "ready") {
      const tickets = await (await fetch("api/tickets")).json();
      const newest = tickets[0]?.id ?? 0;
      if (newest) byId("ticket-again").hidden = false;
      if (newestTicket !== null && newest && newest !== newestTicket) showTicket(newest);
      newestTicket = newest;
    }
  } catch {
    // Simulators or page server are away for the moment; hall.json tells which.
  }
  setTimeout(lookForTickets, TICKETS_MS);
}

function showTicket(id) {
  const picture = byId("ticket-picture").cloneNode();
  picture.src = `api/tickets/${id}.png`;
  byId("ticket-picture").replaceWith(picture); // a new element, so that it comes out again
  byId("ticket").hidden = false;
}

byId("ticket-again").addEventListener("click", () => showTicket(newestTicket));
byId("ticket-taken").addEventListener("click", () => {
  byId("ticket").hidden = true;
});

byId("language").addEventListener("click", () => {
  language = LANGUAGES.find((one) => one !== language);
  const address = new URL(location.href);
  address.searchParams.set("lang", language);
  history.replaceState(null, "", address);
  draw(true);
});

new ResizeObserver(([entry]) => {
  byId("screen").style.transform = `scale(${entry.contentRect.width / 1920})`;
}).observe(byId("screen").parentElement);

look();
lookForTickets();
