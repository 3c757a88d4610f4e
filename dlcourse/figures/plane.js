// A piece of the plane with two classes of points in it: colored by a probability, with the line where it is 1/2.

import { color, draw, make, place } from "./kit.js";

export const SIZE = 400;  // the drawing's own units
const LOW = -0.5, HIGH = 1.5, CELLS = 80;

/** From coordinates to the drawing and back; the second axis points up. */
export const toX = x1 => (x1 - LOW) / (HIGH - LOW) * SIZE;
export const toY = x2 => SIZE - toX(x2);
export const fromX = x => LOW + x / SIZE * (HIGH - LOW);
export const fromY = y => fromX(SIZE - y);
export const inside = value => Math.min(HIGH, Math.max(LOW, value));

/** A plane with axes. Returns its layers: `svg`, `front` to draw on, and `paint(logit)`. */
export function plane(parent, label) {
  const box = make("div", { class: "dl-plane" }, parent);
  const canvas = make("canvas", { width: CELLS, height: CELLS, "aria-hidden": "true" }, box);
  const svg = draw("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img", "aria-label": label }, box);
  const border = draw("path", { class: "dl-border" }, svg);
  axes(svg);
  const front = draw("g", {}, svg);
  return { box, svg, front, paint: (logit, probability) => paint(canvas, border, logit, probability) };
}

function axes(svg) {
  for (const tick of [0, 1]) {
    draw("line", { x1: toX(tick), y1: SIZE, x2: toX(tick), y2: SIZE - 6, class: "dl-tick" }, svg);
    draw("line", { x1: 0, y1: toY(tick), x2: 6, y2: toY(tick), class: "dl-tick" }, svg);
    draw("text", { x: toX(tick), y: SIZE - 10, "text-anchor": "middle" }, svg, tick);
    draw("text", { x: 10, y: toY(tick) + 5 }, svg, tick);
  }
  for (const [name, x, y] of [["1", SIZE - 24, SIZE - 10], ["2", 8, 20]]) {
    const text = draw("text", { x, y, class: "dl-axis" }, svg, "x");
    draw("tspan", { dy: 4, "font-size": "0.7em" }, text, name);
  }
}

/** Color every cell by its probability, from the color of class 0 over the page's to that of class 1. */
function paint(canvas, border, logit, probability) {
  const colors = ["--dl-no", "--dl-between", "--dl-yes"].map(variable => color(canvas, variable));
  const brush = canvas.getContext("2d"), image = brush.createImageData(CELLS, CELLS), z = new Float64Array((CELLS + 1) ** 2);
  const at = i => LOW + i / CELLS * (HIGH - LOW);
  for (let row = 0; row <= CELLS; row++)
    for (let column = 0; column <= CELLS; column++) z[row * (CELLS + 1) + column] = logit(at(column), at(CELLS - row));
  for (let row = 0; row < CELLS; row++) {
    for (let column = 0; column < CELLS; column++) {
      const p = probability(z[row * (CELLS + 1) + column]), [from, to] = p < 0.5 ? [colors[0], colors[1]] : [colors[1], colors[2]];
      const share = p < 0.5 ? 2 * p : 2 * p - 1;
      image.data.set([0, 1, 2].map(c => from[c] + share * (to[c] - from[c])).concat(255), 4 * (row * CELLS + column));
    }
  }
  brush.putImageData(image, 0, 0);
  place(border, { d: zeroLine(z, CELLS, SIZE / CELLS) });
}

/** The line where values on a grid pass through 0, as an SVG path: in each cell, the crossings of its sides are joined. */
export function zeroLine(values, cells, unit) {
  const parts = [];
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const corners = [[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1]];
      const crossings = [];
      corners.forEach(([x0, y0], i) => {
        const [x1, y1] = corners[(i + 1) % 4], a = values[y0 * (cells + 1) + x0], b = values[y1 * (cells + 1) + x1];
        if (a > 0 === b > 0) return;
        const share = a / (a - b);
        crossings.push([x0 + share * (x1 - x0), y0 + share * (y1 - y0)].map(v => (v * unit).toFixed(1)));
      });
      for (let i = 0; i + 1 < crossings.length; i += 2) parts.push(`M${crossings[i]}L${crossings[i + 1]}`);
    }
  }
  return parts.join("");
}

/** The part inside the plane of the straight line w1 x1 + w2 x2 + b = 0, as attributes of an SVG line; null if none. */
export function straightLine([w1, w2, b]) {
  const ends = [];
  for (const side of [LOW, HIGH]) {
    if (Math.abs(w2) >= Math.abs(w1)) ends.push([side, -(w1 * side + b) / w2]);
    else ends.push([-(w2 * side + b) / w1, side]);
  }
  if (ends.flat().some(value => !Number.isFinite(value))) return null;
  const [[x1, y1], [x2, y2]] = ends.map(([x, y]) => [toX(x), toY(y)]);
  return { x1, y1, x2, y2 };
}
