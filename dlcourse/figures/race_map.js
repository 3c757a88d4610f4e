// The surface of the race as a map: colored by height, with level lines, minima, the start to drag, and the trails.

import { color, draggable, draw, make, place } from "./kit.js";
import { SIZE, zeroLine } from "./plane.js";
import { LOOKS, mark, trail } from "./race_looks.js";

const CELLS = 100, LEVELS = 11, SOFT = 0.25, LINE = 16;
const EDGE = 10000;  // how far outside its drawing a trail may lead

/** From a place of a window to the drawing and back; the second axis points up. */
export const toMap = ([x, y], [left, bottom, width]) => [(x - left) / width * SIZE, SIZE - (y - bottom) / width * SIZE];
export const fromMap = ([x, y], [left, bottom, width]) => [left + x / SIZE * width, bottom + (SIZE - y) / SIZE * width];

/** Draw the map of a state. Returns a function that draws it anew. */
export function raceMap(parent, state) {
  const formula = make("p", { class: "dl-race-formula" }, parent), box = make("div", { class: "dl-plane" }, parent);
  const canvas = make("canvas", { width: CELLS, height: CELLS, "aria-hidden": "true" }, box);
  const label = "The surface over the two weights with the trails on it. The table has their losses; the sliders below can do all that dragging does.";
  const svg = draw("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img", "aria-label": label }, box);
  const levels = draw("path", { class: "dl-race-level" }, svg), axes = draw("g", {}, svg), lowest = draw("path", { class: "dl-race-lowest" }, svg);
  const trails = draw("g", {}, svg), start = startHandle(svg, state), marks = draw("g", { class: "dl-race-ends" }, svg);
  make("p", { class: "dl-legend dl-race-legend" }, parent, "\u2295 start, to drag   \u2715 minimum");
  let painted = "";
  return () => {
    const { surface } = state, curvature = state.get("curvature"), height = (x, y) => surface.value(x, y, curvature);
    const colors = ["--dl-valley", "--dl-summit"].map(variable => color(canvas, variable));
    const key = JSON.stringify([state.get("surface"), curvature, colors]);
    if (key !== painted) {
      formula.textContent = surface.formula(Number(curvature.toPrecision(4)));
      paint(canvas, levels, height, surface.window, colors);
      showAxes(axes, surface.window);
      const cross = ([x, y]) => `M${x - 7},${y - 7}L${x + 7},${y + 7}M${x + 7},${y - 7}L${x - 7},${y + 7}`;
      place(lowest, { d: surface.minima.map(minimum => cross(toMap(minimum, surface.window))).join("") });
      painted = key;
    }
    showTrails(trails, state);
    showEnds(marks, state);
    start();
  };
}

/** Color every cell by its height, on a scale that is logarithmic for large ones, and draw lines of equal color. */
function paint(canvas, levels, height, [left, bottom, width], [low, high]) {
  const heights = new Float64Array((CELLS + 1) ** 2), at = (begin, i) => begin + i / CELLS * width;
  for (let row = 0; row <= CELLS; row++)
    for (let column = 0; column <= CELLS; column++)
      heights[row * (CELLS + 1) + column] = Math.log1p(height(at(left, column), at(bottom, CELLS - row)) / SOFT);
  const most = heights.reduce((a, b) => Math.max(a, b));
  const brush = canvas.getContext("2d"), image = brush.createImageData(CELLS, CELLS);
  for (let row = 0; row < CELLS; row++) {
    for (let column = 0; column < CELLS; column++) {
      const share = heights[row * (CELLS + 1) + column] / most;
      image.data.set([0, 1, 2].map(c => low[c] + share * (high[c] - low[c])).concat(255), 4 * (row * CELLS + column));
    }
  }
  brush.putImageData(image, 0, 0);
  const lines = Array.from({ length: LEVELS }, (_, k) => zeroLine(heights.map(h => h - most * (k + 1) / (LEVELS + 1)), CELLS, SIZE / CELLS));
  place(levels, { d: lines.join("") });
}

