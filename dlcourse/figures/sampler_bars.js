// From which probabilities a character is drawn: the model's own, and those that temperature and top-k make of them.

import { draw, make, place } from "./kit.js";
import { entropyOf, likeliest, sign, spoken } from "./character_model.js";

const SHOWN = 10, WIDTH = 330, HIGH = 26;

/** The tokens that are shown: the likeliest, and what was drawn in the place of the last if it is not among them. */
export function listed({ own, token }, drawn) {
  const first = likeliest(own).slice(0, SHOWN);
  return !drawn || first.includes(token) ? first : [...first.slice(0, -1), token];
}

const digits = p => p === 0 ? "0" : p < 0.001 ? "<.001" : p.toFixed(3);

/** Two bars for each of the likeliest characters. Returns a function that shows those of now. */
export function samplerBars(parent, state) {
  const title = make("p", { class: "dl-gates-title dl-sampler-title" }, parent), table = make("table", { class: "dl-sampler-bars" }, parent);
  const head = make("tr", {}, make("thead", {}, table));
  for (const words of ["character", "bars", "model", "drawn from"]) make("th", { scope: "col", class: words === "bars" ? "dl-unseen" : "" }, head, words);
  const body = make("tbody", {}, table);
  return () => {
    const { here, isNext } = state, tokens = listed(here, !isNext);
    title.textContent = isNext ? "What comes next" : `Draw ${state.at}: ${spoken(state.network.names[here.token])}`;
    body.replaceChildren();
    for (const token of tokens) {
      const name = state.network.names[token], took = !isNext && token === here.token;
      barRow(body, sign(name), spoken(name), here.own[token], here.drawn[token], took ? "dl-sampler-taken" : here.drawn[token] ? "" : "dl-sampler-out");
    }
    const rest = values => Math.max(0, 1 - tokens.reduce((sum, token) => sum + values[token], 0));
    const others = rest(here.drawn);
    barRow(body, "\u2026", `the other ${state.network.V - tokens.length}`, rest(here.own), others < 1e-12 ? 0 : others, "dl-sampler-rest");
  };
}

function barRow(parent, shown, name, own, drawn, kind) {
  const row = make("tr", { class: kind }, parent), head = make("th", { scope: "row" }, row);
  make("span", { "aria-hidden": "true", class: "dl-chars-name" }, head, shown);
  make("span", { class: "dl-unseen" }, head, kind === "dl-sampler-taken" ? `${name}, drawn` : name);
  const bars = make("div", { class: "dl-sampler-pair", "aria-hidden": "true" }, make("td", {}, row));
  for (const p of [own, drawn]) make("span", { style: `width: ${(100 * p).toFixed(1)}%` }, bars);
  for (const p of [own, drawn]) make("td", {}, row, digits(p));
}

/** The numbers from 0 to 1 divided among the characters, and where the random number fell. */
export function samplerStrip(parent, state) {
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HIGH + 12}`, class: "dl-sampler-strip", role: "img" }, parent);
  const parts = draw("g", {}, svg), mark = draw("path", { class: "dl-sampler-mark" }, svg);
  const caption = make("p", { class: "dl-caption dl-sampler-caption" }, parent);
  return () => {
    const { here, isNext } = state;
    let start = 0;
    parts.replaceChildren();
    here.drawn.forEach((p, token) => {
      if (p > 0.001) {
        const x = start * WIDTH, width = p * WIDTH, took = !isNext && token === here.token, middle = { x: x + width / 2, y: 28, "text-anchor": "middle" };
        draw("rect", { x, y: 10, width, height: HIGH, class: took ? "dl-sampler-part dl-sampler-took" : "dl-sampler-part" }, parts);
        if (width > 11) draw("text", { ...middle, class: took ? "dl-sampler-on" : "" }, parts, sign(state.network.names[token]));
      }
      start += p;
    });
    const x = here.u * WIDTH;
    place(mark, { d: isNext ? "" : `M${x - 5},0h10l-5,9Z` });
    const took = spoken(state.network.names[here.token]);
    const fell = isNext ? "A random number will fall on one of them." : `The random number ${here.u.toFixed(3)} fell on ${took}.`;
    caption.textContent = `0 to 1, divided among the characters as they are drawn. ${fell}`;
    svg.setAttribute("aria-label", caption.textContent);
  };
}

/** The draw in words. While it writes, nothing is announced. */
export function samplerSentence(parent, state) {
  const said = make("output", { "aria-live": "polite", class: "dl-gates-said" }, parent);
  return () => {
    place(said, { "aria-live": state.writing ? "off" : "polite" });
    const text = sentence(state);
    if (said.textContent !== text) said.textContent = text;
  };
}

/** How uncertain the draw is, and what was drawn. */
export function sentence({ here, isNext, network }) {
  const { own, drawn, token, bits } = here, possible = drawn.reduce((count, p) => count + (p > 0), 0);
  const [before, after] = [own, drawn].map(p => entropyOf(p).toFixed(2)), ending = possible > 1 ? "s" : "";
  const doubt = `Entropy ${before} bits by the model, ${after} as it is drawn, from ${possible} character${ending}.`;
  return isNext ? `Next character. ${doubt}` : `${spoken(network.names[token])} was drawn; it costs ${bits.toFixed(1)} bits. ${doubt}`;
}
