// The label budget: what each way to read digits makes of a number of labels, measured, and two ways compared.

import { budgetChart } from "./budget_chart.js";
import { budgetTable, compareControl, curvesControl, labelsControl } from "./budget_controls.js";
import { budgetState } from "./budget_state.js";
import { frame, make } from "./kit.js";

function render({ model, el }) {
  const body = frame(el, model, "The label budget"), state = budgetState(model);
  let waiting = 0;
  /** Draw once before the next frame, however many values have changed until then. */
  const later = () => { waiting ||= requestAnimationFrame(show); };

  const columns = make("div", { class: "dl-columns dl-budget-columns" }, body);
  const left = make("div", {}, columns), side = make("div", { class: "dl-side" }, columns);
  const parts = [budgetChart(left, state), labelsControl(left, state), curvesControl(side, state), budgetTable(side, state)];
  parts.push(compareControl(make("div", { class: "dl-budget-below" }, body), state));
  function show() {
    waiting = 0;
    for (const part of parts) part();
  }
  for (const name of state.names) model.on(`change:${name}`, later);
  show();
  return () => cancelAnimationFrame(waiting);
}

export default { render };
