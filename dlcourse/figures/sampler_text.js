// What is written, each character with a mark below it as high as the bits that it costs.

import { make } from "./kit.js";
import { sign, spoken } from "./character_model.js";

const MOST_BITS = 8;  // fill the whole height

/** Show the text. Returns a function that shows that of now. */
export function samplerText(parent, state) {
  make("p", { class: "dl-gates-title" }, parent, "What is written");
  const box = make("p", { class: "dl-sampler-text" }, parent), prompt = make("span", { class: "dl-sampler-prompt" }, box), text = make("span", {}, box);
  const caption = make("p", { class: "dl-caption" }, parent);
  let spans = [], chosen = null;
  text.addEventListener("click", event => {
    const at = spans.findIndex(({ span }) => span === event.target);
    if (at >= 0) { state.stop(); state.look(at); }
  });
  return () => {
    prompt.textContent = state.get("prompt");
    for (let n = 0; n < state.written; n++) {
      const entry = state.entry(n);
      if (spans[n]?.entry === entry) continue;
      for (const { span } of spans.splice(n)) span.remove();
      spans.push({ entry, span: piece(text, state.network.names[entry.token], entry.bits) });
    }
    for (const { span } of spans.splice(state.written)) span.remove();
    chosen?.classList.remove("dl-sampler-here");
    chosen = spans[state.at]?.span ?? null;
    chosen?.classList.add("dl-sampler-here");
    caption.textContent = summary(state);
  };
}

/** One character; a line end is shown as a sign and breaks the line. */
function piece(parent, character, bits) {
  const shown = character === "\n" ? `${sign(character)}\n` : character || sign(character);
  const high = Math.min(100, 100 * bits / MOST_BITS).toFixed(0);
  const title = `${spoken(character)}: ${bits.toFixed(1)} bits`;
  return make("span", { style: `--dl-bits: ${high}%`, class: character === "\n" ? "dl-sampler-end" : "", title }, parent, shown);
}

/** How much is written, and what it costs. */
export function summary({ written, mean }) {
  const marks = `The height of a mark: the bits of the character by the model's own probabilities, full at ${MOST_BITS}.`;
  return written ? `${written} written, on average ${mean.toFixed(2)} bits each. ${marks}` : `Nothing is written yet. ${marks}`;
}
