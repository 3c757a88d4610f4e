// Words as points: type one and walk from neighbor to neighbor, or add and subtract three.

import { frame, make, onNewLook } from "./kit.js";
import { wordsControls, wordsList } from "./words_controls.js";
import { wordsPlane } from "./words_plane.js";
import { wordsState } from "./words_state.js";

function render({ model, el }) {
  const state = wordsState(model), body = frame(el, model, "Word vectors");
  let waiting = 0;
  /** Draw once before the next frame, however many values have changed until then. */
  const later = () => { waiting ||= requestAnimationFrame(show); };

  const showControls = wordsControls(make("div", { class: "dl-controls dl-words-controls" }, body), state);
  const columns = make("div", { class: "dl-columns" }, body);
  const showPlane = wordsPlane(make("div", {}, columns), state), showList = wordsList(make("div", { class: "dl-side" }, columns), state);

  function show() {
    waiting = 0;
    showControls();
    showPlane();
    showList();
  }
  for (const name of state.names) model.on(`change:${name}`, later);
  const forget = onNewLook(el, later);
  show();
  return () => { forget(); cancelAnimationFrame(waiting); };
}

export default { render };
