// Find the glyphs: the script against dlcourse, from strokes and digits to boxes, counts and pixels; and its state.
import assert from "node:assert/strict";
import test from "node:test";
import { candidates, inked, iou, judged, middles, ordered, put } from "../../dlcourse/figures/find_glyphs_math.js";
import { convolution, doubled, forward, pixelClasses, pixelLogits, unpacked } from "../../dlcourse/figures/find_glyphs_network.js";
import { findState } from "../../dlcourse/figures/find_glyphs_state.js";
import { findLines, findMiddles, findPixels, findSentence } from "../../dlcourse/figures/find_glyphs_words.js";
import { pageModel } from "../../dlcourse/figures/page.js";
import { near, wanted } from "./tools.mjs";

const { figures, begun, data, random, layers, boxes } = wanted.find_glyphs;
const file = text => new Uint8Array(Buffer.from(text, "base64"));

/** A state on a page's model, and how often it asked to be drawn. */
function page(values = {}) {
  const model = pageModel({ ...begun, ...values, data }), calls = [];
  return { model, calls, state: findState(model, () => calls.push(1)) };
}

figures.forEach(({ values, picture, truth, grid, mask, found, right }, i) => {
  test(`scene ${i} is the package's, and so is all that is found in it`, () => {
    const { state } = page(values), { answer, view, pixels } = state;
    near([...view.picture], picture, "picture");
    assert.deepEqual(view.truth?.map(({ label, box }) => [label, ...box]) ?? null, truth);
    near([...view.said.grid], grid, "grid");
    assert.deepEqual([...pixels], mask);
    near(answer.found.map(({ box, label, score }) => [label, score, ...box]), found, "found");
    assert.deepEqual(answer.right, right);
  });
});

test("with random weights grid, candidates and pixels are the package's", () => {
  const { network } = unpacked(file(random.data)), picture = Float64Array.from(random.picture), said = forward(network, picture);
  near([...said.grid], random.grid, "grid");
  near([...pixelLogits(network, picture, said)], random.pixels, "pixels");
  assert.ok(random.boxes.length > 5);
  near(ordered(candidates(said.grid, 0.001), true).map(({ box, label, score }) => [label, score, ...box]), random.boxes, "boxes");
  const kernel = network.mix.kernel.map(value => 1.0005 * value);
  assert.throws(() => near([...forward({ ...network, mix: { ...network.mix, kernel } }, picture).grid], random.grid), /is not/);
});

test("a convolution with a stride and a transposed one are the package's, each alone", () => {
  for (const { kind, inputs, outputs, size, stride, side, kernel, bias, x, y } of layers) {
    const layer = { inputs, outputs, size, kernel, factor: Array(outputs).fill(1), bias }, maps = Float64Array.from(x);
    near([...kind === "doubled" ? doubled(layer, maps, side) : convolution(layer, maps, side, stride)], y, kind);
  }
});

test("suppression and the judgment of random boxes are the package's", () => {
  for (const { found, truth, kept, overlaps, right } of boxes) {
    const objects = found.map(([label, score, ...box], row) => ({ label, score, box, row })), true_ = truth.map(([label, ...box]) => ({ label, box }));
    near(objects.map(a => objects.map(b => iou(a.box, b.box))), overlaps, "IoU");
    assert.deepEqual(ordered(objects, true).map(({ row }) => row), kept);
    assert.deepEqual(judged(ordered(objects, false), true_).right, right);
  }
});

test("a forward pass is quick enough to follow a pen", () => {
  const { network, scenes } = unpacked(file(data));
  for (let k = 0; k < 3; k++) forward(network, scenes[k].picture);
  const times = Array.from({ length: 5 }, () => { const start = performance.now(); forward(network, scenes[0].picture); return performance.now() - start; });
  assert.ok(Math.min(...times) < 250, `${times}`);
});

