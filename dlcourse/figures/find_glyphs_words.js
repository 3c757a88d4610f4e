// What the figure says in words: the counts, the list of the answers, and what a layer shows.

import { middles } from "./find_glyphs_math.js";
import { GRID } from "./find_glyphs_network.js";
import { make } from "./kit.js";

const LINES = 7;  // of the list of answers
const HALF = 0.5;  // a cell that says at least this takes its place for a middle

const counted = (count, one, many) => `${count} ${count === 1 ? one : many}`;

/** The counts in a sentence: { found, right, missed } of the answer, `isEmpty` if nothing lies on the scene. */
export function findSentence({ found, right, missed }, threshold, isEmpty) {
  if (isEmpty && !found.length) return "The scene is empty: draw a digit on it, or put one there.";
  const begin = `From a score of ${threshold.toFixed(2)} on it finds ${counted(found.length, "digit", "digits")}`;
  if (!right) return `${begin}. What you drew has no known truth, so nothing is judged.`;
  const hits = right.filter(Boolean).length, there = hits + missed.length;
  const counts = `${hits} right, ${missed.length} missed, ${counted(found.length - hits, "false alarm", "false alarms")}`;
  const precision = found.length ? (hits / found.length).toFixed(2) : "not defined", recall = there ? (hits / there).toFixed(2) : "not defined";
  return `${begin}: ${counts}. Precision ${precision}, recall ${recall}.`;
}

/** A line for each answer, and one for each glyph that was missed. */
export function findLines({ found, right, missed }) {
  const verdict = k => right ? right[k] ? ", right" : ", false alarm" : "";
  return [
    ...missed.map(({ label }) => `a ${label}: missed`),
    ...found.map(({ label, score }, k) => `${label}, score ${score.toFixed(2)}${verdict(k)}`),
  ];
}

/** How sure the cells are, in words. */
export function findMiddles(grid) {
  const here = middles(grid), best = here.indexOf(Math.max(...here)), sure = here.filter(p => p >= HALF).length;
  const where = `row ${Math.floor(best / GRID) + 1}, column ${best % GRID + 1}`;
  return `Shaded: how sure each of 16 \u00d7 16 cells is that a digit's middle is there. Surest is ${where}, with ${here[best].toFixed(2)}; `
    + `${counted(sure, "cell says", "cells say")} at least 0.5.`;
}

/** How many pixels each class has, the largest first, as [digit, count]. */
export function findPixels(pixels) {
  const counts = Array(11).fill(0);
  for (const kind of pixels) counts[kind]++;
  return counts.map((count, kind) => [kind - 1, count]).slice(1).filter(([, count]) => count).sort((a, b) => b[1] - a[1]);
}

/** The sentence, the list of the answers, and the caption of the layer. Returns a function that writes them anew. */
export function findWords(parent, state) {
  const said = make("output", { "aria-live": "polite", class: "dl-find-said" }, parent);
  make("p", { class: "dl-read-title" }, parent, "What it misses and finds, the surest first");
  const list = make("ul", { class: "dl-find-list" }, parent), caption = make("p", { class: "dl-caption" }, parent);
  const chips = make("ul", { class: "dl-find-chips" }, parent);
  return () => {
    const { answer, view } = state, layer = state.get("layer"), isEmpty = !view.picture.some(Boolean);
    said.setAttribute("aria-live", state.drawing ? "off" : "polite");  // not sixty announcements a second
    const sentence = findSentence(answer, state.get("threshold"), isEmpty), lines = findLines(answer);
    if (said.textContent !== sentence) said.textContent = sentence;
    const shown = lines.length > LINES ? [...lines.slice(0, LINES - 1), `and ${lines.length - LINES + 1} more`] : lines;
    list.replaceChildren(...(shown.length ? shown : ["nothing"]).map(line => make("li", {}, null, line)));
    const parts = layer === "pixels" ? findPixels(state.pixels) : [];
    caption.textContent = layer === "none" ? "" : layer === "middles" ? findMiddles(view.said.grid)
      : `Colored: the pixels that it gives to a digit${parts.length ? ":" : ". There are none."}`;
    chips.replaceChildren(...parts.map(([digit, count]) => {
      const chip = make("li", {}, null, `${digit}: ${counted(count, "pixel", "pixels")}`);
      chip.prepend(make("span", { style: `background: var(--dl-find-${digit})`, "aria-hidden": "true" }));
      return chip;
    }));
  };
}
