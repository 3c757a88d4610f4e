// A network drawn as circles and lines, with what each neuron returns for one input written into it.

import { draw, indexed, place, written } from "./kit.js";
import { forward } from "./network.js";

const WIDTH = 340, HEIGHT = 236, RADIUS = 18;
const spread = (count, i) => HEIGHT / 2 + (i - (count - 1) / 2) * Math.min(84, 216 / count);

/** Make the drawing. Returns a function that draws a network at one input, with the weights of one neuron written out. */
export function diagram(parent) {
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "dl-network", role: "img" }, parent);
  return (rows, x, chosen) => {
    const { hidden, p } = forward(rows, x), count = hidden.length;
    const inputs = x.map((value, i) => ({ at: [40, spread(2, i)], value, name: indexed("x", i) }));
    const middle = hidden.map((value, i) => ({ at: [170, spread(count, i)], value, name: named(indexed("h", i), rows[i], i === chosen) }));
    const output = { at: [WIDTH - 44, HEIGHT / 2], value: p, name: named("p", rows.at(-1), chosen === count) };
    svg.replaceChildren();
    middle.forEach((node, j) => edges(svg, inputs, node, rows[j], j === chosen));
    edges(svg, count ? middle : inputs, output, rows.at(-1), chosen === count);
    for (const node of [...inputs, ...middle]) circle(svg, node, (node.value + 1) / 2);
    circle(svg, output, p);
    const layers = `${count ? `${count} hidden neurons and ` : ""}one output neuron`;
    place(svg, { "aria-label": `A network of ${layers}, which returns ${p.toFixed(2)} for the chosen point.` });
  };
}

/** The lines into a neuron: blue for positive weights, orange and dashed for negative, thick for large. */
function edges(svg, from, node, row, chosen) {
  from.forEach((start, i) => {
    const [x1, y1] = start.at, [x2, y2] = node.at, width = 1 + Math.min(6, Math.abs(row[i]) * 0.7);
    draw("line", { x1, y1, x2, y2, "stroke-width": width, class: row[i] < 0 ? "dl-edge dl-negative" : "dl-edge dl-positive" }, svg);
  });
  if (!chosen) return;
  from.forEach((start, i) => {
    const share = from.length > 2 ? 0.4 : 0.5;
    label(svg, start.at[0] + share * (node.at[0] - start.at[0]), start.at[1] + share * (node.at[1] - start.at[1]), written(row[i]));
  });
}

const named = (name, row, chosen) => chosen ? `${name}, bias ${written(row.at(-1))}` : name;

function label(svg, x, y, text) {
  draw("text", { x, y: y + 5, "text-anchor": "middle", class: "dl-number" }, svg, text);
}

function circle(svg, { at: [cx, cy], value, name }, share) {
  const node = draw("g", { class: "dl-node" }, svg);
  draw("circle", { cx, cy, r: RADIUS, class: "dl-paper" }, node);
  draw("circle", { cx, cy, r: RADIUS, class: share < 0.5 ? "dl-low" : "dl-high", "fill-opacity": Math.min(1, Math.abs(2 * share - 1)) }, node);
  draw("text", { x: cx, y: cy + 4, "text-anchor": "middle", class: "dl-value" }, node, written(value));
  draw("text", { x: cx, y: cy - RADIUS - 4, "text-anchor": "middle", class: "dl-name" }, node, name);
}
