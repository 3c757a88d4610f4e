// What the figure shows beside the pad: the steps of the preparation, the ten probabilities, and the network's maps.

import { draw, make, place } from "./kit.js";
import { painted } from "./pictures.js";
import { UNSURE, best } from "./read_digit_state.js";

/** From the drawing to the picture, and the training digit that is most like it. */
export function readSteps(parent, state) {
  const row = make("div", { class: "dl-read-steps" }, parent);
  const step = (title, name) => {
    const box = make("div", {}, row);
    make("p", { class: "dl-read-title" }, box, title);
    const canvas = make("canvas", { role: "img", "aria-label": name }, box);
    return { canvas, words: make("p", { class: "dl-caption" }, box) };
  };
  const bits = step("1 Points", "The drawing as 32 x 32 points"), counts = step("2 Counts", "The picture of 8 x 8 counts, which the network reads");
  const like = step("Most like it", "The training digit most like the picture");
  return () => {
    const { view, train } = state, { row: found, distance } = view.like;
    painted(bits.canvas, view.bits, 32, 1);
    painted(counts.canvas, view.counts, 8, 16);
    painted(like.canvas, view.empty ? Array(64).fill(0) : train.pictures[found], 8, 16);
    bits.words.textContent = state.get("centered") ? "32 \u00d7 32, centered and scaled" : "32 \u00d7 32, the whole pad";
    counts.words.textContent = "8 \u00d7 8, ink in blocks of 4\u00a0\u00d7\u00a04";
    like.words.textContent = view.empty ? "of 1,000 training digits" : `of 1,000: a ${train.labels[found]}, distance ${distance.toFixed(2)}`;
  };
}

const WIDTH = 330, HEIGHT = 138, TOP = 22, FLOOR = 114, STEP = WIDTH / 10;

/** Ten bars, the probabilities. The answer's is full, the others are lighter; a line marks where doubt ends. */
export function readBars(parent, state) {
  make("p", { class: "dl-read-title" }, parent, "What it answers: probability of each digit");
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "dl-read-bars", role: "img" }, parent);
  const y = p => FLOOR - p * (FLOOR - TOP);
  draw("line", { x1: 0, x2: WIDTH, y1: y(UNSURE), y2: y(UNSURE), class: "dl-read-limit" }, svg);
  draw("line", { x1: 0, x2: WIDTH, y1: FLOOR, y2: FLOOR, class: "dl-tick" }, svg);
  const bars = Array.from({ length: 10 }, (_, digit) => {
    const middle = (digit + 0.5) * STEP;
    const bar = draw("rect", { x: middle - 11, width: 22 }, svg);
    draw("text", { x: middle, y: FLOOR + 18, "text-anchor": "middle" }, svg, digit);
    return { bar, value: draw("text", { x: middle, "text-anchor": "middle", class: "dl-value" }, svg) };
  });
  return () => {
    const { probabilities, empty, answer } = state.view;
    bars.forEach(({ bar, value }, digit) => {
      const p = empty ? 0 : probabilities[digit];
      place(bar, { y: y(p), height: FLOOR - y(p), class: digit === answer ? "dl-read-answer" : "dl-read-bar" });
      place(value, { y: y(p) - 5 });
      value.textContent = p < 0.005 ? "" : p.toFixed(2);
    });
    const [[first, p], [second, q]] = best(probabilities);
    const words = empty ? "nothing is drawn" : `${first}: ${p.toFixed(2)}, ${second}: ${q.toFixed(2)}, the others less`;
    svg.setAttribute("aria-label", `The probabilities of the ten digits; ${words}`);
  };
}

const GAP = 2, PIXEL = 4;  // between maps, and of a map's place on the canvas

/** The maps of one convolution side by side; the largest number of all is as strong as ink. */
export function readMaps(parent, state) {
  const canvas = make("canvas", { class: "dl-read-maps", role: "img" }, parent), caption = make("p", { class: "dl-caption" }, parent);
  return () => {
    const layer = state.get("layer"), { values, side, count } = state.view.layers[layer - 1], places = side * side;
    const columns = canvas.parentElement.clientWidth < 480 ? 8 : 16, unit = side * PIXEL + GAP * PIXEL / 2, most = Math.max(...values);
    Object.assign(canvas, { width: columns * unit, height: Math.ceil(count / columns) * unit });
    const brush = canvas.getContext("2d"), one = make("canvas", {}, canvas);
    brush.imageSmoothingEnabled = false;
    for (let map = 0; map < count; map++) {
      painted(one, values.subarray(map * places, (map + 1) * places), side, most);
      const x = map % columns * unit + 2, y = Math.floor(map / columns) * unit + 2;
      brush.drawImage(one, x, y, side * PIXEL, side * PIXEL);
      brush.strokeStyle = getComputedStyle(canvas).getPropertyValue("--dl-edge");
      brush.strokeRect(x - 0.5, y - 0.5, side * PIXEL + 1, side * PIXEL + 1);
    }
    one.remove();
    const silent = [...Array(count).keys()].filter(map => !values.subarray(map * places, (map + 1) * places).some(Boolean)).length;
    const zeros = `${silent || "none"} of them ${silent > 1 ? "are" : "is"} 0 everywhere`;
    const words = `${count} maps of ${side} \u00d7 ${side} after ReLU, strong where large; ${zeros}.`;
    caption.textContent = words;
    canvas.setAttribute("aria-label", `Convolution ${layer}: ${words}`);
  };
}
