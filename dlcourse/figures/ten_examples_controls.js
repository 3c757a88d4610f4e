// The buttons: what is on the pad, which digit it is, and the examples, each of which can be taken away.

import { button, make, place } from "./kit.js";
import { painted } from "./pictures.js";
import { CLASSES } from "./ten_examples_head.js";
import { SIDE } from "./ten_examples_network.js";
import { MOST } from "./ten_examples_state.js";

const DIGITS = Array.from({ length: CLASSES }, (_, digit) => digit);
export const FILLS = [1, 2, 3, 5];

/** Below the pad: say which digit it is, clear it, bring the last drawing back, look at a test digit. */
export function padButtons(parent, state) {
  make("p", { class: "dl-read-title" }, parent, "Teach it: this is a");
  const group = make("div", { class: "dl-ten-teach", role: "group", "aria-label": "Teach it: this is a" }, parent);
  const digits = DIGITS.map(digit => place(button(group, digit, () => state.teach(digit)), { "aria-label": `teach: this is a ${digit}` }));
  const row = make("div", { class: "dl-buttons dl-read-buttons" }, parent);
  button(row, "Clear", state.clear);
  const recall = button(row, "My drawing", state.recall);
  button(row, "A test digit", state.nextTest);
  return () => {
    digits.forEach((one, digit) => { one.disabled = !state.canTeach(digit); });
    recall.disabled = !state.hasDrawing || state.get("row") < 0 && state.get("strokes").length > 0;
  };
}

/** All examples, by digit. Returns a function that shows them, and makes them anew if they are others than before. */
export function exampleLists(parent, state) {
  make("p", { class: "dl-read-title" }, parent, "The examples. A click on one takes it away; + takes a handwritten one.");
  const list = make("div", { class: "dl-ten-examples" }, parent);
  const rows = DIGITS.map(digit => {
    const row = make("div", { class: "dl-ten-row", role: "group", "aria-label": `Examples of ${digit}` }, list);
    make("strong", { "aria-hidden": "true" }, row, digit);
    const shown = make("span", { class: "dl-ten-shown" }, row);
    const more = place(button(row, "+", () => state.add(digit)), { "aria-label": `add a handwritten ${digit}` });
    return { shown, more };
  });
  let made = null;
  return () => {
    const { learned } = state;
    if (made === learned) return repaint(learned);
    const held = rows.findIndex(({ shown }) => shown.contains(document.activeElement));
    made = learned;
    rows.forEach(({ shown, more }, digit) => {
      shown.replaceChildren();
      const own = learned.labels.flatMap((label, i) => label === digit ? [i] : []);
      own.forEach((index, place) => exampleButton(shown, state, index, `${place + 1} of ${own.length}`));
      more.disabled = own.length >= MOST;
    });
    if (held >= 0) (rows[held].shown.querySelector("button") ?? rows[held].more).focus();
    repaint(learned);
  };
  function repaint(learned) {
    for (const canvas of list.querySelectorAll("canvas")) painted(canvas, learned.rows[canvas.dataset.index].pixels, SIDE, 1);
  }
}

function exampleButton(parent, state, index, which) {
  const [digit, source] = state.get("examples")[index], own = typeof source !== "number";
  const one = button(parent, "", () => state.remove(index));
  place(one, { class: own ? "dl-ten-own" : "", "aria-label": `take away example ${which} of ${digit}, ${own ? "your drawing" : "handwritten"}` });
  make("canvas", { width: SIDE, height: SIDE, "data-index": index, "aria-hidden": "true" }, one);
}

/** Take many handwritten digits at once, or others, or none. */
export function fillButtons(parent, state) {
  const row = make("div", { class: "dl-buttons dl-read-buttons dl-ten-fill", role: "group", "aria-label": "Handwritten digits" }, parent);
  make("span", { "aria-hidden": "true" }, row, "Fill up to");
  for (const count of FILLS) place(button(row, count, () => state.fill(count)), { "aria-label": `fill up to ${count} of each digit` });
  const others = button(row, "Other digits", state.redraw), none = button(row, "Remove all", state.removeAll);
  return () => {
    const examples = state.get("examples");
    others.disabled = !examples.some(([, source]) => typeof source === "number");
    none.disabled = !examples.length;
  };
}
