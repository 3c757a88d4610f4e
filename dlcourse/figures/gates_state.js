// What the gates show at one moment. Everything follows from the values of the model.

import { blank, encode, likeliest, nextProbabilities, readModel, readText } from "./character_model.js";

export const OPEN = 0.9;  // a gate above is called open
export const SHUT = 0.1;  // and below, shut
export const LONGEST = 300;  // characters of a text
export const QUANTITIES = { c: "cell state c", i: "input gate i", f: "forget gate f", o: "output gate o" };

/** What a gate is called: open, shut, or neither. */
export const word = gate => gate > OPEN ? "open" : gate < SHUT ? "shut" : "";

/** The figure's state. It reads from the model and writes to it; the figure is drawn anew when the model says so. */
export function gatesState(model) {
  const network = readModel(model.get("data")), get = name => model.get(name);
  let read = [], text = null, characters = [];

  const state = {
    names: ["text", "at", "unit", "shown"],
    network, get,
    /** The characters of the text. */
    get characters() {
      if (text !== get("text")) {
        text = get("text");
        characters = Array.from(text);
        read = readText(network, encode(network, text), read);
      }
      return characters;
    },
    /** What the LSTM computed at each character. */
    get steps() { return state.characters && read; },
    get length() { return state.characters.length; },
    get at() { return Math.max(0, Math.min(get("at"), state.length - 1)); },
    /** The step at the character that is looked at, and the one before; all zeros before the first. */
    get here() { return state.steps[state.at]; },
    get before() { return state.steps[state.at - 1] ?? blank(network); },
    /** The tokens that the model finds likeliest after this character, [[token, probability], ...], and that of the text. */
    expected(count) {
      const p = nextProbabilities(network, state.here), actual = state.steps[state.at + 1]?.token ?? null;
      return { list: likeliest(p).slice(0, count).map(token => [token, p[token]]), actual, chance: actual === null ? null : p[actual] };
    },
    /** How many units have a gate open, and how many have it shut, at this character. */
    counts(gate) {
      const kinds = [...state.here[gate]].map(word);
      return { open: kinds.filter(kind => kind === "open").length, shut: kinds.filter(kind => kind === "shut").length };
    },
    /** The largest |c| of the unit in the text, at least 1: the scale of its strip. */
    get scale() { return state.steps.reduce((most, { c }) => Math.max(most, Math.abs(c[get("unit")])), 1); },

    set(changes) {
      for (const [name, value] of Object.entries(changes)) model.set(name, value);
      model.save_changes();
    },
    /** Read another text, and look at one of its characters: the last one that was typed. */
    write(typed, at) {
      const kept = Array.from(typed).slice(0, LONGEST);
      state.set({ text: kept.join(""), at: Math.max(0, Math.min(at, kept.length - 1)) });
    },
    go(at) { state.set({ at: Math.max(0, Math.min(Math.round(at), state.length - 1)) }); },
    choose(unit) { state.set({ unit: Math.max(0, Math.min(Math.round(unit), network.H - 1)) }); },
  };
  return state;
}
