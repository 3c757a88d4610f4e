// Gates at work: an LSTM reads what is typed, and each of its units shows what it lets in, keeps and lets out.

import { frame, make, onNewLook } from "./kit.js";
import { gatesCursor, gatesText, gatesUnit } from "./gates_controls.js";
import { gatesMap } from "./gates_map.js";
import { gatesScore } from "./gates_score.js";
import { gatesState } from "./gates_state.js";
import { gatesCell, gatesNext } from "./gates_words.js";

function render({ model, el }) {
  const state = gatesState(model), body = frame(el, model, "Gates at work");
  let waiting = 0;
  /** Draw once before the next frame, however many values have changed until then. */
  const later = () => { waiting ||= requestAnimationFrame(show); };

  const parts = [gatesText(make("div", { class: "dl-controls dl-gates-top" }, body), state)];
  parts.push(gatesUnit(make("div", { class: "dl-controls dl-gates-top" }, body), state));
  parts.push(gatesScore(make("div", { class: "dl-gates-score" }, body), state));
  parts.push(gatesCursor(make("div", { class: "dl-controls dl-gates-cursor" }, body), state));
  const columns = make("div", { class: "dl-gates-columns" }, body);
  parts.push(gatesCell(make("div", {}, columns), state), gatesNext(make("div", {}, columns), state));
  parts.push(gatesMap(make("div", { class: "dl-gates-part" }, body), state));

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
