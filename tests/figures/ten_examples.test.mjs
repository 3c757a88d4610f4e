// The mathematics of the ten examples against dlcourse: pictures, features, means, answers, counts; and the state.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { pageModel } from "../../dlcourse/figures/page.js";
import { answerOf, answered, classMeans, learningPath, nearestExample } from "../../dlcourse/figures/ten_examples_head.js";
import { enlarged14, featuresOf, unpackedExamples } from "../../dlcourse/figures/ten_examples_network.js";
import { KINDS, MOST, examplesState, missingOf, poolRows } from "../../dlcourse/figures/ten_examples_state.js";
import { listed, onPad, said, score, verdict } from "../../dlcourse/figures/ten_examples_words.js";
import { near, wanted } from "./tools.mjs";

const { figures, begun, pools, measured, file } = wanted.ten_examples;
const data = readFileSync(file).toString("base64"), { blocks, head, pool, test: digits } = unpackedExamples(data);

/** A state on a page's model, and how often it asked to be drawn. */
function page(values = {}) {
  const model = pageModel({ ...begun, ...values, data }), calls = [];
  return { model, calls, state: examplesState(model, () => calls.push(1)) };
}

figures.forEach(({ setting, counts, pixels, features, answers, nearest, right }, i) => {
  test(`figure ${i} shows what the package computes`, () => {
    const { state } = page(setting), { view } = state;
    assert.deepEqual(view.counts, counts);
    assert.deepEqual([...view.pixels], pixels); // whole steps of 1/255: to the last bit
    near([...view.letters], features, "feature");
    for (const kind of KINDS) {
      near(state.answerBy(kind).probabilities, answers[kind], kind);
      assert.deepEqual(state.learned[kind].right, right[kind]);
      const found = state.answerBy(kind).nearest;
      if (!nearest[kind]) { assert.equal(found, null); continue; }
      assert.equal(found.index, nearest[kind][0]);
      near(found.distance, nearest[kind][1]);
    }
  });
});

test("all stored digits become the pictures of the data set", () => {
  const all = [...pool.pictures, ...digits.pictures].map(picture => [...enlarged14(picture)].map(value => Math.round(255 * value)));
  assert.deepEqual(all, wanted.ten_examples.enlarged);
});

test("a weight that is wrong by a twentieth of a percent is noticed", () => {
  const picture = enlarged14(digits.pictures[0]), { features } = figures[0];
  blocks.forEach((block, k) => {
    const wrong = blocks.map((one, i) => i === k ? { ...one, kernel: one.kernel.map(value => 1.0005 * value) } : one);
    near([...featuresOf(blocks, picture)], features);
    assert.throws(() => near([...featuresOf(wrong, picture)], features), /is not/);
  });
});

test("the draws of the pool are those of Python, and the limits those that were measured", () => {
  for (const [draw, rows] of Object.entries(pools)) assert.deepEqual(poolRows(pool.labels, Number(draw)), rows);
  assert.deepEqual({ ...head, weights: 0, digits: 0 }, { ...measured, weights: 0, digits: 0 });
});

test("means, answers and counts of a few rows", () => {
  const rows = [[0, 0], [2, 0], [0, 4]], labels = [7, 7, 3], means = classMeans(rows, labels);
  assert.deepEqual([means[7], means[3], means[0]], [[1, 0], [0, 4], null]);
  const p = answered(means, [1, 1], 0.5);
  near(p[7] / p[3], Math.exp(0.5 * (10 - 1)));
  assert.deepEqual([answerOf(p), answerOf(Array(10).fill(0)), p[0]], [7, null, 0]);
  assert.deepEqual(answered(classMeans([], []), [1, 1], 0.5), Array(10).fill(0));
  assert.deepEqual(nearestExample(rows, [2, 1]), { index: 1, distance: 1 });
  assert.equal(nearestExample([], [2, 1]), null);
  // After the first example all are read as 7, after the third the last row is a 3.
  assert.deepEqual(learningPath(rows, labels, [[1, 0], [0, 3]], [7, 3]), [1, 1, 2]);
  assert.deepEqual(missingOf(labels), [0, 1, 2, 4, 5, 6, 8, 9]);
});

