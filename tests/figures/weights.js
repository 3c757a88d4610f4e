// A figure for the tests alone: it adds up many numbers, and multiplies the sum by a value that can be set.

import { bytes, frame, halves, make, slider } from "./kit.js";

function render({ model, el }) {
  const body = frame(el, model, "A sum"), numbers = halves(bytes(model.get("data")));
  const total = numbers.reduce((sum, value) => sum + value, 0), read = make("output", {}, body);
  const show = () => { read.textContent = `${numbers.length} numbers, sum ${model.get("factor") * total}`; control.show(); };
  const set = value => { model.set("factor", value); model.save_changes(); };
  const control = slider(body, "factor", { min: 0, max: 9, step: 1, get: () => model.get("factor"), set, format: String });
  model.on("change:factor", show);
  show();
}

export default { render };
