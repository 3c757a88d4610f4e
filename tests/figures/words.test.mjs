// The mathematics of the words against dlcourse.skipgram: every word's neighbors, analogies, planes; what is said; spelling.
import assert from "node:assert/strict";
import test from "node:test";
import { sentence } from "../../dlcourse/figures/words_controls.js";
import { combined, editDistance, eigen, planeOf, ranked, readWords, spelledLike, vectorOf } from "../../dlcourse/figures/words_math.js";
import { namePlaces } from "../../dlcourse/figures/words_plane.js";
import { wordsState } from "../../dlcourse/figures/words_state.js";
import { pageModel } from "../../dlcourse/figures/page.js";
import { near, wanted } from "./tools.mjs";

const { begun, data, neighbors, figures } = wanted.words, vectors = readWords(data);

test("every word has the ten neighbors of the package, in its order, with its cosines", () => {
  assert.deepEqual(Object.keys(neighbors), vectors.words);
  for (const [word, list] of Object.entries(neighbors)) {
    const found = ranked(vectors, vectorOf(vectors, word), [word], 10);
    assert.deepEqual(found.map(([other]) => other), list.map(([other]) => other), word);
    near(found.map(([, cosine]) => cosine), list.map(([, cosine]) => cosine), word);
  }
});

test("what is shown, and where, is what Python computes", () => {
  for (const { values, shown, plane } of figures) {
    const { list, points } = wordsState(pageModel({ ...begun, ...values, data })).found;
    assert.deepEqual(list.map(([word]) => word), shown.map(([word]) => word), JSON.stringify(values));
    near(list.map(([, cosine]) => cosine), shown.map(([, cosine]) => cosine), "cosine");
    assert.deepEqual(points.map(({ word }) => word), plane.map(([word]) => word));
    points.forEach(({ word, place }, i) => plane[i][1].forEach((value, k) => assert.ok(Math.abs(place[k] - value) < 1e-9, `${JSON.stringify(values)} ${word}: ${place}, not ${plane[i][1]}`)));
  }
});

test("a vector that is wrong by one unit of its smallest step is noticed", () => {
  const raw = Uint8Array.from(atob(data), character => character.charCodeAt(0));
  raw[raw.length - 1] += 1;
  const other = readWords(btoa(String.fromCharCode(...raw))), last = vectors.words.at(-1);
  const found = ranked(other, vectorOf(other, last), [last], 10);
  assert.throws(() => near(found.map(([, cosine]) => cosine), neighbors[last].map(([, cosine]) => cosine)), /is not/);
});

test("vectors have length 1, and an analogy is a sum of them", () => {
  for (const vector of vectors.unit) near(vector.reduce((sum, value) => sum + value * value, 0), 1);
  const [a, b, c] = ["list", "lists", "tuple"].map(word => vectorOf(vectors, word));
  near(combined(vectors, "list", "lists", "tuple"), a.map((value, i) => b[i] - value + c[i]));
});

test("eigenvalues and eigenvectors of a matrix that is its own transpose", () => {
  const rows = vectors.unit.slice(0, 9), matrix = rows.map(x => rows.map(y => x.reduce((sum, value, i) => sum + value * y[i], 0)));
  const { values, vectors: found } = eigen(matrix);
  found.forEach((v, k) => near(matrix.map(row => row.reduce((sum, value, j) => sum + value * v[j], 0)), v.map(value => value * values[k])));
  assert.ok(values.every((value, i) => !i || value <= values[i - 1]));
  const flat = planeOf([[0, 0, 5], [3, 0, 5], [0, 1, 5], [3, 1, 5]]);
  near(flat.kept, 1);
  near(flat.places.map(([x, y]) => [Math.abs(x), Math.abs(y)]), Array(4).fill([1.5, 0.5]));
});

test("spelling: letters put in, left out, exchanged or swapped", () => {
  const far = [["tupel", "tuple", 1], ["", "abc", 3], ["kitten", "sitting", 3], ["same", "same", 0], ["list", "lists", 1]];
  for (const [one, other, distance] of far) assert.deepEqual([editDistance(one, other), editDistance(other, one)], [distance, distance]);
  assert.equal(spelledLike("tupel", vectors.words)[0], "tuple");
  assert.equal(spelledLike("integre", vectors.words)[0], "integer");
  assert.ok(spelledLike("parenth", vectors.words).includes("parentheses"));
  assert.deepEqual(spelledLike("zzzzzzzz", vectors.words), []);
  for (const word of vectors.words.filter((_, i) => i % 9 === 0)) assert.equal(spelledLike(word, vectors.words)[0], word);
});

test("going to a word is remembered, and back leads where we were", () => {
  const model = pageModel({ ...begun, data }), state = wordsState(model), seen = [];
  model.on("change:word", () => seen.push(model.get("word")));
  state.visit("three");
  state.set({ mode: "analogy" });
  state.visit("four");
  state.visit("four");
  assert.deepEqual([model.get("mode"), seen], ["neighbors", ["three", "four"]]);
  state.back();
  assert.deepEqual([model.get("mode"), model.get("word")], ["analogy", "three"]);
  state.back();
  state.back();
  assert.deepEqual([model.get("mode"), model.get("word")], ["neighbors", begun.word]);
  assert.equal(state.found, state.found);  // computed once
});

test("what is said names the word, how often it stands there, and whether an answer is a word of the question", () => {
  const said = values => sentence(wordsState(pageModel({ ...begun, ...values, data })));
  const { word } = begun, [first] = neighbors[word][0], count = vectors.counts[vectors.number.get(word)];
  assert.ok(said({}).startsWith(`\u201c${word}\u201d stands in the manual ${count} times. Nearest: \u201c${first}\u201d, cosine 0.`));
  const all = said({ mode: "analogy", leave_out: false, a: "list", b: "string", c: "list" });
  assert.equal(all, "\u201clist\u201d is to \u201cstring\u201d as \u201clist\u201d is to \u201cstring\u201d, a word of the question, cosine 1.00; nothing left out.");
});

test("names stay in the drawing and rarely hide each other", () => {
  let hidden = 0, names = 0;
  for (const { values } of figures) {
    const { points } = wordsState(pageModel({ ...begun, ...values, data })).found;
    const span = Math.max(...[0, 1].map(k => Math.max(...points.map(p => p.place[k])) - Math.min(...points.map(p => p.place[k]))));
    const middle = [0, 1].map(k => (Math.max(...points.map(p => p.place[k])) + Math.min(...points.map(p => p.place[k]))) / 2);
    const spots = points.map(({ word, place }) => ({ word, at: place.map((value, k) => 200 + (k ? -1 : 1) * (value - middle[k]) * 320 / span) }));
    const boxes = namePlaces(spots).map(([left, top], i) => [left, top, left + 7.9 * (spots[i].word || "b - a + c").length, top + 15]);
    boxes.forEach(([left, top, right, bottom], i) => {
      names++;
      assert.ok(left > 0 && top > 0 && right < 400 && bottom < 400, `${spots[i].word} at ${left}, ${top}`);
      hidden += boxes.some((box, j) => j < i && Math.min(right, box[2]) - Math.max(left, box[0]) > 4 && Math.min(bottom, box[3]) - Math.max(top, box[1]) > 4);
    });
  }
  assert.ok(hidden < 0.05 * names, `${hidden} of ${names}`);
});
