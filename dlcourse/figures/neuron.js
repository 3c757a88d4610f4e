// The neuron: points, weights and bias to drag; a hidden layer to add; training to watch.

import { draw, frame, indexed, make, onNewLook, place, written } from "./kit.js";
import { diagram } from "./diagram.js";
import { count, forward, loss } from "./network.js";
import { neuronControls } from "./neuron_controls.js";
import { neuronPlane } from "./neuron_plane.js";
import { neuronState } from "./neuron_state.js";

function render({ model, el }) {
  const state = neuronState(model), body = frame(el, model, "A neuron");
  let waiting = 0;
  /** Draw once before the next frame, however many values have changed until then. */
  const later = () => { waiting ||= requestAnimationFrame(show); };

  const columns = make("div", { class: "dl-columns" }, body), left = make("div", {}, columns);
  const parts = [neuronPlane(left, state, later), legend(left, state)];
  const side = make("div", { class: "dl-side" }, columns);
  parts.push(calculation(side, state), digit(side, state), result(side, state));
  parts.push(neuronControls(make("div", { class: "dl-controls" }, body), state, Object.keys(model.get("pairs")), later));

  function show() {
    waiting = 0;
    state.point = Math.min(state.point, state.points.length - 1);
    for (const part of parts) part();
  }
  for (const name of ["task", "points", "parameters", "steps"]) model.on(`change:${name}`, later);
  const forget = onNewLook(el, later);
  show();
  return () => { state.stop(); forget(); cancelAnimationFrame(waiting); };
}

/** What the marks mean. */
function legend(parent, state) {
  const row = make("p", { class: "dl-legend" }, parent);
  const [yes, no, wrong] = [0, 1, 2].map(() => make("span", {}, row));
  wrong.textContent = "\u2715 answered wrong";
  return () => {
    const [zero, one] = state.isGate ? ["no", "yes"] : state.task.split(" or ");
    yes.textContent = `\u25cf ${one}`;
    no.textContent = `\u25a0 ${zero}`;
  };
}

/** The network at the chosen point, and the output's sum written out. */
function calculation(parent, state) {
  const showNetwork = diagram(parent), sum = make("p", { class: "dl-sum" }, parent);
  return () => {
    const x = state.points[state.point].slice(0, 2), { hidden, z, p } = forward(state.rows, x), row = state.rows.at(-1);
    const terms = (hidden.length ? hidden : x).map((value, i) => `${signed(row[i])} \u00b7 ${bracketed(value)}`);
    const total = [...terms, signed(row.at(-1))].join(" ").replace(/^\+ /, "");
    sum.textContent = `${state.isGate ? "Point" : "Digit"} ${state.point + 1}: z = ${total} = ${written(z)}, p = \u03c3(z) = ${p.toFixed(3)}`;
    showNetwork(state.rows, x, state.neuron);
  };
}

const signed = value => value < 0 ? `\u2212 ${written(-value)}` : `+ ${written(value)}`;
const bracketed = value => value < 0 ? `(${written(value)})` : written(value);

/** The chosen digit, with the two boxes in which its gray is measured. */
function digit(parent, state) {
  const box = make("div", { class: "dl-digit" }, parent), svg = draw("svg", { viewBox: "0 0 8 8", role: "img" }, box);
  const scale = "from 0, the lightest of the sixty digits, to 1, the darkest";
  make("p", {}, box, `${indexed("x", 0)} and ${indexed("x", 1)}: how dark it is in the solid and in the dashed box, ${scale}.`);
  return () => {
    box.hidden = state.isGate;
    if (state.isGate) return;
    const { picture, boxes, label } = state.digit;
    svg.replaceChildren();
    picture.forEach((gray, i) => draw("rect", { x: i % 8, y: i >> 3, width: 1.02, height: 1.02, "fill-opacity": gray / 16 }, svg));
    boxes.forEach(([y, bottom, x, right], i) => {
      draw("rect", { x, y, width: right - x, height: bottom - y, class: `dl-box dl-box-${i + 1}` }, svg);
    });
    place(svg, { "aria-label": `The chosen digit, a ${label}, with a solid and a dashed box on it` });
  };
}

/** The loss now, and how it came down. */
function result(parent, state) {
  const svg = draw("svg", { viewBox: "0 0 200 44", class: "dl-curve", preserveAspectRatio: "none", "aria-hidden": "true" }, parent);
  const trace = draw("polyline", { class: "dl-trace" }, svg), read = make("output", { "aria-live": "polite" }, parent);
  let history = [];
  return () => {
    const { rows, points, steps } = state, now = loss(rows, points), open = count(rows, points, "undecided");
    const undecided = open ? `, ${open} undecided` : "";
    const text = `loss ${now.toFixed(3)}, ${count(rows, points, "wrong")} of ${points.length} wrong${undecided}, ${steps} steps`;
    history = recorded(history, steps, now);
    const high = Math.max(Math.LN2, ...history.map(([, value]) => value)), end = Math.max(1, steps);
    const corners = history.map(([step, value]) => [200 * step / end, 42 - 40 * value / high].map(v => v.toFixed(1)).join(","));
    place(trace, { points: corners.join(" ") });
    place(read, { "aria-live": state.running ? "off" : "polite" });  // while it trains, every frame would be read out
    if (read.textContent !== text) read.textContent = text;
  };
}

/** The losses by step, with the one of now; they begin anew when the steps do. */
export function recorded(history, steps, loss) {
  return [...history.filter(([step]) => step < steps), [steps, loss]];
}

export default { render };
