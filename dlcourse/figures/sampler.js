// The sampler: a language model writes, and each character that it draws can be looked into.

import { frame, make, onNewLook } from "./kit.js";
import { samplerBars, samplerSentence, samplerStrip } from "./sampler_bars.js";
import { samplerButtons, samplerPosition, samplerPrompt, samplerSliders } from "./sampler_controls.js";
import { samplerState } from "./sampler_state.js";
import { samplerText } from "./sampler_text.js";

function render({ model, el }) {
  let waiting = 0;
  /** Draw once before the next frame, however many values have changed until then. */
  const later = () => { waiting ||= requestAnimationFrame(show); };
  const state = samplerState(model, later), body = frame(el, model, "The sampler");

  const parts = [samplerPrompt(make("div", { class: "dl-controls dl-gates-top" }, body), state)];
  parts.push(samplerSliders(make("div", { class: "dl-controls dl-gates-top" }, body), state), samplerButtons(body, state));
  const columns = make("div", { class: "dl-sampler-columns" }, body);
  const left = make("div", { class: "dl-sampler-left" }, columns), right = make("div", {}, columns);
  parts.push(samplerText(left, state), samplerPosition(make("div", { class: "dl-controls" }, right), state));
  parts.push(samplerBars(right, state), samplerStrip(right, state), samplerSentence(right, state));

  function show() {
    waiting = 0;
    for (const part of parts) part();
  }
  for (const name of state.names) model.on(`change:${name}`, later);
  const forget = onNewLook(el, later);
  show();
  return () => { state.stop(); forget(); cancelAnimationFrame(waiting); };
}

export default { render };
