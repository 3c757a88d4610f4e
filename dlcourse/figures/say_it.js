// Say it: a digit is said, in noise or without, and a network hears it in the sound's spectrogram.

import { frame, make, onNewLook } from "./kit.js";
import { sayItButtons, sayItNoise, sayItOwn, sayItWord } from "./say_it_controls.js";
import { sayItPictures } from "./say_it_looks.js";
import { sayItSound } from "./say_it_sound.js";
import { sayItState } from "./say_it_state.js";
import { sayItBars, sayItSentence } from "./say_it_words.js";

function render({ model, el }) {
  let waiting = 0, isGone = false;
  /** Draw once before the next frame, however many values have changed until then. */
  const later = () => { if (!isGone) waiting ||= requestAnimationFrame(show); };
  const sound = sayItSound(), state = sayItState(model, sound, later), body = frame(el, model, "Say it");

  const parts = [sayItWord(make("div", { class: "dl-controls dl-gates-top" }, body), state)];
  const columns = make("div", { class: "dl-say-columns" }, body), left = make("div", {}, columns), right = make("div", { class: "dl-side" }, columns);
  parts.push(sayItPictures(left, state), sayItButtons(left, state), sayItSentence(right, state), sayItBars(right, state));
  const below = make("div", { class: "dl-controls" }, body);
  parts.push(sayItNoise(below, state), sayItOwn(below, state));

  function show() {
    waiting = 0;
    for (const part of parts) part();
  }
  /** Python chose another word: it is heard instead of the reader's own sound. */
  const otherWord = () => { state.isOwn = false; };
  for (const name of ["digit", "voice"]) model.on(`change:${name}`, otherWord);
  for (const name of state.names) model.on(`change:${name}`, later);
  const forget = onNewLook(el, later);
  show();
  return () => { isGone = true; forget(); cancelAnimationFrame(waiting); sound.close(); };
}

export default { render };
