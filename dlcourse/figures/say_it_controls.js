// The controls of the figure: what is said and by whom, the noise, the network, and a sound of one's own.

import { button, choice, make, newId, slider } from "./kit.js";
import { SECONDS } from "./say_it_sound.js";
import { written } from "./say_it_words.js";

const HONEST = "All speech that the network learned from is synthetic, made by one set of rules. It has never heard a person and will often "
  + "mishear you. What you record or open stays in this page: nothing is sent anywhere.";

const named = values => values.map(value => [value, String(value)]);

/** What a stored voice says; nothing is chosen while the reader's own sound is heard. */
export function sayItWord(parent, state) {
  const value = name => ({ get: () => state.isOwn ? null : state.get(name), set: next => state.say({ [name]: next }) });
  const controls = [
    choice(parent, "Digit", named([...Array(10).keys()]), value("digit")),
    choice(parent, "Voice", named(["low", "middle", "high"]), value("voice")),
  ];
  controls[0].group.classList.add("dl-say-digits");
  return () => { for (const control of controls) control.show(); };
}

/** Noise, and the network that hears it. */
export function sayItNoise(parent, state) {
  const value = name => ({ get: () => state.get(name), set: next => state.tell({ [name]: next }) });
  const controls = [
    choice(parent, "Noise", [["none", "none"], ["white", "white"], ["babble", "other voices"]], value("noise")),
    slider(parent, "speech over noise, dB", { min: -5, max: 30, step: 1, get: () => state.get("snr_db"), set: state.setRatio, format: written }),
    choice(parent, "Learned from", [["clean", "clean clips"], ["white", "white noise"], ["white and babble", "white and babble"]], value("network")),
  ];
  return () => { for (const control of controls) control.show(); };
}

/** Hear it, and draw the noise anew. */
export function sayItButtons(parent, state) {
  const row = make("div", { class: "dl-buttons dl-sampler-buttons" }, parent);
  button(row, "Listen", state.listen);
  const other = button(row, "Other noise", state.otherNoise);
  return () => { other.disabled = state.get("noise") === "none"; };
}

/** Record, open a file, and come back to what was recorded or opened. */
export function sayItOwn(parent, state) {
  const id = newId(), box = make("div", { class: "dl-say-own" }, parent);
  make("p", { class: "dl-gates-title" }, box, "Your own sound");
  const row = make("div", { class: "dl-buttons dl-sampler-buttons" }, box);
  button(row, `Record ${SECONDS} seconds`, state.record);
  const recall = button(row, "Your sound again", state.recall);
  const open = make("p", { class: "dl-say-open" }, box);
  make("label", { for: id }, open, "Or open a WAV file");
  const file = make("input", { id, type: "file", accept: ".wav,audio/wav" }, open);
  file.addEventListener("change", () => {
    if (file.files.length) state.open(file.files[0]);
    file.value = "";  // so that the same file can be opened again
  });
  make("p", { class: "dl-caption" }, box, HONEST);
  return () => { recall.disabled = !state.own || state.isOwn; };
}
