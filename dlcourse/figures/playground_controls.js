// The controls of the playground, what it says in words and numbers, and the curve of its losses.

import { button, choice, draw, make, place, slider, written } from "./kit.js";
import { TASKS } from "./playground_state.js";

const RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3], DECAYS = [0, 0.0001, 0.001, 0.01, 0.1], BATCHES = [10, 20, 50, 200];
const MOST_DEPTH = 6, MOST_WIDTH = 8;
const plain = values => values.map(value => [value, String(value)]);
const upTo = count => plain(Array.from({ length: count }, (_, i) => i + 1));
const grouped = value => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

/** The buttons of training. Returns a function that shows which of them does what. */
export function trainingButtons(parent, state) {
  const row = make("div", { class: "dl-buttons" }, parent);
  const play = button(row, "Train", () => state.running ? state.stop() : state.play());
  button(row, "One step", () => state.oneStep());
  button(row, "New start", () => state.startAnew());
  button(row, "Reset", () => state.reset());
  return () => { play.textContent = state.running ? "Pause" : "Train"; };
}

/** Everything that can be chosen. Returns a function that shows the state's values. */
export function playgroundControls(parent, state) {
  const get = name => () => state.get(name), build = name => value => state.build({ [name]: value }), set = name => value => state.set({ [name]: value });
  const fold = () => {
    const more = make("details", { class: "dl-more" }, parent);
    make("summary", {}, more, "Weight decay and batches");
    return make("div", { class: "dl-group" }, more);
  };
  const controls = [
    choice(parent, "Points", TASKS.map(task => [task, task === "xor" ? "XOR" : task]), { get: get("task"), set: build("task") }),
    slider(parent, "noise", { min: 0, max: 0.5, step: 0.01, get: get("noise"), set: value => state.setNoise(value), format: written }),
    choice(parent, "Hidden layers", upTo(MOST_DEPTH), { get: get("depth"), set: build("depth") }),
    choice(parent, "Units in each", upTo(MOST_WIDTH), { get: get("width"), set: build("width") }),
    choice(parent, "Activation", ["ReLU", "tanh", "sigmoid"].map(name => [name, name]), { get: get("activation"), set: build("activation") }),
    choice(parent, "Learning rate", plain(RATES), { get: get("rate"), set: set("rate") }),
  ];
  const more = fold();
  controls.push(
    choice(more, "Weight decay", plain(DECAYS), { get: get("decay"), set: set("decay") }),
    choice(more, "Rows in a step", BATCHES.map(size => [size, size === 200 ? "all 200" : String(size)]), { get: get("batch"), set: set("batch") }),
  );
  return () => { for (const control of controls) control.show(); };
}

/** Steps, losses and mistakes in words. Returns a function that says those of now. */
export function playgroundResult(parent, state) {
  const read = make("output", { "aria-live": "polite" }, parent), speed = make("p", { class: "dl-caption" }, parent);
  return judged => {
    const { steps, points } = state, lines = [`${grouped(steps)} step${steps === 1 ? "" : "s"}`];
    for (const [part, name] of [["train", "training"], ["test", "test"]]) {
      const { loss, wrong } = judged[part], share = 100 * wrong / points[part].y.length;
      lines.push(`${name}: loss ${loss < 100 ? loss.toFixed(3) : loss.toPrecision(2)}, ${share.toFixed(1)} % wrong`);
    }
    if (state.diverged) lines.push("Training diverged: the next step makes a weight larger than a million. Take a smaller rate and a new start.");
    place(read, { "aria-live": state.running ? "off" : "polite" });  // while it trains, every frame would be read out
    if (read.textContent !== lines.join("\n")) read.textContent = lines.join("\n");
    const ms = state.pace && `; a step takes ${state.pace < 1 ? state.pace.toPrecision(1) : state.pace.toFixed(0)} ms on this device`;
    speed.textContent = `${grouped(state.theta.length)} weights and biases${ms || ""}`;
  };
}

const WIDTH = 300, TOP = 6, BOTTOM = 102;

/** The losses over the steps, as lines. Returns a function that draws the state's record. */
export function lossCurve(parent, state) {
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${BOTTOM}`, class: "dl-losses", preserveAspectRatio: "none", "aria-hidden": "true" }, parent);
  const guess = draw("line", { x1: 0, x2: WIDTH, class: "dl-guess" }, svg);
  const lines = ["dl-trace", "dl-trace dl-trace-test"].map(name => draw("polyline", { class: name }, svg));
  const key = make("p", { class: "dl-caption" }, parent);
  return () => {
    const { history, steps } = state, end = Math.max(1, steps);
    const top = Math.min(2, Math.max(0.8, ...history.flatMap(([, ...losses]) => losses)));
    const y = loss => (BOTTOM - (BOTTOM - TOP) * Math.min(loss, top) / top).toFixed(1);
    place(guess, { y1: y(Math.LN2), y2: y(Math.LN2) });
    lines.forEach((line, k) => place(line, { points: history.map(entry => `${(WIDTH * entry[0] / end).toFixed(1)},${y(entry[1 + k])}`).join(" ") }));
    key.textContent = `Loss over ${grouped(steps)} steps: solid in training, dashed on test points. Dotted: 0.693, always p = 0.5.`;
  };
}
