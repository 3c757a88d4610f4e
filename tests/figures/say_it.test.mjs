// The mathematics of "Say it" against dlcourse: noise, log-mel, networks, the change of rate; WAV files; state and words.
import assert from "node:assert/strict";
import test from "node:test";
import { pageModel } from "../../dlcourse/figures/page.js";
import { heightOf, strongest } from "../../dlcourse/figures/say_it_looks.js";
import { BANDS, CORNERS, FLOOR_DB, FRAMES, RATE, SAMPLES, logMel, withNoise } from "../../dlcourse/figures/say_it_math.js";
import { block, probabilitiesOf, readSpeech } from "../../dlcourse/figures/say_it_network.js";
import { sayItState } from "../../dlcourse/figures/say_it_state.js";
import { clipOf, readWav, resampled } from "../../dlcourse/figures/say_it_wav.js";
import { sentence, share, written } from "../../dlcourse/figures/say_it_words.js";
import { near, wanted } from "./tools.mjs";

const { begun, data, figures, limits, noises, rates, files, refused, centered } = wanted.say_it;
const { networks, voices } = readSpeech(data);

/** A state on a page's model, how often it asked to be drawn, and what it played. */
function page(values = {}, sound = {}) {
  const model = pageModel({ ...begun, ...values, data }), calls = [], played = [];
  const state = sayItState(model, { play: x => played.push(x), ...sound }, () => calls.push(1));
  return { model, calls, played, state };
}

const bufferOf = base64 => new Uint8Array(Buffer.from(base64, "base64")).buffer;
const fileOf = (name, base64) => ({ name, arrayBuffer: async () => bufferOf(base64) });
const nearer = (got, want, limit) => want.forEach((value, i) => assert.ok(Math.abs(got[i] - value) < limit, `${i}: ${got[i]} is not ${value}`));

// ---------------------------------------------------------------------------------------------- mathematics

figures.forEach(({ values, sound, span, features, probabilities }, k) => {
  test(`clip ${k} is Python's: the sound, its log-mel, what the network hears`, () => {
    const { state } = page(values);
    assert.deepEqual(state.clip.span, span);
    near([...state.clip.x], sound, "sound");
    assert.equal(state.clip.features.length, features.length);
    nearer(state.clip.features, features, 1e-9);
    nearer(logMel(Float64Array.from(sound)), features, 1e-9);
    near(probabilitiesOf(networks[state.get("network")], Float64Array.from(features)), probabilities, "network alone");
    nearer(state.probabilities, probabilities, 1e-9);
  });
});

test("a weight that is wrong by a twentieth of a percent is noticed, and so is a band", () => {
  const { features, probabilities, values } = figures[2], network = networks[values.network], x = Float64Array.from(features);
  for (const [k, one] of network.blocks.entries()) {
    const blocks = network.blocks.map((other, i) => i === k ? { ...one, kernel: one.kernel.map(w => 1.0005 * w) } : other);
    assert.throws(() => near(probabilitiesOf({ ...network, blocks }, x), probabilities), /is not/);
  }
  assert.throws(() => near(probabilitiesOf({ ...network, mean: network.mean.map(m => 1.0005 * m) }, x), probabilities), /is not/);
});

test("a block keeps what lies inside an odd side, and its border is zeros", () => {
  const kernel = Float64Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0), left = Float64Array.of(0, 0, 0, 1, 0, 0, 0, 0, 0);
  const maps = Float64Array.from({ length: 15 }, (_, i) => i - 4), bias = Float64Array.of(0);
  assert.deepEqual(block({ inputs: 1, outputs: 1, kernel, bias }, maps, 5, 3), { maps: Float64Array.of(0, 6), rows: 2, columns: 1 });
  assert.deepEqual([...block({ inputs: 1, outputs: 1, kernel: left, bias }, maps.map(v => v + 10), 5, 3).maps], [9, 15]);
});

test("limits are those of Python", () => assert.deepEqual([RATE, SAMPLES, FLOOR_DB, FRAMES, BANDS, Object.keys(voices), Object.keys(networks)], limits));

noises.forEach(({ x, noise, span, ratio, sum }) => {
  test(`noise at ${ratio} dB is as loud as the package makes it`, () => near([...withNoise(Float64Array.from(x), Float64Array.from(noise), ratio, span)], sum));
});

rates.forEach(({ x, from, to, y }) => {
  test(`${from} samples per second become ${to} as in the package`, () => near([...resampled(Float64Array.from(x), from, to)], y));
});

// ---------------------------------------------------------------------------------------------- files

files.forEach(({ name, base64, samples, rate }) => {
  test(`a WAV file is read as the package reads it: ${name}`, () => {
    const got = readWav(bufferOf(base64));
    assert.equal(got.rate, rate);
    near([...got.samples], samples);
  });
});

refused.forEach(({ name, base64, words }) => {
  test(`a file that cannot be read says why: ${name}`, () => assert.throws(() => readWav(bufferOf(base64)), error => error.message.includes(words)));
});

