/** Lists that must not push others out of sight: the first few rows, and a button for the rest. */
import { el, redraw, say } from "./core.js";

const open = new Set(); // ids of lists that somebody has unfolded

/** key: what the rows are drawn from; row(item): its node. */
export function drawFolded(list, key, items, most, row) {
  const whole = open.has(list.id);
  redraw(list, [key, whole], () => {
    const rows = (whole ? items : items.slice(0, most)).map(row);
    return items.length > most ? [...rows, el("li", { class: "fold" }, turner(list, items.length - most, () => drawFolded(list, key, items, most, row)))] : rows;
  });
}

function turner(list, left, again) {
  const whole = open.has(list.id);
  const words = whole ? say("console.fold_less") : say("console.fold_more", { n: left });
  const button = el("button", { class: "tool", type: "button", "aria-expanded": String(whole), "data-fold": list.id }, words);
  button.addEventListener("click", () => {
    if (!open.delete(list.id)) open.add(list.id);
    again();
  });
  return button;
}
