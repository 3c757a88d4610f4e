// What the words are about at one moment. Everything follows from the values of the model.

import { combined, planeOf, ranked, readWords, vectorOf } from "./words_math.js";

const SHOWN = 10;
const WORD_VALUES = ["mode", "word", "a", "b", "c", "leave_out"];

/** The figure's state. It reads from the model and writes to it; the figure is drawn anew when the model says so. */
export function wordsState(model) {
  const vectors = readWords(model.get("data")), passed = [];
  let known = "", found = null;

  return {
    names: WORD_VALUES,
    vectors,
    get: name => model.get(name),
    get asked() { return model.get("mode") === "neighbors" ? [model.get("word")] : ["a", "b", "c"].map(name => model.get(name)); },
    get passed() { return passed; },
    has: word => vectors.number.has(word),
    count: word => vectors.counts[vectors.number.get(word)],

    /** What is shown now: `list` of [word, cosine], and `points` of {word, place}, with what was asked before the rest. */
    get found() {
      const key = JSON.stringify(WORD_VALUES.map(name => model.get(name)));
      if (key !== known) found = this.look();
      known = key;
      return found;
    },
    look() {
      const { asked } = this, analogy = asked.length === 3;
      const direction = analogy ? combined(vectors, ...asked) : vectorOf(vectors, asked[0]);
      const list = ranked(vectors, direction, analogy && !model.get("leave_out") ? [] : asked, SHOWN);
      const words = [...new Set([...asked, ...list.map(([word]) => word)])];
      const rows = words.map(word => vectorOf(vectors, word));
      const { places, kept } = planeOf(analogy ? [direction, ...rows] : rows);
      const points = (analogy ? ["", ...words] : words).map((word, i) => ({ word, place: places[i] }));
      return { list, points, kept };
    },

    set(changes) {
      for (const [name, value] of Object.entries(changes)) model.set(name, value);
      model.save_changes();
    },
    /** Go to a word and its neighbors, and remember where we were. */
    visit(word) {
      const here = { mode: model.get("mode"), word: model.get("word") };
      if (here.mode === "neighbors" && here.word === word) return;
      passed.push(here);
      this.set({ mode: "neighbors", word });
    },
    back() { if (passed.length) this.set(passed.pop()); },
  };
}
