// The pictures beside the plane, and below it the walk of both models as rows of pictures.

import { draw, make, place, written } from "./kit.js";
import { walkControls } from "./latent_controls.js";
import { MODELS, STEPS } from "./latent_decoder.js";
import { imageOf } from "./latent_plane.js";

const FRAMES = 11, CELL = 10;  // pictures in a row, and the room for each, in pixels of a digit
const MIXED = "pixels mixed";
const BARS = 44, LEAST = 2.5;  // height of the bars, and how much change reaches at least to their top

/** A digit by name: "an 8". */
export const named = digit => `${digit === 8 ? "an" : "a"} ${digit}`;

/** Draw what the decoder makes of the point, and the real digits beside it. Returns a function that draws it anew. */
export function latentPictures(parent, state) {
  const box = make("div", { class: "dl-latent-pictures" }, parent);
  const [drawn, code, similar] = ["drawn", "code", "similar"].map(name => {
    const part = make("div", { class: `dl-latent-${name}` }, box);
    const canvas = make("canvas", { width: 8, height: 8, role: "img" }, part);
    return { canvas, caption: make("p", { class: "dl-caption" }, part) };
  });
  drawn.caption.textContent = "drawn by the decoder for this code";
  const read = make("output", { "aria-live": "polite", class: "dl-latent-said" }, parent);
  return (seen, look) => {
    const { labels } = state.numbers, say = row => named(labels[row]);
    show(drawn.canvas, seen.picture, look, "What the decoder draws");
    show(code.canvas, state.pixelsOf(seen.code.row), look, `The digit of the nearest code, ${say(seen.code.row)}, row ${seen.code.row}`);
    const row = seen.similar.row;
    show(similar.canvas, state.pixelsOf(row), look, `The real digit most similar to the drawing, ${say(row)}, row ${row}`);
    code.caption.textContent = `the nearest code: ${say(seen.code.row)}`;
    similar.caption.textContent = `most like the drawing: ${say(seen.similar.row)}`;
    const text = sentence(state, seen);
    place(read, { "aria-live": state.walking ? "off" : "polite" });
    if (read.textContent !== text) read.textContent = text;
  };
}

/** What is nearest to the point and to its picture, in words. */
export function sentence(state, { code, similar }) {
  const { labels } = state.numbers;
  return `The nearest code, ${written(code.distance)} away, is that of ${named(labels[code.row])}. ` +
    `Of all real digits ${named(labels[similar.row])} is most like the drawing: distance ${written(similar.distance)}.`;
}

function show(canvas, picture, look, label) {
  canvas.getContext("2d").putImageData(imageOf(picture, look), 0, 0);
  place(canvas, { "aria-label": label });
}

/** The walk of both models, and of the two pictures mixed. Returns a function that draws it anew. */
export function latentWalk(parent, state) {
  const title = make("p", { class: "dl-latent-title" }, parent), controls = make("div", { class: "dl-controls" }, parent);
  const rows = [...MODELS, MIXED].map(name => walkRow(parent, name)), showControls = walkControls(controls, state);
  make("p", { class: "dl-caption" }, parent, `Bars: change of the picture in each of ${STEPS} even steps. Dotted: the mean step. Line: the position.`);
  return look => {
    showControls();
    const { labels } = state.numbers, ends = [state.get("start"), state.get("end")].map(row => `${named(labels[row])} (row ${row})`);
    title.textContent = `A straight walk from ${ends.join(" to ")}`;
    const most = Math.max(LEAST, ...MODELS.map(name => state.walk(name).largest));
    for (const { name, step, middle, canvas, path, mean, here } of rows) {
      const walk = state.walk(name);
      strip(canvas, walk.pictures, look);
      place(canvas, { "aria-label": `The walk in ${FRAMES} pictures: ${name}` });
      step.textContent = name === MIXED ? "no network" : `largest step ${walk.largest.toFixed(1)} \u00d7 mean`;
      middle.textContent = `middle ${written(walk.middle)} from a real digit`;
      place(path, { d: barsOf(walk.changes, most) });
      place(mean, { d: `M0,${BARS * (1 - 1 / most)}H${10 * STEPS}` });
      place(here, { d: `M${10 * STEPS * state.get("position")},0V${BARS}` });
    }
  };
}

function walkRow(parent, name) {
  const row = make("div", { class: "dl-latent-row" }, parent), side = make("p", {}, row), box = make("div", {}, row);
  make("strong", {}, side, name);
  const [step, middle] = [0, 1].map(() => make("span", {}, side));
  const canvas = make("canvas", { width: FRAMES * CELL, height: 8, role: "img" }, box);
  const bars = draw("svg", { viewBox: `0 0 ${10 * STEPS} ${BARS}`, preserveAspectRatio: "none", class: "dl-latent-bars", "aria-hidden": "true" }, box);
  const [path, mean, here] = ["dl-latent-bar", "dl-guess", "dl-latent-here"].map(kind => draw("path", { class: kind }, bars));
  if (name === MIXED) bars.remove();  // its steps are all alike
  return { name, step, middle, canvas, path, mean, here };
}

/** One bar for each change, as an SVG path. */
function barsOf(changes, most) {
  return changes.map((change, k) => `M${10 * k + 1},${BARS}V${(BARS * (1 - change / most)).toFixed(1)}H${10 * k + 9}V${BARS}Z`).join("");
}

function strip(canvas, pictures, look) {
  const brush = canvas.getContext("2d");
  for (let k = 0; k < FRAMES; k++) brush.putImageData(imageOf(pictures[k * STEPS / (FRAMES - 1)], look), CELL * k + 1, 0);
}
