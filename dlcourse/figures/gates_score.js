// The text with the gates and the cell of one unit below each character, in lines like a score.

import { draw, make, place, written } from "./kit.js";
import { sign } from "./character_model.js";
import { OPEN, QUANTITIES, SHUT } from "./gates_state.js";

const LEFT = 20, CELL = 11.5, TEXT = 20, LANE = 14, GAP = 4, CELL_LANE = 30, BETWEEN = 12;
const LANES = ["i", "f", "o"];
const tops = LANES.map((_, k) => TEXT + GAP + k * (LANE + GAP)), cellTop = TEXT + GAP + LANES.length * (LANE + GAP), LINE = cellTop + CELL_LANE + BETWEEN;

/** Where each character stands: {columns, width of one, lines}, in a drawing as wide as its place. */
export function layout(length, width) {
  const columns = Math.max(8, Math.floor((width - LEFT - 2) / CELL));
  return { columns, cell: (width - LEFT - 2) / columns, lines: Math.max(1, Math.ceil(length / columns)) };
}

/** How strongly a value colors its place, from 0 to 1, and with which class. */
export function tint(value, shown, scale) {
  if (shown !== "c") return [value, "dl-gates-positive"];
  return [Math.abs(value) / scale, value < 0 ? "dl-gates-negative" : "dl-gates-positive"];
}

/** Draw the score. Returns a function that draws it anew. */
export function gatesScore(parent, state) {
  const svg = draw("svg", { class: "dl-gates-lines", role: "img" }, parent), marks = draw("g", {}, svg);
  const here = draw("rect", { class: "dl-gates-here", rx: 3 }, svg);
  const caption = make("p", { class: "dl-caption dl-gates-caption" }, parent);
  let drawn = "", sizes = layout(0, 300);
  const look = event => {
    const box = svg.getBoundingClientRect(), x = event.clientX - box.left - LEFT, y = event.clientY - box.top;
    const at = Math.floor(y / LINE) * sizes.columns + Math.max(0, Math.min(sizes.columns - 1, Math.floor(x / sizes.cell)));
    if (at < state.length) state.go(at);
  };
  svg.addEventListener("click", look);
  svg.addEventListener("pointermove", event => { if (event.buttons && event.pointerType === "mouse") look(event); });
  return () => {
    const width = Math.max(200, Math.floor(parent.clientWidth || 300)), unit = state.get("unit"), shown = state.get("shown");
    const key = JSON.stringify([width, unit, shown, state.get("text")]);
    if (key !== drawn) {
      drawn = key;
      sizes = layout(state.length, width);
      const height = sizes.lines * LINE;
      place(svg, { viewBox: `0 0 ${width} ${height}`, width, height });
      marks.replaceChildren();
      for (let line = 0; line < sizes.lines; line++) drawLine(draw("g", { transform: `translate(${LEFT} ${line * LINE})` }, marks), state, line, sizes);
      caption.textContent = `i, f, o: bars from 0 to 1, full where the gate is open (above ${OPEN}), a dash where it is shut (below ${SHUT}). `
        + `c: up or down, to \u00b1${written(state.scale)}. The color of a character: ${QUANTITIES[shown]}.`;
      const label = `The text, and below each character the gates and the cell of unit ${unit}.`;
      place(svg, { "aria-label": `${label} The slider chooses a character, whose numbers stand below.` });
    }
    const { at } = state, x = LEFT + at % sizes.columns * sizes.cell, y = Math.floor(at / sizes.columns) * LINE;
    place(here, { x, y, width: sizes.cell, height: LINE - BETWEEN + 2, visibility: state.length ? "visible" : "hidden" });
  };
}

/** One line of the score: the characters, a lane for each gate, one for the cell. */
function drawLine(parent, state, line, { columns, cell }) {
  const first = line * columns, steps = state.steps.slice(first, first + columns), unit = state.get("unit"), { scale } = state, shown = state.get("shown");
  const right = steps.length * cell, wide = Math.max(2, cell - 2.5), inset = (cell - wide) / 2;
  steps.forEach((step, k) => {
    const [strength, kind] = tint(step[shown][unit], shown, scale);
    draw("rect", { x: k * cell, y: 0, width: cell + 0.2, height: TEXT, class: kind, "fill-opacity": (0.55 * strength).toFixed(3) }, parent);
    const character = state.characters[first + k], shape = sign(character);
    const letter = shape === character ? "dl-gates-letter" : "dl-gates-letter dl-gates-sign";
    draw("text", { x: (k + 0.5) * cell, y: 15, "text-anchor": "middle", class: letter }, parent, shape);
  });
  const bar = (k, top, bottom) => `M${(k * cell + inset).toFixed(1)},${bottom.toFixed(1)}V${top.toFixed(1)}h${wide.toFixed(1)}V${bottom.toFixed(1)}Z`;
  LANES.forEach((gate, lane) => {
    const floor = tops[lane] + LANE, paths = { open: "", between: "", shut: "" };
    steps.forEach((step, k) => {
      const value = step[gate][unit], kind = value > OPEN ? "open" : value < SHUT ? "shut" : "between";
      paths[kind] += kind === "shut" ? bar(k, floor - 2, floor) : bar(k, floor - LANE * value, floor);
    });
    draw("text", { x: -LEFT + 6, y: floor - 2, class: "dl-gates-lane" }, parent, gate);
    draw("path", { d: `M0,${floor}H${right}`, class: "dl-gates-floor" }, parent);
    for (const [kind, d] of Object.entries(paths)) draw("path", { d, class: `dl-gates-${kind}` }, parent);
  });
  const zero = cellTop + CELL_LANE / 2, signs = { positive: "", negative: "" };
  steps.forEach((step, k) => {
    const value = step.c[unit], end = zero - value / scale * CELL_LANE / 2;
    signs[value < 0 ? "negative" : "positive"] += bar(k, Math.min(zero, end), Math.max(zero, end));
  });
  draw("text", { x: -LEFT + 6, y: zero + 4, class: "dl-gates-lane" }, parent, "c");
  for (const [kind, d] of Object.entries(signs)) draw("path", { d, class: `dl-gates-${kind}` }, parent);
  draw("path", { d: `M0,${zero}H${right}`, class: "dl-gates-floor" }, parent);
}
