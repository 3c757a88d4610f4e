// What the playground is about at one moment: its points, its network, the unit that is shown large, and training.

import { bytes, lessMotion } from "./kit.js";
import { batchAt, descend, flat, forward, gradient, judged, nested, randomStart, shapeOf } from "./mlp.js";

export const TASKS = ["moons", "spirals", "xor"], COUNT = 300, TRAINED_ON = 200;
const UNIT = 2 ** -29, MOMENTUM = 0.9, LARGEST = 1e6;  // six layers of such weights overflow nothing yet
const STEPS_A_FRAME = 10, BUDGET_MS = 5, STEPS_AT_ONCE = 1000, MOST_STEPS = 20000;
const TOLD_EVERY_MS = 500, MOST_RECORDS = 240;
const VALUES = ["task", "noise", "depth", "width", "activation", "rate", "decay", "batch", "parameters", "seed", "steps"];

/** The points of a data set: the clean ones and normal draws times the noise, with six decimals, as dlcourse has them. */
export function pointsOf(task, noise, data) {
  const stored = bytes(data), view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  const number = (row, k) => view.getInt32(4 * (5 * (COUNT * TASKS.indexOf(task) + row) + k), true);
  const x = Float64Array.from({ length: 2 * COUNT }, (_, i) => {
    const row = i >> 1, k = i & 1;
    return Math.round(1e6 * UNIT * (number(row, k) + noise * number(row, k + 2))) / 1e6;
  });
  const y = Float64Array.from({ length: COUNT }, (_, row) => number(row, 4));
  const part = (first, end) => ({ x: x.subarray(2 * first, 2 * end), y: y.subarray(first, end) });
  return { train: part(0, TRAINED_ON), test: part(TRAINED_ON, COUNT) };
}

/** The record of losses [step, training, test] with one more; it begins anew when the steps do, and thins itself out. */
export function recorded(history, entry) {
  const kept = history.filter(([step]) => step < entry[0]);
  return [...(kept.length < MOST_RECORDS ? kept : kept.filter((_, i) => i % 2 === 0)), entry];
}

/** The figure's state. While it trains, the parameters are kept here, and the model hears of them twice a second. */
export function playgroundState(model, changed) {
  const begun = Object.fromEntries(VALUES.map(name => [name, model.get(name)])), get = name => model.get(name);
  let network, velocity, steps, points, frame = 0, speaking = false, told = 0, spent = { ms: 0, steps: 0 }, pace = 0;

  const state = {
    chosen: null,  // [layer, unit], or null for the output
    history: [],
    diverged: false,
    get,
    get shape() { return network.shape; },
    get theta() { return network.theta; },
    get steps() { return steps; },
    get points() { return points; },
    get running() { return frame !== 0; },
    /** Milliseconds for a step, as measured here and now; 0 before anything was measured. */
    get pace() { return pace; },
    get unit() {
      const [layer, index] = this.chosen ?? [], last = network.shape.length - 1;
      return layer < last && index < network.shape[layer] ? [layer, index] : [last, 0];
    },
    outputs(x) { return forward(network.shape, network.theta, get("activation"), x); },
    /** The loss and the mistakes on both parts now; they are kept in the record. */
    judge() {
      const [train, test] = ["train", "test"].map(part => judged(this.outputs(points[part].x).at(-1), points[part].y));
      this.history = recorded(this.history, [steps, train.loss, test.loss]);
      return { train, test };
    },

    set(changes) {
      speaking = true;
      for (const [name, value] of Object.entries(changes)) model.set(name, value);
      speaking = false;
      model.save_changes();
      changed();
    },
    /** Change what the network is or learns, and begin anew. */
    build(changes) {
      this.stop();
      const wanted = Object.fromEntries(["depth", "width", "activation", "seed"].map(name => [name, changes[name] ?? get(name)]));
      const shape = shapeOf(wanted.depth, wanted.width);
      this.begin({ ...changes, parameters: nested(shape, randomStart(shape, wanted.activation, wanted.seed)), steps: 0 });
    },
    begin(changes) {
      this.set(changes);
      this.history = [];
      adopt();
      look();
    },
    startAnew() { this.build({ seed: get("seed") + 1 }); },
    reset() {
      this.stop();
      this.chosen = null;
      this.begin(begun);
    },
    setNoise(noise) {
      this.set({ noise });
      this.history = [];  // another noise is another data set: the losses cannot be compared
      look();
    },

    /** One step; false if a weight would become larger than a million: then it is not taken. */
    step() {
      const { shape, theta } = network, batch = batchAt(steps, get("batch"), points.train);
      const slope = gradient(shape, theta, get("activation"), batch.x, batch.y);
      const next = descend(theta, velocity, slope, { rate: get("rate"), momentum: MOMENTUM, decay: get("decay") });
      this.diverged = !next.theta.every(value => Math.abs(value) <= LARGEST);
      if (this.diverged) return false;
      network = { shape, theta: next.theta };
      velocity = next.velocity;
      steps++;
      return true;
    },
    /** Take steps until there are enough or the time for them is over. Returns false where training must stop. */
    slice(most) {
      const start = performance.now();
      let taken = 0, good = true;
      while (good && taken < most && performance.now() - start < BUDGET_MS) {
        good = this.step();
        taken++;
      }
      spent = { ms: spent.ms + performance.now() - start, steps: spent.steps + taken };
      return good;
    },
    oneStep() {
      this.stop();
      this.step();
      tell();
    },
    /** Train, a few milliseconds in each frame, so that the page stays alive; with less motion draw only the end. */
    play() {
      const still = lessMotion(), end = still ? steps + STEPS_AT_ONCE : Math.max(MOST_STEPS, steps + STEPS_AT_ONCE);
      const turn = () => {
        const good = this.slice(Math.min(end - steps, still ? Infinity : STEPS_A_FRAME));
        if (!good || steps >= end) return this.stop();
        if (performance.now() - told > TOLD_EVERY_MS) tell(!still);
        else if (!still) changed();
        frame = requestAnimationFrame(turn);
      };
      told = performance.now();
      frame = requestAnimationFrame(turn);
      changed();
    },
    stop() {
      if (!frame) return;
      cancelAnimationFrame(frame);
      frame = 0;
      tell();
    },
  };

  /** Tell the model, and so Python, where training has come to. */
  function tell(show = true) {
    if (spent.steps) pace = spent.ms / spent.steps;
    spent = { ms: 0, steps: 0 };
    told = performance.now();
    speaking = true;
    model.set("parameters", nested(network.shape, network.theta));
    model.set("steps", steps);
    speaking = false;
    model.save_changes();
    if (show) changed();
  }
  /** Take the network from the model; it begins without momentum. */
  function adopt() {
    network = flat(get("parameters"));
    velocity = new Float64Array(network.theta.length);
    steps = get("steps");
    state.diverged = false;
  }
  function look() {
    points = pointsOf(get("task"), get("noise"), get("data"));
    changed();
  }
  const unlessOwn = act => () => { if (!speaking) { act(); changed(); } };
  model.on("change:parameters", unlessOwn(() => { state.history = []; adopt(); }));
  model.on("change:steps", unlessOwn(() => { steps = get("steps"); state.history = []; }));
  for (const name of ["task", "noise"]) model.on(`change:${name}`, unlessOwn(() => { state.history = []; look(); }));
  for (const name of ["depth", "width", "activation", "rate", "decay", "batch"]) model.on(`change:${name}`, unlessOwn(() => {}));
  adopt();
  points = pointsOf(get("task"), get("noise"), get("data"));
  return state;
}