test("a drawing is taught, and the pad is free for the next", () => {
  const { model, state, calls } = page({ examples: [], row: -1 });
  assert.equal(said(state), "Draw a digit, with the mouse, a finger or a pen.");
  assert.ok(!state.canTeach(3));
  state.begin([0.5, 0.1]);
  state.extend([0.5, 0.9]);
  assert.ok(state.drawing);
  state.end();
  assert.equal(said(state), "It has no example yet. Say which digit this is.");
  assert.ok(state.canTeach(1));
  state.teach(1);
  assert.deepEqual(model.get("examples"), [[1, [[[0.5, 0.1], [0.5, 0.9]]]]]);
  assert.deepEqual([model.get("strokes"), state.view.empty, said(state)], [[], true, "Your drawing is now an example of 1."]);
  state.recall();
  near(state.answerBy("letters").probabilities, [0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  assert.match(said(state), /^It reads 1, probability above 0\.99\. Raw pixels say 1/);
  assert.equal(onPad(state), "Your drawing. It cannot answer 0, 2, 3, 4, 5, 6, 7, 8 and 9: no example.");
  state.begin([0.2, 0.2]);
  state.end();
  assert.equal(model.get("strokes").length, 2);
  assert.ok(calls.length > 4);
});

test("test digits are not taught, and five of a digit are enough", () => {
  const { model, state } = page({ row: 3 });
  assert.ok(!state.canTeach(0) && !state.view.empty);
  state.nextTest();
  assert.equal(model.get("row"), 4);
  for (let k = 1; k < MOST; k++) state.add(6);
  assert.equal(state.countOf(6), MOST);
  state.begin([0.5, 0.5]);
  state.end();
  assert.ok(!state.canTeach(6) && state.canTeach(7));
  assert.equal(model.get("row"), -1);
});

test("handwritten digits fill up, each once, and others take their places", () => {
  const { model, state } = page({ examples: [[4, [[[0.5, 0.1], [0.5, 0.9]]]]], row: -1 });
  state.fill(3);
  const rows = model.get("examples").filter(([, source]) => typeof source === "number");
  assert.deepEqual(Array.from({ length: 10 }, (_, digit) => state.countOf(digit)), Array(10).fill(3));
  assert.ok(rows.length === 29 && new Set(rows.map(([, row]) => row)).size === 29 && rows.every(([digit, row]) => pool.labels[row] === digit));
  assert.deepEqual(model.get("examples").slice(1, 10).map(([digit]) => digit), [0, 1, 2, 3, 5, 6, 7, 8, 9]); // one of each first
  state.fill(1);
  assert.equal(model.get("examples").length, 30); // none is taken away
  state.redraw();
  const after = model.get("examples");
  assert.deepEqual(after.map(([digit]) => digit), [...[[4]], ...rows].map(([digit]) => digit));
  assert.ok(typeof after[0][1] !== "number" && after.filter(([, row]) => rows.some(([, old]) => old === row)).length < 15);
  state.remove(0);
  assert.deepEqual(model.get("examples").length, 29);
  state.removeAll();
  assert.deepEqual([model.get("examples"), state.learned.letters.right], [[], []]);
  assert.equal(score(state.learned, 200), "No examples, nothing learned.");
  state.fill(5);
  assert.equal(model.get("examples").length, 50); // the pool has enough of each
});

test("what is said", () => {
  const of = (digit, p, other) => ({ answer: digit, probabilities: Array.from({ length: 10 }, (_, k) => k === digit ? p : k === other ? 1 - p : 0) });
  assert.equal(verdict(of(3, 0.5, 8), of(5, 0.7, 1), 0.6), "Not sure: 3 (0.50) or 8 (0.50). Raw pixels say 5 (0.70).");
  assert.equal(verdict(of(3, 0.9, 8), of(3, 1, 1), 0.6), "It reads 3, probability 0.90. Raw pixels say 3 (above 0.99).");
  assert.deepEqual([listed([3]), listed([3, 5]), listed([3, 5, 7])], ["3", "3 and 5", "3, 5 and 7"]);
  const learned = { labels: [1, 1, 4], missing: [0, 2, 3, 5, 6, 7, 8, 9], letters: { right: [1, 2, 40] }, pixels: { right: [1, 2, 31] } };
  assert.equal(score(learned, 200), "3 examples of 2 digits. Of 200 test digits the features read 40 (20 %) right, the pixels 31 (16 %).");
});
