// Find the glyphs: a network says which digits are where in a scene, which one can draw on and put digits on.

import { findButtons, findChoices, findTools } from "./find_glyphs_controls.js";
import { findScene } from "./find_glyphs_scene.js";
import { findState } from "./find_glyphs_state.js";
import { findWords } from "./find_glyphs_words.js";
import { frame, make, onNewLook } from "./kit.js";

const LEGEND = "Solid box: right, or not judged. Dashed, with \u2717: false alarm. Dotted, without a score: missed.";

function render({ model, el }) {
  const body = frame(el, model, "Find the glyphs");
  let waiting = 0;
  /** Draw once before the next frame, however many values have changed until then. */
  const later = () => { waiting ||= requestAnimationFrame(show); };
  const state = findState(model, later), parts = [findChoices(make("div", { class: "dl-controls dl-find-top" }, body), state)];
  const columns = make("div", { class: "dl-columns" }, body), left = make("div", {}, columns);
  parts.push(findScene(left, state));
  make("p", { class: "dl-caption" }, left, LEGEND);
  parts.push(findButtons(left, state), findWords(make("div", { class: "dl-side" }, columns), state));
  parts.push(findTools(make("div", { class: "dl-controls" }, body), state));

  function show() {
    waiting = 0;
    for (const part of parts) part();
  }
  const forget = onNewLook(el, later);
  show();
  return () => { forget(); cancelAnimationFrame(waiting); };
}

export default { render };
