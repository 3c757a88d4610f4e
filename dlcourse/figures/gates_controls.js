// The controls of the gates: the text, the unit, and the character that is looked at.

import { button, choice, make, newId, place, slider } from "./kit.js";
import { LONGEST } from "./gates_state.js";

/** The text, and a few that are given. Returns a function that shows the state's text. */
export function gatesText(parent, state) {
  const presets = state.get("presets").map(([name, text]) => [text, name]);
  const given = choice(parent, "A text", presets, { get: () => state.get("text"), set: text => state.write(text, 0) });
  const id = newId(), box = make("div", { class: "dl-gates-text" }, parent);
  make("label", { for: id }, box, "Text, which you can change");
  const field = make("textarea", { id, rows: 3, maxlength: LONGEST, spellcheck: "false", autocapitalize: "none", autocomplete: "off" }, box);
  field.addEventListener("input", () => state.write(field.value, Array.from(field.value.slice(0, field.selectionStart)).length - 1));
  return () => {
    given.show();
    if (field.value !== state.get("text")) field.value = state.get("text");
  };
}

/** The unit: some have a name, all have a number. */
export function gatesUnit(parent, state) {
  const id = newId(), row = make("div", { class: "dl-gates-named" }, parent);
  make("label", { for: id }, row, "Unit that follows");
  const list = make("select", { id }, row), named = new Map(state.get("named").map(([unit, name]) => [String(unit), name]));
  for (const [unit, name] of named) make("option", { value: unit }, list, `${name} (unit ${unit})`);
  const other = make("option", { value: "" }, list, "something unnamed");
  list.addEventListener("change", () => { if (list.value) state.choose(Number(list.value)); });
  const number = slider(parent, "unit", {
    min: 0, max: state.network.H - 1, step: 1, format: String, get: () => state.get("unit"), set: unit => state.choose(unit),
  });
  return () => {
    const unit = String(state.get("unit"));
    other.hidden = other.disabled = named.has(unit);
    list.value = named.has(unit) ? unit : "";
    number.show();
  };
}

/** The character that is looked at. */
export function gatesCursor(parent, state) {
  const row = make("div", { class: "dl-gates-steps" }, parent), buttons = make("div", { class: "dl-buttons dl-steps" }, row);
  const back = button(buttons, "Back", () => state.go(state.at - 1)), next = button(buttons, "Next", () => state.go(state.at + 1));
  const box = make("div", {}, row);
  let last = -1, position = null;
  return () => {
    if (last !== state.length) {  // the slider is as long as the text
      last = state.length;
      const held = box.contains(document.activeElement);
      box.replaceChildren();
      position = slider(box, "character", {
        min: 0, max: Math.max(0, last - 1), step: 1, format: String, get: () => state.at, set: at => state.go(at),
      });
      if (held) box.querySelector("input").focus();
    }
    position.show();
    place(back, { "aria-disabled": state.at === 0 });  // not disabled: that would lose the keyboard's place
    place(next, { "aria-disabled": state.at >= last - 1 });
  };
}
