// Translate: a network writes a number in German, word by word, and shows where it looks in the English words.

import { frame, make, onNewLook } from "./kit.js";
import { translateBars, translateBeam } from "./translate_bars.js";
import { translateChoices, translateSteps, translateText } from "./translate_controls.js";
import { translateMap } from "./translate_map.js";
import { translateState } from "./translate_state.js";
import { translateSentence } from "./translate_words.js";

function render({ model, el }) {
  let waiting = 0;
  /** Draw once before the next frame, however many values have changed until then. */
  const later = () => { waiting ||= requestAnimationFrame(show); };
  const state = translateState(model, later), body = frame(el, model, "Translate");

  const parts = [translateText(make("div", { class: "dl-controls dl-gates-top" }, body), state)];
  const columns = make("div", { class: "dl-translate-columns" }, body);
  // The sentence stands beside the buttons, or on a phone below them, so that who presses one sees what it did.
  parts.push(translateSteps(make("div", { class: "dl-translate-steps" }, columns), state), translateSentence(columns, state));
  const left = make("div", {}, columns), right = make("div", { class: "dl-side" }, columns);
  parts.push(translateMap(left, state), translateBars(right, state), translateBeam(right, state));
  parts.push(translateChoices(make("div", { class: "dl-controls" }, body), state));

  function show() {
    waiting = 0;
    for (const part of parts) part();
  }
  for (const name of state.names) model.on(`change:${name}`, later);
  const forget = onNewLook(el, later);
  show();
  return () => { forget(); cancelAnimationFrame(waiting); };
}

export default { render };
