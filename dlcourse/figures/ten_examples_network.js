// From an 8 x 8 picture of counts to what the frozen network says of it: 14 x 14 pixels, then 64 features.

import { convolved, folded, pooled } from "./maps.js";
import { bytes, halves } from "./kit.js";
import { COARSE } from "./read_digit_picture.js";

export const SIDE = 14;
const INNER = 12, BORDER = 1, LINE_END = 10;
const CHANNELS = [1, 16, 32, 64], PADDINGS = [1, 1, 0];

/** The file: {network, head, pool, test}. A line of JSON, then half-precision weights, then counts and labels of the digits. */
export function unpackedExamples(data) {
  const raw = bytes(data), end = raw.indexOf(LINE_END), head = JSON.parse(new TextDecoder().decode(raw.subarray(0, end)));
  const weights = halves(raw.slice(end + 1, end + 1 + 2 * head.weights));
  let at = 0, place = end + 1 + 2 * head.weights;
  const floats = count => Float64Array.from(weights.subarray(at, at += count));
  const blocks = PADDINGS.map((padding, i) => {
    const [inputs, outputs] = CHANNELS.slice(i, i + 2), kernel = floats(outputs * inputs * 9);
    const [scale, shift, mean, variance] = [0, 1, 2, 3].map(() => floats(outputs));
    return { ...folded({ inputs, outputs, kernel, scale, shift, mean, variance }), padding };
  });
  const [pool, test] = head.digits.map(count => {
    const pictures = Array.from({ length: count }, () => [...raw.subarray(place, place += COARSE * COARSE)]);
    return { pictures, labels: [...raw.subarray(place, place += count)] };
  });
  return { blocks, head, pool, test };
}

const cubic = x => x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
/** The weights of the pixels in a row that make each pixel of a longer row: bicubic interpolation as Pillow has it. */
const ROWS = Array.from({ length: INNER }, (_, i) => {
  const center = (i + 0.5) * COARSE / INNER, first = Math.max(0, Math.floor(center - 1.5)), last = Math.min(COARSE, Math.floor(center + 2.5));
  const weights = Array.from({ length: last - first }, (_, k) => cubic(Math.abs(first + k - center + 0.5)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { first, weights: weights.map(weight => weight / total) };
});
/** The nearest whole number; of two the even one. */
function rint(value) {
  const low = Math.floor(value), rest = value - low;
  return rest === 0.5 ? low + low % 2 : Math.round(value);
}

/** A picture of counts as the network gets it: 14 x 14 gray values in whole steps of 1 / 255, with an empty border. */
export function enlarged14(counts) {
  const wide = Array.from({ length: COARSE }, (_, row) => ROWS.map(({ first, weights }) =>
    Math.fround(weights.reduce((sum, weight, k) => sum + counts[row * COARSE + first + k] * weight, 0))));
  const picture = new Float64Array(SIDE * SIDE);
  ROWS.forEach(({ first, weights }, row) => {
    for (let column = 0; column < INNER; column++) {
      const value = Math.fround(weights.reduce((sum, weight, k) => sum + wide[first + k][column] * weight, 0));
      picture[(row + BORDER) * SIDE + column + BORDER] = rint(255 * Math.min(1, Math.max(0, value / 16))) / 255;
    }
  });
  return picture;
}

/** What the frozen network makes of a picture: 64 features. Its three convolutions leave sides of 14, 7, 3 and 1. */
export function featuresOf(blocks, picture) {
  let maps = picture, side = SIDE;
  for (const block of blocks) {
    maps = convolved(block, maps, side, block.padding);
    side += 2 * block.padding - 2;
    if (side > 1) {
      maps = pooled(maps, side).values;
      side = Math.floor(side / 2);
    }
  }
  return maps;
}
