// The race's mathematics against dlcourse.optim, step by step; its rates against a sweep; its drawing against itself.
import assert from "node:assert/strict";
import test from "node:test";
import { MOST_STEPS, OPTIMIZERS, SURFACES, belowSince, descent, noises } from "../../dlcourse/figures/descent.js";
import { LIMIT, standing, verdict } from "../../dlcourse/figures/race_chart.js";
import { brief, exact, power } from "../../dlcourse/figures/race_looks.js";
import { apart, fromMap, toMap } from "../../dlcourse/figures/race_map.js";
import { raceState } from "../../dlcourse/figures/race_state.js";
import { pageModel } from "../../dlcourse/figures/page.js";
import { near, wanted } from "./tools.mjs";

const { surfaces, trails, begun, drawn } = wanted.race, NAMES = Object.keys(OPTIMIZERS);
const RATES = [1e-4, 2e-4, 5e-4, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];

/** The default race on a surface, with changes. */
function setting(surface, changes = {}) {
  const { start, rates } = SURFACES[surface];
  return { ...begun, surface, start, ...changes, rates: { ...rates, ...changes.rates } };
}

for (const [name, { points, values, slopes, curvature, ...same }] of Object.entries(surfaces)) {
  test(`the ${name} has the heights and slopes of the package's`, () => {
    near(points.map(([x, y]) => SURFACES[name].value(x, y, curvature)), values, "height");
    near(points.map(([x, y]) => SURFACES[name].gradient(x, y, curvature)), slopes, "slope");
    const { window, minima, start, rates } = SURFACES[name];
    assert.deepEqual({ window, minima, start, rates }, same);
  });
}

test("every optimizer on every surface is there", () => {
  assert.deepEqual(Object.keys(surfaces), Object.keys(SURFACES));
  const met = new Set(trails.map(({ name, setting }) => `${name} ${setting.surface}`));
  assert.equal(met.size, NAMES.length * Object.keys(SURFACES).length);
});

for (const { name, setting, places, losses } of trails) {
  const { surface, noise, scale, steps, momentum } = setting;
  test(`${name} goes down the ${surface} as in dlcourse.optim: noise ${noise}, scale ${scale}, momentum ${momentum}`, () => {
    const run = descent(name, setting, steps);
    near(run.places, places, "place");
    near(run.losses, losses, "loss");
  });
}

test("a step that is wrong by a twentieth of a percent is noticed", () => {
  for (const { name, setting, places } of trails.slice(0, NAMES.length)) {
    const wrong = { ...setting, rates: { ...setting.rates, [name]: 1.0005 * setting.rates[name] } };
    assert.throws(() => near(descent(name, wrong, setting.steps).places, places), /is not/, name);
  }
});

test("noise is the package's to the last bit, and nearly normal", () => {
  for (const { seed, noise } of drawn) assert.deepEqual(noises(seed, noise.length), noise);
  const many = noises(3, 20000).flat(), mean = many.reduce((a, b) => a + b) / many.length;
  const variance = many.reduce((sum, one) => sum + one * one, 0) / many.length;
  assert.ok(Math.abs(mean) < 0.02 && Math.abs(variance - 1) < 0.03, `mean ${mean}, variance ${variance}`);
});

test("all surfaces are lowest at their minima, and are 0 there", () => {
  for (const [name, { value, gradient, minima, window: [left, bottom, width] }] of Object.entries(SURFACES)) {
    for (const [x, y] of minima) near([value(x, y, 7), ...gradient(x, y, 7)], [0, 0, 0], name);
    for (const i of Array(50).keys()) for (const j of Array(50).keys()) assert.ok(value(left + width * i / 49, bottom + width * j / 49, 7) >= 0);
  }
});

/** The mean number of steps until the loss stays below the limit, from sixteen starts; one that does not arrive counts double. */
function meanSteps(surface, name, rate) {
  const [left, bottom, width] = SURFACES[surface].window, quarters = [0.125, 0.375, 0.625, 0.875];
  const starts = quarters.flatMap(i => quarters.map(j => [left + i * width, bottom + j * width]));
  const steps = starts.map(start => belowSince(descent(name, setting(surface, { start, rates: { [name]: rate } })).losses, LIMIT));
  return steps.reduce((sum, step) => sum + (step < 0 ? 2 * MOST_STEPS : step), 0) / starts.length;
}

test("each optimizer begins with the best of thirteen rates, from sixteen starts", () => {
  for (const [surface, { rates }] of Object.entries(SURFACES)) {
    for (const name of NAMES) {
      const means = RATES.map(rate => meanSteps(surface, name, rate));
      assert.equal(RATES[means.indexOf(Math.min(...means))], rates[name], `${name} on the ${surface}: ${means}`);
    }
  }
});

