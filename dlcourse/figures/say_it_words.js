// What the figure says: what is heard and whether it is right, and the ten probabilities as bars.

import { make } from "./kit.js";

/** A probability as it is written: two decimals, and no 0 or 1 that is none. */
export const share = p => p < 0.005 ? "<.01" : p > 0.995 ? ">.99" : p.toFixed(2);

const KINDS = { white: "white noise", babble: "other voices" };

/** The sentence for everybody. */
export function sentence(state) {
  if (state.microphone) return state.microphone === "asked" ? "Waiting for the microphone." : "Recording: say a digit now.";
  const { answer, probabilities, get } = state, p = share(probabilities[answer]), said = get("digit"), noise = get("noise");
  const what = state.isOwn ? state.own.name : `${said === 8 ? "An" : "A"} ${said} is said`;
  const where = noise === "none" ? "" : ` in ${KINDS[noise]}, ${written(get("snr_db"))} dB`;
  const verdict = state.isOwn ? "Whether that is right, only you know." : answer === said ? "Right." : "Wrong.";
  return `${state.problem ? `${state.problem} ` : ""}${what}${where}: the network hears ${answer}, probability ${p}. ${verdict}`;
}

/** A ratio with a true minus sign, and decimals only where there are some. */
export const written = ratio => String(Math.round(10 * ratio) / 10).replace("-", "\u2212");

/** Write the sentence. Returns a function that writes that of now. */
export function sayItSentence(parent, state) {
  const said = make("output", { class: "dl-say-said", "aria-live": "polite" }, parent);
  return () => {
    const text = sentence(state);
    if (said.textContent !== text) said.textContent = text;
  };
}

/** A bar for each digit; that of the answer is framed. Returns a function that draws those of now. */
export function sayItBars(parent, state) {
  make("p", { class: "dl-gates-title" }, parent, "What the network hears");
  const list = make("ul", { class: "dl-chars-list dl-say-bars" }, parent);
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const row = make("li", {}, list);
    make("span", { class: "dl-chars-name" }, row, digit);
    const bar = make("span", {}, make("span", { class: "dl-chars-bar", "aria-hidden": "true" }, row));
    return { row, bar, number: make("span", { class: "dl-chars-number" }, row) };
  });
  return () => rows.forEach(({ row, bar, number }, digit) => {
    const p = state.probabilities[digit];
    row.className = digit === state.answer ? "dl-chars-actual" : "";
    bar.style.width = `${(100 * p).toFixed(1)}%`;
    number.textContent = share(p);
  });
}
