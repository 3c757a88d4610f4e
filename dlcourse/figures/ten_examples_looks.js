// What stands beside the pad: the probabilities by both heads, the picture that they get, and the examples most like it.

import { draw, make, place } from "./kit.js";
import { painted } from "./pictures.js";
import { CLASSES } from "./ten_examples_head.js";
import { SIDE } from "./ten_examples_network.js";
import { KINDS } from "./ten_examples_state.js";
import { best, limits } from "./ten_examples_words.js";

const WIDTH = 330, HEIGHT = 138, TOP = 22, FLOOR = 114, STEP = WIDTH / CLASSES;
const BARS = { letters: { left: -14, width: 16 }, pixels: { left: 3, width: 9 } };
export const NAMES = { letters: "network's features", pixels: "raw pixels" };

/** Twice ten bars, the probabilities of the digits. Returns a function that draws them anew. */
export function exampleBars(parent, state) {
  make("p", { class: "dl-read-title" }, parent, "What it answers: probability of each digit");
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "dl-read-bars", role: "img" }, parent);
  const y = p => FLOOR - p * (FLOOR - TOP), { level } = state.head.doubt;
  draw("line", { x1: 0, x2: WIDTH, y1: y(level), y2: y(level), class: "dl-read-limit" }, svg);
  draw("line", { x1: 0, x2: WIDTH, y1: FLOOR, y2: FLOOR, class: "dl-tick" }, svg);
  const digits = Array.from({ length: CLASSES }, (_, digit) => {
    const middle = (digit + 0.5) * STEP;
    const bars = Object.fromEntries(KINDS.map(kind => [kind, draw("rect", { x: middle + BARS[kind].left, width: BARS[kind].width }, svg)]));
    draw("text", { x: middle, y: FLOOR + 18, "text-anchor": "middle" }, svg, digit);
    return { bars, value: draw("text", { x: middle - 2, "text-anchor": "middle", class: "dl-value" }, svg) };
  });
  return () => {
    const { empty } = state.view, found = Object.fromEntries(KINDS.map(kind => [kind, state.answerBy(kind)]));
    digits.forEach(({ bars, value }, digit) => {
      const p = Object.fromEntries(KINDS.map(kind => [kind, empty ? 0 : found[kind].probabilities[digit]]));
      for (const kind of KINDS) {
        const look = kind === "pixels" ? "dl-ten-pixels" : digit === found.letters.answer ? "dl-read-answer" : "dl-read-bar";
        place(bars[kind], { y: y(p[kind]), height: FLOOR - y(p[kind]), class: look });
      }
      place(value, { y: y(Math.max(...Object.values(p))) - 5 });
      value.textContent = p.letters < 0.05 ? "" : p.letters.toFixed(2);
    });
    const words = KINDS.map(kind => {
      const [[first, p], [second, q]] = best(found[kind].probabilities);
      return `${NAMES[kind]} ${first}: ${p.toFixed(2)}, ${second}: ${q.toFixed(2)}`;
    });
    svg.setAttribute("aria-label", `The probabilities of the ten digits; ${empty ? "nothing is drawn" : words.join("; ")}`);
  };
}

/** The picture that both heads get, and by each the example that is nearest to it. */
export function exampleLikes(parent, state) {
  const row = make("div", { class: "dl-read-steps" }, parent);
  const step = (title, name) => {
    const box = make("div", {}, row);
    make("p", { class: "dl-read-title" }, box, title);
    const canvas = make("canvas", { role: "img", "aria-label": name }, box);
    return { canvas, words: make("p", { class: "dl-caption" }, box) };
  };
  make("p", { class: "dl-caption" }, parent, limits(state.head));
  const input = step("The picture", "The picture of 14 x 14 pixels that the network gets");
  const likes = KINDS.map(kind => step(kind === "letters" ? "By features" : "By pixels", `The example nearest by ${NAMES[kind]}`));
  input.words.textContent = "14 \u00d7 14 pixels, the input";
  return () => {
    const { view, learned } = state, nothing = Array(SIDE * SIDE).fill(0);
    painted(input.canvas, view.empty ? nothing : view.pixels, SIDE, 1);
    KINDS.forEach((kind, i) => {
      const near = view.empty ? null : state.answerBy(kind).nearest, { canvas, words } = likes[i];
      painted(canvas, near ? learned.rows[near.index].pixels : nothing, SIDE, 1);
      words.textContent = near ? `nearest: a ${learned.labels[near.index]}, ${near.distance.toFixed(1)} away` : "the nearest example";
    });
  };
}
