// The decoders of the plane of codes against those of dlcourse, what is read off them, and what there is to try.
import assert from "node:assert/strict";
import test from "node:test";
import * as latent from "../../dlcourse/figures/latent_decoder.js";
import { fromPlane, rounded, toPlane } from "../../dlcourse/figures/latent_plane.js";
import { named, sentence } from "../../dlcourse/figures/latent_pictures.js";
import { latentState } from "../../dlcourse/figures/latent_state.js";
import { pageModel } from "../../dlcourse/figures/page.js";
import { uniform } from "../../dlcourse/figures/random.js";
import { near, wanted } from "./tools.mjs";

const { MODELS, STEPS, changesOf, decode, mixedPictures, nearest, normalPair, onWalk, rowOf, walkPictures } = latent;
const { data, planes, walks, values } = wanted.latent, numbers = latent.latentNumbers(data);

for (const [name, { codes, drawn, window, some, nearestRows, distances, similarRows }] of Object.entries(planes)) {
  test(`the ${name} draws what the package's decoder draws`, () => {
    near(codes.map(code => [...decode(numbers[name], code)]), drawn, "picture");
  });

  test(`a weight of the ${name} that is wrong by a twentieth of a percent is noticed`, () => {
    const { hidden, last } = numbers[name], weights = Float64Array.from(last.weights, w => 1.0005 * w);
    assert.throws(() => near(codes.map(code => [...decode({ hidden, last: { ...last, weights } }, code)]), drawn), /is not/);
  });

  test(`the ${name} has the package's codes, window and nearest digits`, () => {
    near(some.map(([row]) => [...rowOf(numbers[name].codes, row, 2)]), some.map(([, code]) => code), "code");
    assert.deepEqual(numbers[name].window, window);
    const found = codes.map(code => nearest(numbers[name].codes, code));
    assert.deepEqual(found.map(one => one.row), nearestRows);
    near(found.map(one => one.distance), distances, "distance");
    assert.deepEqual(codes.map(code => nearest(numbers.pixels, decode(numbers[name], code)).row), similarRows);
  });
}

test("both models are there, labels and pixels are the digits'", () => {
  assert.deepEqual(Object.keys(planes), MODELS);
  assert.deepEqual([...numbers.labels], wanted.latent.labels);
  near([...rowOf(numbers.pixels, 7, 64)], wanted.latent.seventh, "pixel");
  near([...rowOf(numbers.VAE.deviations, 7, 2)], wanted.latent.deviations, "deviation");
});

for (const { model, start, end, position, point, changes } of walks) {
  test(`the ${model} walks from ${start} to ${end} as in the package`, () => {
    near(onWalk(numbers[model], start, end, position), point, "point");
    const pictures = walkPictures(numbers[model], start, end);
    assert.equal(pictures.length, STEPS + 1);
    near(changesOf(pictures), changes, "change");
  });
}

test("a walk from a digit to itself stands still and has no strange numbers", () => {
  assert.deepEqual(changesOf(walkPictures(numbers.VAE, 5, 5)), Array(STEPS).fill(0));
});

test("mixed pixels go evenly from the one picture to the other", () => {
  const [a, b] = [3, 8].map(row => rowOf(numbers.pixels, row, 64)), pictures = mixedPictures(a, b);
  near([...pictures[0]], [...a]);
  near([...pictures.at(-1)], [...b]);
  near([...pictures[STEPS / 2]], [...a].map((gray, p) => (gray + b[p]) / 2));
  near(changesOf(pictures), Array(STEPS).fill(1));
});

test("codes that are drawn are normal", () => {
  const random = uniform(0), drawn = Array.from({ length: 20000 }, () => normalPair(random)), count = drawn.length;
  const mean = of => drawn.reduce((sum, pair) => sum + of(pair), 0) / count;
  for (const i of [0, 1]) {
    assert.ok(Math.abs(mean(pair => pair[i])) < 0.03 && Math.abs(mean(pair => pair[i] ** 2) - 1) < 0.05);
    assert.ok(Math.abs(mean(pair => pair[i] ** 4) - 3) < 0.3);  // of a normal variable
  }
  assert.ok(Math.abs(mean(([a, b]) => a * b)) < 0.03);
});

test("codes and the drawing's units are each other's inverse", () => {
  for (const name of MODELS) near(fromPlane(toPlane([1.25, -0.5], numbers[name].window), numbers[name].window), [1.25, -0.5]);
  near(toPlane([-4, 5], [-4, -4, 9]), [0, 0], "the upper left corner");
  assert.deepEqual([rounded([1.234, -0.017], [0, 0, 22]), rounded([1.234, -0.017], [0, 0, 9])], [[1.25, -0], [1.23, -0.02]]);
});

const stateOf = (changes = {}) => {
  const model = pageModel({ ...values, data, ...changes });
  return [latentState(model, () => {}), model];
};

test("with another model the point stays on the walk, or at the same digit", () => {
  const [state, model] = stateOf();
  state.goTo(0.25);
  state.choose("VAE");
  near(model.get("point"), onWalk(numbers.VAE, 0, 1, 0.25));
  state.moveTo([...rowOf(numbers.VAE.codes, 400, 2)]);
  state.choose("autoencoder");
  near(model.get("point"), [...rowOf(numbers.autoencoder.codes, 400, 2)]);
});

