// The translator of lab 5d in the page: a GRU reads, another one writes and looks back, and a beam keeps the likeliest
// beginnings. Pure functions, which the tests compare with dlcourse.apps.translation on the same numbers.

import { bytes, halves } from "./kit.js";
import { forward, sigmoid } from "./mlp.js";

// The tokens that both languages have; 0 is filling.
export const UNKNOWN = 1;
export const BEGIN = 2;
export const STOP = 3;
export const MOST = 14;  // words that are written, with the sign to stop
const LINE_END = 10, SPECIAL = ["", "unknown", "begin", "stop"], ACTIVATION = "tanh";

/** What the file holds: {H, source, target, token, encoder, decoder, head}. `source` and `target` are the words by token. */
export function readTranslator(data) {
  const raw = bytes(data), end = raw.indexOf(LINE_END), head = JSON.parse(new TextDecoder().decode(raw.subarray(0, end)));
  const H = head.hidden, [source, target] = [head.source, head.target].map(words => [...SPECIAL, ...words]);
  let at = end + 1;
  const half = count => Float64Array.from(halves(raw.subarray(at, at += 2 * count)));
  /** A GRU whose every token adds to the three gates what `inputs` has for it: W x + b. */
  const recurrent = tokens => {
    const vectors = half(tokens * H), inputs = forward([H, 3 * H], half(3 * H * H + 3 * H), ACTIVATION, vectors).at(-1);
    return { inputs, inner: half(3 * H * H + 3 * H) };
  };
  const encoder = recurrent(source.length), decoder = recurrent(target.length), V = target.length;
  const token = new Map(source.map((word, i) => [word, i]).slice(SPECIAL.length));
  return { H, source, target, token, encoder, decoder, shape: [2 * H, H, V], head: half(2 * H * H + H + V * H + V) };
}

/** The tokens of English words. A word that the network never saw becomes the unknown one. */
export const encode = ({ token }, words) => words.map(word => token.get(word) ?? UNKNOWN);

/** One step of a GRU: the state after a token. */
function step(H, { inputs, inner }, state, token) {
  const across = forward([H, 3 * H], inner, ACTIVATION, state).at(-1), from = 3 * H * token, after = new Float64Array(H);
  for (let j = 0; j < H; j++) {
    const reset = sigmoid(inputs[from + j] + across[j]), keep = sigmoid(inputs[from + H + j] + across[H + j]);
    const proposed = Math.tanh(inputs[from + 2 * H + j] + reset * across[2 * H + j]);
    after[j] = proposed + keep * (state[j] - proposed);
  }
  return after;
}

/** Read a sentence: the state after each of its tokens. */
export function read({ H, encoder }, tokens) {
  const keys = [];
  for (const token of tokens) keys.push(step(H, encoder, keys.at(-1) ?? new Float64Array(H), token));
  return keys;
}

/** Numbers as shares of 1, by their exponentials. */
export function softmax(values) {
  const most = Math.max(...values), powers = values.map(value => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map(power => power / sum);
}

/** Read one more written token: the state after it, where the network looks then, and how likely each next token is. */
export function goOn({ H, decoder, shape, head }, keys, before, token) {
  const state = step(H, decoder, before, token), joined = new Float64Array(2 * H);
  const looks = softmax(keys.map(key => key.reduce((sum, value, j) => sum + value * state[j], 0)));
  joined.set(state);
  keys.forEach((key, s) => key.forEach((value, j) => { joined[H + j] += looks[s] * value; }));
  return { state, looks, next: softmax(forward(shape, head, ACTIVATION, joined).at(-1)) };
}

/**
 * Keep the `width` likeliest beginnings, extend each by every token, keep the likeliest again. Returns the beam after each
 * number of words, and `best`, the sentence whose log p for each word is highest. A beginning is {tokens, total, steps}:
 * what was written, its log p, and what `goOn` said before each token and, unless it has stopped, before the next.
 */
export function translate(network, source, width = 1) {
  const keys = read(network, source);
  let beam = [{ tokens: [], total: 0, steps: [goOn(network, keys, keys.at(-1), BEGIN)] }];
  const beams = [beam];
  while (beams.length <= MOST && beam.some(unfinished)) {
    const grown = beam.flatMap(one => unfinished(one) ? extended(one, width) : [one]);
    beam = grown.sort((a, b) => b.total - a.total).slice(0, width);
    for (const one of beam) {
      if (unfinished(one) && one.steps.length === one.tokens.length) {
        one.steps = [...one.steps, goOn(network, keys, one.steps.at(-1).state, one.tokens.at(-1))];
      }
    }
    beams.push(beam);
  }
  const best = beam.reduce((a, b) => perWord(b) > perWord(a) ? b : a);
  return { beams, best };
}

export const unfinished = ({ tokens }) => tokens.at(-1) !== STOP && tokens.length < MOST;
export const perWord = ({ tokens, total }) => total / tokens.length;

/** The likeliest ways to go on with a beginning; filling, token 0, is not written. */
function extended({ tokens, total, steps }, width) {
  const { next } = steps.at(-1);
  return likeliest(next).slice(0, width).map(token => ({ tokens: [...tokens, token], total: total + Math.log(next[token]), steps }));
}

/** The tokens that can be written, the likeliest first; of equals the first. */
export const likeliest = next => [...next.keys()].slice(1).sort((a, b) => next[b] - next[a] || a - b);
