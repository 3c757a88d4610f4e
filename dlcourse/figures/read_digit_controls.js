// The controls of the figure: what is on the pad, how it is prepared, and what is shown of the network.

import { button, choice, make, slider } from "./kit.js";

const DIGITS = Array.from({ length: 10 }, (_, digit) => [digit, String(digit)]);

/** Below the pad: clear it, bring the last drawing back, look for what is misread. */
export function readButtons(parent, state) {
  const row = make("div", { class: "dl-buttons dl-read-buttons" }, parent);
  button(row, "Clear", state.clear);
  const recall = button(row, "My drawing", state.recall);
  button(row, "One misread", state.nextMisread);
  return () => { recall.disabled = !state.hasDrawing || state.get("example") < 0 && state.get("strokes").length > 0; };
}

/** Make the other controls. Returns a function that shows the state's values in them. */
export function readControls(parent, state) {
  const value = (name, digits) => ({ get: () => state.get(name), set: next => state.tell({ [name]: next }), format: v => v.toFixed(digits) });
  const example = { get: () => state.label, set: state.firstOf };
  const controls = [choice(parent, "A test digit", DIGITS, example)];
  const another = button(controls[0].group, "another", () => state.nextOf(state.label));
  const targets = [["answer", "answer"], ...DIGITS.map(([, text]) => [text, text]), ["nothing", "none"]];
  const speaks = choice(parent, "What speaks for", targets, value("target"));
  for (const { group } of [controls[0], speaks]) group.classList.add("dl-read-digits");
  controls.push(
    speaks,
    choice(parent, "Center and scale", [[true, "on"], [false, "off"]], value("centered")),
    slider(parent, "size", { min: 0.3, max: 1, step: 0.01, ...value("size", 2) }),
    slider(parent, "shift right", { min: -0.4, max: 0.4, step: 0.01, ...value("across", 2) }),
    slider(parent, "shift down", { min: -0.4, max: 0.4, step: 0.01, ...value("down", 2) }),
    slider(parent, "pen", { min: 0.02, max: 0.2, step: 0.005, ...value("pen", 3) }),
  );
  return () => {
    another.disabled = state.label === null;
    for (const control of controls) control.show();
  };
}

/** The choice of a layer. */
export function readLayer(parent, state) {
  const layers = [1, 2, 3, 4].map(layer => [layer, String(layer)]);
  return choice(parent, "Maps of convolution", layers, { get: () => state.get("layer"), set: layer => state.tell({ layer }) }).show;
}
