// All units over the whole text: one row for each unit, one column for each character.

import { choice, color, draw, make, place } from "./kit.js";
import { OPEN, QUANTITIES, SHUT } from "./gates_state.js";

const FULL = 4;  // a cell this far from 0 has its full color

/** Draw the map, and the choice of what it shows. Returns a function that draws it anew. */
export function gatesMap(parent, state) {
  const options = [["c", "cell c"], ["i", "input i"], ["f", "forget f"], ["o", "output o"]];
  const shown = choice(parent, "All units", options, { get: () => state.get("shown"), set: name => state.set({ shown: name }) });
  const box = make("div", { class: "dl-gates-map" }, parent), canvas = make("canvas", { role: "img" }, box);
  const svg = draw("svg", { preserveAspectRatio: "none", "aria-hidden": "true" }, box);
  const lines = ["dl-gates-halo", "dl-gates-cross"].map(kind => draw("path", { class: kind }, svg));
  const caption = make("p", { class: "dl-caption dl-gates-caption" }, parent), { H } = state.network;
  let drawn = "";
  const look = event => {
    const area = box.getBoundingClientRect(), [across, down] = [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height];
    if (!state.length) return;
    state.go(Math.floor(across * state.length));
    state.choose(Math.floor(down * H));
  };
  box.addEventListener("click", look);
  return () => {
    shown.show();
    const name = state.get("shown"), T = state.length, colors = ["--dl-zero", "--dl-between", "--dl-one"].map(variable => color(canvas, variable));
    const key = JSON.stringify([name, state.get("text"), colors]);
    if (key !== drawn) {
      drawn = key;
      paint(canvas, state.steps.map(step => step[name]), H, name, colors);
      place(svg, { viewBox: `0 0 ${Math.max(1, T)} ${H}` });
      place(canvas, { "aria-label": `The ${QUANTITIES[name]} of all ${H} units at each character. The sentence below counts them.` });
    }
    const x = state.at + 0.5, y = state.get("unit") + 0.5;
    for (const line of lines) place(line, { d: T ? `M${x},0V${H}M0,${y}H${T}` : "" });
    caption.textContent = T ? said(state, name, H) : "";
  };
}

/** What the map shows and, at the chosen character, how many gates are open and shut. */
export function said(state, name, H) {
  const kinds = name === "c" ? `Blue: above 0; orange: below; full at ${FULL} and beyond.` : "Blue: 1, open; orange: 0, shut; white or dark: one half.";
  const counted = ["i", "f", "o"].map(gate => {
    const { open, shut } = state.counts(gate);
    return `${gate} ${open} and ${shut}`;
  });
  const rows = `${H} rows, one for each unit; a click chooses unit and character.`;
  return `${rows} ${kinds} Open (above ${OPEN}) and shut (below ${SHUT}) at this character: ${counted.join(", ")}.`;
}

/** How far a value is from the color between, from -1 to 1. */
export const level = (value, name) => Math.max(-1, Math.min(1, name === "c" ? value / FULL : 2 * value - 1));

function paint(canvas, columns, H, name, [low, middle, high]) {
  Object.assign(canvas, { width: Math.max(1, columns.length), height: H });
  const brush = canvas.getContext("2d"), image = brush.createImageData(canvas.width, H);
  columns.forEach((values, t) => values.forEach((value, unit) => {
    const share = level(value, name), end = share < 0 ? low : high;
    image.data.set([...[0, 1, 2].map(k => middle[k] + Math.abs(share) * (end[k] - middle[k])), 255], 4 * (unit * canvas.width + t));
  }));
  brush.putImageData(image, 0, 0);
}
