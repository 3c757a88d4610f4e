// The gates' mathematics against dlcourse: every number of the LSTM at every character, what is expected next; its state.
import assert from "node:assert/strict";
import test from "node:test";
import { blank, encode, likeliest, nextProbabilities, readModel, readText, spoken, step } from "../../dlcourse/figures/character_model.js";
import { level, said } from "../../dlcourse/figures/gates_map.js";
import { layout, tint } from "../../dlcourse/figures/gates_score.js";
import { OPEN, SHUT, LONGEST, gatesState, word } from "../../dlcourse/figures/gates_state.js";
import { sentence } from "../../dlcourse/figures/gates_words.js";
import { pageModel } from "../../dlcourse/figures/page.js";
import { near, wanted } from "./tools.mjs";

const { begun, data, figures, limits, sizes } = wanted.gates, network = readModel(data), VALUES = ["i", "f", "g", "o", "c", "h"];
const stateOf = values => gatesState(pageModel({ ...begun, ...values, data }));

test("the file has the sizes that Python reads, and the limits are Python's", () => {
  assert.deepEqual([network.V, network.H], sizes);
  assert.deepEqual([OPEN, SHUT, LONGEST], limits);
});

figures.forEach(({ values, tokens, steps, probabilities }, k) => {
  test(`text ${k} is read as the package reads it`, () => {
    const state = stateOf(values);
    assert.deepEqual(encode(network, values.text), tokens);
    for (const name of VALUES) near(state.steps.map(read => [...read[name]]), steps[name], name);
    near([...nextProbabilities(network, state.here)], probabilities, "probability");
  });
});

test("a weight that is wrong by one unit of its smallest step is noticed", () => {
  const raw = Uint8Array.from(atob(data), character => character.charCodeAt(0)), { values, steps } = figures[0];
  const start = raw.indexOf(10) + 1 + 34 * network.V + (2 + 32) * 4 * network.H + 8 * network.H;  // the first row of W_hh
  for (let k = 0; k < network.H; k++) raw[start + k] += raw[start + k] === 127 ? -1 : 1;
  const other = readModel(btoa(raw.reduce((text, byte) => text + String.fromCharCode(byte), "")));
  const read = readText(other, encode(other, values.text));
  assert.throws(() => near(read.map(one => [...one.i]), steps.i), /is not/);
});

test("what was read is not read again", () => {
  const tokens = encode(network, "def f(x):"), first = readText(network, tokens), longer = readText(network, encode(network, "def f(y):"), first);
  for (let k = 0; k < 6; k++) assert.equal(longer[k], first[k]);
  assert.notEqual(longer[6], first[6]);
  const whole = readText(network, encode(network, "def f(y):"));
  longer.forEach((read, k) => near([...read.c], [...whole[k].c]));
});

test("the cell and the state are what the written equations say", () => {
  const state = stateOf({}), { here, before } = state;
  for (let unit = 0; unit < network.H; unit++) {
    near(here.c[unit], here.f[unit] * before.c[unit] + here.i[unit] * here.g[unit]);
    near(here.h[unit], here.o[unit] * Math.tanh(here.c[unit]));
  }
  near([...step(network, blank(network), state.steps[0].token).c], [...state.steps[0].c]);
});

test("what is expected: the likeliest first, and what the text goes on with", () => {
  const state = stateOf({ at: 3 }), { list, actual, chance } = state.expected(6), p = nextProbabilities(network, state.here);
  assert.equal(list.length, 6);
  assert.ok(list.every(([token, q], k) => q === p[token] && (!k || q <= list[k - 1][1])));
  assert.equal(actual, encode(network, begun.text)[4]);
  assert.equal(chance, p[actual]);
  assert.equal(stateOf({ at: begun.text.length - 1 }).expected(6).actual, null);
  assert.deepEqual(likeliest([0.2, 0.4, 0.2, 0.4]), [1, 3, 0, 2]);
});

test("a text that is typed is cut at its limit, and the last character typed is looked at", () => {
  const state = stateOf({});
  state.write("ab\u{1f40d}", 2);
  assert.deepEqual([state.get("text"), state.at, state.length, state.here.token], ["ab\u{1f40d}", 2, 3, 1]);
  state.write("x".repeat(400), 399);
  assert.deepEqual([state.length, state.at], [LONGEST, LONGEST - 1]);
  state.go(-4);
  assert.equal(state.at, 0);
  state.go(1e9);
  assert.equal(state.at, LONGEST - 1);
  state.choose(1e9);
  assert.equal(state.get("unit"), network.H - 1);
  state.write("", -1);
  assert.deepEqual([state.length, state.at, state.steps], [0, 0, []]);
});

test("gates are called open and shut beyond the limits, and are counted", () => {
  assert.deepEqual([0.95, 0.9, 0.5, 0.1, 0.05].map(word), ["open", "", "", "", "shut"]);
  const state = stateOf({}), { open, shut } = state.counts("f");
  assert.equal(open, [...state.here.f].filter(f => f > OPEN).length);
  assert.equal(shut, [...state.here.f].filter(f => f < SHUT).length);
  assert.match(said(state, "f", network.H), new RegExp(`f ${open} and ${shut}`));
});

test("what happens at a character is said in words", () => {
  const values = [0.95, 0.02, 0.5, 1.5], [i, f, o, c] = values.map(value => [value]);
  const state = { get: () => 0, at: 0, characters: [" "], here: { i, f, o, c }, before: { c: [-0.251] } };
  assert.equal(sentence(state), "At space: forget gate shut, input gate open. The cell goes from \u22120.25 to 1.50.");
  const half = { i: o, f: o, o, c };
  assert.match(sentence({ ...state, characters: ["\n"], here: half }), /^At line end: no gate quite open or shut\./);
  assert.equal(spoken("("), "\u201c(\u201d");
});

test("the score has room for each character, and colors keep to their scale", () => {
  for (const width of [200, 318, 766]) for (const length of [0, 1, 61, 300]) {
    const { columns, cell, lines } = layout(length, width);
    assert.ok(columns * cell <= width && cell >= 11 && columns * lines >= length && (lines === 1 || columns * (lines - 1) < length));
  }
  assert.deepEqual(tint(-2, "c", 4), [0.5, "dl-gates-negative"]);
  assert.deepEqual(tint(0.25, "f", 4), [0.25, "dl-gates-positive"]);
  assert.deepEqual([level(0.5, "f"), level(1, "o"), level(0, "i"), level(-1, "c"), level(5, "c")], [0, 1, -1, -0.25, 1]);
});
