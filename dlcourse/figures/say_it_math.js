// From a stored word to what a network is given: eight bits become samples, noise is added, and the log-mel spectrogram
// is taken. Pure functions, which the tests compare with dlcourse.data.audio and dlcourse.data.spectrogram.

import { uniform } from "./random.js";

export const RATE = 8000;  // samples per second
export const SAMPLES = 7200;  // of a clip, 0.9 s
export const FLOOR_DB = 40;  // the faint noise of every clip
export const BANDS = 32;
export const HOP = 128;  // samples from one frame to the next
const SIZE = 256, LOW = 80, HIGH = 3900, SMALLEST = 1e-6, MU = 255, TALKERS = 6, FREQUENCIES = SIZE / 2 + 1;
export const FRAMES = 1 + Math.floor((SAMPLES - SIZE) / HOP);

/** Samples of the code for eight bits. */
export const decoded = code => Float64Array.from(code, c => Math.sign(c) * ((1 + MU) ** (Math.abs(c) / 127) - 1) / MU);

/** Numbers of a standard normal distribution from uniform ones, two for each (Box and Muller 1958). */
export function gaussians(random, count) {
  return Float64Array.from({ length: count }, () => {
    const u = random(), v = random();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  });
}

/** Six talkers at once: each is the track, repeated, from a place drawn at random. */
export function babble(random, track, count) {
  const starts = Array.from({ length: TALKERS }, () => Math.floor(random() * track.length));
  return Float64Array.from({ length: count }, (_, i) => starts.reduce((sum, start) => sum + track[(start + i) % track.length], 0));
}

/** Words behind one another. */
export function joined(words) {
  const track = new Float64Array(words.reduce((sum, word) => sum + word.length, 0));
  words.reduce((at, word) => { track.set(word, at); return at + word.length; }, 0);
  return track;
}

/** The sound plus the noise, so loud that the ratio of the powers between `begin` and `end` is what is asked for. */
export function withNoise(x, noise, ratio, [begin, end]) {
  const power = values => values.subarray(begin, end).reduce((sum, value) => sum + value * value, 0);
  const factor = Math.sqrt(power(x) / power(noise) / 10 ** (ratio / 10));
  return x.map((value, i) => value + factor * noise[i]);
}

/** A clip as a network hears it: with the faint floor, and with the noise of a kind at a ratio. */
export function heard(x, span, { noise, ratio, seed, track }) {
  const random = uniform(seed), quiet = withNoise(x, gaussians(random, SAMPLES), FLOOR_DB, span);
  if (noise === "none") return quiet;
  return withNoise(quiet, noise === "white" ? gaussians(random, SAMPLES) : babble(random, track, SAMPLES), ratio, span);
}

const mel = frequency => 2595 * Math.log10(1 + frequency / 700);
/** The corners of the bands in Hz: band b rises from corner b to b + 1 and falls to b + 2. */
export const CORNERS = Array.from({ length: BANDS + 2 }, (_, i) => {
  return 700 * (10 ** ((mel(LOW) + (mel(HIGH) - mel(LOW)) * i / (BANDS + 1)) / 2595) - 1);
});
/** For each band the frequencies in it, as [number of the frequency, how much of it counts]. */
const BANK = Array.from({ length: BANDS }, (_, b) => {
  const [left, peak, right] = CORNERS.slice(b, b + 3);
  return Array.from({ length: FREQUENCIES }, (_, k) => {
    const frequency = k * RATE / SIZE;
    return [k, Math.min((frequency - left) / (peak - left), (right - frequency) / (right - peak))];
  }).filter(([, share]) => share > 0);
});

const turn = share => Float64Array.from({ length: SIZE }, (_, n) => Math.cos(2 * Math.PI * (n / SIZE - share)));
const COSINES = turn(0), SINES = turn(0.25), WINDOW = COSINES.map(cosine => 0.5 - 0.5 * cosine);

/** The power of each frequency of a frame, from 0 Hz to half the rate. */
function powers(frame) {
  return Float64Array.from({ length: FREQUENCIES }, (_, k) => {
    let real = 0, imaginary = 0;
    for (let n = 0; n < SIZE; n++) {
      const at = k * n % SIZE;
      real += frame[n] * COSINES[at];
      imaginary += frame[n] * SINES[at];
    }
    return real * real + imaginary * imaginary;
  });
}

/** The log-mel spectrogram of a clip, frame after frame: FRAMES * BANDS numbers. */
export function logMel(x) {
  const found = new Float64Array(FRAMES * BANDS);
  for (let f = 0; f < FRAMES; f++) {
    const power = powers(WINDOW.map((weight, n) => weight * x[f * HOP + n]));
    BANK.forEach((band, b) => {
      found[f * BANDS + b] = Math.log(band.reduce((sum, [k, share]) => sum + share * power[k], 0) + SMALLEST);
    });
  }
  return found;
}
