// The reader's mathematics against dlcourse: the pad, the preparation, the network, what spoke; and its state.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { convolved, folded } from "../../dlcourse/figures/maps.js";
import { pageModel } from "../../dlcourse/figures/page.js";
import { gradCam, nearest, run, unpacked } from "../../dlcourse/figures/read_digit_network.js";
import { whereMost } from "../../dlcourse/figures/read_digit_pad.js";
import { counted, drawn, enlarged, frame, moved, sampled } from "../../dlcourse/figures/read_digit_picture.js";
import { BELOW, FAR, UNSURE, best, readState, verdict } from "../../dlcourse/figures/read_digit_state.js";
import { near, wanted } from "./tools.mjs";

const { figures, limits, begun, file } = wanted.read_digit;
const numbers = new Uint8Array(readFileSync(file)), { network, train, test: rows } = unpacked(numbers);
const on = bits => [...bits.keys()].filter(i => bits[i]);

function inkOf({ strokes, pen, example, size, across, down }) {
  return moved(example < 0 ? drawn(strokes, pen) : enlarged(rows.pictures[example]), size, across, down);
}

figures.forEach(({ setting, ink, where, bits, counts, maps, heats, probabilities, row, distance }, i) => {
  test(`drawing ${i} becomes the picture that the package makes of it`, () => {
    const got = inkOf(setting), cut = frame(got, setting.centered), points = sampled(got, cut);
    assert.deepEqual([on(got), cut, on(points), counted(points)], [ink, where, bits, counts]);
  });
  test(`the network makes of picture ${i} what the package's does`, () => {
    const result = run(network, counts);
    result.layers.forEach(({ values }, k) => near([...values], maps[k], `convolution ${k + 1}`));
    near(result.probabilities, probabilities, "probability");
    heats.forEach((heat, k) => near([...gradCam(network, result, k)], heat, `what speaks for ${k}`));
  });
  test(`the training digit most like picture ${i} is the package's`, () => {
    const found = nearest(train.pictures, counts);
    assert.equal(found.row, row);
    near(found.distance, distance);
  });
});

test("a weight that is wrong by a twentieth of a percent is noticed, and so is a gradient", () => {
  const { counts, maps, heats } = figures[0];
  for (const [k, block] of network.blocks.entries()) {
    const kernel = block.kernel.map(value => 1.0005 * value), blocks = network.blocks.map(one => one === block ? { ...block, kernel } : one);
    assert.throws(() => near([...run({ ...network, blocks }, counts).layers[k].values], maps[k]), /is not/);
  }
  const wrong = { ...network, weight: network.weight.map(value => 1.0005 * value) }, spoken = heats.findIndex(heat => heat.some(Boolean));
  assert.throws(() => near([...gradCam(wrong, run(network, counts), spoken)], heats[spoken]), /is not/);
});

test("a norm folded into its convolution changes no number", () => {
  const random = seed => Float64Array.from({ length: seed[1] }, (_, i) => Math.sin(seed[0] * (i + 1)) + seed[2]);
  const raw = { inputs: 2, outputs: 3, kernel: random([7, 54, 0]), scale: random([3, 3, 0]), shift: random([5, 3, 0]), mean: random([2, 3, 0]), variance: random([9, 3, 1.5]) };
  const maps = random([11, 32, 0]), whole = convolved(folded(raw), maps, 4);
  // Without a bias and with a ReLU that never cuts: 100 is added, and taken away again.
  const plain = convolved({ ...raw, bias: Float64Array.of(100, 100, 100) }, maps, 4).map(value => value - 100);
  const normed = plain.map((value, i) => {
    const o = Math.floor(i / 16);
    return Math.max(0, (value - raw.mean[o]) / Math.sqrt(raw.variance[o] + 1e-5) * raw.scale[o] + raw.shift[o]);
  });
  near([...whole], [...normed]);
  assert.ok(normed.some(Boolean) && !normed.every(Boolean));
});

