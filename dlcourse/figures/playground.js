// The playground: a network to build and to train, in which every unit shows what it makes of the plane.

import { color, frame, make, onNewLook } from "./kit.js";
import { lossCurve, playgroundControls, playgroundResult, trainingButtons } from "./playground_controls.js";
import { gridOf, playgroundNetwork } from "./playground_network.js";
import { playgroundPlane } from "./playground_plane.js";
import { playgroundState } from "./playground_state.js";

const REST = 2;  // while it trains, drawing rests twice as long as it took, so that a slow device is not kept busy

function render({ model, el }) {
  let waiting = 0, drawn = 0, cost = 0, look = null, task = "", grid = null;
  /** Draw once before the next frame, however many values have changed until then. */
  const later = () => {
    if (!state.running || performance.now() > drawn + REST * cost) waiting ||= requestAnimationFrame(show);
  };
  const state = playgroundState(model, later);
  const body = frame(el, model, "A network");
  const columns = make("div", { class: "dl-network-columns" }, body), [left, right, words, curve] = [0, 1, 2, 3].map(() => make("div", {}, columns));
  const showNetwork = playgroundNetwork(left, state, later), showPlane = playgroundPlane(right, state);
  const showButtons = trainingButtons(words, state), showResult = playgroundResult(words, state), showCurve = lossCurve(curve, state);
  const showControls = playgroundControls(make("div", { class: "dl-controls" }, body), state);

  function show() {
    const start = performance.now();
    waiting = 0;
    look ??= colors(el);
    if (task !== state.get("task")) grid = gridOf(task = state.get("task"));
    const outputs = state.outputs(grid);
    showNetwork(outputs, look);
    showPlane(outputs, look);
    showButtons();
    showResult(state.judge());
    showCurve();
    showControls();
    drawn = performance.now();
    cost = drawn - start;
  }
  const forget = onNewLook(el, () => { look = null; later(); });
  show();
  return () => { state.stop(); forget(); cancelAnimationFrame(waiting); };
}

/** The colors of the page, as they are now. */
function colors(el) {
  const figure = el.querySelector(".dl-figure"), rgb = name => color(figure, name);
  const [one, zero] = ["--dl-one", "--dl-zero"].map(name => `rgb(${rgb(name)})`);
  return { surface: ["--dl-no", "--dl-between", "--dl-yes"].map(rgb), one, zero };
}

export default { render };