test("a pen draws, a digit is put and carried, and both are taken back in their order", () => {
  const { model, state, calls } = page({ scene: 0 });
  assert.ok(!state.hasAdded && state.answer.found.length === 0);
  for (const points of [[[0.5, 0.2], [0.5, 0.8]], [[0.1, 0.1]]]) {
    state.begin(points[0]);
    assert.ok(state.drawing);
    points.slice(1).forEach(state.extend);
    state.end();
  }
  assert.deepEqual(model.get("strokes"), [[[0.5, 0.2], [0.5, 0.8]], [[0.1, 0.1]]]);
  assert.equal(state.view.truth, null);
  state.tell({ tool: "4" });
  state.begin([0.25, 0.5]);
  state.extend([0.75, 0.25]);
  assert.ok(state.drawing);
  state.end();
  assert.deepEqual([model.get("glyphs"), model.get("row"), model.get("column"), state.drawing], [[[4, 16, 48]], 16, 48, false]);
  state.undo();
  assert.deepEqual([model.get("glyphs"), model.get("strokes").length], [[], 2]);
  state.undo();
  state.undo();
  state.undo();
  assert.ok(!state.hasAdded);
  state.tell({ row: 30, column: 20 });
  state.putThere();
  assert.deepEqual([model.get("glyphs"), state.answer.right, state.answer.found[0].label], [[[4, 30, 20]], [true], 4]);
  state.show(2);
  assert.deepEqual([model.get("glyphs"), model.get("scene")], [[], 2]);
  state.undo();  // nothing to take back
  state.putThere();
  state.clear();
  assert.ok(!state.hasAdded && model.get("scene") === 2 && calls.length > 5);
});

test("the network runs again only for another picture", () => {
  const { model, state } = page(), { view, answer } = state;
  state.tell({ threshold: 0.05 });
  assert.ok(state.view === view && state.answer !== answer);
  state.tell({ layer: "pixels" });
  assert.ok(state.pixels === state.pixels && model.get("layer") === "pixels");
  state.show(1);
  assert.ok(state.view !== view);
});

test("what is found is said in words", () => {
  const two = { label: 2, score: 0.91, box: [0, 0, 9, 9] }, one = { label: 1, score: 0.6, box: [20, 0, 29, 9] };
  const known = { found: [two, one], right: [true, false], missed: [{ label: 7 }] };
  assert.equal(findSentence(known, 0.5, false), "From a score of 0.50 on it finds 2 digits: 1 right, 1 missed, 1 false alarm. Precision 0.50, recall 0.50.");
  assert.deepEqual(findLines(known), ["a 7: missed", "2, score 0.91, right", "1, score 0.60, false alarm"]);
  const drawn = findSentence({ found: [two], right: null, missed: [] }, 0.05, false), lost = { found: [], right: [], missed: [two] };
  assert.match(drawn, /^From a score of 0\.05 on it finds 1 digit\. What you drew has no known truth/);
  assert.match(findSentence(lost, 0.9, false), /0 digits: 0 right, 1 missed, 0 false alarms\. Precision not defined, recall 0\.00\.$/);
  assert.match(findSentence({ found: [two], right: [false], missed: [] }, 0.5, true), /recall not defined\.$/);
  assert.match(findSentence({ found: [], right: [], missed: [] }, 0.5, true), /^The scene is empty/);
  const grid = new Float64Array(15 * 256).fill(-9);
  grid[10 * 256 + 16 * 2 + 4] = 9;
  assert.match(findMiddles(grid), /Surest is row 3, column 5, with 1\.00; 1 cell says at least 0\.5\.$/);
  assert.equal(middles(grid).length, 256);
  assert.deepEqual(findPixels([0, 0, 3, 3, 1]), [[2, 2], [0, 1]]);
  assert.deepEqual([...pixelClasses(new Float64Array(11 * 4096))].filter(Boolean), []);
});

test("a digit stays inside the scene, and a dot of ink is a disk", () => {
  const { digits } = unpacked(file(data)), picture = new Float64Array(4096);
  for (const [row, column] of [[0, 0], [63, 63], [32, 32]]) {
    const [left, top, right, bottom] = put(picture, digits[8], row, column);
    assert.ok(left >= 0 && top >= 0 && right <= 64 && bottom <= 64);
  }
  const ink = inked(new Float64Array(4096), [[[0.5, 0.5]]]);
  assert.ok(Math.abs(ink.reduce((a, b) => a + b) - Math.PI * 1.75 ** 2) < 0.5);
});
