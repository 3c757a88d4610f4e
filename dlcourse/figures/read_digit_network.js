// The network that reads the digits: unpacked, its norms folded into its convolutions, run forward, and asked what spoke.

import { convolved, folded, pooled } from "./maps.js";
import { COARSE } from "./read_digit_picture.js";

const CHANNELS = [1, 16, 16, 32, 32], CLASSES = 10, FEATURES = 128;
const ROWS = [1000, 797];  // pictures of the training and of the test rows

/** Read the file: the network's arrays in their order, then the pictures and labels of the rows. */
export function unpacked(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let place = 0;
  const floats = count => Float64Array.from({ length: count }, () => view.getFloat32((place += 4) - 4, true));
  const blocks = CHANNELS.slice(1).map((outputs, i) => {
    const inputs = CHANNELS[i], kernel = floats(outputs * inputs * 9);
    const [scale, shift, mean, variance] = [0, 1, 2, 3].map(() => floats(outputs));
    return { inputs, outputs, kernel, scale, shift, mean, variance };
  });
  const weight = floats(CLASSES * FEATURES), bias = floats(CLASSES);
  const [train, test] = ROWS.map(count => {
    const pictures = Array.from({ length: count }, () => [...bytes.subarray(place, place += COARSE * COARSE)]);
    return { pictures, labels: [...bytes.subarray(place, place += count)] };
  });
  return { network: { blocks: blocks.map(folded), weight, bias }, train, test };
}

/** Run the network on a picture of counts. Returns the maps of its four convolutions, logits and probabilities. */
export function run({ blocks, weight, bias }, counts) {
  const layers = [], side = COARSE;
  let values = Float64Array.from(counts, count => count / 16), from = null;
  blocks.forEach((block, i) => {
    const here = i < 2 ? side : side / 2;
    values = convolved(block, values, here);
    layers.push({ values, side: here, count: block.outputs });
    if (i % 2) ({ values, from } = pooled(values, here));
  });
  const logits = Array.from(bias, (b, k) => values.reduce((sum, value, i) => sum + weight[k * FEATURES + i] * value, b));
  const largest = Math.max(...logits), powers = logits.map(z => Math.exp(z - largest)), total = powers.reduce((a, b) => a + b);
  return { layers, from, logits, probabilities: powers.map(power => power / total) };
}

/** Grad-CAM: what spoke for a class, 4 x 4 numbers of at least 0 (Selvaraju et al. 2017). The score's gradient goes back
 * through the linear layer and the last pooling; its mean over a map is that map's weight. */
export function gradCam({ weight }, { layers, from }, target) {
  const { values, side, count } = layers.at(-1), places = side * side, gradient = new Float64Array(values.length);
  from.forEach((at, i) => { gradient[at] += weight[target * FEATURES + i]; });
  const heat = new Float64Array(places);
  for (let map = 0; map < count; map++) {
    const one = gradient.subarray(map * places, (map + 1) * places), mean = one.reduce((sum, value) => sum + value, 0) / places;
    for (let i = 0; i < places; i++) heat[i] += mean * values[map * places + i];
  }
  return heat.map(value => Math.max(0, value));
}

/** The row whose picture is most like this one, and the Euclidean distance of pixels from 0 to 1. */
export function nearest(pictures, counts) {
  let row = 0, least = Infinity;
  pictures.forEach((picture, i) => {
    let sum = 0;
    for (let k = 0; k < picture.length && sum < least; k++) sum += (picture[k] - counts[k]) ** 2;
    if (sum < least) [row, least] = [i, sum];
  });
  return { row, distance: Math.sqrt(least) / 16 };
}
