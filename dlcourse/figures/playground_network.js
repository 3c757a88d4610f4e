// The network of the playground: in place of each unit a small map of the plane, colored by what the unit returns there.

import { make, newId, place } from "./kit.js";
import { layersOf } from "./mlp.js";

const WIDTH = 480, HEIGHT = 352;  // the drawing's own units
export const CELLS = 48;  // the large map has as many cells on a side; a small one takes every second

/** The windows on the plane, [lowest x1, lowest x2, side]. */
export const WINDOWS = { moons: [-1.5, -1.75, 4], spirals: [-2.5, -2.5, 5], xor: [-0.75, -0.75, 2.5] };

/** The middles of the cells of a window, row by row from the top, as rows of inputs. */
export function gridOf(task) {
  const [x1, x2, side] = WINDOWS[task], at = k => (k + 0.5) / CELLS * side;
  return Float64Array.from({ length: 2 * CELLS ** 2 }, (_, i) => {
    const cell = i >> 1;
    return i & 1 ? x2 + at(CELLS - 1 - Math.floor(cell / CELLS)) : x1 + at(cell % CELLS);
  });
}

/** How a unit is called. */
export function unitName(shape, [layer, index]) {
  if (layer === shape.length - 1) return "output";
  return layer ? `layer ${layer}, unit ${index + 1}` : `input ${index + 1}`;
}

/** Values from -1, the color of class 0, to 1, the color of class 1, of one unit at every cell, and their real range. */
export function shades(outputs, [layer, index], units, activation) {
  const all = outputs[layer], cells = all.length / units, values = new Float64Array(cells);
  let low = Infinity, high = -Infinity;
  for (let k = 0; k < cells; k++) {
    const value = all[k * units + index];
    values[k] = value;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const size = Math.max(-low, high) || 1, last = layer === outputs.length - 1;
  let shade = value => value / size;  // inputs and ReLU units have no bounds of their own
  if (last) shade = value => Math.tanh(value / 2);  // 2 p - 1
  else if (layer && activation === "tanh") shade = value => value;
  else if (layer && activation === "sigmoid") shade = value => 2 * value - 1;
  return { shades: values.map(shade), values, low, high };
}

/** Color a canvas of some cells on a side; `every` second cell is enough for a small one. */
export function paintShades(canvas, shades, [no, between, yes], every = 1) {
  const side = CELLS / every, brush = canvas.getContext("2d"), image = brush.createImageData(side, side), { data } = image;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const share = shades[row * every * CELLS + column * every], end = share < 0 ? no : yes, size = Math.abs(share), k = 4 * (row * side + column);
      for (let c = 0; c < 3; c++) data[k + c] = between[c] + size * (end[c] - between[c]);
      data[k + 3] = 255;
    }
  }
  brush.putImageData(image, 0, 0);
}

/** Where every unit stands in the drawing, and how large its map is. */
export function layout(shape) {
  const rows = Math.max(...shape), step = [WIDTH / shape.length, HEIGHT / rows];
  const size = Math.min(64, 0.66 * step[0], 0.86 * step[1]);
  const across = (WIDTH - size - 8) / (shape.length - 1), down = Math.min(step[1], 1.35 * size);
  const places = shape.map((units, layer) => Array.from({ length: units }, (_, i) => [
    size / 2 + 4 + layer * across, HEIGHT / 2 + (i - (units - 1) / 2) * down,
  ]));
  return { size, places };
}

/** Draw the network of a state. Returns a function that draws it anew from what every unit returns on the grid. */
export function playgroundNetwork(parent, state, changed) {
  const box = make("div", { class: "dl-units" }, parent), canvas = make("canvas", { "aria-hidden": "true" }, box);
  const scratch = make("canvas", { width: CELLS / 2, height: CELLS / 2 });
  let shape = "", inputs = [];

  /** A radio button over each map, so that a click, a finger and the keys choose a unit. */
  function build({ size, places }) {
    box.querySelector("fieldset")?.remove();
    const group = make("fieldset", { "aria-label": "Unit shown large" }, box), name = newId();
    inputs = places.flatMap((column, layer) => column.map(([x, y], index) => {
      const at = [[x - size / 2, WIDTH], [y - size / 2, HEIGHT], [size, WIDTH], [size, HEIGHT]].map(([v, all]) => `${100 * v / all}%`);
      const label = make("label", { style: `left:${at[0]};top:${at[1]};width:${at[2]};height:${at[3]}` }, group);
      const input = make("input", { type: "radio", name, "aria-label": unitName(state.shape, [layer, index]) }, label);
      make("span", {}, label);
      input.addEventListener("change", () => { state.chosen = layer === places.length - 1 ? null : [layer, index]; changed(); });
      return { input, layer, index };
    }));
  }

  return (outputs, look) => {
    const laid = layout(state.shape), ratio = Math.min(3, (canvas.clientWidth || WIDTH) * (window.devicePixelRatio || 1) / WIDTH);
    if (shape !== state.shape.join()) build(laid);
    shape = state.shape.join();
    const [layer, index] = state.unit;
    for (const unit of inputs) unit.input.checked = unit.layer === layer && unit.index === index;
    if (canvas.width !== Math.round(WIDTH * ratio)) place(canvas, { width: Math.round(WIDTH * ratio), height: Math.round(HEIGHT * ratio) });
    const brush = canvas.getContext("2d");
    brush.setTransform(ratio, 0, 0, ratio, 0, 0);
    brush.clearRect(0, 0, WIDTH, HEIGHT);
    drawEdges(brush, state, laid.places, look);
    laid.places.forEach((column, l) => column.forEach(([x, y], j) => {
      paintShades(scratch, shades(outputs, [l, j], state.shape[l], state.get("activation")).shades, look.surface, 2);
      brush.drawImage(scratch, x - laid.size / 2, y - laid.size / 2, laid.size, laid.size);
    }));
  };
}

/** The weights as lines: blue for positive, orange and dashed for negative, thick for large. */
function drawEdges(brush, { shape, theta }, places, { one, zero }) {
  layersOf(shape).forEach(({ inputs, units, weights }, l) => {
    for (let j = 0; j < units; j++) {
      for (let i = 0; i < inputs; i++) {
        const weight = theta[weights + j * inputs + i];
        brush.lineWidth = Math.min(5, 0.3 + 1.3 * Math.abs(weight));
        brush.strokeStyle = weight < 0 ? zero : one;
        brush.setLineDash(weight < 0 ? [5, 3] : []);
        brush.globalAlpha = 0.8;
        brush.beginPath();
        brush.moveTo(...places[l][i]);
        brush.lineTo(...places[l + 1][j]);
        brush.stroke();
      }
    }
  });
  brush.globalAlpha = 1;
}
