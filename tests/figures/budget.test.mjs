// The label budget's mathematics and words against its Python class, on the numbers of the study.
import assert from "node:assert/strict";
import test from "node:test";
import { aheadBy, compared, errorOf, needed, pairIndex } from "../../dlcourse/figures/budget_math.js";
import { budgetState } from "../../dlcourse/figures/budget_state.js";
import { about, compareWords, neededWords } from "../../dlcourse/figures/budget_words.js";
import { WAYS } from "../../dlcourse/figures/budget_looks.js";
import { pageModel } from "../../dlcourse/figures/page.js";
import { near, wanted } from "./tools.mjs";

const { figures, errors, begun, data } = wanted.budget;
const page = (values = {}) => { const model = pageModel({ ...begun, ...values, data }); return { model, state: budgetState(model) }; };

test("errors of all curves at all numbers of labels are those of the package", () => {
  const { state } = page();
  for (const [curve, labels, mean, deviation] of errors) {
    const got = state.errorsOf(curve)[state.labels.indexOf(labels)];
    near([got.mean, got.deviation], [mean, deviation], `${curve} ${labels}`);
  }
  assert.deepEqual(state.curves.filter(curve => !curve.includes("+")), WAYS);
});

figures.forEach(({ values, ahead, more, needed: number }) => {
  test(`comparison ${JSON.stringify(values)}`, () => {
    const { state } = page(values), { comparison } = state;
    near(comparison.byDraw, ahead);
    assert.equal(comparison.more, more);
    const got = state.needed(values.b, values.a);
    if (number === null) assert.equal(got, null);
    else near(got, number);
  });
});

test("runs are averaged, over draws and seeds", () => {
  const runs = [[90, 92], [94, 96]], other = [[91, 91]];
  assert.deepEqual(errorOf(runs), { mean: 7, deviation: Math.sqrt(20 / 3), lowest: 4, highest: 10, runs: 4 });
  assert.deepEqual(aheadBy(runs, other), [1, 3]);
  const sure = compared(runs, other, 0.6), small = compared(runs, other, 0.7), mixed = compared([[92, 90]], other, 0.1);
  assert.deepEqual([sure.mean, sure.more, small.more, small.alike, mixed.alike, mixed.more], [2, true, false, true, false, false]);
  const pairs = [];
  for (let i = 0; i < 4; i++) for (let j = i + 1; j < 4; j++) pairs.push(pairIndex(i, j, 4), pairIndex(j, i, 4));
  assert.deepEqual(pairs, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
});

test("how many labels are needed lies on straight lines of the logarithms", () => {
  near(needed([1, 4, 16], [32, 8, 2], 16), 2);
  near(needed([1, 4, 16], [32, 8, 2], 4), 8);
  assert.deepEqual([needed([1, 4], [32, 8], 40), needed([1, 4], [32, 8], 8), needed([1, 4], [32, 8], 7)], [1, 4, null]);
});

test("numbers of labels in words", () => {
  const labels = [1, 2, 5, 10, 20, 50];
  assert.equal(about(7.26, labels), "about 7.3 (between 5 and 10, which were tried)");
  assert.equal(about(33.4, labels), "about 33 (between 20 and 50, which were tried)");
  assert.equal(about(4.95, labels), "about 5");
});

/** A state of two curves with given runs at one number of labels. */
function two(first, second, error, sizes = [first, second]) {
  const runs = sizes.map(curve => [curve, curve.map(seed => seed.map(share => share + 3))]);
  runs[0][0] = first;
  runs[1][0] = second;
  const text = JSON.stringify({ labels: [5, 10], curves: ["x", "y"], runs, errors: [[error, error]] });
  return budgetState(pageModel({ labels: 5, shown: [], a: "x", b: "y", data: btoa(text) }));
}

test("no more is said than the draws allow", () => {
  const ahead = two([[93, 95]], [[91, 91]], 0.5);
  assert.match(compareWords(ahead), /^With 5 labels of each digit, over the same 2 draws of labels: “x” reads 3\.0 points more than “y” on average, 2\.0 to 4\.0 by draw\. It is ahead in both draws, which are few, and/);
  assert.match(compareWords(two([[93, 95, 96]], [[91, 91, 91]], 0.5)), /\. It is ahead in every draw, and by more than three standard errors of 797 pictures\.$/);
  assert.equal(neededWords(ahead), "For the mean error of “x”, 6.0\u00a0%, “y” needs about 10 labels of each digit, instead of 5.");
  const behind = two([[91, 91]], [[93, 95]], 0.5);
  assert.match(compareWords(behind), /“y” reads 3\.0 points more than “x” on average, 2\.0 to 4\.0 by draw/);
  const few = two([[93, 95]], [[91, 91]], 2);
  assert.match(compareWords(few), /within three standard errors of 797 pictures: no winner\.$/);
  assert.equal(neededWords(few), "");
  const mixed = two([[93, 90]], [[91, 91]], 0.1);
  assert.match(compareWords(mixed), /0\.5 points more than “y” on average, −1\.0 to 2\.0 by draw\. The sign changes from draw to draw: no winner\.$/);
  const far = two([[99, 99]], [[91, 91]], 0.5);
  assert.match(neededWords(far), /“y” needs more than 10 labels of each digit, instead of 5\.$/);
  mixed.set({ b: "x" });
  assert.equal(compareWords(mixed), "A and B are the same. Choose two different ways.");
});

test("curves are shown in the order of the list, and the nearest tried number is found", () => {
  const { model, state } = page();
  const before = model.get("shown");
  state.show("SVM", true);
  assert.deepEqual(model.get("shown"), ["SVM", ...before]);
  state.show("SVM", false);
  assert.deepEqual(model.get("shown"), before);
  assert.deepEqual([0.1, 1.3, 1.5, 7, 7.2, 400].map(state.nearest), [1, 1, 2, 5, 10, 50]);
});
