// The translator's mathematics against dlcourse: words of numbers, network, beam; then its state and what it says.
import assert from "node:assert/strict";
import test from "node:test";
import { pageModel } from "../../dlcourse/figures/page.js";
import { CHARACTERS, LARGEST, LONGEST, english, german, numberOf, withCommas, wordsOf } from "../../dlcourse/figures/translate_language.js";
import { MOST, STOP, encode, likeliest, perWord, readTranslator, softmax, translate } from "../../dlcourse/figures/translate_network.js";
import { TRIES, firstDifference, randomNumbers, translateState } from "../../dlcourse/figures/translate_state.js";
import { sentence, share, verdict } from "../../dlcourse/figures/translate_words.js";
import { near, wanted } from "./tools.mjs";

const { begun, data, figures, limits, beams, spelled, random, texts, unreadable, phrases } = wanted.translate;
const network = readTranslator(data);

/** A state on a page's model, and how often it asked to be drawn. */
function page(values = {}) {
  const model = pageModel({ ...begun, ...values, data }), calls = [];
  return { model, calls, state: translateState(model, () => calls.push(1)) };
}

// ---------------------------------------------------------------------------------------------- words

test("numbers have the words of the package, and English words the number", () => {
  for (const [n, first, second] of spelled) {
    assert.deepEqual([english(n), german(n), numberOf(first)], [first, second, n]);
    assert.deepEqual(wordsOf(withCommas(n)), { words: first });
  }
});

test("words that name no number are told from those that do", () => {
  for (const [words, n] of phrases) assert.equal(numberOf(words), n);
});

test("texts are read as in Python, and what cannot be read has a reason", () => {
  for (const [text, words] of texts) assert.deepEqual(wordsOf(text), { words });
  for (const text of unreadable) assert.match(wordsOf(text).problem, /^(The number is too large|Nothing to read|The network reads at most 9)/);
});

test("limits are those of Python", () => assert.deepEqual([LARGEST, LONGEST, CHARACTERS, MOST], limits));

test("commas stand before every three digits", () => {
  assert.deepEqual([0, 999, 1000, 645321].map(withCommas), ["0", "999", "1,000", "645,321"]);
});

// ---------------------------------------------------------------------------------------------- the network

figures.forEach(({ values, tokens, total, attention, probabilities, mistake, words, right, source }, k) => {
  test(`translation ${k} is Python's: words, where it looks, how likely`, () => {
    const { state } = page(values), { now, here } = state;
    assert.deepEqual([now.words, now.source, now.best.tokens], [words, source, tokens]);
    near(now.best.total, total, "log p");
    near(tokens.map((_, n) => now.best.steps[n].looks), attention, "attention");
    near([...here.next], probabilities, "probability");
    assert.deepEqual([now.right?.slice(0, -1) ?? null, now.mistake], [right, mistake]);
  });
});

beams.forEach(({ text, width, first }) => {
  test(`the beam of ${width} for ${text} is Python's after each word`, () => {
    const source = encode(network, wordsOf(text).words), found = translate(network, source, width);
    found.beams.slice(1).forEach((beam, k) => {
      assert.equal(beam.length, width);
      assert.deepEqual(beam[0].tokens.filter(token => token !== STOP), first[k][0]);
      near(beam[0].total, first[k][1], "log p");
      for (const one of beam) near(one.total, one.tokens.reduce((sum, token, n) => sum + Math.log(one.steps[n].next[token]), 0));
    });
    assert.ok(found.beams.at(-1).every(one => perWord(one) <= perWord(found.best)));
  });
});

test("a weight that is wrong by a thousandth is noticed", () => {
  const { tokens, attention } = figures[0], { encoder } = network;
  const wrong = { ...network, encoder: { ...encoder, inner: encoder.inner.map(weight => 1.001 * weight) } };
  const { best } = translate(wrong, encode(network, figures[0].words));
  assert.throws(() => near(tokens.map((_, n) => best.steps[n].looks), attention), /is not/);
});

test("filling is never written, and of equals the first word is", () => {
  assert.deepEqual(likeliest([0.9, 0.02, 0.03, 0.02, 0.03]), [2, 4, 1, 3]);
  near([...softmax([1000, 1000, -1000])], [0.5, 0.5, 0]);
});

// ---------------------------------------------------------------------------------------------- the state

test("it goes on word by word, to the end and back", () => {
  const { state } = page({ step: 0 });
  assert.deepEqual([state.step, state.done, state.length], [0, false, figures[0].tokens.length]);
  state.look(state.step + 1);
  assert.equal(state.step, 1);
  state.look(MOST);
  assert.deepEqual([state.step, state.done], [state.length, true]);
  state.look(-1);
  assert.equal(state.step, 0);
});

