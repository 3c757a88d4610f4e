// The mathematics of the words: vectors of length 1, cosines, neighbors, analogies, and the plane of a few vectors. Tested
// against dlcourse.skipgram.

import { bytes } from "./kit.js";

const LINE_END = 10;  // the character after the line of JSON

/** The stored vectors: {words, counts, number, unit}, where `unit` has a vector of length 1 for each word. */
export function readWords(data) {
  const raw = bytes(data), end = raw.indexOf(LINE_END);
  const { words, counts } = JSON.parse(new TextDecoder().decode(raw.subarray(0, end)));
  const numbers = Array.from(raw.subarray(end + 1), byte => byte > 127 ? byte - 256 : byte), dim = numbers.length / words.length;
  const unit = words.map((_, row) => scaled(numbers.slice(row * dim, (row + 1) * dim)));
  return { words, counts, unit, number: new Map(words.map((word, row) => [word, row])) };
}

const dot = (x, y) => x.reduce((sum, value, i) => sum + value * y[i], 0);
const scaled = x => { const length = Math.sqrt(dot(x, x)); return x.map(value => value / length); };

/** The vector b - a + c, or that of a single word. */
export const vectorOf = ({ unit, number }, word) => unit[number.get(word)];
export const combined = (vectors, a, b, c) => {
  const [x, y, z] = [a, b, c].map(word => vectorOf(vectors, word));
  return y.map((value, i) => value - x[i] + z[i]);
};

/** The words, but some, whose vectors point most in a direction: [[word, cosine], ...], the first `count` of them. */
export function ranked({ words, unit }, direction, without, count) {
  const toward = scaled(direction), cosines = unit.map(vector => dot(vector, toward));
  const order = words.map((_, row) => row).sort((i, j) => cosines[j] - cosines[i] || i - j);
  return order.filter(row => !without.includes(words[row])).slice(0, count).map(row => [words[row], cosines[row]]);
}

/** A matrix that is its own transpose, turned until it is diagonal: its eigenvalues and eigenvectors, the largest first. Source: Jacobi 1846. */
export function eigen(matrix) {
  const A = matrix.map(row => [...row]), n = A.length, V = A.map((_, i) => A.map((_, j) => Number(i === j)));
  const beside = () => Math.sqrt(A.reduce((sum, row, i) => sum + row.reduce((part, value, j) => part + (i === j ? 0 : value * value), 0), 0));
  for (let sweep = 0; sweep < 30 && beside() > 1e-15 * Math.abs(A.reduce((sum, row, i) => sum + row[i], 0)); sweep++) {
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) {
      if (Math.abs(A[p][q]) < 1e-300) continue;
      const theta = (A[q][q] - A[p][p]) / (2 * A[p][q]), t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
      const c = 1 / Math.hypot(t, 1), s = t * c;
      const turn = (row, one, other) => { [row[one], row[other]] = [c * row[one] - s * row[other], s * row[one] + c * row[other]]; };
      for (const row of A) turn(row, p, q);
      for (let k = 0; k < n; k++) [A[p][k], A[q][k]] = [c * A[p][k] - s * A[q][k], s * A[p][k] + c * A[q][k]];
      for (const row of V) turn(row, p, q);
    }
  }
  const order = A.map((_, i) => i).sort((i, j) => A[j][j] - A[i][i]);
  return { values: order.map(i => A[i][i]), vectors: order.map(i => V.map(row => row[i])) };
}

/** Some vectors on the plane in which they vary most, and the share of their variance that it keeps. Each axis points to
 * where its largest coordinate is. */
export function planeOf(rows) {
  const mean = rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
  const centered = rows.map(row => row.map((value, i) => value - mean[i]));
  const { values, vectors } = eigen(centered.map(one => centered.map(other => dot(one, other))));
  const axes = [0, 1].map(k => {
    const along = vectors[k].map(value => value * Math.sqrt(Math.max(0, values[k])));
    const far = along.reduce((best, value) => Math.abs(value) > Math.abs(best) ? value : best, 0);
    return along.map(value => far < 0 ? -value : value);
  });
  return { places: rows.map((_, i) => [axes[0][i], axes[1][i]]), kept: (values[0] + values[1]) / values.reduce((a, b) => a + b) };
}

/** How many letters have to be put in, left out, exchanged, or swapped with the next, to make one word of another.
 * Source: Damerau 1964. */
export function editDistance(one, other) {
  const table = Array.from({ length: one.length + 1 }, (_, i) => Array.from({ length: other.length + 1 }, (_, j) => i ? (j ? 0 : i) : j));
  for (let i = 1; i <= one.length; i++) for (let j = 1; j <= other.length; j++) {
    const ways = [table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (one[i - 1] !== other[j - 1])];
    if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) ways.push(table[i - 2][j - 2] + 1);
    table[i][j] = Math.min(...ways);
  }
  return table[one.length][other.length];
}

/** The words that are spelled most like this one: at most three, none if nothing is near. Two letters or more may also be
 * how a word begins. */
export function spelledLike(typed, words) {
  const distance = word => Math.min(editDistance(typed, word), typed.length > 1 && word.startsWith(typed) ? 1.5 : Infinity);
  const near = words.map((word, row) => [distance(word), row]).filter(([far]) => far <= Math.max(1.5, typed.length / 3));
  return near.sort((x, y) => x[0] - y[0] || x[1] - y[1]).slice(0, 3).map(([, row]) => words[row]);
}
