// What the playground says to try is true, over several starts and by the figure's own steps.
import assert from "node:assert/strict";
import test from "node:test";
import { pageModel } from "../../dlcourse/figures/page.js";
import { playgroundState } from "../../dlcourse/figures/playground_state.js";
import { wanted } from "./tools.mjs";

const { data, values } = wanted.playground;

/** The state, losses and shares of wrong points after some steps from each of the first starts. */
function trained(changes, steps, starts) {
  return Array.from({ length: starts }, (_, seed) => {
    const state = playgroundState(pageModel({ ...values, data }), () => {});
    state.build({ ...changes, seed });
    for (let i = 0; i < steps; i++) state.step();
    const { train, test } = state.judge();
    return { state, loss: train.loss, wrong: train.wrong / 200, testLoss: test.loss };
  });
}
const share = (runs, holds) => runs.filter(holds).length / runs.length;

test("moons: two units leave a twelfth wrong, eight leave nothing on most starts", () => {
  const changes = { task: "moons", depth: 1, activation: "ReLU", rate: 0.03 };
  assert.ok(trained({ ...changes, width: 2 }, 3000, 10).every(({ wrong }) => wrong > 0.07 && wrong < 0.1));
  assert.ok(share(trained({ ...changes, width: 8 }, 3000, 10), ({ wrong }) => wrong === 0) > 0.5);
});

test("spirals: one layer leaves a fifth wrong, four leave hardly anything on most starts", () => {
  const changes = { task: "spirals", width: 8 };
  assert.ok(trained({ ...changes, depth: 1 }, 5000, 6).every(({ wrong }) => wrong > 0.2));
  assert.ok(share(trained({ ...changes, depth: 4 }, 5000, 6), ({ wrong }) => wrong <= 0.02) > 0.5);
});

test("six layers: sigmoid units stand still, tanh units learn", () => {
  const changes = { task: "moons", depth: 6, width: 4 };
  for (const rate of [0.01, 0.03, 0.1]) {
    assert.ok(trained({ ...changes, activation: "sigmoid", rate }, 3000, 3).every(({ loss }) => loss > 0.685 && loss < 0.695), `rate ${rate}`);
  }
  assert.ok(trained({ ...changes, activation: "tanh", rate: 0.03 }, 3000, 4).every(({ wrong }) => wrong === 0));
});

test("ReLU: the rate 0.1 works, the rate 1 ends with a layer that returns 0 everywhere", () => {
  const changes = { task: "moons", depth: 4, width: 8, activation: "ReLU" };
  assert.ok(trained({ ...changes, rate: 0.1 }, 2000, 4).every(({ wrong }) => wrong === 0));
  for (const { state, wrong } of trained({ ...changes, rate: 1 }, 2000, 4)) {
    const hidden = state.outputs(state.points.train.x).slice(1, -1);
    assert.ok(hidden.some(layer => layer.every(value => value === 0)) && wrong > 0.4);
  }
});

test("noise: the training loss falls and the test loss does not; weight decay brings them together", () => {
  const changes = { task: "moons", noise: 0.4, depth: 4, width: 8, activation: "ReLU", rate: 0.03 };
  const free = trained(changes, 6000, 3), held = trained({ ...changes, decay: 0.01 }, 6000, 3);
  assert.ok(free.every(({ loss, testLoss }) => testLoss > 3 * loss && testLoss > 0.45));
  assert.ok(held.every(({ loss, testLoss }) => testLoss < 1.5 * loss && testLoss < 0.35 && loss > 0.2));
});
