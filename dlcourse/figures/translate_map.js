// Where the network looks: a row for each German word, a column for each English one, the darker the more.

import { make } from "./kit.js";
import { UNKNOWN } from "./translate_network.js";
import { share, shownWord } from "./translate_words.js";

/** Draw the map as a table. Returns a function that draws that of now. */
export function translateMap(parent, state) {
  const table = make("table", { class: "dl-translate-map" }, parent), caption = make("caption", { class: "dl-gates-title" }, table, "Where it looks");
  make("span", { class: "dl-unseen" }, caption, ", German words in rows and English words in columns");
  const head = make("tr", {}, make("thead", {}, table)), body = make("tbody", {}, table);
  const rows = "Each row adds up to 1. The frame shows where it looks most. A click on a row goes there.";
  make("p", { class: "dl-caption" }, parent, `${rows} German writes all its words as one; here they are apart.`);
  let drawn = "";
  body.addEventListener("click", event => {
    const row = event.target.closest("tr");
    if (row) state.look([...body.children].indexOf(row));
  });
  return () => {
    const { now, step } = state, key = JSON.stringify([now.words, now.pieces, step, state.get("shown")]);
    if (key === drawn) return;
    drawn = key;
    head.replaceChildren();
    body.replaceChildren();
    make("td", {}, head);
    now.words.forEach((word, s) => make("span", {}, make("th", { scope: "col", class: now.source[s] === UNKNOWN ? "dl-translate-unknown" : "" }, head), word));
    now.pieces.slice(0, step + 1).forEach((_, k) => mapRow(body, state, k));
    table.classList.toggle("dl-translate-numbers", state.get("shown") === "numbers");
  };
}

/** The row of one German word; that of the next one does not give the word away. */
function mapRow(parent, { now, step }, k) {
  const { pieces, mistake, best, right } = now, { looks } = best.steps[k], most = Math.max(...looks), isNext = k === step;
  const row = make("tr", { class: isNext ? "dl-translate-next" : "" }, parent), wrong = right && mistake === k && !isNext;
  const head = make("th", { scope: "row", class: wrong ? "dl-translate-wrong" : "" }, row);
  make("span", isNext ? {} : { lang: "de" }, head, isNext ? "next" : shownWord(pieces[k]));
  if (wrong) make("span", { class: "dl-translate-cross" }, head, " \u2717 wrong");
  for (const value of looks) {
    const style = `--dl-look: ${(100 * value).toFixed(1)}%`, kind = value === most ? "dl-translate-most" : "";
    make("span", {}, make("td", { style, class: kind, title: value.toFixed(3) }, row), share(value));
  }
}
