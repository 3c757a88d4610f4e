// The network of the playground: layers of equal width and one logit, trained on batches with momentum. Pure functions,
// which the tests compare with dlcourse on the same numbers.
//
// The shape lists how many units each layer has, inputs first: [2, 4, 4, 1]. All parameters lie in one long array, each
// layer's weights, a row for each unit, and then its biases. Rows of inputs lie in one long array, too.

import { uniform } from "./random.js";

const relu = z => z > 0 ? z : 0;
/** 1 / (1 + e^-z), without a large exponential. */
export const sigmoid = z => 0.5 * (1 + Math.tanh(z / 2));

/** Each activation with its slope, which all three can tell from the value h that they returned. */
export const ACTIVATIONS = {
  ReLU: { value: relu, slope: h => h > 0 ? 1 : 0 },
  tanh: { value: Math.tanh, slope: h => 1 - h * h },
  sigmoid: { value: sigmoid, slope: h => h * (1 - h) },
};

/** How many units each layer has: two inputs, some hidden layers of one width, one logit. */
export const shapeOf = (depth, width) => [2, ...Array(depth).fill(width), 1];

/** Where each layer's weights and biases begin in the long array, and where they end. */
export function layersOf(shape) {
  let end = 0;
  return shape.slice(1).map((units, l) => {
    const inputs = shape[l], weights = end, biases = weights + units * inputs;
    end = biases + units;
    return { inputs, units, weights, biases, end };
  });
}

/** The parameters as Python has them, a list of layers [W, b], from the long array. */
export function nested(shape, theta) {
  return layersOf(shape).map(({ inputs, units, weights, biases, end }) => [
    Array.from({ length: units }, (_, j) => [...theta.subarray(weights + j * inputs, weights + (j + 1) * inputs)]),
    [...theta.subarray(biases, end)],
  ]);
}

/** The long array of a list of layers [W, b], and the shape of their network. */
export function flat(parameters) {
  const shape = [parameters[0][0][0].length, ...parameters.map(([, b]) => b.length)];
  return { shape, theta: Float64Array.from(parameters.flatMap(([w, b]) => [...w.flat(), ...b])) };
}

/** What every unit makes of every row: a list of the inputs, each hidden layer's activations, and the logits. */
export function forward(shape, theta, activation, x) {
  const { value } = ACTIVATIONS[activation], rows = x.length / shape[0], outputs = [x];
  for (const { inputs, units, weights, biases, end } of layersOf(shape)) {
    const before = outputs.at(-1), after = new Float64Array(rows * units), hidden = end < theta.length;
    for (let n = 0; n < rows; n++) {
      for (let j = 0; j < units; j++) {
        const row = weights + j * inputs;
        let sum = theta[biases + j];
        for (let i = 0; i < inputs; i++) sum += theta[row + i] * before[n * inputs + i];
        after[n * units + j] = hidden ? value(sum) : sum;
      }
    }
    outputs.push(after);
  }
  return outputs;
}

/** The mean cross-entropy in nats of logits z, computed so that no logarithm meets 0, and how many are on the wrong side. */
export function judged(z, y) {
  let loss = 0, wrong = 0;
  z.forEach((value, n) => {
    loss += Math.max(value, 0) - value * y[n] + Math.log1p(Math.exp(-Math.abs(value)));
    if (value > 0 !== (y[n] === 1)) wrong++;
  });
  return { loss: loss / y.length, wrong };
}

/** The gradient of the mean cross-entropy by every parameter, by backpropagation. */
export function gradient(shape, theta, activation, x, y) {
  const outputs = forward(shape, theta, activation, x), { slope } = ACTIVATIONS[activation], total = new Float64Array(theta.length);
  let delta = outputs.at(-1).map((z, n) => (sigmoid(z) - y[n]) / y.length);  // dL / dz of the logits
  layersOf(shape).map((layer, l) => ({ ...layer, before: outputs[l], first: l === 0 })).reverse().forEach(layer => {
    const { inputs, units, weights, biases, before, first } = layer, earlier = new Float64Array(before.length);
    for (let n = 0; n < y.length; n++) {
      for (let j = 0; j < units; j++) {
        const d = delta[n * units + j], row = weights + j * inputs;
        total[biases + j] += d;
        for (let i = 0; i < inputs; i++) {
          total[row + i] += d * before[n * inputs + i];
          earlier[n * inputs + i] += d * theta[row + i];
        }
      }
    }
    if (!first) delta = earlier.map((sum, k) => sum * slope(before[k]));
  });
  return total;
}

/** One step of gradient descent with momentum; the weight decay pulls every parameter towards 0, biases too. */
export function descend(theta, velocity, gradient, { rate, momentum, decay }) {
  const faster = velocity.map((v, k) => momentum * v + gradient[k] + decay * theta[k]);
  return { theta: theta.map((value, k) => value - rate * faster[k]), velocity: faster };
}

/** The rows of a step: a batch in stored order, from the place where the last one ended, around and around. */
export function batchAt(step, size, { x, y }) {
  const first = step * size % y.length;
  return { x: x.subarray(2 * first, 2 * (first + size)), y: y.subarray(first, first + size) };
}

/** First weights, uniform with the variance of He (ReLU) or of Glorot (tanh, sigmoid), and biases of 0. */
export function randomStart(shape, activation, seed) {
  const random = uniform(seed), theta = new Float64Array(layersOf(shape).at(-1).end);
  for (const { inputs, units, weights, biases } of layersOf(shape)) {
    const most = Math.sqrt(6 / (activation === "ReLU" ? inputs : inputs + units));
    for (let k = weights; k < biases; k++) theta[k] = most * (2 * random() - 1);
  }
  return theta;
}
