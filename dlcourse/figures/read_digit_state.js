// What is on the pad and what follows from it: the picture, the network's answer and its doubts, computed when asked for.

import { bytes } from "./kit.js";
import { pencil } from "./pencil.js";
import { counted, drawn, enlarged, frame, moved, sampled } from "./read_digit_picture.js";
import { gradCam, nearest, run, unpacked } from "./read_digit_network.js";

// Measured on the validation digits by networks that had not seen them (dlcourse/studies/digit_doubt.csv).
export const UNSURE = 0.8;
export const FAR = 2.12;
export const BELOW = [9, 3, 600];  // answers that were not sure, the wrong ones of them, and all

/** The two best answers, the best first, as [digit, probability]. */
export const best = probabilities => probabilities.map((p, digit) => [digit, p]).sort((a, b) => b[1] - a[1]).slice(0, 2);

const share = p => p > 0.995 ? "above 0.99" : p.toFixed(2);

/** The answer in words, and with it the doubts. */
export function verdict(probabilities, { distance }) {
  const [[first, p], [second, q]] = best(probabilities);
  const answer = p < UNSURE ? `Not sure: ${first} (${share(p)}) or ${second} (${share(q)}).` : `It reads ${first}, probability ${share(p)}.`;
  if (distance <= FAR) return answer;
  return `${answer} The drawing is unlike all training digits.`;
}

/** The figure's state on top of the model, which Python or the page holds. `onChange` is called after each change. */
export function readState(model, onChange) {
  const { network, train, test } = unpacked(bytes(model.get("data"))), get = name => model.get(name);
  const examples = new Map();
  let view = null;

  const example = row => examples.get(row) ?? examples.set(row, enlarged(test.pictures[row])).get(row);
  /** Everything that follows from the ink on the pad. */
  function read(ink) {
    const framed = get("centered"), where = frame(ink, framed), bits = sampled(ink, where), counts = counted(bits), empty = !counts.some(Boolean);
    const result = run(network, counts), like = nearest(train.pictures, counts);
    return { ink, framed, where, bits, counts, empty, like, ...result, answer: best(result.probabilities)[0][0] };
  }
  const inkOf = row => moved(row < 0 ? drawn(get("strokes"), get("pen")) : example(row), get("size"), get("across"), get("down"));
  function tell(values) {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  }
  const STILL = { size: 1, across: 0, down: 0 };
  // A stroke begins a new drawing if an example is shown, or if what is drawn was moved.
  const fresh = () => get("example") >= 0 || get("size") !== 1 || get("across") || get("down");
  const hand = pencil(model, fresh, { example: -1, ...STILL }, onChange);

  const state = {
    get, tell, train, test,
    begin: hand.begin, extend: hand.extend, end: hand.end,
    get drawing() {
      return hand.drawing;
    },
    get view() {
      return view ??= read(inkOf(get("example")));
    },
    /** For which digit the pad shows what spoke, or null. */
    get target() {
      const target = get("target");
      return target === "nothing" || state.view.empty ? null : target === "answer" ? state.view.answer : Number(target);
    },
    get heat() {
      return state.target === null ? null : gradCam(network, state.view, state.target);
    },
    get words() {
      return state.view.empty ? "Draw a digit, with the mouse, a finger or a pen." : verdict(state.view.probabilities, state.view.like);
    },
    clear: () => tell({ strokes: [], example: -1, ...STILL }),
    /** Show what was drawn last. */
    recall: () => tell({ strokes: hand.kept, example: -1 }),
    get hasDrawing() {
      return hand.kept.length > 0;
    },
    /** Which digit the example shown is, or null. */
    get label() {
      return get("example") < 0 ? null : test.labels[get("example")];
    },
    /** Show the next test row for which `wanted(row)` is true; the search goes around once. */
    seek(wanted) {
      const count = test.labels.length, start = get("example");
      for (let step = 1; step <= count; step++) {
        const row = (start + step) % count;
        if (wanted(row)) return tell({ example: row });
      }
    },
    /** A digit that is read: whoever asks for one for the first time is not to believe that the figure is broken. */
    firstOf: digit => state.seek(row => test.labels[row] === digit && read(inkOf(row)).answer === digit),
    nextOf: digit => state.seek(row => test.labels[row] === digit),
    nextMisread: () => state.seek(row => read(inkOf(row)).answer !== test.labels[row]),
  };
  const names = ["strokes", "pen", "example", "size", "across", "down", "centered"];
  for (const name of names) model.on(`change:${name}`, () => { view = null; onChange(); });
  for (const name of ["layer", "target"]) model.on(`change:${name}`, onChange);
  return state;
}
