// The decoders of the plane of codes, and what is read off their pictures. Pure functions, which the tests compare with
// dlcourse on the same numbers.

import { bytes, halves } from "./kit.js";
import { sigmoid } from "./mlp.js";

export const MODELS = ["autoencoder", "VAE"];
export const STEPS = 40;  // of a walk
const WIDTH = 128, ROWS = 1000, PIXELS = 64;
const ROOM = 0.25;  // between the outermost code and the edge of the plane
const SAME = 0.01;  // a point this near to the walk's is on the walk

/** What the study stored: {labels, pixels, autoencoder: {hidden, last, codes, window}, VAE: {..., deviations}}. */
export function latentNumbers(data) {
  const raw = bytes(data), count = WIDTH * 3 + PIXELS * (WIDTH + 1) + 2 * ROWS, half = 2 * (2 * count + 2 * ROWS);
  const numbers = halves(raw.subarray(0, half)), labels = raw.slice(half, half + ROWS);
  const found = { labels, pixels: Float64Array.from(raw.subarray(half + ROWS), value => value / 16) };
  let at = 0;
  const take = length => numbers.subarray(at, at += length);
  for (const model of MODELS) {
    const hidden = { weights: take(2 * WIDTH), biases: take(WIDTH) }, last = { weights: take(PIXELS * WIDTH), biases: take(PIXELS) };
    const codes = take(2 * ROWS);
    found[model] = { hidden, last, codes, window: windowOf(codes) };
  }
  found.VAE.deviations = take(2 * ROWS);
  return found;
}

/** [left, bottom, width] of the smallest square from whole number to whole number with room around all codes. */
export function windowOf(codes) {
  const [low, high] = [Math.min, Math.max].map((most, k) => [0, 1].map(i =>
    (k ? Math.ceil : Math.floor)(codes.reduce((best, value, j) => j % 2 === i ? most(best, value) : best, codes[i]) + (k ? ROOM : -ROOM))));
  const width = Math.max(high[0] - low[0], high[1] - low[1]);
  return [...low.map((value, i) => value - Math.floor((width - (high[i] - value)) / 2)), width];
}

/** The picture that a decoder draws for a code: 64 gray values from 0 to 1. */
export function decode({ hidden, last }, [c1, c2]) {
  const h = new Float64Array(WIDTH), picture = new Float64Array(PIXELS);
  for (let j = 0; j < WIDTH; j++) h[j] = Math.max(0, hidden.weights[2 * j] * c1 + hidden.weights[2 * j + 1] * c2 + hidden.biases[j]);
  for (let p = 0; p < PIXELS; p++) {
    let sum = last.biases[p];
    for (let j = 0; j < WIDTH; j++) sum += last.weights[p * WIDTH + j] * h[j];
    picture[p] = sigmoid(sum);
  }
  return picture;
}

/** One row of an array whose rows have a length: a code or a picture. */
export const rowOf = (array, row, length) => array.subarray(row * length, (row + 1) * length);

/** How far two rows of numbers are from each other. */
export function distance(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
}

/** Which row of an array is nearest to a point, and how far that is: {row, distance}. */
export function nearest(array, point) {
  let best = { row: 0, distance: Infinity };
  for (let row = 0; row < ROWS; row++) {
    const far = distance(rowOf(array, row, point.length), point);
    if (far < best.distance) best = { row, distance: far };
  }
  return best;
}

/** The code at a position, from 0 to 1, on the straight line between the codes of two digits. */
export function onWalk({ codes }, start, end, position) {
  return [0, 1].map(i => codes[2 * start + i] + position * (codes[2 * end + i] - codes[2 * start + i]));
}

/** The pictures of a walk in even steps, both ends included. */
export function walkPictures(network, start, end, steps = STEPS) {
  return Array.from({ length: steps + 1 }, (_, k) => decode(network, onWalk(network, start, end, k / steps)));
}

/** The pictures between two pictures, if each pixel goes evenly from the one gray to the other: a walk without a network. */
export function mixedPictures(a, b, steps = STEPS) {
  return Array.from({ length: steps + 1 }, (_, k) => Float64Array.from(a, (gray, p) => gray + k / steps * (b[p] - gray)));
}

/** How much the picture changes in each step, divided by the mean step. */
export function changesOf(pictures) {
  const changes = pictures.slice(1).map((picture, k) => distance(picture, pictures[k]));
  const mean = changes.reduce((a, b) => a + b) / changes.length;
  return changes.map(change => change / (mean || 1));
}

/** Where a point goes when another model is chosen: along the walk, if it was on it, else to the same nearest digit. */
export function inOtherPlane(before, after, point, { start, end, position }) {
  const walking = onWalk(before, start, end, position).every((c, i) => Math.abs(c - point[i]) < SAME);
  return walking ? onWalk(after, start, end, position) : [...rowOf(after.codes, nearest(before.codes, point).row, 2)];
}

/** Two independent numbers from the standard normal, from two that are uniform (Box and Muller 1958). */
export function normalPair(uniform) {
  const length = Math.sqrt(-2 * Math.log(uniform())), angle = 2 * Math.PI * uniform();
  return [length * Math.cos(angle), length * Math.sin(angle)];
}
