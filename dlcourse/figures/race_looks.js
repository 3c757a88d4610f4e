// How the race shows its optimizers: each has a name, a shape and a dash as well as a color; and how it writes numbers.

import { draw } from "./kit.js";

export const LOOKS = {
  sgd: { label: "SGD", dash: "none", shape: "M-5,0A5,5 0 1 1 5,0A5,5 0 1 1 -5,0Z" },
  momentum: { label: "Momentum", dash: "9 4", shape: "M-5,-5H5V5H-5Z" },
  nesterov: { label: "Nesterov", dash: "2 4", shape: "M0,-6L6,5H-6Z" },
  rmsprop: { label: "RMSprop", dash: "10 3 2 3", shape: "M0,-7L6,0L0,7L-6,0Z" },
  adam: { label: "Adam", dash: "5 3", shape: "M0,6L6,-5H-6Z" },
  adamw: { label: "AdamW", dash: "2 3 2 3 10 3", shape: "M-2,-6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z" },
};

/** An optimizer's line, which its points are still to be given. */
export function trail(parent, name) {
  return draw("polyline", { class: `dl-trail dl-race-${name}`, "stroke-dasharray": LOOKS[name].dash }, parent);
}

/** An optimizer's mark at a place of a drawing. */
export function mark(parent, name, x, y) {
  const at = `translate(${x.toFixed(1)} ${y.toFixed(1)})`;
  return draw("path", { d: LOOKS[name].shape, transform: at, class: `dl-race-mark dl-race-${name}` }, parent);
}

/** A small picture of an optimizer's line and mark, for beside its name. */
export function swatch(parent, name) {
  const svg = draw("svg", { viewBox: "0 0 34 14", class: "dl-swatch", "aria-hidden": "true" }, parent);
  trail(svg, name).setAttribute("points", "0,7 34,7");
  mark(svg, name, 17, 7);
}

const SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";
/** 10 to a whole power, as text. */
export function power(exponent) {
  return `10${exponent < 0 ? "\u207b" : ""}${[...String(Math.abs(exponent))].map(digit => SUPERSCRIPTS[digit]).join("")}`;
}

/** A loss in three digits; a small or large one with a power of ten. */
export function brief(value) {
  if (value < 1e-12) return `below ${power(-12)}`;
  if (value >= 1e-4 && value < 1e4) return String(Number(value.toPrecision(3)));
  const [digits, exponent] = value.toExponential(1).split("e");
  return `${digits}\u00a0\u00b7\u00a0${power(Number(exponent))}`;
}

/** A setting in four digits, with a true minus sign. */
export function exact(value) {
  return String(Number(value.toPrecision(4))).replace("-", "\u2212");
}
