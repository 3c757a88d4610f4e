// The controls of the plane of codes. Whatever can be dragged can be set here, by keyboard too.

import { button, choice, make, slider, written } from "./kit.js";
import { MODELS } from "./latent_decoder.js";

/** Which model, and what is shown of it. Returns a function that shows both in the controls. */
export function latentChoices(parent, state) {
  const models = MODELS.map(name => [name, name]), kinds = [["dots", "dots"], ["labels", "labels"], ["pictures", "drawings"]];
  const controls = [
    choice(parent, "Model", models, { get: () => state.get("model"), set: name => state.choose(name) }),
    choice(parent, "Shown as", kinds, { get: () => state.get("shown"), set: shown => state.set({ shown }) }),
  ];
  return () => { for (const control of controls) control.show(); };
}

/** What to do with the point. */
export function pointButtons(parent, state) {
  const row = make("div", { class: "dl-buttons" }, parent);
  button(row, "Start here", () => state.setEnd("start"));
  button(row, "End here", () => state.setEnd("end"));
  button(row, "Draw from N(0, 1)", () => state.drawRandom());
  button(row, "Reset", () => state.reset());
}

/** The walk's position. Returns a function that shows it. */
export function walkControls(parent, state) {
  const row = make("div", { class: "dl-buttons" }, parent), play = button(row, "Walk", () => state.walking ? state.stop() : state.play());
  const position = slider(parent, "position", {
    min: 0, max: 1, step: 0.01, format: written, get: () => state.get("position"), set: value => state.goTo(value),
  });
  return () => {
    play.textContent = state.walking ? "Pause" : "Walk";
    position.show();
  };
}

/** Sliders for the point, made anew for each model, since each has its own plane. */
export function pointSliders(parent, state) {
  const box = make("div", { class: "dl-group" }, parent);
  let made = null, controls = [];
  return () => {
    if (made !== state.network) {
      made = state.network;
      box.replaceChildren();
      const [left, bottom, width] = made.window;
      controls = [left, bottom].map((min, i) => slider(box, `code${"\u2081\u2082"[i]}`, {
        min, max: min + width, step: 0.05, format: written,
        get: () => state.get("point")[i],
        set: c => state.moveTo(state.get("point").map((old, k) => k === i ? c : old)),
      }));
    }
    for (const control of controls) control.show();
  };
}
