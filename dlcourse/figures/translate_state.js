// What the figure is about at one moment. Everything follows from the values of the model.

import { uniform } from "./random.js";
import { LARGEST, german, numberOf, withCommas, wordsOf } from "./translate_language.js";
import { MOST, STOP, UNKNOWN, encode, readTranslator, translate } from "./translate_network.js";

export const TRIES = 500;  // random numbers among which a mistake is looked for, at once

/** The place of the first difference between two lists, counted from 0; null if there is none. */
export function firstDifference(got, wanted) {
  const at = Array.from({ length: Math.max(got.length, wanted.length) }, (_, k) => k).find(k => got[k] !== wanted[k]);
  return at ?? null;
}

/** Random numbers from the k-th on, counted from 0. */
export function randomNumbers(k) {
  const draw = uniform(0);
  for (let skipped = 0; skipped < k; skipped++) draw();
  return () => Math.floor(draw() * (LARGEST + 1));
}

/** The figure's state. `changed` is called when something changes that is no value of the model. */
export function translateState(model, changed) {
  const network = readTranslator(model.get("data")), get = name => model.get(name);
  let known = null, key = null;

  /** Words in German: {source, best, beams, pieces, right, mistake}. `pieces` ends with the sign to stop, if it is written. */
  function translation(words, width) {
    const source = encode(network, words), { best, beams } = translate(network, source, width);
    const pieces = best.tokens.map(token => network.target[token]), n = numberOf(words);
    const right = n === null ? null : [...german(n), network.target[STOP]];
    return { words, source, best, beams, pieces, number: n, right, mistake: right && firstDifference(pieces, right) };
  }

  const state = {
    names: ["text", "width", "step", "shown", "drawn"],
    network, get,
    problem: "",  // why what is typed cannot be read; the last text that could be stays
    found: "",  // what the search for a mistake says

    /** The translation of now. */
    get now() {
      const asked = JSON.stringify([get("text"), get("width")]);
      if (key !== asked) [key, known] = [asked, translation(wordsOf(get("text")).words, get("width"))];
      return known;
    },
    get length() { return state.now.pieces.length; },
    get step() { return Math.min(get("step"), state.length); },
    get done() { return state.step === state.length; },
    /** Where the network looks, and what it finds likely, before the next word, or in the end before the last. */
    get here() { return state.now.best.steps[Math.min(state.step, state.length - 1)]; },
    /** The words that the network never saw. */
    get unknown() { return state.now.words.filter((_, s) => state.now.source[s] === UNKNOWN); },
    /** The beginnings that are kept after the words that are shown; in the end the whole sentences. */
    get beam() { return state.done ? state.now.beams.at(-1) : state.now.beams[state.step]; },

    tell(changes) {
      for (const [name, value] of Object.entries(changes)) model.set(name, value);
      model.save_changes();
    },
    /** Translate another text. Who saw all of the last translation sees all of this one. */
    translate(text, changes = {}) {
      state.found = state.problem = "";
      state.tell({ step: state.done ? MOST : 0, ...changes, text });
    },
    type(text) {
      const { problem } = wordsOf(text);
      if (!problem) return state.translate(text);
      state.problem = problem;
      changed();
    },
    look(step) { state.tell({ step: Math.max(0, Math.min(Math.round(step), state.length)) }); },

    draw() {
      const k = get("drawn");
      state.translate(withCommas(randomNumbers(k)()), { drawn: k + 1 });
    },
    /** Draw random numbers until one is translated wrong, and show it whole. */
    findMistake() {
      const from = get("drawn"), draw = randomNumbers(from);
      for (let tried = 1; tried <= TRIES; tried++) {
        const text = withCommas(draw());
        if (translation(wordsOf(text).words, get("width")).mistake === null && tried < TRIES) continue;
        state.translate(text, { drawn: from + tried, step: MOST });
        const before = tried === 1 ? "It was the first random number." : `${tried - 1} random numbers before it were right.`;
        state.found = state.now.mistake === null ? `${TRIES} random numbers were drawn, and all are right.` : `Found. ${before}`;
        return changed();
      }
    },
  };
  return state;
}
