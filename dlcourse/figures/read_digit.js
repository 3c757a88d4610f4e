// Read a digit: whoever draws sees what a convolutional network makes of the drawing, and which part of it spoke.

import { frame, make, onNewLook, place } from "./kit.js";
import { readButtons, readControls, readLayer } from "./read_digit_controls.js";
import { readBars, readMaps, readSteps } from "./read_digit_looks.js";
import { readCaption, readPad } from "./read_digit_pad.js";
import { BELOW, FAR, UNSURE, readState } from "./read_digit_state.js";

const [below, wrong, all] = BELOW;
const LIMITS = `Below the dotted line, at ${UNSURE}, lay ${below} of ${all} answers on digits kept out of training; ${wrong} of them were wrong. `
  + `Of such digits 1 in 100 is further than ${FAR} from all training digits. A scribble can pass both: no doubt is no proof.`;

function render({ model, el }) {
  const body = frame(el, model, "Read a digit");
  let waiting = 0;
  /** Draw once before the next frame, however many values have changed until then. */
  const later = () => { waiting ||= requestAnimationFrame(show); };
  const state = readState(model, later);

  const columns = make("div", { class: "dl-columns" }, body), left = make("div", {}, columns), side = make("div", { class: "dl-side" }, columns);
  const parts = [readPad(left, state)], said = make("output", { "aria-live": "polite", class: "dl-read-said" }, left);
  parts.push(readCaption(left, state), readButtons(left, state), readSteps(side, state), readBars(side, state));
  make("p", { class: "dl-caption" }, side, LIMITS);
  const maps = make("div", { class: "dl-read-layer" }, body);
  parts.push(readLayer(maps, state), readMaps(maps, state), readControls(make("div", { class: "dl-controls" }, body), state));

  function show() {
    waiting = 0;
    for (const part of parts) part();
    place(said, { "aria-live": state.drawing ? "off" : "polite" });  // not sixty announcements a second
    if (said.textContent !== state.words) said.textContent = state.words;
  }
  const forget = onNewLook(el, later);
  show();
  return () => { forget(); cancelAnimationFrame(waiting); };
}

export default { render };
