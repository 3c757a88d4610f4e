// The controls of the race. Whatever can be dragged on the map can be set here, by keyboard too.

import { MOST_STEPS, SURFACES } from "./descent.js";
import { button, choice, make, slider } from "./kit.js";
import { LOOKS, exact, swatch } from "./race_looks.js";
import { NAMES } from "./race_state.js";

/** Make the controls of a state. Returns a function that shows its values in them. */
export function raceControls(parent, state, changed) {
  const value = (name, save = next => state.set({ [name]: next })) => ({ get: () => state.get(name), set: save, format: exact });
  const surfaces = Object.keys(SURFACES).map(name => [name, name]);
  const controls = [
    choice(parent, "Surface", surfaces, value("surface", name => state.choose(name))),
    raceButtons(parent, state, changed),
    slider(parent, "steps shown", { min: 0, max: MOST_STEPS, step: 1, ...value("steps", steps => state.goTo(Math.round(steps))) }),
  ];
  const racers = make("fieldset", { class: "dl-racers" }, parent);
  make("legend", {}, racers, "Who races, and at which learning rate");
  for (const name of NAMES) controls.push(racer(racers, name, state));

  const fold = make("details", { class: "dl-more" }, parent);
  make("summary", {}, fold, "Start, noise and more");
  const group = make("div", { class: "dl-group" }, fold), curvature = make("div", {}, group);
  controls.push(
    slider(curvature, "curvature a", { min: 1, max: 100, step: 1, ...value("curvature") }),
    startSliders(group, state),
    slider(group, "momentum \u03bc", { min: 0, max: 0.99, step: 0.01, ...value("momentum") }),
    slider(group, "decay of AdamW", { min: 0, max: 1, step: 0.01, ...value("decay") }),
    logSlider(group, make("span", {}, null, "loss times"), "loss times", { min: -2, max: 2, ...value("scale") }),
    slider(group, "noise", { min: 0, max: 5, step: 0.1, ...value("noise") }),
  );
  button(make("div", { class: "dl-buttons" }, group), "Other noise", () => state.set({ seed: state.get("seed") + 1 }));
  return () => {
    curvature.hidden = state.get("surface") !== "ravine";
    for (const control of controls) control.show();
  };
}

function raceButtons(parent, state, changed) {
  const row = make("div", { class: "dl-buttons" }, parent);
  const play = button(row, "Run", () => state.running ? state.stop() : state.play(changed));
  button(row, "One step", () => state.goTo(state.steps + 1));
  button(row, "Rewind", () => state.goTo(0));
  button(row, "Reset", () => state.reset());
  return { show() { play.textContent = state.running ? "Pause" : "Run"; } };
}

/** An optimizer: whether it takes part, and its learning rate. */
function racer(parent, name, state) {
  const label = make("label", {}), box = make("input", { type: "checkbox" }, label);
  swatch(label, name);
  make("span", {}, label, LOOKS[name].label);
  box.addEventListener("change", () => state.turn(name, box.checked));
  const settings = { min: -4, max: 1, get: () => state.get("rates")[name], set: rate => state.setRate(name, rate), format: exact };
  const rate = logSlider(parent, label, `learning rate of ${LOOKS[name].label}`, settings);
  return { show() { box.checked = state.get("on").includes(name); rate.show(); } };
}

/** A slider for a number whose size matters, not its distance: it moves through powers of ten, from 10^min to 10^max. */
function logSlider(parent, label, name, { min, max, get, set, format }) {
  const row = make("div", { class: "dl-slider" }, parent);
  row.append(label);
  const range = make("input", { type: "range", min, max, step: 0.01, "aria-label": name }, row);
  const field = make("input", { type: "number", min: 10 ** min, max: 10 ** max, step: "any", "aria-label": `${name}, exactly` }, row);
  const show = () => {
    range.value = Math.log10(get());
    range.setAttribute("aria-valuetext", format(get()));
    if (!field.matches(":focus")) field.value = format(get());  // not while somebody types
  };
  range.addEventListener("input", () => set(Number((10 ** Number(range.value)).toPrecision(2))));
  field.addEventListener("input", () => {
    if (field.value !== "") set(Math.min(10 ** max, Math.max(10 ** min, Number(field.value))));
  });
  field.addEventListener("blur", show);
  show();
  return { show };
}

/** Sliders for the start, made anew for every surface, since each has its own window. */
function startSliders(parent, state) {
  const box = make("div", { class: "dl-group" }, parent);
  let made, controls = [];
  return { show() {
    if (made !== state.surface) {
      made = state.surface;
      box.replaceChildren();
      const [left, bottom, width] = made.window;
      controls = [left, bottom].map((min, i) => slider(box, `start, w${"\u2081\u2082"[i]}`, {
        min, max: min + width, step: 0.01, format: exact,
        get: () => state.get("start")[i],
        set: w => state.setStart(state.get("start").map((old, k) => k === i ? w : old)),
      }));
    }
    for (const control of controls) control.show();
  } };
}
