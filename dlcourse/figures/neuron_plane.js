// The plane of the neuron figure: its points, the borders of its neurons, and the chosen neuron's handles, all to drag.

import { draggable, draw, place } from "./kit.js";
import { forward, sigmoid, verdict } from "./network.js";
import { fromX, fromY, inside, plane, straightLine, toX, toY } from "./plane.js";

const REACH = 0.8, HALF_WAY = 6;  // an arrow is REACH long for endless weights, and half of that for weights of HALF_WAY
const LARGEST = 12, SMALLEST = 1e-3;

/** How long the arrow of a weight vector is drawn, and which length of weights an arrow stands for. */
export const arrowLength = size => REACH * size / (size + HALF_WAY);
export const weightSize = length => HALF_WAY * length / (REACH - length);

/** The point of a neuron's line that is nearest to the middle of the plane: there its handles are. */
export function foot([w1, w2, b]) {
  const share = (0.5 * w1 + 0.5 * w2 + b) / (w1 * w1 + w2 * w2);
  return [inside(0.5 - share * w1), inside(0.5 - share * w2)];
}

/** The neuron whose arrow reaches from its foot to a place; it keeps its foot. */
export function turned(row, place) {
  const from = foot(row), d1 = place[0] - from[0], d2 = place[1] - from[1], drawn = Math.hypot(d1, d2);
  if (drawn < 0.02) return row;
  const size = weightSize(Math.min(drawn, arrowLength(LARGEST)));
  return through([size * d1 / drawn, size * d2 / drawn], from);
}

/** The neuron with these weights whose line goes through a place. */
export function through([w1, w2], [x1, x2]) {
  return [w1, w2, -w1 * x1 - w2 * x2];
}

/** Draw the plane of a state. Returns a function that draws it anew. */
export function neuronPlane(parent, state, changed) {
  const field = plane(parent, "The plane of the two inputs. The controls below can do all that dragging does.");
  const lines = draw("g", {}, field.front), marks = draw("g", {}, field.front);
  const showHandles = handles(field, state);
  return () => {
    field.paint((x1, x2) => forward(state.rows, [x1, x2]).z, sigmoid);
    showLines(lines, state);
    showPoints(marks, field.svg, state, changed);
    showHandles();
  };
}

function showLines(parent, state) {
  parent.replaceChildren();
  state.rows.slice(0, -1).forEach((row, i) => {
    const line = straightLine(row);
    if (line) draw("line", { ...line, class: `dl-hidden-line${i === state.neuron ? " dl-chosen" : ""}` }, parent);
  });
}

function showPoints(parent, svg, state, changed) {
  while (parent.childNodes.length > state.points.length) parent.lastChild.remove();
  while (parent.childNodes.length < state.points.length) addPoint(parent, svg, state, changed);
  const r = state.isGate ? 9 : 5;
  state.points.forEach((point, i) => {
    const [x1, x2, label] = point, mark = parent.childNodes[i], [ring, shape, cross] = mark.childNodes, arm = r + 1;
    const wrong = verdict(state.rows, point) === "wrong";
    place(mark, { transform: `translate(${toX(x1)} ${toY(x2)})`, class: `dl-point dl-class-${label}${state.isGate ? " dl-free" : ""}` });
    place(ring, { d: i === state.point ? circle(r + 5) : "" });
    place(shape, { d: label ? circle(r) : `M${-r},${-r}H${r}V${r}H${-r}Z` });
    place(cross, { d: wrong ? `M${-arm},${-arm}L${arm},${arm}M${arm},${-arm}L${-arm},${arm}` : "" });
  });
}

const circle = r => `M${-r},0A${r},${r} 0 1 1 ${r},0A${r},${r} 0 1 1 ${-r},0Z`;

/** A point. A digit is measured, so it can be chosen but not moved. */
function addPoint(parent, svg, state, changed) {
  const mark = draw("g", {}, parent), index = parent.childNodes.length - 1;
  for (const name of ["dl-ring", "dl-mark", "dl-wrong"]) draw("path", { class: name }, mark);
  mark.addEventListener("pointerdown", () => { state.point = index; changed(); });
  draggable(mark, svg, (x, y) => {
    const [x1, x2] = [fromX(x), fromY(y)].map(value => Math.round(100 * inside(value)) / 100);
    if (state.isGate) state.setPoint(([, , label]) => [x1, x2, label], index);
  });
}

/** An arrow for the weights and a diamond that shifts the line. */
function handles({ front, svg }, state) {
  const group = draw("g", {}, front), shaft = draw("path", { class: "dl-shaft" }, group);
  const tip = draw("path", { class: "dl-handle dl-tip", d: "M-12,-10L14,0L-12,10Z" }, group);
  const shift = draw("path", { class: "dl-handle dl-shift", d: "M0,-11L11,0L0,11L-11,0Z" }, group);
  draggable(tip, svg, (x, y) => state.setRow(turned(state.row, [fromX(x), fromY(y)])));
  draggable(shift, svg, (x, y) => state.setRow(through(state.row, [inside(fromX(x)), inside(fromY(y))])));
  return () => {
    const [w1, w2] = state.row, size = state.sees ? Math.hypot(w1, w2) : 0;
    place(group, { visibility: size < SMALLEST ? "hidden" : "visible" });
    if (size < SMALLEST) return;
    const start = foot(state.row), length = arrowLength(size), end = [start[0] + length * w1 / size, start[1] + length * w2 / size];
    place(shaft, { d: `M${toX(start[0])},${toY(start[1])}L${toX(end[0])},${toY(end[1])}` });
    place(tip, { transform: `translate(${toX(end[0])} ${toY(end[1])}) rotate(${-Math.atan2(w2, w1) * 180 / Math.PI})` });
    place(shift, { transform: `translate(${toX(start[0])} ${toY(start[1])})` });
  };
}
