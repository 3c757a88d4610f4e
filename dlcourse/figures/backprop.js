// Backpropagation step by step: values forward through a small graph, gradients back, each sum written out.

import { button, choice, frame, make, onNewLook, slider } from "./kit.js";
import { GRAPHS, lastStep, moment, nudge } from "./graph.js";
import { graphDrawing } from "./backprop_drawing.js";
import { exact, pretty, short, slope, told } from "./backprop_words.js";

const MOST = 10;
const KEY = "Bold: the value of a node. Orange, after \u2202: its gradient, the slope of L by this value. "
  + "Orange, on a line: the share of the gradient that is sent back along it. Numbers are rounded.";

/** What the figure is about. It reads from the model and writes to it; the figure is drawn anew when the model says so. */
function backpropState(model) {
  return {
    get name() { return model.get("graph"); },
    get graph() { return GRAPHS[this.name]; },
    /** A kernel tells of another graph before it tells of its inputs: until then they are the graph's first. */
    get inputs() {
      const given = model.get("inputs");
      return Object.fromEntries(Object.entries(this.graph.inputs).map(([name, first]) => [name, given[name] ?? first]));
    },
    get last() { return lastStep(this.graph); },
    get step() { return Math.min(model.get("step"), this.last); },
    set(changes) {
      for (const [name, value] of Object.entries(changes)) model.set(name, value);
      model.save_changes();
    },
    choose(name) { this.set({ graph: name, inputs: { ...GRAPHS[name].inputs }, step: 0 }); },
    go(step) { this.set({ step: Math.round(Math.min(this.last, Math.max(0, step))) }); },
    setInput(name, value) { this.set({ inputs: { ...this.inputs, [name]: value } }); },
  };
}

function render({ model, el }) {
  const state = backpropState(model), body = frame(el, model, "Backpropagation step by step");
  let waiting = 0;
  /** Draw once before the next frame, however many values have changed until then. */
  const later = () => { waiting ||= requestAnimationFrame(show); };

  const names = Object.entries(GRAPHS).map(([name, { label }]) => [name, label]);
  const graphs = choice(body, "Graph", names, { get: () => state.name, set: name => state.choose(name) });
  const formula = make("p", { class: "dl-formula" }, body), showGraph = graphDrawing(body);
  make("p", { class: "dl-key" }, body, KEY);
  const steps = stepButtons(body, state), words = stepWords(body, state);
  const columns = make("div", { class: "dl-leaves" }, body), values = inputSliders(columns, state), table = comparison(columns, state);

  function show() {
    waiting = 0;
    const { graph, inputs, step, last } = state, now = moment(graph, inputs, step);
    formula.textContent = graph.formula;
    showGraph(graph, now, described(graph, now, step, last));
    for (const part of [graphs, steps, values]) part.show();
    words(now);
    table(now);
  }
  for (const name of ["graph", "inputs", "step"]) model.on(`change:${name}`, later);
  const forget = onNewLook(el, later);
  show();
  return () => { forget(); cancelAnimationFrame(waiting); };
}

/** The drawing for those who do not see it: every number that is in it. */
function described(graph, { values, gradients }, step, last) {
  const known = graph.nodes.flatMap(({ name }, i) => values[i] === null ? [] : [`${pretty(name)} = ${short(values[i])}`]);
  const back = graph.nodes.flatMap(({ name }, i) => gradients[i] === null ? [] : [`${slope(name)} = ${short(gradients[i])}`]);
  const found = back.length ? ` Gradients: ${back.join(", ")}.` : "";
  return `The graph of ${graph.formula} at step ${step} of ${last}. Values: ${known.join(", ")}.${found}`;
}

/** Controls that are made anew for another graph, and otherwise only show other values. */
function renewed(box, state, build) {
  let made, controls;
  return { show() {
    if (made !== state.name) {
      box.replaceChildren();
      controls = build();
      made = state.name;
    }
    for (const control of controls) control.show();
  } };
}

function stepButtons(parent, state) {
  const row = make("div", { class: "dl-buttons dl-steps" }, parent);
  const forth = button(row, "Step", () => state.go(state.step + 1)), back = button(row, "Back", () => state.go(state.step - 1));
  button(row, "To the end", () => state.go(state.last));
  button(row, "Restart", () => state.go(0));
  const box = make("div", { class: "dl-group" }, parent);
  const settings = { min: 0, step: 1, get: () => state.step, set: step => state.go(step), format: String };
  const which = renewed(box, state, () => [slider(box, "step", { ...settings, max: state.last })]);
  return { show() {
    which.show();
    // Not the attribute `disabled`: that would take the focus away from whoever presses Enter again and again.
    forth.setAttribute("aria-disabled", state.step === state.last);
    back.setAttribute("aria-disabled", state.step === 0);
  } };
}

/** The step in words. A screen reader hears it when it becomes another one. */
function stepWords(parent, state) {
  const box = make("div", { class: "dl-step", role: "status" }, parent);
  let before;
  return now => {
    const { title, rule, lines } = told(state.graph, now), heading = `Step ${state.step} of ${state.last}. ${title}`;
    const text = [heading, rule, ...lines].join("\n");
    if (text === before) return;
    before = text;
    box.replaceChildren();
    make("p", { class: "dl-step-title" }, box, heading);
    if (rule) make("p", {}, box, rule);
    for (const line of lines) make("p", { class: "dl-step-sum" }, box, line);
  };
}

/** A slider for each input, and a button that gives all of them their first values. */
function inputSliders(parent, state) {
  const part = make("div", { class: "dl-group" }, parent), box = make("div", { class: "dl-group" }, part);
  button(make("div", { class: "dl-buttons" }, part), "First values", () => state.set({ inputs: { ...state.graph.inputs } }));
  const format = value => String(Number(value.toFixed(4))).replace("-", "\u2212");
  return renewed(box, state, () => Object.keys(state.graph.inputs).map(name => slider(box, `input ${pretty(name)}`, {
    min: -MOST, max: MOST, step: 0.1, get: () => state.inputs[name], set: value => state.setInput(name, value), format,
  })));
}

/** The gradient of each input, once its last share has come, beside what a nudge says. */
function comparison(parent, state) {
  const part = make("div", {}, parent), table = make("table", { class: "dl-nudges" }, part);
  make("caption", {}, table, "Do you believe it? Nudge each input to both sides by h = 0.0001, all else fixed, and see what L does.");
  const head = make("tr", {}, make("thead", {}, table)), rows = make("tbody", {}, table);
  for (const text of ["", "gradient", "(L\u208a \u2212 L\u208b) / 2h"]) make(text ? "th" : "td", text ? { scope: "col" } : {}, head, text);
  return now => {
    rows.replaceChildren();
    state.graph.nodes.slice(0, state.graph.begin).forEach(({ name }, i) => {
      const row = make("tr", {}, rows), isKnown = now.gradients[i] !== null && !now.open[i];
      make("th", { scope: "row" }, row, slope(name));
      make("td", {}, row, isKnown ? exact(now.gradients[i]) : "not yet");
      make("td", {}, row, exact(nudge(state.graph, state.inputs, name)));
    });
  };
}

export default { render };
