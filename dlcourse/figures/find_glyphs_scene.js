// The scene: its pixels, over them a layer of what the network says, and over both the boxes.

import { middles, ordered } from "./find_glyphs_math.js";
import { GRID, SIDE } from "./find_glyphs_network.js";
import { findLines } from "./find_glyphs_words.js";
import { color, draggable, draw, make, place } from "./kit.js";
import { painted } from "./pictures.js";

const STRONG = 0.75;  // how much a layer covers what lies below it, at most
const LETTERS = 2.6;  // how high a line of text is, in pixels of the scene

/** Make the scene. Returns a function that draws it anew. */
export function findScene(parent, state) {
  const plane = make("div", { class: "dl-plane dl-find-scene" }, parent);
  const canvas = make("canvas", { "aria-hidden": "true" }, plane), layer = make("canvas", { "aria-hidden": "true" }, plane);
  const svg = draw("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img" }, plane);
  const boxes = draw("g", {}, svg), cross = draw("path", { class: "dl-find-cross" }, svg);

  /** Where a pointer is, in shares of the scene, in thousandths. */
  const share = (x, y) => [x, y].map(value => Math.round(1000 * Math.min(1, Math.max(0, value / SIDE))) / 1000);
  svg.addEventListener("pointerdown", event => {
    const { left, top, width } = svg.getBoundingClientRect();
    state.begin(share((event.clientX - left) / width * SIDE, (event.clientY - top) / width * SIDE));
  });
  draggable(svg, svg, (x, y) => state.extend(share(x, y)));
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => state.end());

  return () => {
    const { answer, view } = state, { found, right, missed } = answer;
    const surest = new Set(ordered(found, true));  // only these are named: the others lie on them
    painted(canvas, view.picture, SIDE, 1);
    shade(layer, state);
    boxes.replaceChildren();
    for (const { box } of missed) outlined(boxes, box, "dl-find-missed");
    for (const k of [...found.keys()].reverse()) {  // the surest on top
      const { box, label, score } = found[k], kind = !right ? "open" : right[k] ? "right" : "wrong";
      outlined(boxes, box, `dl-find-${kind}${surest.has(found[k]) ? "" : " dl-find-lesser"}`);
      if (surest.has(found[k])) named(boxes, box, `${label} ${score.toFixed(2)}${kind === "wrong" ? " \u2717" : ""}`, kind === "wrong");
    }
    const x = state.get("column") + 0.5, y = state.get("row") + 0.5;
    place(cross, { d: `M${x - 2} ${y}h4M${x} ${y - 2}v4` });
    cross.style.display = state.isPen ? "none" : "";
    svg.setAttribute("aria-label", findLabel(state));
  };
}

/** What is on the scene, in words, for those who do not see it. */
export function findLabel(state) {
  const { answer, view: { truth } } = state, lines = findLines(answer);
  const there = !truth ? "Something is drawn on it." : truth.length ? `On it: ${truth.map(({ label }) => label).join(", ")}.` : "Nothing is on it.";
  return `The scene. ${there} Found: ${lines.length ? lines.slice(0, 8).join("; ") : "nothing"}.`;
}

function outlined(parent, [left, top, right, bottom], kind) {
  draw("rect", { x: left, y: top, width: Math.max(0.5, right - left), height: Math.max(0.5, bottom - top), class: kind }, parent);
}

/** A box's words above it, or below it: those of a false alarm, which often lies beside a right one, and at the upper
 * edge. They do not leave the scene. */
function named(parent, [left, top, , bottom], text, isBelow) {
  const y = isBelow || top < LETTERS + 1 ? Math.min(SIDE - 0.6, bottom + LETTERS) : top - 0.7;
  draw("text", { x: Math.max(0, Math.min(left, SIDE - 0.62 * LETTERS * text.length)), y, class: "dl-find-name" }, parent, text);
}

/** Paint the layer that was chosen into its canvas. */
function shade(canvas, state) {
  const layer = state.get("layer"), side = layer === "pixels" ? SIDE : GRID;
  Object.assign(canvas, { width: side, height: side });  // which clears it
  if (layer === "none") return;
  const brush = canvas.getContext("2d"), image = brush.createImageData(side, side);
  if (layer === "middles") {
    const heat = color(canvas, "--dl-read-heat");
    middles(state.view.said.grid).forEach((p, i) => image.data.set([...heat, 255 * STRONG * p], 4 * i));
  } else {
    const colors = Array.from({ length: 10 }, (_, digit) => color(canvas, `--dl-find-${digit}`));
    state.pixels.forEach((kind, i) => { if (kind) image.data.set([...colors[kind - 1], 255 * STRONG], 4 * i); });
  }
  brush.putImageData(image, 0, 0);
}
