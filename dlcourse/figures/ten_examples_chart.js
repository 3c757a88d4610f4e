// How many test digits are read right after each example, by both heads, and how much that varies between draws.

import { draw, make, place } from "./kit.js";
import { MOST, KINDS } from "./ten_examples_state.js";
import { score } from "./ten_examples_words.js";

const WIDTH = 340, HEIGHT = 244, LEFT = 50, RIGHT = 12, TOP = 26, BOTTOM = 36, END = 10 * MOST;
const ASIDE = { letters: -2.5, pixels: 2.5 };  // so that the bars of both do not cover each other

/** Make the chart. Returns a function that draws it anew. */
export function exampleChart(parent, state) {
  make("p", { class: "dl-read-title" }, parent, "Read right after each example");
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "dl-network", role: "img" }, parent), all = state.test.labels.length;
  const toX = count => LEFT + count / END * (WIDTH - LEFT - RIGHT), toY = share => TOP + (1 - share) * (HEIGHT - TOP - BOTTOM);
  grid(svg, toX, toY);
  for (const kind of KINDS) {
    for (const [shots, mean, deviation] of state.head.draws[kind]) spread(svg, kind, toX(10 * shots) + ASIDE[kind], toY, mean, deviation);
  }
  const ceiling = draw("path", { class: "dl-race-limit" }, svg);
  const lines = Object.fromEntries([...KINDS].reverse().map(kind => [kind, draw("polyline", { class: `dl-ten-line dl-ten-${kind}-line` }, svg)]));
  const ends = Object.fromEntries([...KINDS].reverse().map(kind => [kind, draw("path", { class: `dl-ten-end dl-ten-${kind}-end` }, svg)]));
  const legend = make("p", { class: "dl-legend dl-ten-legend" }, parent);
  make("span", {}, legend, "\u25cf features, solid");
  make("span", {}, legend, "\u25a0 raw pixels, dashed");
  const said = make("output", { "aria-live": "polite", class: "dl-ten-score" }, parent);
  make("p", { class: "dl-caption" }, parent, "Upright bars: mean \u00b1 standard deviation over 20 draws of 1, 2, 3 and 5 handwritten digits of each class. "
    + `A share of ${all} digits is itself uncertain by about \u00b1 7 points. Dotted: as much as can be right while digits have no example.`);
  return () => {
    const { learned } = state, count = learned.labels.length, reach = state.test.labels.filter(label => learned.labels.includes(label)).length / all;
    for (const kind of KINDS) {
      const points = [[0, 0], ...learned[kind].right.map((right, i) => [i + 1, right / all])].map(([x, y]) => [toX(x), toY(y)]);
      place(lines[kind], { points: points.map(point => point.map(v => v.toFixed(1)).join(",")).join(" ") });
      const [x, y] = points.at(-1);
      place(ends[kind], { d: kind === "letters" ? `M${x - 5},${y}a5,5 0 1 0 10,0a5,5 0 1 0 -10,0Z` : `M${x - 4.5},${y - 4.5}h9v9h-9Z` });
    }
    place(ceiling, { d: count && learned.missing.length ? `M${LEFT},${toY(reach)}H${WIDTH - RIGHT}` : "" });
    const words = score(learned, all);
    place(svg, { "aria-label": `Share of ${all} test digits read right, by the number of examples. ${words}` });
    if (said.textContent !== words) said.textContent = words;
  };
}

function spread(svg, kind, x, toY, mean, deviation) {
  const [low, high] = [mean - deviation, mean + deviation].map(toY), at = toY(mean);
  draw("path", { class: `dl-ten-spread dl-ten-${kind}-line`, d: `M${x},${low}V${high}M${x - 3},${low}h6M${x - 3},${high}h6M${x - 3},${at}h6` }, svg);
}

function grid(svg, toX, toY) {
  for (let share = 0; share <= 1; share += 0.25) {
    draw("path", { d: `M${LEFT},${toY(share)}H${WIDTH - RIGHT}`, class: "dl-race-level" }, svg);
    draw("text", { x: LEFT - 6, y: toY(share) + 5, "text-anchor": "end" }, svg, `${100 * share} %`);
  }
  for (let count = 0; count <= END; count += 10) draw("text", { x: toX(count), y: HEIGHT - 18, "text-anchor": "middle" }, svg, count);
  draw("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 2, "text-anchor": "middle" }, svg, "examples");
}
