// The mathematics of the race: surfaces over two weights, and the optimizers that go down on them. Pure functions, which
// the tests compare with dlcourse.optim, step by step.

import { uniform } from "./random.js";

const square = x => x * x;
/** The most steps of a race, and how far from the middle a place can be before its optimizer has diverged. */
export const MOST_STEPS = 500, FAR = 1000;

/** Each surface: its formula, its value and gradient at (x, y) for a curvature a, which only the ravine has, the window
 * in which it is drawn, [left, bottom, width], its minima, and the start and learning rates that it comes with. */
export const SURFACES = {
  ravine: {
    formula: a => `L = \u00bd (w\u2081\u00b2 + ${a} w\u2082\u00b2)`,
    value: (x, y, a) => (square(x) + a * square(y)) / 2,
    gradient: (x, y, a) => [x, a * y],
    window: [-3, -3, 6], minima: [[0, 0]], start: [-2.5, 1.5],
    rates: { sgd: 0.02, momentum: 0.005, nesterov: 0.01, rmsprop: 0.05, adam: 0.1, adamw: 1 },
  },
  valley: {
    formula: () => "L = (1 \u2212 w\u2081)\u00b2 + 100 (w\u2082 \u2212 w\u2081\u00b2)\u00b2",
    value: (x, y) => square(1 - x) + 100 * square(y - square(x)),
    gradient: (x, y) => [-2 * (1 - x) - 400 * x * (y - square(x)), 200 * (y - square(x))],
    window: [-2, -1, 4], minima: [[1, 1]], start: [-1.2, 1],
    rates: { sgd: 0.002, momentum: 0.002, nesterov: 0.001, rmsprop: 0.01, adam: 1, adamw: 0.01 },
  },
  saddle: {
    formula: () => "L = \u00bc (w\u2081\u00b2 \u2212 1)\u00b2 + \u00bd w\u2082\u00b2",
    value: (x, y) => square(square(x) - 1) / 4 + square(y) / 2,
    gradient: (x, y) => [x * (square(x) - 1), y],
    window: [-2, -2, 4], minima: [[-1, 0], [1, 0]], start: [0.01, 1.5],
    rates: { sgd: 0.5, momentum: 0.01, nesterov: 0.5, rmsprop: 0.02, adam: 0.1, adamw: 0.1 },
  },
  plateau: {
    formula: () => "L = 1 \u2212 exp(\u2212\u00bd (w\u2081\u00b2 + w\u2082\u00b2))",
    value: (x, y) => -Math.expm1(-(square(x) + square(y)) / 2),
    gradient: (x, y) => [x, y].map(w => w * Math.exp(-(square(x) + square(y)) / 2)),
    window: [-4, -4, 8], minima: [[0, 0]], start: [-2.8, 2],
    rates: { sgd: 1, momentum: 1, nesterov: 1, rmsprop: 0.02, adam: 0.5, adamw: 1 },
  },
};

// The options that dlcourse.optim has as defaults.
const MEMORY = 0.99, BETA1 = 0.9, BETA2 = 0.999, SMALL = 1e-8;

/** One step of each optimizer, for one weight w with gradient g. `kept` is what it remembers of this weight and is
 * changed; t counts the steps from 1. */
export const OPTIMIZERS = {
  sgd: (w, g, kept, t, { rate }) => w - rate * g,
  momentum(w, g, kept, t, { rate, momentum }) {
    kept.m = momentum * (kept.m ?? 0) + g;
    return w - rate * kept.m;
  },
  nesterov(w, g, kept, t, { rate, momentum }) {
    kept.m = momentum * (kept.m ?? 0) + g;
    return w - rate * (g + momentum * kept.m);
  },
  rmsprop(w, g, kept, t, { rate }) {
    kept.v = MEMORY * (kept.v ?? 0) + (1 - MEMORY) * g * g;
    return w - rate * g / (Math.sqrt(kept.v) + SMALL);
  },
  adam(w, g, kept, t, { rate }) {
    kept.m = BETA1 * (kept.m ?? 0) + (1 - BETA1) * g;
    kept.v = BETA2 * (kept.v ?? 0) + (1 - BETA2) * g * g;
    const m = kept.m / (1 - BETA1 ** t), v = kept.v / (1 - BETA2 ** t);  // both means began at 0
    return w - rate * m / (Math.sqrt(v) + SMALL);
  },
  adamw: (w, g, kept, t, options) => OPTIMIZERS.adam(w * (1 - options.rate * options.decay), g, kept, t, options),
};

/** A race's noise, [n1, n2] for each step: the sum of twelve numbers from 0 to 1, less 6, is nearly normal with standard
 * deviation 1, and is the same to the last bit in Python. */
export function noises(seed, count) {
  const random = uniform(seed);
  const normal = () => { let sum = -6; for (let i = 0; i < 12; i++) sum += random(); return sum; };
  return Array.from({ length: count }, () => [normal(), normal()]);
}

/** The places and losses of one optimizer from step 0 on. Both end early with the first place that is too far away.
 * The optimizer sees the gradient of the loss, times `scale`, plus noise; the losses are without both. */
export function descent(name, { surface, curvature, start, rates, momentum, decay, scale, noise, seed }, steps = MOST_STEPS) {
  const { value, gradient } = SURFACES[surface], step = OPTIMIZERS[name], kept = [{}, {}];
  const disturbed = noise ? noises(seed, steps) : null, options = { rate: rates[name], momentum, decay };
  const places = [[...start]];
  for (let t = 1; t <= steps && !isFar(places.at(-1)); t++) {
    const w = places.at(-1), slope = gradient(...w, curvature).map((g, i) => scale * g + (noise ? noise * disturbed[t - 1][i] : 0));
    places.push(w.map((one, i) => step(one, slope[i], kept[i], t, options)));
  }
  return { places, losses: places.map(([x, y]) => value(x, y, curvature)), diverged: isFar(places.at(-1)) };
}

const isFar = place => !place.every(w => Math.abs(w) <= FAR);

/** The step since which the loss has been below a limit, seen from step `now`; -1 where it is not. */
export function belowSince(losses, limit, now = losses.length - 1) {
  const last = losses.slice(0, now + 1).findLastIndex(loss => !(loss < limit));
  return last === Math.min(now, losses.length - 1) ? -1 : last + 1;
}
