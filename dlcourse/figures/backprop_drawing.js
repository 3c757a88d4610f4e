// The graph of the backpropagation figure: left to right where there is room for it, top to bottom on a phone.

import { draw, make, place } from "./kit.js";
import { operation, pretty, short, slope } from "./backprop_words.js";

const HIGH = 30, APART = 10;  // of a node; and half of what is between two lines from one node to another
const NARROWEST = 90, NARROWEST_TWICE = 150, ROOM_FOR_NAMES = 112;  // of a column; below the last a gradient is only "∂"
const ROW = 104, LAYER = 84, BESIDE = 98, WIDEST_DOWN = 420;  // between rows, between layers; where lines run down

/** Make the drawing. Returns a function that draws a graph at one moment. */
export function graphDrawing(parent) {
  const box = make("div", { class: "dl-graph" }, parent), svg = draw("svg", { role: "img" }, box);
  return (graph, now, label) => {
    const layout = layoutOf(graph, box.clientWidth || 700), { width, height } = layout;
    svg.replaceChildren();
    place(svg, { viewBox: `0 0 ${width} ${height}`, width, height, "aria-label": label });
    graph.nodes.forEach((node, i) => node.parents.forEach((from, k) => line(svg, layout, graph, now, { from, to: i, k })));
    graph.nodes.forEach((_, i) => circle(svg, layout, graph, now, i));
  };
}

/** Where everything is for a width in pixels; one unit of the drawing is one pixel, so that words keep their size. */
function layoutOf({ nodes }, available) {
  const columns = 1 + Math.max(...nodes.map(node => node.at[0])), rows = 1 + Math.max(...nodes.map(node => node.at[1]));
  const isTwice = nodes.some(({ parents }) => new Set(parents).size < parents.length);
  if (available / columns >= (isTwice ? NARROWEST_TWICE : NARROWEST)) {
    const pitch = Math.min(200, available / columns);
    const at = ([column, row]) => [(column + 0.5) * pitch, 50 + row * ROW];
    return { across: true, at, pitch, wide: 62, named: pitch >= ROOM_FOR_NAMES, width: columns * pitch, height: 100 + (rows - 1) * ROW };
  }
  const width = Math.min(available, WIDEST_DOWN), wide = 54, beside = Math.min(BESIDE, (width - 2 * wide - 6) / 2);
  const at = ([layer, lane]) => [wide / 2 + 6 + lane * (width - wide - beside - 6), 24 + layer * LAYER];
  return { across: false, at, pitch: LAYER, wide, named: false, width, height: 48 + (columns - 1) * LAYER };
}

/** A node: its operation in the middle, its value above and its gradient below, both beside it where lines run down. */
function circle(svg, { across, at, wide, named }, { nodes }, now, i) {
  const node = nodes[i], [x, y] = at(node.at), known = now.values[i] !== null, gradient = now.gradients[i];
  const group = draw("g", { class: `dl-step-node${known ? "" : " dl-unknown"}${now.active === i ? " dl-now" : ""}` }, svg);
  const shape = { x: x - wide / 2, y: y - HIGH / 2, width: wide, height: HIGH, rx: node.op ? HIGH / 2 : 4 };
  draw("rect", shape, group);
  const middle = { "text-anchor": "middle" }, side = { x: x + wide / 2 + 6, "text-anchor": "start" };
  draw("text", { x, y: y + 5, ...middle, class: "dl-step-name" }, group, node.op ? operation({ nodes }, node) : "input");
  const name = pretty(node.name), above = across ? { x, y: y - HIGH / 2 - 9, ...middle } : { ...side, y: y - 4 };
  draw("text", { ...above, class: "dl-step-value" }, group, known ? `${name} = ${short(now.values[i])}` : name);
  if (gradient === null) return;
  const below = across ? { x, y: y + HIGH / 2 + 19, ...middle } : { ...side, y: y + 14 };
  const text = `${named ? `${slope(node.name)} =` : "\u2202"} ${short(gradient, 1)}${now.open[i] ? " + \u2026" : ""}`;
  draw("text", { ...below, class: "dl-step-slope" }, group, text);
}

/** A line from a parent to the node that uses it. When the node has sent its gradient back, its share stands on the line;
 * while it does so, the line is thick and dashed, and its arrow points back. */
function line(svg, { across, at, wide, pitch }, { nodes }, now, { from, to, k }) {
  const twice = nodes[to].parents.filter(parent => parent === from).length > 1, shift = twice ? (2 * k - 1) * APART : 0;
  const [start, end] = [from, to].map(i => across ? at(nodes[i].at) : [...at(nodes[i].at)].reverse());
  // Along and across the direction of reading: start and end of the line, and where its last gap begins.
  const half = (across ? wide : HIGH) / 2, a = start[0] + half, b = end[0] - half;
  const [c, d] = [start[1] + shift, end[1] + shift], gap = Math.max(a, end[0] - pitch + half), bend = (gap + b) / 2;
  const point = (u, v) => across ? `${u.toFixed(1)},${v.toFixed(1)}` : `${v.toFixed(1)},${u.toFixed(1)}`;
  const share = now.sent[to]?.[k], back = now.phase === "backward" && now.active === to, used = now.phase === "forward" && now.active === to;
  const group = draw("g", { class: `dl-step-line${back ? " dl-back" : used ? " dl-used" : ""}` }, svg);
  draw("path", { d: `M${point(a, c)}L${point(gap, c)}C${point(bend, c)} ${point(bend, d)} ${point(b, d)}` }, group);
  const tip = back ? [a, c, 9] : [b, d, -9];
  draw("path", { class: "dl-step-tip", d: `M${point(tip[0], tip[1])}L${point(tip[0] + tip[2], tip[1] - 5)}L${point(tip[0] + tip[2], tip[1] + 5)}Z` }, group);
  if (share === undefined) return;
  const flat = c === d, text = short(share, 1);
  const words = (x, y, anchor, said = text) => draw("text", { x, y, "text-anchor": anchor, class: "dl-step-share" }, svg, said);
  if (across) return words(bend, (c + d) / 2 + (shift > 0 ? 17 : flat ? -7 : 4), "middle");
  if (!flat) return words(d + (c - d) * 0.784, gap + (b - gap) * 0.342 + 4, "middle");  // the curve at t = 0.3
  if (!twice) return words(c + 8, bend + 4, "start");
  if (k) words(c + 8, bend + 4, "start", `${short(now.sent[to][0], 1)} and ${text}`);  // no room to the left of the two
}
