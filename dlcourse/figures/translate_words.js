// What the figure says: how far the translation is, where the network looks, and whether it is right.

import { make } from "./kit.js";
import { STOP, likeliest } from "./translate_network.js";

/** A share of 1 as it is written: two decimals, and no 0 or 1 that is none. */
export function share(p) {
  if (p > 0 && p < 0.005) return "<.01";
  return p < 1 && p > 0.995 ? ">.99" : p.toFixed(2);
}

/** A German word as it is written, with a sign where it is to stop. */
export const shownWord = word => word === "stop" ? "\u25a0 stop" : word;
export const spokenWord = word => word === "stop" ? "the sign to stop" : `\u201c${word}\u201d`;

/** The German words in one, as they are spelled, without the sign to stop. */
export const joined = pieces => pieces.filter(word => word !== "stop").join("");

const counted = (count, word) => `${count} word${count === 1 ? "" : "s"}${word}`;

/** The whole sentence of the figure. */
export function sentence(state) {
  if (state.problem) return `${state.problem} Below stands the last text that could be read.`;
  const { unknown, found } = state, parts = found ? [found] : [];
  parts.push(state.done ? verdict(state.now) : progress(state));
  if (unknown.length) {
    const names = [...new Set(unknown)].map(word => `\u201c${word}\u201d`).join(", ");
    parts.push(`It never saw ${names} and reads the sign for an unknown word.`);
  }
  return parts.join(" ");
}

/** How far it is, and what comes next. */
function progress({ now, here, step, network }) {
  const { pieces, mistake, words } = now, [first] = likeliest(here.next);
  const where = here.looks.indexOf(Math.max(...here.looks));
  const judged = mistake === null || !now.right || step === 0 ? "" : mistake < step ? ` Word ${mistake + 1} is already wrong.` : "";
  const so = step && now.right && !judged ? ", right so far" : "";
  const likely = `The likeliest next is ${spokenWord(network.target[first])}, ${share(here.next[first])}`;
  const next = `${likely}; it looks most at \u201c${words[where]}\u201d, ${share(here.looks[where])}.`;
  const taken = first === now.best.tokens[step] ? "" : ` The beam takes ${spokenWord(pieces[step])}.`;
  return `${step ? `${counted(step, " written")}${so}.` : "Nothing is written yet."}${judged} ${next}${taken}`;
}

/** Whether the whole translation is right. */
export function verdict({ pieces, right, mistake, best }) {
  const whole = joined(pieces), end = best.tokens.at(-1) === STOP ? "" : ` It was cut off after ${pieces.length} words.`;
  if (!right) return `It wrote \u201c${whole}\u201d.${end} The English words name no number from 0 to 999,999, so nothing is right or wrong.`;
  if (mistake === null) return `Right: ${whole}.`;
  const [wrote, wanted] = [pieces[mistake], right[mistake]].map(word => word && spokenWord(word));
  const what = wrote ? `${wrote} instead of ${wanted}` : `${wanted} is missing`;
  return `Wrong: it wrote \u201c${whole}\u201d.${end} Right is \u201c${joined(right)}\u201d. The first mistake is word ${mistake + 1}, ${what}.`;
}

/** The sentence for everybody. Returns a function that writes that of now. */
export function translateSentence(parent, state) {
  const said = make("output", { class: "dl-translate-said", "aria-live": "polite" }, parent);
  return () => {
    const text = sentence(state);
    if (said.textContent !== text) said.textContent = text;
  };
}
