// The controls of the neuron figure. Whatever can be dragged in the plane can be done here, by keyboard too.

import { button, choice, indexed, make, slider, written } from "./kit.js";
import { GATES } from "./network.js";

const MOST_HIDDEN = 4;
const numbered = (count, name) => Array.from({ length: count }, (_, i) => [i, name(i)]);

/** Make the controls of a state. Returns a function that shows its values in them. */
export function neuronControls(parent, state, pairs, changed) {
  const tasks = [...Object.keys(GATES), ...pairs].map(name => [name, name]);
  const task = choice(parent, "Task", tasks, { get: () => state.task, set: name => state.choose(name) });
  const layer = choice(parent, "Hidden neurons", numbered(MOST_HIDDEN + 1, String), { get: () => state.hidden, set: count => state.build(count) });
  const play = trainingButtons(parent, state, changed);
  const weights = renewed(make("div", { class: "dl-group" }, parent), () => `${state.hidden} ${state.neuron}`, box => weightControls(box, state, changed));
  const fold = make("details", { class: "dl-more" }, parent), summary = make("summary", {}, fold);
  const points = renewed(make("div", { class: "dl-group" }, fold), () => `${state.task} ${state.points.length}`, box => pointControls(box, state, changed));
  return () => {
    summary.textContent = state.isGate ? "Move a point by numbers" : "Look at a digit";
    for (const control of [task, layer, play, weights, points]) control.show();
  };
}

/** Controls that are made anew when what they are about has another shape, and otherwise only show other values. */
function renewed(box, shape, build) {
  let made, controls;
  return { show() {
    if (made !== shape()) {
      box.replaceChildren();
      controls = build(box);
      made = shape();
    }
    for (const control of controls) control.show();
  } };
}

function trainingButtons(parent, state, changed) {
  const row = make("div", { class: "dl-buttons" }, parent);
  button(row, "One step", () => { state.stop(); state.train(1); });
  const play = button(row, "Train", () => state.running ? state.stop() : state.play(changed));
  button(row, "New start", () => state.startAnew());
  button(row, "Reset", () => { state.reset(); changed(); });
  return { show() { play.textContent = state.running ? "Stop" : "Train"; } };
}

/** Which neuron, and a slider for each of its numbers. */
function weightControls(box, state, changed) {
  const controls = [], input = state.sees ? "x" : "h", last = state.row.length - 1;
  if (state.hidden) {
    const names = numbered(state.hidden + 1, i => i < state.hidden ? `hidden ${i + 1}` : "output");
    controls.push(choice(box, "Neuron", names, { get: () => state.neuron, set: i => { state.neuron = i; changed(); } }));
  }
  state.row.forEach((_, i) => {
    const set = value => state.setRow(state.row.map((old, k) => k === i ? value : old));
    const settings = { min: -12, max: 12, step: 0.05, get: () => state.row[i], set, format: written };
    controls.push(slider(box, i < last ? `weight of ${indexed(input, i)}` : "bias", settings));
  });
  return controls;
}

/** Which point, where it lies and to which class it belongs; a digit is only chosen. */
function pointControls(box, state, changed) {
  const pick = index => { state.point = index; changed(); };
  if (!state.isGate) {
    const settings = { min: 1, max: state.points.length, step: 1, get: () => state.point + 1, set: i => pick(i - 1), format: String };
    return [slider(box, "digit", settings)];
  }
  const change = (k, value) => state.setPoint(old => old.map((v, i) => i === k ? value : v));
  const names = numbered(state.points.length, i => String(i + 1)), at = k => () => state.points[state.point][k];
  return [
    choice(box, "Point", names, { get: () => state.point, set: pick }),
    choice(box, "Class", [[0, "no"], [1, "yes"]], { get: at(2), set: label => change(2, label) }),
    ...[0, 1].map(k => slider(box, indexed("x", k), { min: -0.5, max: 1.5, step: 0.01, get: at(k), set: value => change(k, value), format: written })),
  ];
}
