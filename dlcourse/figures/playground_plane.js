// The large map of the playground: what one unit returns everywhere, with the points of both classes on it.

import { draw, make, place, written } from "./kit.js";
import { layersOf, sigmoid } from "./mlp.js";
import { SIZE, zeroLine } from "./plane.js";
import { CELLS, WINDOWS, paintShades, shades, unitName } from "./playground_network.js";

const STEP = SIZE / CELLS;

/** A unit's weighted sum at every cell; where it passes through 0 the map has a line. An input has none. */
export function sumsOf({ shape, theta }, outputs, [layer, index]) {
  if (!layer) return null;
  const { inputs, weights, biases } = layersOf(shape)[layer - 1], before = outputs[layer - 1], row = weights + index * inputs;
  return Float64Array.from({ length: before.length / inputs }, (_, n) => {
    let sum = theta[biases + index];
    for (let i = 0; i < inputs; i++) sum += theta[row + i] * before[n * inputs + i];
    return sum;
  });
}

/** Draw the map of a state. Returns a function that draws it anew from what every unit returns on the grid. */
export function playgroundPlane(parent, state) {
  const box = make("div", { class: "dl-plane" }, parent), canvas = make("canvas", { width: CELLS, height: CELLS, "aria-hidden": "true" }, box);
  const svg = draw("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img" }, box);
  const border = draw("path", { class: "dl-border", transform: `translate(${STEP / 2} ${STEP / 2})` }, svg);
  const marks = draw("g", {}, svg), axes = draw("g", {}, svg), caption = make("p", { class: "dl-caption" }, parent);
  const legend = make("p", { class: "dl-legend" }, parent);
  for (const words of ["\u25cf class 1", "\u25a0 class 0", "hollow: test points"]) make("span", {}, legend, words);
  let shown = null, task = "";
  return (outputs, look) => {
    const { shape, unit, points } = state, [layer] = unit, last = layer === shape.length - 1;
    const { shades: colors, low, high } = shades(outputs, unit, shape[layer], state.get("activation"));
    paintShades(canvas, colors, look.surface);
    const sums = sumsOf(state, outputs, unit);
    place(border, { d: sums ? zeroLine(sums, CELLS - 1, STEP) : "" });
    if (task !== state.get("task")) drawAxes(axes, task = state.get("task"));
    if (shown !== points) drawPoints(marks, shown = points, task);
    const range = last ? [sigmoid(low), sigmoid(high)] : [low, high], name = unitName(shape, unit);
    const inner = layer ? "its activation; the line is where its weighted sum is 0" : "the coordinate itself";
    const what = last ? "the probability p of class 1; the line is where p = 0.5" : inner;
    const text = low === 0 && high === 0 ? `${name}: it returns 0 everywhere here` : `${name}: ${what}; from ${range.map(written).join(" to ")} here`;
    if (caption.textContent !== text) caption.textContent = text[0].toUpperCase() + text.slice(1) + ".";
    place(svg, { "aria-label": `Map of the plane: ${name}` });
  };
}

const scale = task => {
  const [x1, x2, side] = WINDOWS[task], inside = value => Math.min(SIZE - 3, Math.max(3, value));
  return [value => inside((value - x1) / side * SIZE), value => inside(SIZE - (value - x2) / side * SIZE)];
};

function drawAxes(parent, task) {
  const [x1, x2, side] = WINDOWS[task], [toX, toY] = scale(task);
  parent.replaceChildren();
  for (let tick = Math.ceil(x1); tick < x1 + side; tick++) {
    draw("line", { x1: toX(tick), y1: SIZE, x2: toX(tick), y2: SIZE - 6, class: "dl-tick" }, parent);
    draw("text", { x: toX(tick), y: SIZE - 10, "text-anchor": "middle" }, parent, String(tick).replace("-", "\u2212"));
  }
  for (let tick = Math.ceil(x2); tick < x2 + side; tick++) {
    draw("line", { x1: 0, y1: toY(tick), x2: 6, y2: toY(tick), class: "dl-tick" }, parent);
    draw("text", { x: 10, y: toY(tick) + 5 }, parent, String(tick).replace("-", "\u2212"));
  }
}

/** Circles for class 1, squares for class 0; those of the test part are hollow. */
function drawPoints(parent, points, task) {
  const [toX, toY] = scale(task), circle = "M-4,0A4,4 0 1 1 4,0A4,4 0 1 1 -4,0Z", square = "M-3.5,-3.5H3.5V3.5H-3.5Z";
  parent.replaceChildren();
  for (const [part, { x, y }] of Object.entries(points)) {
    y.forEach((label, n) => {
      const at = `translate(${toX(x[2 * n]).toFixed(1)} ${toY(x[2 * n + 1]).toFixed(1)})`;
      draw("path", { d: label ? circle : square, transform: at, class: `dl-spot dl-spot-${label} dl-spot-${part}` }, parent);
    });
  }
}
