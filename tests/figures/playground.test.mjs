// The playground's mathematics, points and training against dlcourse, on the same numbers.
import assert from "node:assert/strict";
import test from "node:test";
import { ACTIVATIONS, batchAt, flat, forward, gradient, judged, nested, randomStart, shapeOf, sigmoid } from "../../dlcourse/figures/mlp.js";
import { pageModel } from "../../dlcourse/figures/page.js";
import { sumsOf } from "../../dlcourse/figures/playground_plane.js";
import { CELLS, WINDOWS, gridOf, layout, shades, unitName } from "../../dlcourse/figures/playground_network.js";
import { TASKS, playgroundState, pointsOf, recorded } from "../../dlcourse/figures/playground_state.js";
import { near, wanted } from "./tools.mjs";

const { cases, starts, runs, points, data, values } = wanted.playground;
const stateOf = changes => {
  const state = playgroundState(pageModel({ ...values, data }), () => {});
  if (changes) state.build(changes);
  return state;
};

/** The largest difference between two nested lists of numbers of one shape. */
function distance(got, want) {
  const [a, b] = [got, want].map(list => list.flat(Infinity));
  assert.equal(a.length, b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i])));
}

for (const [i, one] of cases.entries()) {
  test(`network ${i}, ${one.activation}, ${one.parameters.length - 1} hidden layers`, () => {
    const { shape, theta } = flat(one.parameters), x = Float64Array.from(one.x.flat()), y = Float64Array.from(one.y);
    const z = forward(shape, theta, one.activation, x).at(-1), { loss, wrong } = judged(z, y);
    near([...z], one.z, "z");
    near(loss, one.loss, "loss");
    assert.equal(wrong, one.wrong);
    near(nested(shape, gradient(shape, theta, one.activation, x, y)), one.gradient, "gradient");
    assert.deepEqual(nested(shape, theta), one.parameters);
  });
}

test("a gradient that is wrong by a twentieth of a percent is noticed", () => {
  const one = cases[0], { shape, theta } = flat(one.parameters);
  const got = gradient(shape, theta, one.activation, Float64Array.from(one.x.flat()), Float64Array.from(one.y));
  assert.throws(() => near(nested(shape, got.map(value => 1.0005 * value)), one.gradient));
});

for (const { changes, parameters, losses } of runs) {
  test(`two hundred steps are those of optim.SGD: ${changes.activation}, decay ${changes.decay}, batches of ${changes.batch}`, () => {
    const state = stateOf(changes);
    for (let i = 0; i < 200; i++) assert.ok(state.step());
    assert.ok(distance(nested(state.shape, state.theta), parameters) < 1e-10);
    const { train, test } = state.judge();
    assert.ok(distance([train.loss, test.loss], losses) < 1e-10);
  });
}

test("training without its momentum, its decay or its order of batches would be noticed", () => {
  for (const wrong of [{ decay: 0 }, { batch: 50 }, { rate: 0.0301 }]) {
    const { changes, parameters } = runs[0], state = stateOf({ ...changes, ...wrong });
    for (let i = 0; i < 200; i++) state.step();
    assert.ok(distance(nested(state.shape, state.theta), parameters) > 1e-4);
  }
});

test("a start is that of Python, whatever the seed", () => {
  for (const { depth, width, activation, seed, parameters } of starts) {
    const shape = shapeOf(depth, width);
    assert.deepEqual(nested(shape, randomStart(shape, activation, seed)), parameters);
  }
});

test("first weights have the variance of He for ReLU and of Glorot else, and fill their interval", () => {
  const shape = [2, 8, 8, 1];
  for (const [activation, variance] of [["ReLU", 2 / 8], ["tanh", 2 / 16], ["sigmoid", 2 / 16]]) {
    const second = Array.from({ length: 300 }, (_, seed) => [...randomStart(shape, activation, seed).subarray(24, 88)]).flat();
    const mean = second.reduce((a, b) => a + b) / second.length, square = second.reduce((a, b) => a + b * b, 0) / second.length;
    assert.ok(Math.abs(mean) < 0.01 && Math.abs(square / variance - 1) < 0.02, `${activation}: mean ${mean}, variance ${square}`);
  }
});

test("the points are those of dlcourse for any noise, to a millionth", () => {
  for (const { task, noise, x, y } of points) {
    const { train, test } = pointsOf(task, noise, data);
    assert.ok(distance([...train.x, ...test.x], x) < 1.001e-6, `${task} ${noise}`);
    assert.deepEqual([...train.y, ...test.y], y);
  }
  assert.deepEqual([...new Set(points.map(({ task }) => task))], TASKS);
  assert.throws(() => pointsOf("moons", 0, undefined), /numbers of this figure are missing/);
});

test("batches follow one another through the training rows, around and around", () => {
  const rows = { x: Float64Array.from({ length: 12 }, (_, i) => i), y: Float64Array.from({ length: 6 }, (_, i) => i) };
  assert.deepEqual([0, 1, 2, 3].map(step => [...batchAt(step, 2, rows).y]), [[0, 1], [2, 3], [4, 5], [0, 1]]);
  assert.deepEqual([...batchAt(2, 2, rows).x], [8, 9, 10, 11]);
});

