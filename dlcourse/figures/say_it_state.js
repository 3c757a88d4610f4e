// What is said and what follows from it: the sound, its spectrogram and what the network hears, computed when asked for.

import { SAMPLES, heard, joined, logMel } from "./say_it_math.js";
import { probabilitiesOf, readSpeech } from "./say_it_network.js";
import { clipOf, readWav, resampled } from "./say_it_wav.js";

const SEEDS = 1_000_000;

/** The figure's state on top of the model, which Python or the page holds. A sound of the reader's own is kept here alone.
 * `sound` plays and records; `changed` is called after a change that the model does not know of. */
export function sayItState(model, sound, changed) {
  const { networks, voices } = readSpeech(model.get("data")), names = ["digit", "voice", "noise", "snr_db", "seed", "network"];
  const get = name => model.get(name);
  let clip = null, answer = null;

  /** The word that is chosen, in its clip without any noise. */
  function stored() {
    const { begin, x } = voices[get("voice")][get("digit")], whole = new Float64Array(SAMPLES);
    whole.set(x, begin);
    return { x: whole, span: [begin, begin + x.length] };
  }
  const othersThan = voice => joined(Object.keys(voices).filter(name => name !== voice).flatMap(name => voices[name].map(({ x }) => x)));

  const state = {
    names, get, own: null, isOwn: false, microphone: "", problem: "",

    /** The sound that is heard, where the word is, and its spectrogram. */
    get clip() {
      const key = JSON.stringify([state.isOwn && state.own.number, ...names.slice(0, -1).map(get)]);
      if (clip?.key !== key) {
        const { x, span } = state.isOwn ? state.own : stored();
        const noisy = heard(x, span, { noise: get("noise"), ratio: get("snr_db"), seed: get("seed"), track: othersThan(get("voice")) });
        clip = { key, span, x: noisy, features: logMel(noisy) };
      }
      return clip;
    },
    get probabilities() {
      const key = state.clip.key + get("network");
      if (answer?.key !== key) answer = { key, probabilities: probabilitiesOf(networks[get("network")], state.clip.features) };
      return answer.probabilities;
    },
    get answer() { return state.probabilities.indexOf(Math.max(...state.probabilities)); },

    tell(changes) {
      state.problem = "";
      for (const [name, value] of Object.entries(changes)) model.set(name, value);
      model.save_changes();
      changed();
    },
    /** Let a stored voice speak. */
    say(changes) {
      state.isOwn = false;
      state.tell(changes);
    },
    /** A ratio means nothing without noise: whoever sets it wants some. */
    setRatio(ratio) { state.tell(get("noise") === "none" ? { noise: "white", snr_db: ratio } : { snr_db: ratio }); },
    otherNoise() { state.tell({ seed: (get("seed") + 1) % SEEDS }); },

    /** Take a sound of the reader's own, or say why that is not possible. */
    take(name, { samples, rate }) {
      state.own = { name, number: (state.own?.number ?? 0) + 1, ...clipOf(resampled(samples, rate)) };
      state.isOwn = true;
    },
    recall() {
      state.isOwn = true;
      state.tell({});
    },
    async attempt(act) {
      state.problem = "";
      try {
        await act();
      } catch (error) {
        state.problem = error.message;
      }
      changed();
    },
    listen() { return state.attempt(() => sound.play(state.clip.x)); },
    /** What the microphone does is said in `microphone`: "" for nothing, "asked" until the reader allows it, "records". */
    async record() {
      if (state.microphone) return;
      const becomes = what => { state.microphone = what; changed(); };
      becomes("asked");
      await state.attempt(async () => state.take("Your recording", await sound.record(() => becomes("records"))));
      becomes("");
    },
    open(file) { return state.attempt(async () => state.take(`The file ${file.name}`, readWav(await file.arrayBuffer()))); },
  };
  return state;
}
