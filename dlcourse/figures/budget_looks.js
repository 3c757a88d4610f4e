// The looks of the curves: a color and a mark for each way, dashes and hollow marks for those with moves.

import { draw, make } from "./kit.js";

export const MOVES = " + moves";
const SHAPES = {
  "logistic regression": "M-5,-5h10v10h-10Z",
  SVM: "M0,-6.5L6.5,0L0,6.5L-6.5,0Z",
  "random frozen": "M-5.5,-4.5H5.5L0,5.5Z",
  frozen: "M-5.5,4.5H5.5L0,-5.5Z",
  scratch: "M-5,0a5,5 0 1 0 10,0a5,5 0 1 0 -10,0Z",
  "fine-tuned": "M-2,-6h4v4h4v4h-4v4h-4v-4h-4v-4h4Z",
  discriminative: "M0,-6.5L1.9,-2.4L6.3,-2L3,1L4,5.4L0,3.1L-4,5.4L-3,1L-6.3,-2L-1.9,-2.4Z",
};
export const WAYS = Object.keys(SHAPES);
export const plain = curve => curve.replace(MOVES, "");
const moved = curve => curve.endsWith(MOVES);

/** The class that gives a curve its color and its dashes. */
export const lookOf = curve => `dl-budget-${WAYS.indexOf(plain(curve))}${moved(curve) ? " dl-budget-moved" : ""}`;

/** The mark of a curve at a place. */
export function markAt(parent, curve, x, y) {
  return draw("path", { class: `dl-budget-mark ${lookOf(curve)}`, d: SHAPES[plain(curve)], transform: `translate(${x.toFixed(1)},${y.toFixed(1)})` }, parent);
}

/** A piece of a curve for a legend. */
export function budgetSwatch(parent, curve) {
  const svg = draw("svg", { viewBox: "0 0 40 18", class: "dl-swatch", "aria-hidden": "true" });
  parent.prepend(svg);
  draw("path", { class: `dl-budget-line ${lookOf(curve)}`, d: "M1,9H39" }, svg);
  markAt(svg, curve, 20, 9);
  return svg;
}

/** A text with a swatch before it. */
export function budgetName(parent, curve) {
  const name = make("span", { class: "dl-budget-name" }, parent, curve);
  budgetSwatch(name, curve);
  return name;
}
