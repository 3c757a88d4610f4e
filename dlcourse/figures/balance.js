// Balance: a pole on a cart to be kept upright by the reader, beside a network that has learned it.

import { balanceButtons, balanceDrivers, balanceSliders, balanceSteering } from "./balance_controls.js";
import { balanceCaption, balanceChart, balanceLanes } from "./balance_lanes.js";
import { balanceState } from "./balance_state.js";
import { balanceSentence, balanceTable } from "./balance_words.js";
import { frame, make, onNewLook } from "./kit.js";

function render({ model, el }) {
  let waiting = 0;
  /** Draw once before the next frame, however many values have changed until then. */
  const later = () => { waiting ||= requestAnimationFrame(show); };
  const state = balanceState(model, later), body = frame(el, model, "Balance");

  const parts = [balanceDrivers(make("div", { class: "dl-controls dl-balance-top" }, body), state)];
  const columns = make("div", { class: "dl-columns dl-balance-columns" }, body), left = make("div", {}, columns);
  const right = make("div", { class: "dl-side" }, columns);
  // What is pressed stands close below what is looked at: on a phone both are to be seen at once.
  parts.push(balanceLanes(left, state), balanceSteering(left, state), balanceButtons(left, state));
  balanceCaption(left);
  parts.push(balanceTable(right, state), balanceSentence(right, state), balanceChart(right, state));
  parts.push(balanceSliders(make("div", { class: "dl-controls" }, body), state));

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
