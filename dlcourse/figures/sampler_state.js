// What the sampler has written, and how. Everything follows from the values of the model: the same seed draws the same.

import { bitsOf, blank, draw, encode, nextProbabilities, readModel, readText, step } from "./character_model.js";
import { lessMotion } from "./kit.js";
import { uniform } from "./random.js";

export const LONGEST = 200;  // characters of a prompt
export const MOST = 400;  // characters that are written
const EVERY = 40, JUMP = 100;  // milliseconds for a character; characters at once where nothing is to move

/** The figure's state. `onChange` is called when it starts or stops to write; for the rest the model tells. */
export function samplerState(model, onChange) {
  const network = readModel(model.get("data")), get = name => model.get(name);
  let read = [], key = null, entries = [], draws = null, timer = 0;

  /** What follows a prompt: before each character the probabilities, then what was drawn. Known as far as it was asked for. */
  function entry(n) {
    const now = JSON.stringify(["prompt", "temperature", "top_k", "seed"].map(get));
    if (key !== now) {
      key = now;
      read = readText(network, encode(network, get("prompt")), read);
      [entries, draws] = [[], uniform(get("seed"))];
    }
    while (entries.length <= n) {
      const last = entries.at(-1), after = last ? step(network, last.after, last.token) : read.at(-1) ?? blank(network);
      const own = nextProbabilities(network, after), drawn = nextProbabilities(network, after, get("temperature"), get("top_k"));
      const u = draws(), token = draw(drawn, u);
      entries.push({ after, own, drawn, u, token, bits: bitsOf(own[token]) });
    }
    return entries[n];
  }
  function set(changes) {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
  }

  const state = {
    names: ["prompt", "temperature", "top_k", "seed", "written", "at"],
    network, get, entry,
    get written() { return get("written"); },
    get at() { return Math.min(get("at"), state.written); },
    /** The draw that is shown: of a written character, or the one that comes next. */
    get here() { return entry(state.at); },
    get isNext() { return state.at === state.written; },
    /** The mean bits of what is written, by the model's own probabilities. */
    get mean() {
      let sum = 0;
      for (let n = 0; n < state.written; n++) sum += entry(n).bits;
      return state.written ? sum / state.written : 0;
    },
    get writing() { return timer !== 0; },

    tell(changes) {
      set(changes);
      model.save_changes();
    },
    look(at) { state.tell({ at: Math.max(0, Math.min(Math.round(at), state.written)) }); },
    /** Write some more characters, as many as there is room for. */
    more(count) {
      const written = Math.min(MOST, state.written + count);
      state.tell({ written, at: written });
    },
    start() {
      if (state.written === MOST) state.clear();
      if (lessMotion()) return state.more(JUMP);
      timer = setInterval(() => {
        const written = state.written + 1;
        set({ written, at: written });
        if (written >= MOST) state.stop();
      }, EVERY);
      onChange();
    },
    stop() {
      if (!timer) return;
      clearInterval(timer);
      timer = 0;
      model.save_changes();
      onChange();
    },
    clear() {
      state.stop();
      state.tell({ written: 0, at: 0 });
    },
  };
  return state;
}
