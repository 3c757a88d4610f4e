// What the neuron figure is about at one moment: its task, points and parameters, which of them is chosen, and training.

import { bytes, lessMotion } from "./kit.js";
import { GATES, descend, loss, meanGray, randomStart } from "./network.js";

const STEPS_A_FRAME = 10, STEPS_AT_ONCE = 1000, MOST_STEPS = 20000, SMALL_LOSS = 0.005, STILL = 1e-8;

/** The points of a task: a gate's corners; or two mean grays of each digit of a pair, stretched to reach from 0 to 1. */
export function pointsOf(task, pairs, data) {
  if (GATES[task]) return GATES[task].map(point => [...point]);
  const { boxes, count, first } = pairs[task], pictures = bytes(data);
  const inputs = boxes.map(box => stretched(Array.from({ length: 2 * count }, (_, i) => meanGray(pictureAt(pictures, first + i), box))));
  return inputs[0].map((x1, i) => [x1, inputs[1][i], i < count ? 0 : 1]);
}

function stretched(values) {
  const low = Math.min(...values), high = Math.max(...values);
  return values.map(value => Math.round(1e6 * (value - low) / (high - low)) / 1e6);
}

/** One picture of the figure's data: 64 gray values from 0 to 16. */
export function pictureAt(pictures, index) {
  return pictures.subarray(64 * index, 64 * (index + 1));
}

/** The figure's state. It reads from the model and writes to it; the figure is drawn anew when the model says so. */
export function neuronState(model) {
  const begun = Object.fromEntries(["task", "points", "parameters", "steps", "seed"].map(name => [name, model.get(name)]));
  let neuron = 0, frame = 0;

  const state = {
    point: 0,
    get task() { return model.get("task"); },
    get points() { return model.get("points"); },
    get rows() { return model.get("parameters"); },
    get steps() { return model.get("steps"); },
    get isGate() { return this.task in GATES; },
    get hidden() { return this.rows.length - 1; },
    /** The chosen neuron: a hidden one, or after those the output. */
    get neuron() { return Math.min(neuron, this.hidden); },
    set neuron(index) { neuron = index; },
    get row() { return this.rows[this.neuron]; },
    /** The chosen neuron has the two inputs for its own, so that its border is a line in the plane. */
    get sees() { return this.neuron < this.hidden || !this.hidden; },
    get running() { return frame !== 0; },
    /** The picture of the chosen point, its two boxes and the digit that it shows. */
    get digit() {
      const { boxes, first } = model.get("pairs")[this.task];
      const label = this.task.split(" or ")[this.points[this.point][2]];
      return { boxes, label, picture: pictureAt(bytes(model.get("data")), first + this.point) };
    },

    set(changes, save = true) {
      for (const [name, value] of Object.entries(changes)) model.set(name, value);
      if (save) model.save_changes();
    },
    setRow(row) { this.set({ parameters: this.rows.map((old, i) => i === this.neuron ? row : old) }); },
    setPoint(change, index = this.point) { this.set({ points: this.points.map((old, i) => i === index ? change(old) : old) }); },

    choose(task) {
      this.stop();
      this.point = 0;
      this.set({ task, points: pointsOf(task, model.get("pairs"), model.get("data")), steps: 0 });
    },
    build(hidden, seed = model.get("seed")) {
      this.stop();
      neuron = Math.min(neuron, hidden);
      this.set({ parameters: randomStart(hidden, seed), seed, steps: 0 });
    },
    startAnew() { this.build(this.hidden, model.get("seed") + 1); },
    reset() {
      this.stop();
      neuron = this.point = 0;
      this.set({ ...begun });
    },

    train(count, save = true) {
      let rows = this.rows;
      for (let i = 0; i < count; i++) rows = descend(rows, this.points, model.get("rate"));
      this.set({ parameters: rows, steps: this.steps + count }, save);
    },
    /** Train until somebody stops it, little is left to learn or nothing moves; `turned` hears when it starts and ends. */
    play(turned) {
      if (lessMotion()) return this.train(STEPS_AT_ONCE);
      let frames = 0, before = Infinity;
      const turn = () => {
        this.train(STEPS_A_FRAME, ++frames % 20 === 0);  // a kernel need not hear of every frame
        const now = loss(this.rows, this.points), still = Math.abs(before - now) < STILL;
        before = now;
        if (this.steps >= MOST_STEPS || now < SMALL_LOSS || still) this.stop();
        else frame = requestAnimationFrame(turn);
      };
      frame = requestAnimationFrame(turn);
      this.turned = turned;
      turned();
    },
    stop() {
      if (!frame) return;
      cancelAnimationFrame(frame);
      frame = 0;
      model.save_changes();
      this.turned();
    },
  };
  return state;
}