test("the gradient of a score is what a small change of the last maps does to it", () => {
  const { counts } = figures[5], result = run(network, counts), { values } = result.layers.at(-1), h = 1e-6, target = 3;
  const score = maps => network.bias[target] + [...Array(128).keys()].reduce((sum, i) => {
    const map = Math.floor(i / 4), first = map * 16 + 8 * (Math.floor(i / 2) % 2) + 2 * (i % 2);
    return sum + network.weight[target * 128 + i] * Math.max(...[0, 1, 4, 5].map(k => maps[first + k]));
  }, 0);
  near(score(values), result.logits[target]);
  const heat = new Float64Array(16);
  for (let map = 0; map < 32; map++) {
    // Where all four places of a block are 0 the gradient goes to one of them; a change of all 16 is a change of that one.
    const up = values.map((value, i) => Math.floor(i / 16) === map ? value + h : value);
    const mean = (score(up) - score(values)) / h / 16;
    for (let i = 0; i < 16; i++) heat[i] += mean * values[map * 16 + i];
  }
  gradCam(network, result, target).forEach((value, i) => assert.ok(Math.abs(value - Math.max(0, heat[i])) < 1e-6, `${i}`));
});

test("the limits of doubt are those that were measured", () => assert.deepEqual([UNSURE, FAR, ...BELOW], limits));

test("doubt is said in words, below the limit and beyond the distance", () => {
  const sure = [0, 0, 0, 0.98, 0, 0, 0, 0, 0.02, 0], split = [0, 0, 0, 0.51, 0, 0, 0, 0, 0.49, 0];
  assert.equal(verdict(sure, { distance: 1 }), "It reads 3, probability 0.98.");
  assert.equal(verdict(split, { distance: 1 }), "Not sure: 3 (0.51) or 8 (0.49).");
  assert.match(verdict(sure, { distance: FAR + 0.01 }), /^It reads 3, probability 0\.98\. The drawing is unlike/);
  assert.deepEqual(best(split), [[3, 0.51], [8, 0.49]]);
  assert.equal(verdict([1, ...Array(9).fill(0)], { distance: 1 }), "It reads 0, probability above 0.99.");
  assert.equal(whereMost([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0]), "the bottom, left of the middle");
  assert.equal(whereMost(Array(16).fill(0)), "no place");
});

test("an empty pad has no answer", () => {
  const state = readState(pageModel({ ...begun, example: -1, strokes: [], data: Buffer.from(numbers).toString("base64") }), () => {});
  assert.ok(state.view.empty && state.target === null && state.heat === null);
  assert.match(state.words, /^Draw a digit/);
});

/** A state on a page's model, and how often it asked to be drawn. */
function page(values = {}) {
  const model = pageModel({ ...begun, ...values, data: Buffer.from(numbers).toString("base64") }), calls = [];
  return { model, calls, state: readState(model, () => calls.push(1)) };
}

test("a stroke begins a new drawing over an example, and goes on where one is", () => {
  const { model, state, calls } = page({ size: 0.5 });
  state.begin([0.1, 0.2]);
  for (const point of [[0.1, 0.2], [0.3, 0.2], [0.3, 0.9]]) state.extend(point);
  state.end();
  assert.deepEqual([model.get("strokes"), model.get("example"), model.get("size")], [[[[0.1, 0.2], [0.3, 0.2], [0.3, 0.9]]], -1, 1]);
  state.begin([0.5, 0.5]);
  assert.ok(state.drawing);
  state.end();
  assert.ok(!state.drawing && calls.length > 0);
  assert.equal(model.get("strokes").length, 2);
  assert.deepEqual(on(state.view.ink), on(drawn(model.get("strokes"), begun.pen)));
  state.clear();
  assert.ok(state.view.empty && state.hasDrawing);
  state.firstOf(0);
  assert.deepEqual([state.label, state.view.answer], [0, 0]); // the first 0 after row 3 is misread
  state.nextOf(4);
  assert.equal(rows.labels[model.get("example")], 4);
  state.recall();
  assert.deepEqual([model.get("strokes").length, model.get("example")], [2, -1]);
});

test("examples of a digit come one after the other, and a misread one is misread", () => {
  const { model, state } = page(), seen = new Set();
  for (let k = 0; k < 5; k++) { state.nextOf(7); seen.add(model.get("example")); assert.equal(state.label, 7); }
  assert.equal(seen.size, 5);
  state.nextMisread();
  assert.notEqual(state.view.answer, state.label);
});

test("to try: of the test digits that are misread, the right one is mostly the second best", () => {
  const wrong = rows.pictures.map((picture, row) => ({ row, ...run(network, counted(sampled(...centered(picture)))) }))
    .filter(({ row, probabilities }) => best(probabilities)[0][0] !== rows.labels[row]);
  const second = wrong.filter(({ row, probabilities }) => best(probabilities)[1][0] === rows.labels[row]).length;
  assert.ok(wrong.length > 5 && second > wrong.length / 2, `${second} of ${wrong.length}`);
});

function centered(picture) {
  const ink = enlarged(picture);
  return [ink, frame(ink, true)];
}