test("every beginning of a WAV file is read or refused in words, never broken", () => {
  const whole = Buffer.from(files[0].base64, "base64");
  for (let length = 0; length < 60; length++) {
    const cut = new Uint8Array(whole.subarray(0, length)).buffer;
    try {
      assert.ok(readWav(cut).samples.length > 0);
    } catch (error) {
      assert.match(error.message, /^This (is no )?WAV file|^This is no WAV/);
    }
  }
});

test("a short sound stands in the middle, as loud as the clips, and of a long one the loudest part is taken", () => {
  const short = clipOf(Float64Array.from(centered.sound));
  assert.deepEqual(short.span, centered.span);
  near([...short.x], centered.x);
  const long = new Float64Array(20_000);
  long.fill(0.1, 9000, 9100);
  long[3] = 0.05;
  const { x, span } = clipOf(long);
  assert.deepEqual(span, [0, SAMPLES]);
  assert.equal(x.filter(value => Math.abs(value - 0.6) < 1e-12).length, 100);
  assert.throws(() => clipOf(new Float64Array(500)), /silent/);
  assert.throws(() => clipOf(new Float64Array(0)), /silent/);
});

// ---------------------------------------------------------------------------------------------- the state

test("a file is heard until a voice speaks again, and can be recalled", async () => {
  const { state, calls } = page();
  await state.open(fileOf("seven.wav", files[0].base64));
  assert.ok(state.isOwn && calls.length === 1);
  const own = state.probabilities;
  assert.match(sentence(state), /^The file seven\.wav: the network hears \d, probability .* Whether that is right, only you know\.$/);
  state.say({ digit: 3 });
  assert.ok(!state.isOwn && sentence(state).startsWith("A 3 is said:"));
  state.recall();
  assert.ok(state.isOwn);
  assert.deepEqual(state.probabilities, own);
  state.tell({ noise: "white", snr_db: 0 });
  assert.notDeepEqual(state.probabilities, own);
  assert.match(sentence(state), /in white noise, 0 dB: /);
});

test("a file that cannot be read leaves all as it was", async () => {
  const { state } = page(), before = state.probabilities;
  await state.open(fileOf("x.txt", Buffer.from("no sound at all").toString("base64")));
  assert.ok(!state.isOwn);
  assert.deepEqual(state.probabilities, before);
  assert.match(sentence(state), /^This is no WAV file\. .* A 7 is said: the network hears 7/);
  state.tell({ seed: 1 });
  assert.equal(state.problem, "");
});

test("a recording says so while it lasts, and one that fails says why", async () => {
  let end, asked = 0;
  const sound = {
    record: async heard => {
      asked++;
      await null;
      heard();
      await new Promise(done => { end = done; });
      return { samples: voices.high[2].x, rate: RATE };
    },
  };
  const { state } = page({}, sound), recorded = state.record();
  assert.equal(sentence(state), "Waiting for the microphone.");
  await state.record();
  await null;
  state.listen();
  assert.equal(sentence(state), "Recording: say a digit now.");
  end();
  await recorded;
  assert.equal(asked, 1);
  assert.match(sentence(state), /^Your recording: the network hears/);
  const { state: other } = page({}, { record: async () => { throw new Error("The microphone was refused."); } });
  await other.record();
  assert.ok(!other.isOwn && !other.microphone);
  assert.match(sentence(other), /^The microphone was refused\. A 7/);
});

test("what is heard is what is played, and whoever sets a ratio wants noise", () => {
  const { state, model, played } = page();
  state.setRatio(3);
  assert.deepEqual([model.get("noise"), model.get("snr_db")], ["white", 3]);
  state.tell({ noise: "babble" });
  state.setRatio(5);
  assert.deepEqual([model.get("noise"), model.get("snr_db")], ["babble", 5]);
  state.otherNoise();
  assert.equal(model.get("seed"), 1);
  state.listen();
  assert.equal(played[0], state.clip.x);
});

// ---------------------------------------------------------------------------------------------- in words

test("right and wrong are said, and the noise with its ratio", () => {
  assert.match(sentence(page().state), /^A 7 is said: the network hears 7, probability [>.\d]+\. Right\.$/);
  assert.match(sentence(page({ noise: "white", snr_db: -5 }).state), /^A 7 is said in white noise, \u22125 dB: the network hears [0-689], .* Wrong\.$/);
  assert.match(sentence(page({ noise: "babble" }).state), /in other voices, 10 dB: /);
  assert.deepEqual([0, 0.004, 0.5, 0.996].map(share), ["<.01", "<.01", "0.50", ">.99"]);
  assert.deepEqual([-5, 0, 2.5, 30].map(written), ["\u22125", "0", "2.5", "30"]);
});

test("the axis of frequency fits the bands", () => {
  CORNERS.slice(1, -1).forEach((frequency, b) => assert.ok(Math.abs(heightOf(frequency) - (b + 0.5) / BANDS) < 1e-12));
  const tone = logMel(Float64Array.from({ length: SAMPLES }, (_, i) => Math.sin(2 * Math.PI * 1000 * i / RATE))), { band } = strongest(tone);
  assert.ok(CORNERS[band] < 1000 && CORNERS[band + 2] > 1000);
});
