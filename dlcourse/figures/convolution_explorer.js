// The convolution explorer: a small image, a kernel that slides over it, and each sum as it is made; or stamps.

import { explorerChoices, explorerGeometry, explorerPixels, explorerPlace, explorerShift, explorerSum } from "./convolution_explorer_controls.js";
import { explorerImage, explorerOutput } from "./convolution_explorer_grid.js";
import { VALUES, explorerState } from "./convolution_explorer_state.js";
import { frame, make, onNewLook } from "./kit.js";

function render({ model, el }) {
  const body = frame(el, model, "Convolution");
  let waiting = 0;
  /** Draw once before the next frame, however many values have changed until then. */
  const later = () => { waiting ||= requestAnimationFrame(show); };
  const state = explorerState(model, later), controls = (kind = "") => make("div", { class: `dl-controls ${kind}` }, body);

  const choices = explorerChoices(controls("dl-conv-top"), state), columns = make("div", { class: "dl-columns dl-conv-columns" }, body);
  const parts = [choices, explorerImage(make("div", {}, columns), state), explorerOutput(make("div", {}, columns), state)];
  parts.push(explorerShift(controls(), state), explorerPlace(controls("dl-conv-part"), state), explorerSum(make("div", {}, body), state));
  parts.push(explorerGeometry(controls("dl-conv-part"), state), explorerPixels(controls("dl-conv-part"), state));

  function show() {
    waiting = 0;
    const seen = state.look();
    for (const part of parts) part(seen);
  }
  for (const name of VALUES) model.on(`change:${name}`, later);
  const forget = onNewLook(el, later);
  show();
  return () => { state.stop(); forget(); cancelAnimationFrame(waiting); };
}

export default { render };