test("a walk can start and end at the digit that is nearest, and all is brought back", () => {
  const [state, model] = stateOf(), place = row => [...rowOf(numbers.autoencoder.codes, row, 2)].map(c => c + 1e-4);
  state.moveTo(place(123));
  state.setEnd("end");
  assert.deepEqual([model.get("start"), model.get("end"), model.get("position")], [0, 123, 1]);
  near(model.get("point"), [...rowOf(numbers.autoencoder.codes, 123, 2)]);
  state.moveTo(place(456));
  state.setEnd("start");
  assert.deepEqual([model.get("start"), model.get("end"), model.get("position")], [456, 123, 0]);
  assert.equal(state.walk("VAE"), state.walk("VAE"));  // computed once
  near(state.walk("VAE").changes, changesOf(walkPictures(numbers.VAE, 456, 123)));
  state.choose("VAE");
  state.reset();
  for (const name of state.names) assert.deepEqual(model.get(name), values[name], name);
});

test("no point leaves its plane", () => {
  const [state, model] = stateOf(), [left, bottom, width] = numbers.autoencoder.window;
  state.moveTo([-99, 99]);
  assert.deepEqual(model.get("point"), [left, bottom + width]);
  for (let i = 0; i < 300; i++) state.drawRandom();
  assert.ok(model.get("point").every(Number.isFinite));
});

test("what is nearest is said in words", () => {
  assert.deepEqual([named(8), named(1)], ["an 8", "a 1"]);
  const [state] = stateOf(), row = numbers.labels.indexOf(8);
  assert.equal(sentence(state, { code: { row, distance: 0.126 }, similar: { row: 1, distance: 1 } }),
    "The nearest code, 0.13 away, is that of an 8. Of all real digits a 1 is most like the drawing: distance 1.00.");
});

/** 400 pairs of digits with different labels. */
const pairs = (() => {
  const random = uniform(1), row = () => Math.floor(1000 * random());
  return Array.from({ length: 600 }, () => [row(), row()]).filter(([a, b]) => numbers.labels[a] !== numbers.labels[b]).slice(0, 400);
})();
const mean = list => list.reduce((a, b) => a + b) / list.length;

test("to try: in both planes zeros lie together, and nines have others around them", () => {
  for (const name of MODELS) {
    const { codes } = numbers[name];
    /** Which share of the five codes around those of a digit are of the same digit. */
    const alike = digit => mean([...numbers.labels].flatMap((label, row) => {
      if (label !== digit) return [];
      const far = [...numbers.labels].map((_, other) => [latent.distance(rowOf(codes, row, 2), rowOf(codes, other, 2)), other]);
      return far.sort((a, b) => a[0] - b[0]).slice(1, 6).map(([, other]) => numbers.labels[other] === digit ? 1 : 0);
    }));
    assert.ok(alike(0) > 0.95 && alike(9) < 0.75, `${name}: ${alike(0)}, ${alike(9)}`);
  }
});

test("to try: the autoencoder's walk has the larger step, for most pairs", () => {
  const largest = (name, [a, b]) => Math.max(...changesOf(walkPictures(numbers[name], a, b)));
  assert.deepEqual(MODELS.map(name => largest(name, [0, 1]).toFixed(1)), ["2.7", "1.5"]);
  assert.deepEqual([0, 1].map(row => numbers.labels[row]), [0, 1]);
  const other = mean(pairs.map(pair => largest("VAE", pair) > largest("autoencoder", pair) ? 1 : 0));
  assert.ok(other > 0.07 && other < 0.14, `${other}`);
});

test("to try: codes from the prior become every digit with the VAE, and some never with the autoencoder", () => {
  const shares = MODELS.map(name => {
    const random = uniform(0), found = Array(10).fill(0);
    for (let i = 0; i < 1000; i++) found[numbers.labels[nearest(numbers.pixels, decode(numbers[name], normalPair(random))).row]] += 0.001;
    return found;
  });
  assert.ok(shares[0].filter(share => share < 0.02).length >= 4, `${shares[0]}`);
  assert.ok(shares[1].every(share => share > 0.03), `${shares[1]}`);
});

test("to try: far from all codes drawings are less like a digit; middles are alike in both models, and mixed pixels worse", () => {
  const far = picture => nearest(numbers.pixels, picture).distance, middle = STEPS / 2;
  for (const name of MODELS) {
    const [left, bottom, width] = numbers[name].window, { codes } = numbers[name];
    const usual = mean(Array.from({ length: 1000 }, (_, row) => far(decode(numbers[name], rowOf(codes, row, 2)))));
    for (const x of [0, 1]) for (const y of [0, 1]) {
      const corner = far(decode(numbers[name], [left + x * width, bottom + y * width]));
      assert.ok(corner > 1.25 * usual, `${name}: ${corner} in a corner, ${usual} at codes`);
    }
  }
  const [plain, vae] = MODELS.map(name => mean(pairs.map(([a, b]) => far(walkPictures(numbers[name], a, b, 2)[1]))));
  const mixed = mean(pairs.map(([a, b]) => far(mixedPictures(rowOf(numbers.pixels, a, 64), rowOf(numbers.pixels, b, 64))[middle])));
  assert.ok(Math.abs(plain - vae) < 0.05 * vae && mixed > 1.2 * plain && mixed > 1.2 * vae, `${plain}, ${vae}, ${mixed}`);
});
