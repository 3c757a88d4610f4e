// The language model of chapter 7 in the page: an LSTM that reads characters, and how the next one is drawn. Pure
// functions, which the tests compare with dlcourse.language on the same numbers.

import { bytes, halves } from "./kit.js";

const LINE_END = 10, UNKNOWN = 1;  // the character after the line of JSON; the token of a character that was never seen
const GATES = 4;

/** What the file holds: {names, token, V, H, from, W, out, outBias}. `from` has, for each token, what its vector adds to the
 * four gates, biases included: W_ih x + b. */
export function readModel(data) {
  const raw = bytes(data), end = raw.indexOf(LINE_END);
  const { embedding: D, hidden: H, special, characters } = JSON.parse(new TextDecoder().decode(raw.subarray(0, end)));
  const names = [...Array(special).fill(""), ...characters], V = names.length, rows = GATES * H;
  let at = end + 1;
  const half = count => halves(raw.subarray(at, at += 2 * count));
  const matrix = (count, columns) => {
    const scales = half(count), whole = raw.subarray(at, at += count * columns);
    return Float64Array.from(whole, (byte, i) => (byte > 127 ? byte - 256 : byte) * scales[Math.floor(i / columns)]);
  };
  const vectors = matrix(V, D), inputs = matrix(rows, D), W = matrix(rows, H), out = matrix(V, H), bias = half(rows), outBias = half(V);
  const from = Array.from({ length: V }, (_, token) => times(inputs, vectors.subarray(token * D, (token + 1) * D), bias));
  return { names, token: new Map(characters.map((character, i) => [character, special + i])), V, H, from, W, out, outBias };
}

/** A matrix, row after row in one array, times x, plus b. */
function times(matrix, x, b) {
  const width = x.length;
  return Float64Array.from(b, (sum, row) => {
    const start = row * width;
    for (let k = 0; k < width; k++) sum += matrix[start + k] * x[k];
    return sum;
  });
}

/** The tokens of a text. A character that the model never saw becomes the unknown one. */
export const encode = (model, text) => Array.from(text, character => model.token.get(character) ?? UNKNOWN);

/** The state before the first character: zeros. */
export const blank = ({ H }) => ({ h: new Float64Array(H), c: new Float64Array(H) });

const sigmoid = a => 0.5 * (1 + Math.tanh(a / 2));

/** Read one token: the gates i, f, o, the proposal g, the cell c and the state h after it. */
export function step({ H, W, from }, { h, c }, token) {
  const z = times(W, h, from[token]), next = { token };
  ["i", "f", "g", "o"].forEach((gate, k) => { next[gate] = z.slice(k * H, (k + 1) * H).map(gate === "g" ? Math.tanh : sigmoid); });
  next.c = next.f.map((f, j) => f * c[j] + next.i[j] * next.g[j]);
  next.h = next.o.map((o, j) => o * Math.tanh(next.c[j]));
  return next;
}

/** Read a text: what `step` returns for each token. What was `read` before is used as far as the texts agree. */
export function readText(model, tokens, read = []) {
  let same = 0;
  while (same < read.length && same < tokens.length && read[same].token === tokens[same]) same++;
  const steps = read.slice(0, same);
  for (const token of tokens.slice(same)) steps.push(step(model, steps.at(-1) ?? blank(model), token));
  return steps;
}

/** The probability of each token after a state, at a temperature and with all but the `k` likeliest set to 0. */
export function nextProbabilities(model, { h }, temperature = 1, k = model.V) {
  const scaled = times(model.out, h, model.outBias).map(logit => logit / temperature), order = likeliest(scaled);
  for (const token of order.slice(k)) scaled[token] = -Infinity;
  const most = scaled[order[0]], likely = scaled.map(value => Math.exp(value - most));
  const sum = likely.reduce((total, value) => total + value);
  return likely.map(value => value / sum);
}

/** The numbers of the tokens, the likeliest first; of equals the first. */
export const likeliest = values => [...values.keys()].sort((a, b) => values[b] - values[a] || a - b);

/** The first token whose cumulated probability exceeds a number from 0 to 1. */
export function draw(probabilities, u) {
  let sum = 0;
  const found = probabilities.findIndex(p => (sum += p) > u);
  return found < 0 ? probabilities.length - 1 : found;
}

/** What it costs to be told something of probability p, and what that is on average. */
export const bitsOf = p => -Math.log2(p);
export const entropyOf = probabilities => probabilities.reduce((sum, p) => sum + (p > 0 ? p * bitsOf(p) : 0), 0);

const NAMES = new Map([[" ", ["\u2423", "space"]], ["\n", ["\u21b5", "line end"]], ["", ["\ufffd", "unknown"]]]);
/** A character as it is drawn, with a sign for what cannot be seen, and as it is said. */
export const sign = character => NAMES.get(character)?.[0] ?? character;
export const spoken = character => NAMES.get(character)?.[1] ?? `\u201c${character}\u201d`;
