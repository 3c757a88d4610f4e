// The pad: what is drawn on it, the frame that is cut out, and over both the places that spoke for a digit.

import { color, draggable, draw, make, place } from "./kit.js";
import { CELLS } from "./read_digit_picture.js";

const SIDE = 2 * CELLS;  // of the canvas; the drawing's own units are those of the pad's bitmap
const STRONGEST = 0.65;  // how much the place that spoke most covers what lies below it

/** A canvas of colors, one pixel for each value: `colored(value)` is [red, green, blue, alpha]. */
function colored(values, side, colorOf) {
  const canvas = make("canvas", { width: side, height: side }), brush = canvas.getContext("2d"), image = brush.createImageData(side, side);
  values.forEach((value, i) => image.data.set(colorOf(value), 4 * i));
  brush.putImageData(image, 0, 0);
  return canvas;
}

/** Make the pad; `words` says what is on it. Returns a function that draws it anew. */
export function readPad(parent, state, words = padWords) {
  const plane = make("div", { class: "dl-plane dl-read-pad" }, parent);
  const canvas = make("canvas", { width: SIDE, height: SIDE, "aria-hidden": "true" }, plane);
  const svg = draw("svg", { viewBox: `0 0 ${CELLS} ${CELLS}`, role: "img" }, plane);
  const cut = draw("rect", { class: "dl-read-frame" }, svg);
  const hint = draw("text", { x: CELLS / 2, y: CELLS / 2, "text-anchor": "middle", class: "dl-read-hint" }, svg, "draw here");

  /** Where a pointer is, in shares of the pad, in thousandths. */
  const share = (x, y) => [x, y].map(value => Math.round(1000 * Math.min(1, Math.max(0, value / CELLS))) / 1000);
  svg.addEventListener("pointerdown", event => {
    const { left, top, width } = svg.getBoundingClientRect();
    state.begin(share(...[event.clientX - left, event.clientY - top].map(length => length / width * CELLS)));
  });
  draggable(svg, svg, (x, y) => state.extend(share(x, y)));
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => state.end());

  return () => {
    const brush = canvas.getContext("2d"), ink = color(canvas, "--dl-line"), heat = color(canvas, "--dl-read-heat");
    const { view, target } = state, [left, top, width, height] = view.where;
    brush.clearRect(0, 0, SIDE, SIDE);
    brush.drawImage(colored(view.ink, CELLS, on => [...ink, 255 * on]), 0, 0, SIDE, SIDE);
    if (target !== null) {
      const most = Math.max(...state.heat, 1e-12);
      const map = colored(state.heat, 4, value => [...heat, 255 * STRONGEST * value / most]), unit = SIDE / CELLS;
      brush.drawImage(map, left * unit, top * unit, width * unit, height * unit);
    }
    place(cut, { x: left, y: top, width, height });
    cut.style.display = view.empty || !view.framed ? "none" : "";
    hint.style.display = view.empty && !view.ink.some(Boolean) ? "" : "none";
    svg.setAttribute("aria-label", `The pad. ${words(state)}${target === null ? "" : ` This is ${whereMost(state.heat)}.`}`);
  };
}

/** Below the pad: what is on it, in words. */
export function readCaption(parent, state) {
  const caption = make("p", { class: "dl-caption dl-read-caption" }, parent);
  return () => { caption.textContent = padWords(state); };
}

/** What is on the pad, and what is shaded, in words. */
function padWords(state) {
  const { label, target, view } = state, row = state.get("example");
  if (view.empty) return "Nothing is on it.";
  const what = label === null ? "Your drawing." : `Test digit ${row + 1} of ${state.test.labels.length}, labeled ${label}.`;
  return target === null ? what : `${what} Shaded: what speaks for ${target}.`;
}

/** The part of 4 x 4 numbers in which the largest lies, in words. */
export function whereMost(heat) {
  const at = heat.indexOf(Math.max(...heat)), [row, column] = [Math.floor(at / 4), at % 4];
  if (!heat[at]) return "no place";
  const down = ["the top", "the upper middle", "the lower middle", "the bottom"][row];
  return `${down}, ${["at the left", "left of the middle", "right of the middle", "at the right"][column]}`;
}
