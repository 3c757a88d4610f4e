// The curves: test error against the number of labels, both axes logarithmic, and a line at the chosen number to drag.

import { draggable, draw, make, place } from "./kit.js";
import { lookOf, markAt } from "./budget_looks.js";

const WIDTH = 440, HEIGHT = 330, LEFT = 48, RIGHT = 14, TOP = 24, BOTTOM = 40;
const TICKS = [1, 2, 5, 10, 20, 50], LOWEST = 1.5, HIGHEST = 60;

/** Make the chart. Returns a function that draws it anew. */
export function budgetChart(parent, state) {
  make("p", { class: "dl-read-title" }, parent, "Test error in percent, by the number of labels of each digit");
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "dl-network dl-budget-chart", role: "img" }, parent);
  const part = (value, low, high) => Math.log(value / low) / Math.log(high / low);
  const first = state.labels[0] / 1.25, last = state.labels.at(-1) * 1.25;
  const toX = labels => LEFT + part(labels, first, last) * (WIDTH - LEFT - RIGHT);
  const fromX = x => first * (last / first) ** ((x - LEFT) / (WIDTH - LEFT - RIGHT));
  const toY = error => TOP + (1 - part(Math.min(HIGHEST, Math.max(LOWEST, error)), LOWEST, HIGHEST)) * (HEIGHT - TOP - BOTTOM);
  for (const tick of TICKS.slice(1)) {
    draw("path", { d: `M${LEFT},${toY(tick)}H${WIDTH - RIGHT}`, class: "dl-race-level" }, svg);
    draw("text", { x: LEFT - 7, y: toY(tick) + 5, "text-anchor": "end" }, svg, `${tick} %`);
  }
  for (const labels of state.labels) {
    draw("path", { d: `M${toX(labels)},${HEIGHT - BOTTOM}v5`, class: "dl-tick" }, svg);
    draw("text", { x: toX(labels), y: HEIGHT - BOTTOM + 20, "text-anchor": "middle" }, svg, labels);
  }
  draw("path", { d: `M${LEFT},${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}`, class: "dl-race-axes" }, svg);
  draw("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 3, "text-anchor": "middle" }, svg, "labels of each digit");
  const lines = draw("g", {}, svg);
  const chosen = draw("g", { class: "dl-budget-chosen" }, svg);
  draw("path", { d: `M0,${TOP - 6}V${HEIGHT - BOTTOM}`, class: "dl-budget-here" }, chosen);
  draw("path", { d: `M-7,${TOP - 16}h14l-7,11Z`, class: "dl-handle" }, chosen);
  const grip = draw("rect", { x: -22, y: 0, width: 44, height: HEIGHT, class: "dl-budget-grip" }, chosen);
  draggable(grip, svg, x => { const labels = state.nearest(fromX(x)); if (labels !== state.get("labels")) state.set({ labels }); });
  make("p", { class: "dl-caption" }, parent,
    "Dashed and hollow, \u201cmoves\u201d: learned also from copies of the labeled digits, turned and shifted a little. "
    + "Upright bars: standard deviation of the runs.");

  return () => {
    const shown = state.get("shown");
    lines.replaceChildren();
    shown.forEach((curve, i) => {
      const aside = 2.4 * (i - (shown.length - 1) / 2), errors = state.errorsOf(curve);
      const places = errors.map(({ mean }, k) => [toX(state.labels[k]) + aside, toY(mean)]);
      const bars = errors.map(({ mean, deviation }, k) => {
        const [low, high] = [mean - deviation, mean + deviation].map(error => toY(error).toFixed(1));
        return `M${places[k][0].toFixed(1)},${low}V${high}`;
      });
      draw("path", { class: `dl-budget-bar ${lookOf(curve)}`, d: bars.join("") }, lines);
      draw("polyline", { class: `dl-budget-line ${lookOf(curve)}`, points: places.map(point => point.map(v => v.toFixed(1)).join(",")).join(" ") }, lines);
      for (const [x, y] of places) markAt(lines, curve, x, y);
    });
    place(chosen, { transform: `translate(${toX(state.get("labels")).toFixed(1)},0)` });
    const names = shown.length ? shown.join(", ") : "none";
    place(svg, { "aria-label": `Curves of the test error by the number of labels: ${names}. The table has the numbers at ${state.get("labels")}.` });
  };
}
