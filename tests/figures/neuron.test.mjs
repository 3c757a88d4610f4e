// The neuron's mathematics against dlcourse, on the same numbers, and its geometry against itself.
import assert from "node:assert/strict";
import test from "node:test";
import { GATES, count, descend, forward, gradient, loss, randomStart, sigmoid } from "../../dlcourse/figures/network.js";
import { recorded } from "../../dlcourse/figures/neuron.js";
import { arrowLength, foot, through, turned, weightSize } from "../../dlcourse/figures/neuron_plane.js";
import { pointsOf } from "../../dlcourse/figures/neuron_state.js";
import { fromX, fromY, straightLine, toX, toY, zeroLine } from "../../dlcourse/figures/plane.js";
import { near, wanted } from "./tools.mjs";

const { cases, pairs, points, data, curve } = wanted.neuron;

for (const [i, one] of cases.entries()) {
  test(`network ${i}, with ${one.rows.length - 1} hidden neurons`, () => {
    near(one.points.map(([x1, x2]) => forward(one.rows, [x1, x2]).p), one.p, "p");
    near(loss(one.rows, one.points), one.loss, "loss");
    near(gradient(one.rows, one.points), one.gradient, "gradient");
    near(descend(one.rows, one.points, 0.3), one.after, "after a step");
    assert.equal(count(one.rows, one.points, "wrong"), one.mistakes);
  });
}

test("a gradient that is wrong by a twentieth of a percent is noticed", () => {
  const wrong = cases[0].gradient.map(row => row.map(value => 1.0005 * value));
  assert.throws(() => near(gradient(cases[0].rows, cases[0].points), wrong));
});

test("training follows dlcourse for a hundred steps", () => {
  let rows = curve.rows;
  const losses = curve.losses.map(() => { const now = loss(rows, curve.points); rows = descend(rows, curve.points, curve.rate); return now; });
  near(losses.map(value => Math.round(1e9 * value) / 1e9), curve.losses.map(value => Math.round(1e9 * value) / 1e9), "loss");
});

test("a point with p = 1/2 is undecided, and neither right nor wrong", () => {
  const points = [[1, 0, 1], [-1, 0, 1], [0, 5, 1], [1e-4, 0, 0]];
  assert.deepEqual(["right", "wrong", "undecided"].map(verdict => count([[1, 0, 0]], points, verdict)), [1, 1, 2]);
});

test("large sums overflow nothing", () => {
  assert.deepEqual([sigmoid(-1e6), sigmoid(1e6)], [0, 1]);
  assert.equal(loss([[1000, 0, 0]], [[1, 0, 0], [-1, 0, 1]]), 1000);
});

test("the points of every task are those of dlcourse", () => {
  for (const [task, want] of Object.entries(points)) near(pointsOf(task, pairs, data), want, task);
  assert.deepEqual(Object.keys(points), [...Object.keys(GATES), ...Object.keys(pairs)]);
});

test("missing numbers are named", () => {
  assert.throws(() => pointsOf("0 or 1", pairs, undefined), /numbers of this figure are missing/);
});

test("a random start depends on the seed alone, and is as large as nn.Linear's", () => {
  assert.deepEqual(randomStart(3, 7), randomStart(3, 7));
  assert.notDeepEqual(randomStart(3, 7), randomStart(3, 8));
  const many = Array.from({ length: 500 }, (_, seed) => randomStart(4, seed)), hidden = many.flatMap(rows => rows.slice(0, 4).flat());
  const mean = hidden.reduce((a, b) => a + b) / hidden.length, most = Math.max(...hidden.map(Math.abs));
  assert.ok(Math.abs(mean) < 0.03 && most <= Math.SQRT1_2 && most > 0.99 * Math.SQRT1_2, `mean ${mean}, most ${most}`);
  assert.ok(Math.max(...many.map(rows => rows.at(-1)).flat().map(Math.abs)) <= 0.5);
});

test("an arrow stands for the weights that it was drawn for", () => {
  for (const size of [0.01, 1, 5, 30]) near(weightSize(arrowLength(size)), size, `size ${size}`);
});

test("dragging the arrow turns the neuron about its foot, and dragging the line keeps the weights", () => {
  const row = [3, -4, 1], from = foot(row);
  near(row[0] * from[0] + row[1] * from[1] + row[2], 0, "the foot lies on the line");
  const moved = turned(row, [from[0] + 0.3, from[1] + 0.3]);
  near(moved[0] * from[0] + moved[1] * from[1] + moved[2], 0, "the foot stays on the line");
  near(moved[0], moved[1], "the new direction");
  near(Math.hypot(moved[0], moved[1]), weightSize(0.3 * Math.SQRT2), "the new length");
  assert.deepEqual(turned(row, from), row);  // an arrow without length has no direction
  const shifted = through(row, [0.2, 0.9]);
  assert.deepEqual(shifted.slice(0, 2), [3, -4]);
  near(3 * 0.2 - 4 * 0.9 + shifted[2], 0, "the line goes through the place");
});

test("coordinates and the drawing's units are each other's inverse", () => {
  for (const value of [-0.5, 0, 0.7, 1.5]) near([fromX(toX(value)), fromY(toY(value))], [value, value], `${value}`);
});

test("a straight line lies where its neuron's sum is 0, and there is none without weights", () => {
  for (const row of [[1, 2, -1], [3, 0.1, -1], [0, 1, -0.3]]) {
    const { x1, y1, x2, y2 } = straightLine(row);
    for (const [x, y] of [[x1, y1], [x2, y2]]) assert.ok(Math.abs(row[0] * fromX(x) + row[1] * fromY(y) + row[2]) < 1e-9);
  }
  assert.equal(straightLine([0, 0, 1]), null);
});

test("the border is drawn where the values pass through 0", () => {
  const values = [-1, -1, -1, 1, 1, 1, 3, 3, 3];  // a grid of 3 by 3: the border runs halfway through the upper cells
  assert.equal(zeroLine(values, 2, 10), "M10.0,5.0L0.0,5.0M20.0,5.0L10.0,5.0");
  assert.equal(zeroLine(values.map(Math.abs), 2, 10), "");
});

test("the loss is recorded once for each step and begins anew with the steps", () => {
  const history = recorded(recorded(recorded([], 0, 3), 5, 2), 5, 1);
  assert.deepEqual(history, [[0, 3], [5, 1]]);
  assert.deepEqual(recorded(history, 0, 4), [[0, 4]]);
});
