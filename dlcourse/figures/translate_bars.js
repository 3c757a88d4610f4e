// What may come next: the likeliest words with their probabilities, and the beginnings that the beam keeps.

import { make } from "./kit.js";
import { STOP, likeliest, perWord } from "./translate_network.js";
import { share, shownWord } from "./translate_words.js";

const SHOWN = 6;

/** A bar for each of the likeliest words. Returns a function that draws those of now. */
export function translateBars(parent, state) {
  const title = make("p", { class: "dl-gates-title" }, parent), list = make("ul", { class: "dl-chars-list dl-translate-bars" }, parent);
  return () => {
    const { here, step, length, now, network } = state, taken = now.best.tokens[Math.min(step, length - 1)];
    title.textContent = state.done ? `Word ${length}, the last` : `Word ${step + 1} may be`;
    list.replaceChildren();
    const first = likeliest(here.next).slice(0, SHOWN);
    const tokens = first.includes(taken) ? first : [...first.slice(0, -1), taken];
    for (const token of tokens) bar(list, shownWord(network.target[token]), here.next[token], state.done && token === taken, "de");
    bar(list, "all others", Math.max(0, 1 - tokens.reduce((sum, token) => sum + here.next[token], 0)), false, "en");
  };
}

function bar(parent, word, p, taken, lang) {
  const row = make("li", { class: taken ? "dl-chars-actual" : "" }, parent);
  make("span", { lang }, row, word);
  make("span", { style: `width: ${(100 * p).toFixed(1)}%` }, make("span", { class: "dl-chars-bar", "aria-hidden": "true" }, row));
  make("span", { class: "dl-chars-number" }, row, share(p));
}

/** The beginnings that are kept. Returns a function that shows those of now. */
export function translateBeam(parent, state) {
  const box = make("div", { class: "dl-translate-beam" }, parent), title = make("p", { class: "dl-gates-title" }, box);
  const list = make("ol", {}, box), note = make("p", { class: "dl-caption" }, box);
  return () => {
    box.hidden = state.get("width") === 1;
    list.replaceChildren();
    const { now, network, done } = state, order = done ? [...state.beam].sort((a, b) => perWord(b) - perWord(a)) : state.beam;
    title.textContent = done ? "The beam in the end" : "The beam";
    note.textContent = done ? "The best log p for each word wins." : "With log p, the sum over the words. The bold one wins in the end.";
    for (const one of order) {
      const wins = one.tokens.every((token, k) => token === now.best.tokens[k]), row = make("li", { class: wins ? "dl-translate-wins" : "" }, list);
      make("span", { lang: "de" }, row, one.tokens.map(token => token === STOP ? "\u25a0" : network.target[token]).join(" ") || "\u2026");
      make("span", { class: "dl-chars-number" }, row, (done ? perWord(one) : one.total).toFixed(2).replace("-", "\u2212").replace("\u22120.00", "0.00"));
    }
  };
}