const steps = (name, surface, changes) => belowSince(descent(name, setting(surface, changes)).losses, LIMIT);

test("to try: in the ravine SGD zigzags below 2 / a, diverges above, and creeps along the other weight", () => {
  const along = (i, rate, count = 40) => descent("sgd", setting("ravine", { rates: { sgd: rate } })).places.slice(0, count).map(place => place[i]);
  for (const rate of [0.02, 0.024]) {
    assert.ok(along(1, rate).every((w, t, all) => !t || w * all[t - 1] < 0 && Math.abs(w) < Math.abs(all[t - 1])));
    assert.ok(along(0, rate).every((w, t, all) => !t || w < 0 && w > all[t - 1] && w < 0.97 * all[t - 1]));
    assert.ok(steps("sgd", "ravine", { rates: { sgd: rate } }) > 100);
  }
  assert.ok(along(1, 0.026).every((w, t, all) => !t || w * all[t - 1] < 0 && Math.abs(w) > Math.abs(all[t - 1])));
  assert.ok(descent("sgd", setting("ravine", { rates: { sgd: 0.026 } })).diverged);
  assert.equal(2 / begun.curvature, 0.025);
});

test("to try: momentum arrives sooner at the same rate, and too much of it never", () => {
  const at = momentum => steps("momentum", "ravine", { momentum, rates: { momentum: 0.02 } }), plain = steps("sgd", "ravine");
  assert.ok(at(0.9) < 0.6 * plain && at(0.9) > 0, `${at(0.9)} against ${plain}`);
  assert.equal(at(0), plain);
  assert.ok(at(0.7) > 0 && at(0.7) < 0.5 * at(0.9), `${at(0.7)}`);
  assert.equal(at(0.99), -1);
});

test("to try: what divides by the size of the gradient does not mind the scale of the loss, nor a plateau", () => {
  for (const name of NAMES) {
    const normed = ["rmsprop", "adam", "adamw"].includes(name), [one, ten] = [1, 10].map(scale => descent(name, setting("ravine", { scale })));
    assert.equal(ten.diverged, !normed, name);
    if (normed) one.places.forEach((place, t) => place.forEach((w, i) => assert.ok(Math.abs(w - ten.places[t][i]) < 1e-5, `${name} ${t}`)));
    for (const scale of [1, 10]) for (const start of [[3.5, 3.5], [-4, 4], [3.8, -3.5]]) {
      assert.equal(steps(name, "plateau", { start, scale }) > 0, normed, `${name} from ${start}, times ${scale}`);
    }
  }
});

test("to try: the nearer to the ridge, the longer it takes to leave the saddle, except for three", () => {
  const leaves = (name, changes) => descent(name, setting("saddle", changes)).places.findIndex(([x]) => Math.abs(x) > 0.5);
  for (const name of NAMES) {
    const [far, near, nearer] = [0.01, 0.001, 0.0001].map(x => leaves(name, { start: [x, 1.5] }));
    if (["rmsprop", "adam", "adamw"].includes(name)) assert.ok(far > 0 && far === near && near === nearer, name);
    else assert.ok(0 < far && far < near && near < nearer, name);
    assert.equal(leaves(name, { start: [0, 1.5] }), -1);
    for (const seed of [0, 1, 2, 3, 4]) assert.ok(leaves(name, { start: [0, 1.5], noise: 0.1, seed }) > 0);
  }
});

test("an optimizer has arrived since the last step that was not below the limit", () => {
  const losses = [5, 0.5, 3, 0.5, 0.1];
  assert.deepEqual([0, 1, 2, 3, 4, 9].map(now => belowSince(losses, 1, now)), [-1, 1, -1, 3, 3, 3]);
  assert.equal(belowSince([0.1], 1), 0);
  assert.equal(belowSince([NaN], 1), -1);
});

test("divergence is said in words, from the step on at which it happens", () => {
  const run = descent("sgd", setting("valley", { rates: { sgd: 1 } })), last = run.places.length - 1;
  assert.ok(run.diverged && run.places.flat().every(Number.isFinite) && run.losses.every(Number.isFinite));
  assert.equal(standing(run, last - 1).words, "not yet");
  for (const later of [last, MOST_STEPS]) assert.deepEqual(standing(run, later), { loss: null, words: `diverged at step ${last}` });
});

const race = (surface, changes) => NAMES.map(name => ({ name, ...descent(name, setting(surface, changes)) }));

