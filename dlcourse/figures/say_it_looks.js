// The sound as it is drawn: its waveform, and below it the log-mel spectrogram on the same axis of time.

import { color, make } from "./kit.js";
import { BANDS, CORNERS, FRAMES, HOP, RATE, SAMPLES } from "./say_it_math.js";

const COLUMNS = 450, HEIGHT = 72, RANGE = [-7, 6];  // of the canvas; and what is drawn as paper and as ink
const TICKS = [0, 0.3, 0.6, 0.9], FREQUENCIES = [[200, "0.2 kHz"], [500, "0.5"], [1000, "1"], [2000, "2"], [3500, "3.5"]];

/** A title, a canvas with room at its left, and what it shows in words. */
function picture(parent, title, kind) {
  make("p", { class: "dl-gates-title" }, parent, title);
  const box = make("div", { class: `dl-say-picture dl-say-${kind}` }, parent);
  const axis = make("div", { class: "dl-say-axis", "aria-hidden": "true" }, box);
  return { axis, canvas: make("canvas", { role: "img" }, box) };
}

/** Draw both. Returns a function that draws those of now. */
export function sayItPictures(parent, state) {
  const wave = picture(parent, "Waveform", "wave"), mel = picture(parent, "Log-mel spectrogram", "mel");
  for (const [frequency, text] of FREQUENCIES) make("span", { style: `bottom: ${(100 * heightOf(frequency)).toFixed(1)}%` }, mel.axis, text);
  const times = make("div", { class: "dl-say-times", "aria-hidden": "true" }, parent);
  for (const time of TICKS) make("span", { style: `left: ${100 * time * RATE / SAMPLES}%` }, times, time ? `${time} s` : "0");
  const caption = make("p", { class: "dl-caption" }, parent);
  return () => {
    const { x, span, features } = state.clip, [from, to] = span.map(sample => (sample / RATE).toFixed(2));
    paintWave(wave.canvas, x);
    paintMel(mel.canvas, features);
    const { frame, band } = strongest(features), middle = CORNERS[band + 1];
    wave.canvas.setAttribute("aria-label", `Waveform of 0.9 seconds; the ${state.isOwn ? "sound" : "word"} lasts from ${from} to ${to} s`);
    const where = `${Math.round(middle / 10) * 10} Hz at ${(frame * HOP / RATE).toFixed(2)} s`;
    mel.canvas.setAttribute("aria-label", `Log-mel spectrogram, ${FRAMES} frames of ${BANDS} bands; strongest near ${where}`);
    caption.textContent = `${state.isOwn ? "The sound" : "The word"} lasts from ${from} to ${to} s. More ink is louder, and this is all that the network gets.`;
  };
}

/** How high a frequency stands in the spectrogram, as a share of its height. */
export function heightOf(frequency) {
  const mel = f => Math.log(1 + f / 700), low = mel(CORNERS[0]), high = mel(CORNERS.at(-1)), step = (high - low) / (BANDS + 1);
  return ((mel(frequency) - low) / step - 0.5) / BANDS;
}

/** The frame and the band in which a spectrogram is largest. */
export function strongest(features) {
  const at = features.indexOf(Math.max(...features));
  return { frame: Math.floor(at / BANDS), band: at % BANDS };
}

/** From the least to the largest sample of each column. */
function paintWave(canvas, x) {
  Object.assign(canvas, { width: COLUMNS, height: HEIGHT });
  const brush = canvas.getContext("2d"), step = SAMPLES / COLUMNS, top = Math.max(1, ...x.map(Math.abs));
  brush.fillStyle = `rgb(${color(canvas, "--dl-one")})`;
  for (let column = 0; column < COLUMNS; column++) {
    const part = x.subarray(column * step, (column + 1) * step), high = Math.max(...part), low = Math.min(...part);
    brush.fillRect(column, HEIGHT / 2 * (1 - high / top), 1, Math.max(1, HEIGHT / 2 * (high - low) / top));
  }
}

/** A pixel for each number, low bands below. */
function paintMel(canvas, features) {
  Object.assign(canvas, { width: FRAMES, height: BANDS });
  const brush = canvas.getContext("2d"), image = brush.createImageData(FRAMES, BANDS);
  const paper = color(canvas, "--dl-paper"), ink = color(canvas, "--dl-line");
  features.forEach((value, i) => {
    const level = Math.min(1, Math.max(0, (value - RANGE[0]) / (RANGE[1] - RANGE[0])));
    const at = (BANDS - 1 - i % BANDS) * FRAMES + Math.floor(i / BANDS);
    image.data.set([...[0, 1, 2].map(c => paper[c] + level * (ink[c] - paper[c])), 255], 4 * at);
  });
  brush.putImageData(image, 0, 0);
}