test("who saw all of a translation sees all of the next one, and nobody else", () => {
  const { state } = page({ step: 3 });
  state.type("21");
  assert.equal(state.step, 0);
  state.look(MOST);
  state.type("645,321");
  assert.ok(state.done && state.length > 10);
});

test("what cannot be read leaves the last text and says why", () => {
  const { state, model, calls } = page();
  state.type("1000000");
  assert.deepEqual([model.get("text"), calls.length], [begun.text, 1]);
  assert.match(sentence(state), /^The number is too large.*last text/);
  state.type("1000");
  assert.equal(state.problem, "");
  assert.equal(model.get("text"), "1000");
});

test("random numbers are Python's, and a value continues them", () => {
  const draw = randomNumbers(0);
  assert.deepEqual(random.map(() => draw()), random);
  assert.equal(randomNumbers(7)(), random[7]);
  const { state, model } = page();
  state.draw();
  state.draw();
  assert.deepEqual([model.get("text"), model.get("drawn")], [withCommas(random[1]), 2]);
});

test("a mistake that is found is one, all before it are right, and it is shown whole", () => {
  const { state, model } = page({ step: 0 });
  state.findMistake();
  const tried = model.get("drawn"), draw = randomNumbers(0);
  assert.ok(tried < TRIES && state.done && state.now.mistake !== null);
  assert.match(sentence(state), new RegExp(`^Found\\. ${tried - 1} random numbers before it were right\\. Wrong: `));
  const before = Array.from({ length: tried - 1 }, () => page({ text: String(draw()) }).state.now.mistake);
  assert.ok(before.every(mistake => mistake === null));
  assert.equal(model.get("text"), withCommas(draw()));
  state.type("21");
  assert.ok(!sentence(state).startsWith("Found"));
});

test("the first difference", () => {
  const pairs = [[[1, 2], [1, 2]], [[1, 2], [1, 3]], [[1], [1, 2]], [[1, 2], [1]], [[2], [1]]];
  assert.deepEqual(pairs.map(([got, right]) => firstDifference(got, right)), [null, 1, 1, 1, 0]);
});

// ---------------------------------------------------------------------------------------------- in words

test("progress is said in words, and does not give the rest away", () => {
  const { state } = page({ step: 4 });
  const said = "4 words written, right so far. The likeliest next is \u201cvierzig\u201d, >.99; it looks most at \u201cforty\u201d, >.99.";
  assert.equal(sentence(state), said);
  state.look(0);
  assert.match(sentence(state), /^Nothing is written yet\. The likeliest next is \u201csechs\u201d/);
  state.look(MOST);
  assert.equal(sentence(state), "Right: sechshundertf\u00fcnfundvierzigtausenddreihunderteinundzwanzig.");
});

test("a mistake is said with its place", () => {
  const wrong = page({ text: "73,001", step: MOST }).state;
  const wrote = wrong.now.pieces.filter(word => word !== "stop").join("");
  const both = `it wrote \u201c${wrote}\u201d. Right is \u201cdreiundsiebzigtausendeins\u201d`;
  assert.ok(wrote.startsWith("dreiundsiebzigtausendein"));
  assert.equal(sentence(wrong), `Wrong: ${both}. The first mistake is word 5, \u201cein\u201d instead of \u201ceins\u201d.`);
  wrong.look(5);
  assert.match(sentence(wrong), /^5 words written\. Word 5 is already wrong\. The likeliest next is /);
  const cut = { pieces: ["ein", "und"], right: ["ein", "und", "zwanzig", "stop"], mistake: 2, best: { tokens: [11, 5] } };
  assert.match(verdict(cut), /It was cut off after 2 words\. .*word 3, \u201czwanzig\u201d is missing\.$/);
  const free = { pieces: ["x", "stop"], right: null, mistake: null, best: { tokens: [4, STOP] } };
  assert.match(verdict(free), /^It wrote \u201cx\u201d\. The English words name no number/);
});

test("words that it never saw are named", () => {
  const { state } = page({ text: "zero" });
  assert.match(sentence(state), /It never saw \u201czero\u201d and reads the sign for an unknown word\.$/);
});

test("a share of 1 is never rounded to none or all", () => {
  assert.deepEqual([0, 0.001, 0.25, 0.997, 1].map(share), ["0.00", "<.01", "0.25", ">.99", "1.00"]);
});
