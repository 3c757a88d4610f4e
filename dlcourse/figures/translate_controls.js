// The controls of the figure: the text, how it is translated, and how much of the translation is shown.

import { button, choice, make, newId, place, slider } from "./kit.js";
import { CHARACTERS } from "./translate_language.js";
import { MOST } from "./translate_network.js";

/** The field for a number or its words, and numbers that are drawn. Returns a function that shows the state's text. */
export function translateText(parent, state) {
  const id = newId(), box = make("div", { class: "dl-gates-text" }, parent);
  make("label", { for: id }, box, "A number from 0 to 999,999, or its English words");
  const plain = { spellcheck: "false", autocapitalize: "none", autocomplete: "off" };
  const field = make("input", { id, type: "text", class: "dl-translate-field", maxlength: CHARACTERS, ...plain }, box);
  const row = make("div", { class: "dl-buttons dl-sampler-buttons" }, parent);
  button(row, "Random number", () => state.draw());
  button(row, "Find a mistake", () => state.findMistake());
  const show = () => {
    place(field, { "aria-invalid": String(Boolean(state.problem)) });
    if (!field.matches(":focus")) field.value = state.get("text");
  };
  field.addEventListener("input", () => state.type(field.value));
  field.addEventListener("blur", () => {
    if (state.problem) state.translate(state.get("text"));
    show();
  });
  return show;
}

/** Word after word, all, or from the start; and a slider for the same. */
export function translateSteps(parent, state) {
  const row = make("div", { class: "dl-buttons dl-sampler-buttons" }, parent);
  button(row, "Next word", () => state.look(state.step + 1));
  button(row, "All", () => state.look(MOST));
  button(row, "Start over", () => state.look(0));
  const words = slider(parent, "words written", { min: 0, max: MOST, step: 1, format: String, get: () => state.step, set: step => state.look(step) });
  return () => {
    for (const input of parent.querySelectorAll("input")) input.max = state.length;
    words.show();
  };
}

/** How many beginnings are kept, and what the map shows. */
export function translateChoices(parent, state) {
  const widths = [[1, "1, greedy"], ...[2, 3, 4].map(width => [width, String(width)])];
  const controls = [
    choice(parent, "Beam", widths, { get: () => state.get("width"), set: width => { state.found = ""; state.tell({ width }); } }),
    choice(parent, "Map", [["shades", "shades"], ["numbers", "numbers"]], { get: () => state.get("shown"), set: shown => state.tell({ shown }) }),
  ];
  return () => { for (const control of controls) control.show(); };
}
