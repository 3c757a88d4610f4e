// The controls: who steers, the reader's pushes, and how time goes on. All are the browser's own: a slider with two
// places can be moved by the arrow keys as fast as by hand, and the two buttons do the same for mouse and finger.

import { JUMP } from "./balance_state.js";
import { button, choice, make, newId, place, slider, written } from "./kit.js";

const UPPER = [["you", "you"], ["random", "random"], ["rule", "hand rule"], ["network", "network"]];
const LOWER = [["network", "network"], ["rule", "hand rule"], ["nobody", "nobody"]];
const SPEEDS = [[0.1, "1/10"], [0.2, "1/5"], [0.5, "1/2"], [1, "real time"]];

/** Who steers which cart. Returns a function that shows it. */
export function balanceDrivers(parent, state) {
  const value = name => ({ get: () => state.get(name), set: who => state.begin({ [name]: who }) });
  const controls = [choice(parent, "Upper cart", UPPER, value("driver")), choice(parent, "Lower cart", LOWER, value("rival"))];
  return () => { for (const control of controls) control.show(); };
}

/** A button that acts when a pointer goes down, not when it is let go: at full speed that is four steps earlier. */
function quickButton(parent, label, act) {
  let done = false;
  const element = make("button", { type: "button" }, parent, label);
  element.addEventListener("pointerdown", () => { done = true; act(); });
  element.addEventListener("click", event => {
    if (event.detail === 0 || !done) act();  // a key has no pointer that went down before
    done = false;
  });
  return element;
}

/** The reader's pushes. Returns a function that shows to which side they go. */
export function balanceSteering(parent, state) {
  const group = make("fieldset", { class: "dl-balance-steering" }, parent), id = newId();
  make("legend", {}, group, "You push the upper cart");
  const row = make("div", { class: "dl-balance-wheel-row" }, group), side = () => state.get("side");
  const left = quickButton(row, "\u2190 Left", () => state.push("left"));
  const range = make("input", { id, type: "range", min: 0, max: 1, step: 1, "aria-label": "side to push to" }, row);
  const right = quickButton(row, "Right \u2192", () => state.push("right"));
  range.addEventListener("input", () => state.tell({ side: range.value === "1" ? "right" : "left" }));
  return () => {
    group.hidden = state.get("driver") !== "you";
    range.value = Number(side() === "right");
    place(range, { "aria-valuetext": side() });
    for (const [element, name] of [[left, "left"], [right, "right"]]) place(element, { "aria-pressed": String(side() === name) });
  };
}

/** Time, a knock, and another start. Returns a function that shows whether it plays. */
export function balanceButtons(parent, state) {
  const row = make("div", { class: "dl-buttons dl-balance-buttons" }, parent);
  const play = button(row, "Start", () => state.running ? state.stop() : state.play());
  button(row, "One step", () => state.oneStep());
  button(row, `${JUMP} steps`, () => state.jump());
  button(row, "Knock", () => state.knock());
  button(row, "Start over", () => state.begin());
  button(row, "Another start", () => state.anotherStart());
  return () => { play.textContent = state.running ? "Pause" : state.steps && !state.over ? "Go on" : "Start"; };
}

/** Which start, how fast time goes, and how hard a knock is. Returns a function that shows them. */
export function balanceSliders(parent, state) {
  const value = name => ({ get: () => state.get(name), set: next => state.tell({ [name]: next }) });
  const controls = [
    slider(parent, "start", { min: 0, max: 999, step: 1, format: String, get: () => state.get("seed"), set: seed => state.begin({ seed: Math.round(seed) }) }),
    choice(parent, "Speed", SPEEDS, value("speed")),
    slider(parent, "knock, rad/s", { min: -3, max: 3, step: 0.1, format: written, ...value("kick") }),
  ];
  return () => { for (const control of controls) control.show(); };
}
