// The controls: which scene, from which score on, what lies over it, and what is added to it.

import { SIDE } from "./find_glyphs_network.js";
import { button, choice, make, slider } from "./kit.js";

const bound = (state, name) => ({ get: () => state.get(name), set: value => state.tell({ [name]: value }) });

/** Above the scene: what is looked at, and what counts as an answer. */
export function findChoices(parent, state) {
  const scenes = [...[1, 2, 3, 4, 5, 6].map(k => [k, String(k)]), [0, "empty"]];
  const controls = [
    choice(parent, "Test scene", scenes, { get: () => state.get("scene"), set: state.show }),
    slider(parent, "threshold", { min: 0.05, max: 0.95, step: 0.01, format: value => value.toFixed(2), ...bound(state, "threshold") }),
    choice(parent, "Suppression", [[true, "on"], [false, "off"]], bound(state, "suppression")),
    choice(parent, "Over the scene", [["none", "boxes only"], ["middles", "middles"], ["pixels", "pixels"]], bound(state, "layer")),
  ];
  return () => { for (const control of controls) control.show(); };
}

/** Below the scene: take back what was added. */
export function findButtons(parent, state) {
  const row = make("div", { class: "dl-buttons dl-read-buttons" }, parent);
  const buttons = [button(row, "Undo", state.undo), button(row, "Clear", state.clear)];
  return () => { for (const one of buttons) one.disabled = !state.hasAdded; };
}

/** What is added: the pointer draws, or puts a digit; so does a button, at a row and a column. */
export function findTools(parent, state) {
  const tools = [["pen", "pen"], ...Array.from({ length: 10 }, (_, digit) => [String(digit), String(digit)])];
  const tool = choice(parent, "Add with", tools, bound(state, "tool"));
  tool.group.classList.add("dl-find-tools");
  const whole = name => ({ ...bound(state, name), set: value => state.tell({ [name]: Math.round(value) }) });
  const places = ["row", "column"].map(name => slider(parent, name, { min: 0, max: SIDE - 1, step: 1, format: value => String(value), ...whole(name) }));
  const there = button(make("div", { class: "dl-buttons" }, parent), "Put it there", state.putThere);
  return () => {
    for (const control of [tool, ...places]) control.show();
    there.disabled = state.isPen;
    there.textContent = state.isPen ? "Put a digit there" : `Put a ${state.get("tool")} there`;
  };
}
