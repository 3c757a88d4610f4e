// Ten examples: a network that learned letters stays as it is, and a head learns digits from drawings, at once.

import { frame, make, onNewLook, place } from "./kit.js";
import { readPad } from "./read_digit_pad.js";
import { exampleChart } from "./ten_examples_chart.js";
import { exampleLists, fillButtons, padButtons } from "./ten_examples_controls.js";
import { exampleBars, exampleLikes } from "./ten_examples_looks.js";
import { examplesState } from "./ten_examples_state.js";
import { onPad, said } from "./ten_examples_words.js";

function render({ model, el }) {
  const body = frame(el, model, "Ten examples");
  let waiting = 0;
  /** Draw once before the next frame, however many values have changed until then. */
  const later = () => { waiting ||= requestAnimationFrame(show); };
  const state = examplesState(model, later);

  const columns = kind => {
    const box = make("div", { class: `dl-columns ${kind}` }, body);
    return [make("div", {}, box), make("div", { class: "dl-side" }, box)];
  };
  const [left, right] = columns("dl-ten-top"), [below, beside] = columns("dl-ten-below");
  const parts = [readPad(left, state, onPad)], output = make("output", { "aria-live": "polite", class: "dl-read-said" }, left);
  const caption = make("p", { class: "dl-caption dl-read-caption" }, left);
  parts.push(padButtons(left, state), exampleBars(right, state), exampleLikes(right, state));
  parts.push(exampleLists(below, state), fillButtons(below, state), exampleChart(beside, state));

  function show() {
    waiting = 0;
    for (const part of parts) part();
    caption.textContent = onPad(state);
    place(output, { "aria-live": state.drawing ? "off" : "polite" });  // not sixty announcements a second
    const words = said(state);
    if (output.textContent !== words) output.textContent = words;
  }
  const forget = onNewLook(el, later);
  show();
  return () => { forget(); cancelAnimationFrame(waiting); };
}

export default { render };