test("who is lowest is said, and a tie is called one, whoever comes first", () => {
  const ridge = race("saddle", { start: [0, 1.5] }), ravine = race("ravine"), shared = "Several share the lowest loss, ";
  assert.equal(verdict(ridge, MOST_STEPS), `${shared}0.25`);
  assert.equal(verdict(ravine, MOST_STEPS), `${shared}below 10\u207b\u00b9\u00b2`);
  assert.equal(verdict(ravine, 20), "RMSprop is lowest, loss 0.0167");
  assert.equal(verdict(ravine, 0), "all start at loss 93.1");
  for (const run of ridge) assert.match(verdict([run], MOST_STEPS), /^\w+ is lowest, loss 0\.25$/);  // alone, nobody shares
});

test("losses that are written alike tie, and one that is higher or has diverged does not", () => {
  const ends = (...losses) => losses.map((loss, i) => ({ name: NAMES[i], losses: [9, loss], diverged: false }));
  assert.equal(verdict(ends(1, 0.25001, 0.25), 1), "Several share the lowest loss, 0.25");
  assert.equal(verdict(ends(0.252, 0.251, 0.252), 1), "Momentum is lowest, loss 0.251");
  const [lost, ...others] = ends(0.25, 0.25, 1);
  assert.equal(verdict([{ ...lost, diverged: true }, ...others], 1), "Momentum is lowest, loss 0.25");
  assert.equal(verdict([{ ...lost, diverged: true }], 1), "all have diverged");
  assert.equal(verdict([], 1), "nobody races");
});

test("whatever the rates, no number on the page is undefined", () => {
  for (const surface of Object.keys(SURFACES)) for (const name of NAMES) for (const rate of [1e-4, 0.1, 10]) {
    const { window: [left, bottom, width] } = SURFACES[surface], start = [left + width, bottom];
    for (const changes of [{}, { scale: 100, noise: 5, momentum: 0.99, decay: 1 }]) {
      const run = descent(name, setting(surface, { start, ...changes, rates: { [name]: rate } }));
      assert.ok(run.places.flat().every(Number.isFinite) && run.losses.every(Number.isFinite), `${name}, ${surface}, ${rate}`);
      assert.doesNotMatch(`${brief(run.losses.at(-1))} ${standing(run, MOST_STEPS).words}`, /NaN|Infinity|undefined/);
    }
  }
});

test("losses and settings are written briefly", () => {
  assert.deepEqual([0.12345, 1234.5, 2e-4, 5.26e-7, 3e9, 1e-40, 0].map(brief),
    ["0.123", "1230", "0.0002", "5.3\u00a0\u00b7\u00a010\u207b\u2077", "3.0\u00a0\u00b7\u00a010\u2079", "below 10\u207b\u00b9\u00b2", "below 10\u207b\u00b9\u00b2"]);
  assert.deepEqual([-1.2, 0.0001, 60, 1 / 3].map(exact), ["\u22121.2", "0.0001", "60", "0.3333"]);
  assert.equal(power(10), "10\u00b9\u2070");
});

test("places and the drawing's units are each other's inverse", () => {
  for (const { window, start } of Object.values(SURFACES)) near(fromMap(toMap(start, window), window), start);
  near(toMap([-2, 3], [-2, -1, 4]), [0, 0], "the upper left corner");
});

test("names at one place are moved apart and stay in the drawing", () => {
  for (const heights of [[200, 200, 200], [398, 399, 397, 0], [5, 1, 3], [100, 300]]) {
    const moved = apart(heights), sorted = [...moved].sort((a, b) => a - b);
    assert.ok(sorted.every((y, i) => !i || y - sorted[i - 1] >= 15.999) && sorted[0] >= 7.999 && sorted.at(-1) <= 392.001, `${moved}`);
    const order = values => values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
    assert.deepEqual(order(moved), order(heights));
  }
  assert.deepEqual(apart([100, 300]), [100, 300]);
});

test("a surface brings its start and rates along, and reset brings back how it was", () => {
  const model = pageModel({ ...begun, start: [1, 1] }), state = raceState(model);
  state.setRate("adam", 0.3);
  state.choose("saddle");
  assert.deepEqual([model.get("start"), model.get("rates")], [SURFACES.saddle.start, SURFACES.saddle.rates]);
  state.setStart([99, -99]);
  assert.deepEqual(model.get("start"), [2, -2]);
  state.turn("nesterov", true);
  assert.deepEqual(state.runs.map(run => run.name), ["sgd", "momentum", "nesterov", "adam"]);
  assert.equal(state.runs, state.runs);  // computed once
  state.goTo(9999);
  assert.equal(state.steps, MOST_STEPS);
  state.reset();
  for (const [name, value] of Object.entries({ ...begun, start: [1, 1] })) assert.deepEqual(model.get(name), value, name);
});
