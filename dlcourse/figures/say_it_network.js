// The file of the figure, and its networks: convolutions over time and frequency, the mean over time, ten digits. Pure
// functions, which the tests compare with dlcourse.apps.speech.

import { bytes, halves } from "./kit.js";
import { BANDS, FRAMES, decoded } from "./say_it_math.js";

const LINE_END = 10, WIDTHS = [1, 8, 16, 32], CLASSES = 10;

/** What the file holds: {networks, voices} by name; each voice has ten words, {begin, x}. */
export function readSpeech(data) {
  const raw = bytes(data), end = raw.indexOf(LINE_END), head = JSON.parse(new TextDecoder().decode(raw.subarray(0, end)));
  let at = end + 1;
  const half = count => Float64Array.from(halves(raw.subarray(at, at += 2 * count)));
  const network = () => {
    const mean = half(BANDS), deviation = half(BANDS);
    const blocks = WIDTHS.slice(1).map((outputs, i) => ({ inputs: WIDTHS[i], outputs, kernel: half(outputs * WIDTHS[i] * 9), bias: half(outputs) }));
    const inputs = WIDTHS.at(-1) * BANDS / 2 ** blocks.length;
    return { mean, deviation, blocks, inputs, weight: half(CLASSES * inputs), bias: half(CLASSES) };
  };
  const word = ([begin, samples]) => ({ begin, x: decoded(new Int8Array(raw.slice(at, at += samples).buffer)) });
  const networks = Object.fromEntries(head.networks.map(name => [name, network()]));
  return { networks, voices: Object.fromEntries(Object.entries(head.voices).map(([name, spans]) => [name, spans.map(word)])) };
}

/** Convolution by 3 x 3 with a border of zeros, ReLU, and the largest of each 2 x 2, on maps of rows x columns. */
export function block({ inputs, outputs, kernel, bias }, maps, rows, columns) {
  const size = rows * columns, down = Math.floor(rows / 2), across = Math.floor(columns / 2);
  const found = new Float64Array(outputs * down * across);
  for (let o = 0; o < outputs; o++) {
    const sums = new Float64Array(size).fill(bias[o]);
    for (let w = 9 * inputs * o; w < 9 * inputs * (o + 1); w++) {
      const first = Math.floor(w / 9) % inputs * size, dr = Math.floor(w % 9 / 3) - 1, dc = w % 3 - 1;
      for (let r = Math.max(0, -dr); r < rows - Math.max(0, dr); r++) {
        const from = first + (r + dr) * columns + dc, to = r * columns;
        for (let c = Math.max(0, -dc); c < columns - Math.max(0, dc); c++) sums[to + c] += kernel[w] * maps[from + c];
      }
    }
    for (let i = 0; i < down * across; i++) {
      const corner = 2 * Math.floor(i / across) * columns + 2 * (i % across);
      found[o * down * across + i] = Math.max(0, ...[0, 1, columns, columns + 1].map(step => sums[corner + step]));
    }
  }
  return { maps: found, rows: down, columns: across };
}

/** The probabilities of the ten digits for a log-mel spectrogram. */
export function probabilitiesOf({ mean, deviation, blocks, inputs, weight, bias }, features) {
  let now = { maps: features.map((value, i) => (value - mean[i % BANDS]) / deviation[i % BANDS]), rows: FRAMES, columns: BANDS };
  for (const one of blocks) now = block(one, now.maps, now.rows, now.columns);
  const { maps, rows, columns } = now;
  const means = Float64Array.from({ length: inputs }, (_, i) => {
    const first = Math.floor(i / columns) * rows * columns + i % columns;
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += maps[first + r * columns];
    return sum / rows;
  });
  const logits = Array.from(bias, (b, k) => means.reduce((sum, value, i) => sum + weight[k * inputs + i] * value, b));
  const largest = Math.max(...logits), grown = logits.map(z => Math.exp(z - largest)), total = grown.reduce((a, b) => a + b);
  return grown.map(value => value / total);
}
