// The simulators' page: draws what the JSON says, sends what is pressed, decides nothing.

const READER_FAULTS = {
  none: ["正常", "fine"], unreadable: ["读不出", "unreadable"], silence: ["无应答", "silent"],
  slow: ["很慢", "slow"], noise: ["线路干扰", "noise"], bad_checksum: ["校验错", "bad checksum"],
  half_reply: ["半截应答", "half reply"], byte_at_a_time: ["逐字节", "byte by byte"],
};
const PRINTER_FAULTS = {
  none: ["正常", "fine"], near_end: ["纸将尽", "near end"], paper_out: ["缺纸", "paper out"],
  cover_open: ["盖未合", "cover open"], cutter: ["切刀卡住", "cutter"], overheated: ["过热", "hot"],
  offline: ["脱机", "offline"], cutter_slip: ["切刀打滑", "cutter slips"], error: ["故障", "error"],
  mute: ["不应答", "mute"], chatty: ["状态插话", "chatty"], late: ["应答迟", "late"], gone: ["断电", "switched off"],
};
const CAMERA_FAULTS = {
  none: ["正常", "fine"], frozen: ["画面停住", "frozen"], gone: ["拔掉", "unplugged"],
};
const MOVEMENTS = {
  turn_left: ["向左转头", "turn left"], turn_right: ["向右转头", "turn right"],
  nod: ["点头", "nod"], open_mouth: ["张嘴", "open the mouth"],
};
const CARD_TYPES = { resident: "居民身份证", J: "居住证", I: "永居证 2017", Y: "永居证 2023" };
const POLL_MS = 700;

const $ = (id) => document.getElementById(id);
const known = new Set();

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const english = (text) => element("span", { lang: "en" }, text);

async function call(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const answer = await fetch(path, options);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function act(path, body) {
  try {
    drawState(await call(path, body));
  } catch (error) {
    drawLink(false);
    console.error(error);
  }
}

function drawLink(good) {
  $("link").className = good ? "pill good" : "pill bad";
  $("link").replaceChildren(good ? "● 已连接 " : "▲ 连接中断 ", english(good ? "connected" : "no connection"));
}

function drawCitizens(citizens) {
  $("citizens").replaceChildren(...citizens.map((person) => {
    const short = person.name.replace("样例·", "");
    const button = element("button", { type: "button", class: "person", "data-id": person.id, "aria-pressed": "false" },
      element("span", { class: "face", "aria-hidden": "true" }, short.slice(0, 1)),
      element("span", { class: "who" }, `${person.name} `, element("em", {}, `${person.age} 岁 · ${CARD_TYPES[person.type]}`)),
      element("span", { class: "about" }, person.about));
    button.addEventListener("click", () => act("/api/reader/present", { citizen: person.id }));
    return button;
  }));
}

function drawFaults(place, faults, path) {
  place.replaceChildren(...Object.entries(faults).map(([fault, [chinese, small]]) => {
    const button = element("button", { type: "button", "data-fault": fault, "aria-pressed": "false" }, chinese, english(small));
    button.addEventListener("click", () => act(path, { fault }));
    return button;
  }));
}

function press(place, key, value) {
  for (const button of place.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset[key] === value));
  }
}

function drawState(state) {
  press($("citizens"), "id", state.reader.citizen);
  press($("reader-faults"), "fault", state.reader.fault);
  press($("printer-faults"), "fault", state.printer.fault);
  press($("camera-faults"), "fault", state.camera_fault);
  $("lift").disabled = state.reader.citizen === null;
  const [chinese, small] = PRINTER_FAULTS[state.printer.fault];
  const good = state.printer.fault === "none";
  $("printer-state").className = good ? "pill good" : "pill bad";
  $("printer-state").replaceChildren(`${good ? "✓" : "▲"} ${chinese} `, english(small));
  if (state.camera && !$("camera").src) $("camera").src = state.camera;
}

function ticketFigure(ticket) {
  const at = new Date(ticket.at).toLocaleTimeString("zh-CN", { hour12: false });
  return element("figure", { class: "ticket fresh" },
    element("img", { src: ticket.png, alt: `号票 ${ticket.id} / ticket ${ticket.id}` }),
    element("figcaption", {}, at,
      element("a", { href: ticket.bin, download: `ticket-${ticket.id}.bin` }, `ESC/POS · ${ticket.bytes} B`)));
}

function drawTickets(tickets) {
  $("no-tickets").hidden = tickets.length > 0;
  for (const ticket of [...tickets].reverse()) {
    if (known.has(ticket.id)) continue;
    known.add(ticket.id);
    $("tickets").prepend(ticketFigure(ticket));
  }
}

async function look() {
  try {
    const [state, tickets] = await Promise.all([call("/api/state"), call("/api/tickets")]);
    drawState(state);
    drawTickets(tickets);
    drawLink(true);
  } catch (error) {
    drawLink(false);
    console.error(error);
  }
  setTimeout(look, POLL_MS);
}

drawFaults($("reader-faults"), READER_FAULTS, "/api/reader/fault");
drawFaults($("printer-faults"), PRINTER_FAULTS, "/api/printer/fault");
drawFaults($("camera-faults"), CAMERA_FAULTS, "/api/camera/fault");
for (const [movement, [chinese, small]] of Object.entries(MOVEMENTS)) {
  const button = element("button", { type: "button" }, chinese, english(small));
  button.addEventListener("click", () => act("/api/camera/move", { movement }));
  $("movements").append(button);
}
$("lift").addEventListener("click", () => act("/api/reader/remove", {}));
try {
  drawCitizens(await call("/api/citizens"));
} catch (error) {
  console.error(error);
}
look();
