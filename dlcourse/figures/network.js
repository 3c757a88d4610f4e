// The network of the neuron figure: two inputs, hidden tanh neurons or none, one sigmoid output. Pure functions, which
// the tests compare with dlcourse on the same numbers.
//
// The parameters are a list of rows, one for each neuron: its weights, then its bias. The last row is the output's.
// Points are [x1, x2, label] with label 0 or 1.

import { uniform } from "./random.js";

/** 1 / (1 + e^-z), without a large exponential. */
export function sigmoid(z) {
  return 0.5 * (1 + Math.tanh(z / 2));
}

/** Weights times inputs, plus the bias. */
export function weightedSum(row, inputs) {
  return inputs.reduce((sum, x, i) => sum + row[i] * x, row[inputs.length]);
}

/** What every neuron makes of one input: the hidden activations, the output's weighted sum z, and p = sigmoid(z). */
export function forward(rows, x) {
  const hidden = rows.slice(0, -1).map(row => Math.tanh(weightedSum(row, x)));
  const z = weightedSum(rows.at(-1), rows.length > 1 ? hidden : x);
  return { hidden, z, p: sigmoid(z) };
}

/** The mean cross-entropy in nats, computed from z so that no logarithm meets 0. */
export function loss(rows, points) {
  const total = points.reduce((sum, [x1, x2, label]) => {
    const { z } = forward(rows, [x1, x2]);
    return sum + Math.max(z, 0) - z * label + Math.log1p(Math.exp(-Math.abs(z)));
  }, 0);
  return total / points.length;
}

/** Whether a point is answered "right", "wrong", or neither, where p is 1/2 to three digits: then it is "undecided". */
export function verdict(rows, [x1, x2, label]) {
  const { z } = forward(rows, [x1, x2]);
  if (Math.abs(z) < 0.002) return "undecided";
  return z > 0 === (label === 1) ? "right" : "wrong";
}

/** How many points have this verdict. */
export function count(rows, points, wanted) {
  return points.filter(point => verdict(rows, point) === wanted).length;
}

/** The gradient of the loss by every parameter, in the shape of the parameters. */
export function gradient(rows, points) {
  const total = rows.map(row => row.map(() => 0)), last = rows.length - 1;
  const add = (row, inputs, delta) => {
    inputs.forEach((x, i) => { total[row][i] += delta * x / points.length; });
    total[row][inputs.length] += delta / points.length;
  };
  for (const [x1, x2, label] of points) {
    const x = [x1, x2], { hidden, p } = forward(rows, x);
    const delta = p - label;  // dL / dz, the famous simple result
    add(last, last ? hidden : x, delta);
    hidden.forEach((h, j) => add(j, x, delta * rows[last][j] * (1 - h * h)));
  }
  return total;
}

/** One step of gradient descent. */
export function descend(rows, points, rate) {
  const slope = gradient(rows, points);
  return rows.map((row, j) => row.map((value, i) => value - rate * slope[j][i]));
}

/** Random first parameters: weights and biases uniform in +-1 / sqrt(inputs), as nn.Linear has them. */
export function randomStart(hidden, seed) {
  const random = uniform(seed);
  const row = inputs => Array.from({ length: inputs + 1 }, () => (2 * random() - 1) / Math.sqrt(inputs));
  return [...Array.from({ length: hidden }, () => row(2)), row(hidden || 2)];
}

/** The four corners of the unit square, labeled by a logical function. */
export const GATES = {
  AND: [[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 1]],
  OR: [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 1]],
  XOR: [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]],
};

/** The mean gray, 0 to 1, of a box of pixels [top, bottom, left, right] of an 8 by 8 picture with gray values 0 to 16. */
export function meanGray(picture, [top, bottom, left, right]) {
  let sum = 0;
  for (let row = top; row < bottom; row++) for (let column = left; column < right; column++) sum += picture[8 * row + column];
  return sum / 16 / ((bottom - top) * (right - left));
}
