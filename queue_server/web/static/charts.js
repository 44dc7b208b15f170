/**
 * Small pictures as SVG: waits over time with their doubt, people by hour. Draws what it is given.
 */
const SVG = "http://www.w3.org/2000/svg";
const LEFT = 52;
const RIGHT = 16;
const TOP = 20;
const BOTTOM = 34;

function shape(tag, attributes = {}, text = null) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== null) node.textContent = text;
  return node;
}

/** A round step so that about five lines fill `most`. */
function stepOf(most) {
  const steps = [1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 480, 1000];
  return steps.find((step) => most / step <= 5.5) ?? Math.ceil(most / 5);
}

function frame(svg, most) {
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const step = stepOf(most);
  const top = Math.max(step, Math.ceil(most / step) * step);
  const y = (value) => height - BOTTOM - (value / top) * (height - TOP - BOTTOM);
  const lines = [];
  for (let value = 0; value <= top; value += step) {
    lines.push(shape("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }));
    lines.push(shape("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, String(value)));
  }
  return { width, height, y, lines };
}

const pathOf = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/**
 * series: [{name, points: [{at, p10, p50, p90}]}], values in minutes; the line is the median, the
 * band goes from the 10th to the 90th percentile. clock(at): a label below. unit: above the axis.
 */
export function drawWaits(svg, series, clock, unit) {
  const all = series.flatMap((one) => one.points);
  if (all.length === 0) return svg.replaceChildren();
  const { width, height, y, lines } = frame(svg, Math.max(5, ...all.map((p) => p.p90)));
  const times = [...new Set(all.map((p) => p.at))].sort((a, b) => a - b);
  const x = (at) =>
    LEFT + ((at - times[0]) / Math.max(1, times.at(-1) - times[0])) * (width - LEFT - RIGHT);
  const every = Math.max(1, Math.ceil(times.length / 8));
  const labels = times
    .filter((_, i) => i % every === 0)
    .map((at) => shape("text", { x: x(at), y: height - 12, "text-anchor": "middle" }, clock(at)));
  const drawn = series.flatMap(({ name, points }) => {
    if (points.length === 0) return [];
    const over = points.map((p) => [x(p.at), y(p.p90)]);
    const under = points.map((p) => [x(p.at), y(p.p10)]).reverse();
    return [
      shape("path", { class: `${name}-band`, d: `${pathOf([...over, ...under])}Z` }),
      shape("path", { class: name, d: pathOf(points.map((p) => [x(p.at), y(p.p50)])) }),
    ];
  });
  svg.replaceChildren(...lines, shape("text", { x: LEFT, y: 11 }, unit), ...drawn, ...labels);
}

/** bars: [{label, value, low, high}]; the stroke over a bar is its doubt. */
export function drawBars(svg, bars, unit) {
  if (bars.length === 0) return svg.replaceChildren();
  const { width, height, y, lines } = frame(svg, Math.max(5, ...bars.map((b) => b.high)));
  const slot = (width - LEFT - RIGHT) / bars.length;
  const drawn = bars.flatMap(({ label, value, low, high }, i) => {
    const middle = LEFT + slot * (i + 0.5);
    const wide = Math.min(44, slot * 0.6);
    return [
      shape("rect", { class: "bar", x: middle - wide / 2, y: y(value), width: wide, height: Math.max(0, y(0) - y(value)) }),
      shape("line", { class: "doubt", x1: middle, x2: middle, y1: y(high), y2: y(low) }),
      shape("text", { x: middle, y: height - 12, "text-anchor": "middle" }, label),
    ];
  });
  svg.replaceChildren(...lines, shape("text", { x: LEFT, y: 11 }, unit), ...drawn);
}
