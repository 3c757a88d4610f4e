// The controls of the sampler: the prompt, how characters are drawn, and which draw is looked at.

import { button, choice, make, newId, slider } from "./kit.js";
import { LONGEST } from "./sampler_state.js";

/** The prompt, and a few that are given. Returns a function that shows the state's prompt. */
export function samplerPrompt(parent, state) {
  const given = state.get("prompts").map(([name, text]) => [text, name]), change = prompt => state.tell({ prompt });
  const prompts = choice(parent, "A prompt", given, { get: () => state.get("prompt"), set: change });
  const id = newId(), box = make("div", { class: "dl-gates-text" }, parent);
  make("label", { for: id }, box, "Prompt, which you can change");
  const field = make("textarea", { id, rows: 2, maxlength: LONGEST, spellcheck: "false", autocapitalize: "none", autocomplete: "off" }, box);
  field.addEventListener("input", () => { if (field.value) change(Array.from(field.value).slice(0, LONGEST).join("")); });
  const show = () => {
    prompts.show();
    if (field.value !== state.get("prompt") && !(field.value === "" && field.matches(":focus"))) field.value = state.get("prompt");
  };
  field.addEventListener("blur", show);
  return show;
}

/** Temperature, top-k and seed. */
export function samplerSliders(parent, state) {
  const { V } = state.network, value = name => ({ get: () => state.get(name), set: next => state.tell({ [name]: next }) });
  const whole = name => ({ ...value(name), set: next => state.tell({ [name]: Math.round(next) }), step: 1, format: String });
  const controls = [
    slider(parent, "temperature", { min: 0.1, max: 2, step: 0.05, format: v => v.toFixed(2), ...value("temperature") }),
    slider(parent, "top-k", { min: 1, max: V, ...whole("top_k") }),
    slider(parent, "seed", { min: 0, max: 999, ...whole("seed") }),
  ];
  return () => { for (const control of controls) control.show(); };
}

/** Write: one character, many, or from the start. */
export function samplerButtons(parent, state) {
  const row = make("div", { class: "dl-buttons dl-sampler-buttons" }, parent);
  const write = button(row, "Write", () => state.writing ? state.stop() : state.start());
  button(row, "One character", () => { state.stop(); state.more(1); });
  button(row, "Start over", () => state.clear());
  button(row, "Another seed", () => state.tell({ seed: (state.get("seed") + 1) % 1000 }));
  return () => { write.textContent = state.writing ? "Stop" : "Write"; };
}

/** Which draw is looked at: of a written character, or at the end of the slider the next one. */
export function samplerPosition(parent, state) {
  let last = -1, position = null;
  return () => {
    if (last !== state.written) {  // the slider is as long as the text
      last = state.written;
      const held = parent.contains(document.activeElement);
      parent.replaceChildren();
      position = slider(parent, "draw", { min: 0, max: last, step: 1, format: String, get: () => state.at, set: at => state.look(at) });
      if (held) parent.querySelector("input").focus();
    }
    position.show();
  };
}
