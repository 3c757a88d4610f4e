// What the unit does at one character, with its numbers, and what the model expects next.

import { make, written } from "./kit.js";
import { bitsOf, sign, spoken } from "./character_model.js";
import { word } from "./gates_state.js";

const EXPECTED = 6, NAMES = { f: "forget gate", i: "input gate", o: "output gate" };

/** The cell's equation with its numbers. Returns a function that shows those of now. */
export function gatesCell(parent, state) {
  const gates = make("table", { class: "dl-gates-table" }, parent);
  const title = make("caption", { class: "dl-gates-title" }, gates), body = make("tbody", {}, gates);
  const rows = Object.fromEntries([["f", "forget gate f"], ["i", "input gate i"], ["g", "proposal g"], ["o", "output gate o"]].map(([name, text]) => {
    const row = make("tr", {}, body);
    make("th", { scope: "row" }, row, text);
    return [name, [make("td", {}, row), make("td", {}, row)]];
  }));
  const sums = make("div", { class: "dl-gates-sums" }, parent);
  const cell = sum(sums, ["c", "t", " = f c", "t\u22121", " + i g"]), out = sum(sums, ["h", "t", " = o tanh c", "t"]);
  const said = make("output", { "aria-live": "polite", class: "dl-gates-said" }, parent);
  return () => {
    const unit = state.get("unit");
    if (!state.length) {
      title.textContent = "Nothing is read yet.";
      for (const cells of Object.values(rows)) for (const one of cells) one.textContent = "";
      for (const one of [cell, out]) one.textContent = "";
      say(said, "Type a text.");
      return;
    }
    const { here, before } = state, of = name => here[name][unit];
    title.textContent = `Unit ${unit} at character ${state.at}, ${spoken(state.characters[state.at])}`;
    for (const [name, [value, kind]] of Object.entries(rows)) {
      value.textContent = written(of(name));
      kind.textContent = name === "g" ? "" : word(of(name));
    }
    const [f, i, g, o, old, squashed] = [of("f"), of("i"), of("g"), of("o"), before.c[unit], Math.tanh(of("c"))].map(bracketed);
    cell.textContent = `= ${f} \u00b7 ${old} + ${i} \u00b7 ${g} = ${written(of("c"))}`;
    out.textContent = `= ${o} \u00b7 ${squashed} = ${written(of("h"))}`;
    say(said, sentence(state));
  };
}

/** A line with an equation, every other part of it a small index, and a place for its numbers, which is returned. */
function sum(parent, parts) {
  const line = make("p", {}, parent), formula = make("span", { class: "dl-gates-formula" }, line);
  parts.forEach((part, k) => make(k % 2 ? "sub" : "span", {}, formula, part));
  return make("span", {}, line);
}

const say = (output, text) => { if (output.textContent !== text) output.textContent = text; };
const bracketed = value => value < -0.005 ? `(${written(value)})` : written(value);

/** What happens at the character, in words. */
export function sentence({ get, here, before, at, characters }) {
  const unit = get("unit"), marked = Object.keys(NAMES).filter(gate => word(here[gate][unit])).map(gate => `${NAMES[gate]} ${word(here[gate][unit])}`);
  const gates = marked.length ? marked.join(", ") : "no gate quite open or shut";
  return `At ${spoken(characters[at])}: ${gates}. The cell goes from ${written(before.c[unit])} to ${written(here.c[unit])}.`;
}

/** The characters that the model expects next. Returns a function that shows those of now. */
export function gatesNext(parent, state) {
  make("p", { class: "dl-gates-title" }, parent, "What the model expects next");
  const list = make("ol", { class: "dl-chars-list" }, parent), note = make("p", { class: "dl-caption dl-gates-note" }, parent);
  return () => {
    list.replaceChildren();
    note.textContent = "";
    if (!state.length) return;
    const { list: found, actual, chance } = state.expected(EXPECTED);
    for (const [token, p] of found) {
      const row = make("li", { class: token === actual ? "dl-chars-actual" : "" }, list), name = state.network.names[token];
      make("span", { class: "dl-chars-name", "aria-hidden": "true" }, row, sign(name));
      make("span", { class: "dl-unseen" }, row, `${spoken(name)} `);
      const bar = make("span", { class: "dl-chars-bar", "aria-hidden": "true" }, row);
      make("span", { style: `width: ${(100 * p).toFixed(1)}%` }, bar);
      make("span", { class: "dl-chars-number" }, row, p.toFixed(p < 0.001 ? 4 : 3));
    }
    const next = state.characters[state.at + 1];
    if (actual === null) return say(note, "The text ends here.");
    const p = chance.toFixed(chance < 0.001 ? 5 : 3);
    say(note, `In the text follows ${spoken(next)}, probability ${p}: ${bitsOf(chance).toFixed(1)} bits.`);
  };
}
