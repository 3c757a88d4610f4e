// The sampler's mathematics against dlcourse.language: what is written, from which probabilities, for how many bits; its state.
import assert from "node:assert/strict";
import test from "node:test";
import { bitsOf, draw, entropyOf, nextProbabilities, readModel } from "../../dlcourse/figures/character_model.js";
import { pageModel } from "../../dlcourse/figures/page.js";
import { listed, sentence } from "../../dlcourse/figures/sampler_bars.js";
import { LONGEST, MOST, samplerState } from "../../dlcourse/figures/sampler_state.js";
import { summary } from "../../dlcourse/figures/sampler_text.js";
import { near, wanted } from "./tools.mjs";

const { begun, data, figures, limits, logits } = wanted.sampler;
globalThis.matchMedia = () => ({ matches: false });

/** A state on a page's model, and how often it asked to be drawn. */
function page(values = {}) {
  const model = pageModel({ ...begun, ...values, data }), calls = [];
  return { model, calls, state: samplerState(model, () => calls.push(1)) };
}

figures.forEach(({ values, tokens, own, drawn, bits }, k) => {
  test(`text ${k} is what Python writes with the same seed`, () => {
    const { state } = page(values), entries = tokens.map((_, n) => state.entry(n));
    assert.deepEqual(entries.map(({ token }) => token), tokens);
    near(entries.map(entry => entry.bits), bits, "bits");
    near([...state.here.own], own, "the model's probability");
    near([...state.here.drawn], drawn, "the probability as it is drawn");
  });
});

test("temperature and top-k do to logits what Python's do, ties included", () => {
  for (const { values, temperature, k, probabilities } of logits) {
    const V = values.length, model = { V, out: new Float64Array(V), outBias: Float64Array.from(values) };
    near([...nextProbabilities(model, { h: new Float64Array(1) }, temperature, k)], probabilities, `${temperature}, ${k}`);
  }
});

test("a temperature that is wrong by a thousandth is noticed", () => {
  const { values, drawn } = figures[1], { state } = page({ ...values, temperature: 1.001 * values.temperature });
  assert.throws(() => near([...state.entry(0).drawn], drawn), /is not/);
});

test("limits are those of Python", () => assert.deepEqual([LONGEST, MOST, readModel(data).V], limits));

test("a draw falls on the first character whose cumulated probability exceeds it", () => {
  const p = [0, 0.25, 0, 0.5, 0.25];
  assert.deepEqual([0, 0.2499, 0.25, 0.7499, 0.75, 0.9999].map(u => draw(p, u)), [1, 1, 3, 3, 4, 4]);
  assert.equal(draw([0.5, 0.5 - 1e-9], 1 - 1e-12), 1);
  near([bitsOf(0.125), entropyOf([0.5, 0.25, 0.25, 0])], [3, 1.5]);
});

test("a seed and a setting write the same again, and another setting goes on with the same numbers", () => {
  const { model, state } = page({ written: 40, at: 40 }), read = () => Array.from({ length: 40 }, (_, n) => state.entry(n));
  const first = read(), tokens = first.map(({ token }) => token);
  state.tell({ temperature: 2 });
  const hot = read();
  assert.deepEqual(hot.map(({ u }) => u), first.map(({ u }) => u));
  assert.notDeepEqual(hot.map(({ token }) => token), tokens);
  state.tell({ temperature: begun.temperature });
  assert.deepEqual(read().map(({ token }) => token), tokens);
  state.tell({ seed: 1 });
  assert.notDeepEqual(read().map(({ token }) => token), tokens);
  assert.equal(model.get("written"), 40);
  state.tell({ top_k: 1 });
  assert.ok(read().every(({ drawn, token }) => drawn[token] === 1));
});

test("it writes on, one or many, stops at its limit, and starts over", () => {
  const { model, state } = page({ written: 0, at: 0 });
  state.more(1);
  assert.deepEqual([model.get("written"), model.get("at"), state.isNext], [1, 1, true]);
  state.look(0);
  assert.deepEqual([state.at, state.isNext], [0, false]);
  state.look(99);
  assert.equal(state.at, 1);
  state.more(MOST);
  assert.equal(state.written, MOST);
  near(state.mean, Array.from({ length: MOST }, (_, n) => state.entry(n).bits).reduce((a, b) => a + b) / MOST);
  state.clear();
  assert.deepEqual([state.written, state.at, state.mean], [0, 0, 0]);
});

test("it plays until it is stopped, and jumps where nothing should move", async () => {
  const { model, state, calls } = page({ written: 0, at: 0 });
  state.start();
  assert.ok(state.writing && calls.length === 1);
  await new Promise(done => model.on("change:written", () => model.get("written") === 3 && done()));
  state.stop();
  assert.ok(!state.writing && calls.length === 2);
  const { written } = state;
  await new Promise(done => setTimeout(done, 100));
  assert.equal(state.written, written);
  globalThis.matchMedia = () => ({ matches: true });
  state.start();
  assert.deepEqual([state.written, state.writing], [written + 100, false]);
  globalThis.matchMedia = () => ({ matches: false });
});

test("the list has what was drawn, also where it was unlikely", () => {
  const own = Float64Array.from({ length: 30 }, (_, token) => 30 - token);
  assert.deepEqual(listed({ own, token: 3 }, true), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(listed({ own, token: 25 }, true), [0, 1, 2, 3, 4, 5, 6, 7, 8, 25]);
  assert.deepEqual(listed({ own, token: 25 }, false), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("a draw is said in words", () => {
  const here = { own: [0.5, 0.5], drawn: [1, 0], token: 0, bits: 1 }, network = { names: [" ", "x"] };
  const doubt = "Entropy 1.00 bits by the model, 0.00 as it is drawn, from 1 character.";
  assert.equal(sentence({ here, isNext: false, network }), `space was drawn; it costs 1.0 bits. ${doubt}`);
  assert.match(sentence({ here: { ...here, drawn: [0.5, 0.5] }, isNext: true, network }), /^Next character\. .*, 1\.00 as it is drawn, from 2 characters\.$/);
  assert.match(summary({ written: 0 }), /^Nothing is written/);
  assert.match(summary({ written: 3, mean: 1.234 }), /^3 written, on average 1\.23 bits each/);
});