/** Whole numbers along the left and the lower edge, and the names of the axes. */
function showAxes(parent, [left, bottom, width]) {
  parent.replaceChildren();
  const text = (x, y, words, attributes = {}) => draw("text", { x, y, ...attributes }, parent, words);
  for (let i = 1; i < width; i++) {
    const [x, y] = toMap([left + i, bottom + i], [left, bottom, width]), written = value => String(value).replace("-", "\u2212");
    draw("path", { d: `M${x},${SIZE}V${SIZE - 6}M0,${y}H6`, class: "dl-tick" }, parent);
    if (width > 6 && i % 2) continue;
    text(x, SIZE - 10, written(left + i), { "text-anchor": "middle" });
    text(10, y + 5, written(bottom + i));
  }
  text(SIZE - 24, SIZE - 10, "w\u2081", { class: "dl-axis" });
  text(8, 20, "w\u2082", { class: "dl-axis" });
}

/** Where an optimizer is now; where it stays if it has diverged. */
export const now = (run, steps) => run.places[Math.min(steps, run.places.length - 1)];

function showTrails(parent, state) {
  parent.replaceChildren();
  for (const run of state.runs) {
    const corners = run.places.slice(0, state.steps + 1).map(one => toMap(one, state.surface.window));
    const points = corners.map(corner => corner.map(v => Math.max(-EDGE, Math.min(EDGE, v)).toFixed(1)).join(","));
    place(trail(parent, run.name), { points: points.join(" ") });
  }
}

/** The marks at the ends of the trails, and their names beside them, moved apart where they would lie on each other. */
function showEnds(parent, state) {
  parent.replaceChildren();
  const ends = state.runs.map(run => ({ name: run.name, at: toMap(now(run, state.steps), state.surface.window) }));
  const labels = ends.map(({ name, at }) => {
    const outside = at.some(v => v < 0 || v > SIZE), [x, y] = at.map(v => Math.max(8, Math.min(SIZE - 8, v)));
    return { name, x, y, outside, left: x > SIZE - (outside ? 170 : 110), words: outside ? `${LOOKS[name].label}, outside` : LOOKS[name].label };
  });
  for (const side of [true, false]) {
    const column = labels.filter(label => label.left === side);
    apart(column.map(label => label.y)).forEach((y, i) => { column[i].lineY = y; });
  }
  for (const { x, y, lineY, left } of labels) draw("path", { d: `M${x},${y}L${x + (left ? -14 : 14)},${lineY}`, class: "dl-race-leader" }, parent);
  for (const { name, x, y, outside } of labels) if (!outside) mark(parent, name, x, y);
  for (const { name, x, lineY, left, words } of labels) {
    draw("text", { x: x + (left ? -16 : 16), y: lineY + 5, "text-anchor": left ? "end" : "start", class: `dl-race-end dl-race-${name}` }, parent, words);
  }
}

/** Heights that are at least a line apart and in the old order, as near to the old ones as one pass down and up allows. */
export function apart(heights) {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b]), moved = [...heights];
  let free = LINE / 2;
  for (const i of order) {
    moved[i] = Math.max(moved[i], free);
    free = moved[i] + LINE;
  }
  free = SIZE - LINE / 2;
  for (const i of order.reverse()) {
    moved[i] = Math.min(moved[i], free);
    free = moved[i] - LINE;
  }
  return moved;
}

/** The start, to be dragged. */
function startHandle(svg, state) {
  const group = draw("g", { class: "dl-free dl-race-start" }, svg);
  draw("circle", { r: 20, class: "dl-race-grip" }, group);
  draw("path", { d: "M-10,0A10,10 0 1 1 10,0A10,10 0 1 1 -10,0ZM-10,0H10M0,-10V10", class: "dl-race-start-mark" }, group);
  draggable(group, svg, (x, y) => {
    const digits = 10 ** (state.surface.window[2] > 4 ? 1 : 2);
    state.setStart(fromMap([x, y], state.surface.window).map(w => Math.round(digits * w) / digits));
  });
  return () => {
    const [x, y] = toMap(state.get("start"), state.surface.window);
    place(group, { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` });
  };
}
