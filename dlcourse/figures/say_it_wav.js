// A reader's own sound: a WAV file becomes samples, another rate becomes 8 kHz, and 0.9 s of it become a clip. Pure
// functions; the tests compare the rate's change with dlcourse.data.audio.resample.

import { RATE, SAMPLES } from "./say_it_math.js";

const RATES = [1000, 400_000], LONGEST = 30;  // seconds that are looked at
const PCM = 1, EXTENSIBLE = 0xfffe, LOUD = 0.6, SILENT = 1e-3;

/** Samples and rate of a WAV file of whole numbers, 8 or 16 bits, its channels averaged.
 * Throws an error that says in words what is wrong. */
export function readWav(buffer) {
  const view = new DataView(buffer), name = at => String.fromCharCode(...[0, 1, 2, 3].map(i => view.getUint8(at + i)));
  if (view.byteLength < 12 || name(0) !== "RIFF" || name(8) !== "WAVE") throw new Error("This is no WAV file. Save the sound as WAV, 16-bit PCM.");
  let format = null, values = null;
  for (let at = 12; at + 8 <= view.byteLength && !values;) {
    const size = view.getUint32(at + 4, true), here = at + 8;
    if (name(at) === "fmt " && here + 16 <= view.byteLength) format = here;
    if (name(at) === "data") values = [here, Math.min(size, view.byteLength - here)];
    at = here + size + size % 2;
  }
  if (format === null || !values) throw new Error("This WAV file is damaged: its header or its samples are missing.");
  const [kind, channels, bits] = [0, 2, 14].map(at => view.getUint16(format + at, true)), rate = view.getUint32(format + 4, true);
  const isPcm = kind === PCM || kind === EXTENSIBLE && format + 26 <= view.byteLength && view.getUint16(format + 24, true) === PCM;
  const found = `${bits} bits${isPcm ? "" : " and is not plain PCM"}`;
  if (!isPcm || ![8, 16].includes(bits)) throw new Error(`This WAV file has ${found}. Save it as 8-bit or 16-bit PCM.`);
  const isRate = rate >= RATES[0] && rate <= RATES[1];
  if (!channels || !isRate) throw new Error("This WAV file is damaged: its header has no channels or no rate that anybody uses.");
  const [first, length] = values, step = channels * bits / 8, count = Math.min(Math.floor(length / step), LONGEST * rate);
  if (!count) throw new Error("This WAV file holds no samples.");
  const sample = at => bits === 8 ? (view.getUint8(at) - 128) / 128 : view.getInt16(at, true) / 32768;
  const samples = Float64Array.from({ length: count }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += sample(first + i * step + c * bits / 8);
    return sum / channels;
  });
  return { samples, rate };
}

const divisor = (a, b) => b ? divisor(b, a % b) : a;

/** The modified Bessel function of order 0, by its series. */
function bessel(x) {
  let sum = 1, term = 1;
  for (let k = 1; term > 1e-17 * sum; k++) sum += term *= (x / (2 * k)) ** 2;
  return sum;
}

/** The same sound at another rate; what the lower rate cannot hold is filtered out first, by a sinc in a Kaiser window. */
export function resampled(x, old, rate = RATE) {
  if (old === rate) return x;
  const common = divisor(old, rate), up = rate / common, down = old / common, most = Math.max(up, down), half = 10 * most;
  const filter = Float64Array.from({ length: 2 * half + 1 }, (_, i) => {
    const t = (i - half) / most, sinc = t ? Math.sin(Math.PI * t) / (Math.PI * t) : 1;
    return sinc * bessel(5 * Math.sqrt(Math.max(0, 1 - ((i - half) / half) ** 2)));
  });
  const total = filter.reduce((a, b) => a + b);
  return Float64Array.from({ length: Math.ceil(x.length * up / down) }, (_, m) => {
    const first = Math.max(0, Math.ceil((m * down - half) / up)), last = Math.min(x.length - 1, Math.floor((m * down + half) / up));
    let sum = 0;
    for (let n = first; n <= last; n++) sum += x[n] * filter[half + m * down - n * up];
    return sum * up / total;
  });
}

/** A clip of 0.9 s from a sound at 8 kHz, {x, span}: the loudest part of a longer one, a shorter one in the middle; as
 * loud as the stored clips are. Throws an error if nothing is heard. */
export function clipOf(sound) {
  const length = Math.min(sound.length, SAMPLES);
  let power = 0, most = 0, start = 0;
  sound.forEach((value, i) => {
    power += value * value - (i >= length ? sound[i - length] ** 2 : 0);
    if (i >= length - 1 && power > most) [most, start] = [power, i - length + 1];
  });
  const part = sound.slice(start, start + length), peak = part.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  if (!(peak > SILENT)) throw new Error("The sound is silent: nothing to hear.");
  const begin = Math.floor((SAMPLES - length) / 2), x = new Float64Array(SAMPLES);
  x.set(part.map(value => LOUD / peak * value), begin);
  return { x, span: [begin, begin + length] };
}