test("the largest weights overflow nothing", () => {
  const shape = shapeOf(6, 8), theta = randomStart(shape, "ReLU", 0).map(value => 1e6 * Math.sign(value));
  assert.ok(Number.isFinite(judged(forward(shape, theta, "ReLU", Float64Array.of(1, 1)).at(-1), [0]).loss));
});

test("a step beyond all measure is not taken and is told", () => {
  const state = stateOf({ rate: 1e200 });
  let good = true;
  for (let i = 0; good && i < 20; i++) good = state.step();
  assert.ok(!good && state.diverged && state.theta.every(Number.isFinite));
  state.startAnew();
  assert.ok(!state.diverged && state.steps === 0);
});

test("large sums overflow nothing", () => {
  assert.deepEqual([sigmoid(-1e6), sigmoid(1e6)], [0, 1]);
  assert.deepEqual(judged([1000, -1000], [0, 1]), { loss: 1000, wrong: 2 });
});

test("the model hears of a new network in one piece, and its own words are not taken for news", () => {
  const model = pageModel({ ...values, data }), heard = [];
  const state = playgroundState(model, () => heard.push(state.steps));
  state.oneStep();
  assert.deepEqual([model.get("steps"), state.steps], [1, 1]);
  assert.deepEqual(model.get("parameters"), nested(state.shape, state.theta));
  state.build({ depth: 5, width: 7 });
  assert.deepEqual([model.get("parameters").length, state.shape, state.steps], [6, [2, 7, 7, 7, 7, 7, 1], 0]);
  model.set("parameters", starts[0].parameters);  // as from Python
  assert.deepEqual(nested(state.shape, state.theta), starts[0].parameters);
  state.reset();
  assert.deepEqual(model.get("parameters"), values.parameters);
  assert.ok(heard.length >= 4);
});

test("the unit that is shown large is one that is there", () => {
  const state = stateOf({ depth: 3, width: 5 });
  state.chosen = [3, 4];
  assert.deepEqual(state.unit, [3, 4]);
  state.build({ width: 4 });
  assert.deepEqual(state.unit, [4, 0]);
  assert.deepEqual([[0, 1], [2, 0], [4, 0]].map(unit => unitName(state.shape, unit)), ["input 2", "layer 2, unit 1", "output"]);
});

test("the cells of a window lie row by row from the top", () => {
  const grid = gridOf("xor"), [x1, x2, side] = WINDOWS.xor, half = side / CELLS / 2;
  near([...grid.subarray(0, 2)], [x1 + half, x2 + side - half], "first");
  near([...grid.subarray(-2)], [x1 + side - half, x2 + half], "last");
});

test("a map is colored by what its unit returns, between -1 and 1, and its line is where the sum is 0", () => {
  for (const activation of Object.keys(ACTIVATIONS)) {
    const state = stateOf({ depth: 2, width: 3, activation }), outputs = state.outputs(gridOf("moons"));
    for (const [layer, index] of [[0, 0], [0, 1], [1, 2], [2, 1], [3, 0]]) {
      const { shades: seen, low, high } = shades(outputs, [layer, index], state.shape[layer], activation), sums = sumsOf(state, outputs, [layer, index]);
      assert.ok(seen.every(value => Math.abs(value) <= 1) && low < high);
      if (!layer) { assert.equal(sums, null); continue; }
      const { value } = ACTIVATIONS[activation], units = state.shape[layer];
      sums.forEach((sum, n) => near(layer === 3 ? sum : value(sum), outputs[layer][n * units + index], "activation"));
      seen.forEach((share, n) => assert.ok(share === 0 || share > 0 === sums[n] > 0 || activation === "ReLU"));
    }
  }
});

test("every map has a place of its own inside the drawing", () => {
  for (let depth = 1; depth <= 6; depth++) {
    for (let width = 1; width <= 8; width++) {
      const { size, places } = layout(shapeOf(depth, width)), all = places.flat();
      assert.ok(size > 30 && all.every(([x, y]) => x >= size / 2 && x <= 480 - size / 2 && y >= size / 2 - 0.01 && y <= 352.01 - size / 2));
      all.forEach(([x, y], i) => all.slice(0, i).forEach(([u, v]) => assert.ok(Math.max(Math.abs(x - u), Math.abs(y - v)) > size + 2)));
    }
  }
});

test("the record of losses begins anew with the steps and stays short", () => {
  let history = [];
  for (let step = 0; step < 5000; step++) history = recorded(history, [step, 1, 2]);
  assert.ok(history.length <= 241 && history.at(-1)[0] === 4999 && history[0][0] === 0);
  assert.ok(history.every(([step], i) => i === 0 || step > history[i - 1][0]));
  assert.deepEqual(recorded(history, [0, 3, 4]), [[0, 3, 4]]);
});
