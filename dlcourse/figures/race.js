// The race: optimizers go down the same surface from the same start, each at its own learning rate.

import { frame, make, onNewLook } from "./kit.js";
import { raceChart } from "./race_chart.js";
import { raceControls } from "./race_controls.js";
import { raceMap } from "./race_map.js";
import { raceState } from "./race_state.js";

function render({ model, el }) {
  const state = raceState(model), body = frame(el, model, "Optimizers racing");
  let waiting = 0;
  /** Draw once before the next frame, however many values have changed until then. */
  const later = () => { waiting ||= requestAnimationFrame(show); };

  const columns = make("div", { class: "dl-columns" }, body);
  const parts = [raceMap(make("div", {}, columns), state), raceChart(make("div", { class: "dl-side" }, columns), state)];
  parts.push(raceControls(make("div", { class: "dl-controls" }, body), state, later));

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
