/** Importing a register: the file is checked first, and imported when somebody has seen the report. */
import { byId, el, say, setText } from "./core.js";
import { ask, attempt, LONG_LIMIT_MS } from "./pension-server.js";
import { note } from "./pension-words.js";

const SHOWN = 100;
const PROGRESS_MS = 700;

/** imported(): called when the register has changed. */
export function startImport(imported) {
  byId("import").addEventListener("submit", (event) => {
    event.preventDefault();
    check();
  });
  byId("import-file").addEventListener("change", () => clear());
  byId("import-go").addEventListener("click", async () => {
    if (await run()) imported();
  });
}

const file = () => byId("import-file").files[0];

function clear() {
  byId("import-go").hidden = true;
  byId("import-bad").replaceChildren();
  tellHere("info", "");
}

/** Beside the file: what is wrong with one is no news of the next. */
function tellHere(kind, text) {
  byId("import-words").dataset.kind = kind;
  setText(byId("import-words"), text);
}

/** Says, while `work` runs, which step it is at and since when. */
async function followed(words, work) {
  const began = performance.now();
  const tell = async () => {
    const { stage, rows } = await ask("import").catch(() => ({ stage: null, rows: 0 }));
    const step = stage ? say(`pension.import.after.${stage}`, { n: rows }) : "";
    const since = say("pension.import.seconds", { n: Math.round((performance.now() - began) / 1000) });
    if (timer) setText(byId("import-words"), [words, step, since].filter(Boolean).join(" · "));
  };
  setText(byId("import-words"), words);
  let timer = setInterval(tell, PROGRESS_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    timer = null;
  }
}

async function check() {
  clear();
  byId("words").hidden = true;
  const sent = () => ask("import?dry_run=true", file(), LONG_LIMIT_MS);
  await attempt(async () => draw(await followed(say("pension.import.checking"), sent)), tellHere);
}

function draw(report) {
  const words = { good: report.good, bad: report.bad_count };
  const found = say(report.bad_count ? "pension.import.good" : "pension.import.all_good", words);
  setText(byId("import-words"), report.good ? `${found} ${say("pension.import.would", report.would)}` : found);
  const rows = report.bad.slice(0, SHOWN).map((bad) => {
    const column = say(`pension.column.${bad.column}`);
    return el("li", {}, `${say("pension.import.line", { line: bad.line })} · ${column}：${say(`pension.wrong.${bad.code}`)}`);
  });
  if (report.bad_count > SHOWN) rows.push(el("li", {}, say("pension.import.more", { n: report.bad_count - SHOWN })));
  byId("import-bad").replaceChildren(...rows);
  const go = byId("import-go");
  go.hidden = report.good === 0;
  go.dataset.rows = report.good;
  setText(go, say(report.bad_count ? "pension.import.skip" : "pension.import.go", { n: report.good }));
}

async function run() {
  const go = byId("import-go");
  go.disabled = true;
  const sent = () => ask("import?dry_run=false&skip_bad=true", file(), LONG_LIMIT_MS);
  const well = await attempt(async () => {
    const { imported } = await followed(say("pension.import.importing", { n: go.dataset.rows }), sent);
    note("done", say("pension.import.done", imported));
    byId("import").reset();
    clear();
  }, tellHere);
  go.disabled = false;
  return well;
}
