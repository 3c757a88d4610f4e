// The network that reads scenes: unpacked from the figure's file, and run forward. Tested against dlcourse.

import { halves } from "./kit.js";

const EPSILON = 1e-5;  // of the batch norms
const CLASSES = 10, GRAYS = 15, SCENES = 6, MOST = 3, PATCH = 28;
export const SIDE = 64;
export const GRID = 16;
export const OUTPUTS = CLASSES + 5;
// In the order of the file: name, maps that go in and come out, side of the kernel, and what follows it.
const LAYERS = [
  ["down1", 1, 16, 3, "norm"], ["down2a", 16, 24, 3, "norm"], ["down2b", 24, 32, 3, "norm"], ["down3a", 32, 48, 3, "norm"],
  ["down3b", 48, 48, 3, "norm"], ["up3", 48, 32, 2, "norm"], ["mix", 32, 40, 3, "norm"], ["head", 40, OUTPUTS, 1, "bias"],
  ["up2", 40, 16, 2, "norm"], ["up1", 16, 16, 2, "norm"], ["full", 1, 16, 3, "bias"], ["paint", 16, CLASSES + 1, 1, "bias"],
];

/** Whole fifteenths of packed pictures, two pixels a byte, as numbers from 0 to 1. */
const grays = bytes => Float64Array.from({ length: 2 * bytes.length }, (_, i) => (i % 2 ? bytes[i >> 1] & 15 : bytes[i >> 1] >> 4) / GRAYS);

/** Read the file: the network by the names of its layers, the scenes with what is true of them, the digits to put. */
export function unpacked(bytes) {
  let place = 0;
  const take = count => bytes.subarray(place, place += count), floats = count => Float64Array.from(halves(take(2 * count)));
  const network = {};
  for (const [name, inputs, outputs, size, after] of LAYERS) {
    const layer = network[name] = { inputs, outputs, size, kernel: floats(inputs * outputs * size * size) };
    if (after === "bias") Object.assign(layer, { factor: new Float64Array(outputs).fill(1), bias: floats(outputs) });
    else {  // a norm that no longer learns is a factor and a number to add
      const [scale, shift, mean, variance] = [0, 1, 2, 3].map(() => floats(outputs));
      layer.factor = scale.map((value, o) => value / Math.sqrt(variance[o] + EPSILON));
      layer.bias = shift.map((value, o) => value - mean[o] * layer.factor[o]);
    }
  }
  const pictures = Array.from({ length: SCENES }, () => grays(take(SIDE * SIDE / 2)));
  const labels = new Int8Array(take(SCENES * MOST)), boxes = take(4 * SCENES * MOST);
  const scenes = pictures.map((picture, k) => {
    const rows = [0, 1, 2].map(i => k * MOST + i).filter(i => labels[i] >= 0);
    return { picture, true: rows.map(i => ({ label: labels[i], box: [...boxes.subarray(4 * i, 4 * i + 4)] })) };
  });
  return { network, scenes, digits: Array.from({ length: CLASSES }, () => grays(take(PATCH * PATCH / 2))) };
}

/** Sum of products over a neighborhood, then factor and bias. The maps are one array: map after map, row by row. */
export function convolution({ inputs, outputs, size, kernel, factor, bias }, maps, side, stride = 1) {
  const margin = size >> 1, wide = side + 2 * margin, area = wide * wide, padded = new Float64Array(inputs * area);
  for (let c = 0; c < inputs; c++) {
    for (let row = 0; row < side; row++) {
      const from = (c * side + row) * side;
      padded.set(maps.subarray(from, from + side), c * area + (row + margin) * wide + margin);
    }
  }
  const out = side / stride, found = new Float64Array(outputs * out * out);
  for (let o = 0, w = 0; o < outputs; o++) {
    for (let c = 0; c < inputs; c++) {
      for (let a = 0; a < size; a++) {
        for (let b = 0; b < size; b++, w++) {
          const weight = kernel[w];
          for (let row = 0, to = o * out * out; row < out; row++) {
            for (let from = c * area + (row * stride + a) * wide + b, end = to + out; to < end; to++, from += stride) found[to] += weight * padded[from];
          }
        }
      }
    }
  }
  return scaled(found, out * out, factor, bias);
}

/** Transposed convolution by 2 x 2 and stride 2: each place becomes four; then factor and bias. */
export function doubled({ inputs, outputs, kernel, factor, bias }, maps, side) {
  const out = 2 * side, found = new Float64Array(outputs * out * out);
  for (let c = 0, w = 0; c < inputs; c++) {
    for (let o = 0; o < outputs; o++) {
      for (let k = 0; k < 4; k++, w++) {
        for (let row = 0, from = c * side * side; row < side; row++) {
          for (let to = (o * out + 2 * row + (k >> 1)) * out + k % 2, end = from + side; from < end; from++, to += 2) found[to] += kernel[w] * maps[from];
        }
      }
    }
  }
  return scaled(found, out * out, factor, bias);
}

function scaled(maps, places, factor, bias) {
  for (let i = 0; i < maps.length; i++) {
    const o = Math.floor(i / places);
    maps[i] = maps[i] * factor[o] + bias[o];
  }
  return maps;
}

/** ReLU, in place, of the maps or of their sum with others. */
function relu(maps, others = null) {
  for (let i = 0; i < maps.length; i++) maps[i] = Math.max(0, others ? maps[i] + others[i] : maps[i]);
  return maps;
}

/** What a scene of 64 x 64 becomes: the grid, 15 maps of 16 x 16, and the maps from which the pixels are painted. */
export function forward(network, picture) {
  const half = relu(convolution(network.down1, picture, SIDE, 2));
  const first = relu(convolution(network.down2a, half, 32, 2)), quarter = relu(convolution(network.down2b, first, GRID));
  const eighth = relu(convolution(network.down3b, relu(convolution(network.down3a, quarter, GRID, 2)), 8));
  const mixed = relu(convolution(network.mix, relu(doubled(network.up3, eighth, 8), quarter), GRID));
  return { grid: convolution(network.head, mixed, GRID), half, mixed };
}

/** The logits of each pixel, 11 maps of 64 x 64; the first is that of paper. */
export function pixelLogits(network, picture, { half, mixed }) {
  const middle = relu(doubled(network.up2, mixed, GRID), half);
  const full = relu(doubled(network.up1, middle, 32), convolution(network.full, picture, SIDE));
  return convolution(network.paint, full, SIDE);
}

/** Of each pixel the most probable class, counted from 1; 0 is paper. */
export function pixelClasses(logits) {
  const places = SIDE * SIDE, found = new Uint8Array(places);
  for (let i = 0; i < places; i++) {
    for (let k = 1; k <= CLASSES; k++) if (logits[k * places + i] > logits[found[i] * places + i]) found[i] = k;
  }
  return found;
}
