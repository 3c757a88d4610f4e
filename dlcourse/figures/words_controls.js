// The fields to type words into, the list of what was found, and what is said of it.

import { button, choice, make, newId, place, written } from "./kit.js";
import { spelledLike } from "./words_math.js";

const quoted = word => `\u201c${word}\u201d`;
const grouped = value => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
const times = count => count === 1 ? "once" : `${grouped(count)} times`;

/** The choice between neighbors and analogies, and the fields of each. Returns a function that shows the state's values. */
export function wordsControls(parent, state) {
  const modes = choice(parent, "Look for", [["neighbors", "neighbors"], ["analogy", "a is to b as c is to \u2026"]], {
    get: () => state.get("mode"), set: mode => state.set({ mode }),
  });
  const words = make("datalist", { id: newId() }, parent);
  for (const word of [...state.vectors.words].sort()) make("option", { value: word }, words);
  const message = make("p", { class: "dl-words-message", role: "status" });
  const one = make("div", { class: "dl-words-fields" }, parent), three = make("div", { class: "dl-words-fields" }, parent);
  const field = (row, name, label) => wordField(row, state, message, words.id, name, label);
  const single = [field(one, "word", "word")];
  const back = button(one, "Back", () => state.back());
  button(one, "Any word", () => state.visit(state.vectors.words[Math.floor(Math.random() * state.vectors.words.length)]));
  const triple = ["a", "b", "c"].map(name => field(three, name, name));
  const label = make("label", { class: "dl-words-switch" }, three), leave = make("input", { type: "checkbox" }, label);
  label.append("leave out a, b and c");
  leave.addEventListener("change", () => state.set({ leave_out: leave.checked }));
  parent.append(message);
  const hint = `${grouped(state.vectors.words.length)} words of the manual have a vector. A click on a word goes there.`;
  return () => {
    modes.show();
    const analogy = state.get("mode") === "analogy";
    one.hidden = analogy;
    three.hidden = !analogy;
    back.disabled = !state.passed.length;
    leave.checked = state.get("leave_out");
    for (const shown of [...single, ...triple]) shown.show();
    if (!message.childNodes.length) make("span", {}, message, hint);
  };
}

/** A field for one word. What has no vector changes nothing; the message says so and offers what is spelled alike. */
function wordField(row, state, message, list, name, label) {
  const id = newId(), pair = make("div", { class: "dl-words-field" }, row);
  make("label", { for: id }, pair, label);
  const input = make("input", { id, type: "text", list, autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: 30 }, pair);
  const take = word => {
    message.replaceChildren();
    if (name === "word") state.visit(word);
    else state.set({ [name]: word });
    input.value = word;
  };
  const read = () => {
    const typed = input.value.trim().toLowerCase();
    if (!typed) return show();
    if (state.has(typed)) return take(typed);
    const near = spelledLike(typed, state.vectors.words);
    const rare = `\u201c${typed}\u201d stands in the manual fewer than five times, so it has no vector.`;
    message.replaceChildren(make("strong", {}, null, `${rare} ${near.length ? "Spelled alike: " : "Try another word."}`));
    for (const word of near) button(message, word, () => { take(word); input.focus(); });
  };
  const show = () => {
    if (input.matches(":focus") && message.querySelector(":not(span)")) return;  // somebody is mending what was typed
    if (input.value !== state.get(name)) input.value = state.get(name);
  };
  input.addEventListener("change", read);
  input.addEventListener("input", event => { if (!event.inputType || event.inputType === "insertReplacementText") read(); });  // out of the list
  return { show };
}

/** The words that were found, each with its cosine as a bar, and a sentence. Returns a function that shows those of now. */
export function wordsList(parent, state) {
  const title = make("p", { class: "dl-words-title" }, parent), list = make("ol", { class: "dl-words-list" }, parent);
  const read = make("output", { "aria-live": "polite" }, parent);
  return () => {
    const { asked, found: { list: found } } = state, held = list.contains(document.activeElement);
    title.textContent = asked.length === 1 ? "Nearest words, by cosine" : "Nearest to b \u2212 a + c, by cosine";
    list.replaceChildren();
    found.forEach(([word, cosine]) => {
      const row = make("li", { class: asked.includes(word) ? "dl-words-own" : "" }, list);
      const go = button(row, word, () => state.visit(word));
      place(go, { "aria-label": `${word}, cosine ${written(cosine)}` });
      const bar = make("span", { class: "dl-words-bar", "aria-hidden": "true" }, row);
      make("span", { style: `width: ${(100 * Math.max(0, cosine)).toFixed(1)}%` }, bar);
      make("span", { class: "dl-words-cosine", "aria-hidden": "true" }, row, written(cosine));
    });
    if (held) list.querySelector("button")?.focus();
    const text = sentence(state);
    if (read.textContent !== text) read.textContent = text;
  };
}

/** What was found, in words. */
export function sentence({ asked, found, count, get }) {
  const [first, cosine] = found.list[0];
  const [a, b, c] = asked.map(quoted), answer = quoted(first);
  if (asked.length === 1) return `${a} stands in the manual ${times(count(asked[0]))}. Nearest: ${answer}, cosine ${written(cosine)}.`;
  const own = asked.includes(first) ? ", a word of the question" : "";
  return `${a} is to ${b} as ${c} is to ${answer}${own}, cosine ${written(cosine)}${get("leave_out") ? "" : "; nothing left out"}.`;
}
