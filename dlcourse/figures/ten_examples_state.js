// What was taught, what is on the pad, and what follows from both, computed when asked for.

import { pencil } from "./pencil.js";
import { uniform } from "./random.js";
import { counted, drawn, enlarged, frame, sampled } from "./read_digit_picture.js";
import { CLASSES, answerOf, answered, classMeans, learningPath, nearestExample } from "./ten_examples_head.js";
import { enlarged14, featuresOf, unpackedExamples } from "./ten_examples_network.js";

export const KINDS = ["letters", "pixels"];
export const MOST = 5;  // examples of a class
const PEN = 0.1, DRAWS = 1000;

/** For each digit the rows of the pool in the order in which a draw takes them. */
export function poolRows(labels, draw) {
  const random = uniform(draw), keys = labels.map(random), order = labels.map((_, row) => row).sort((a, b) => keys[a] - keys[b] || a - b);
  return Array.from({ length: CLASSES }, (_, digit) => order.filter(row => labels[row] === digit));
}

/** The figure's state on top of the model, which Python or the page holds. `onChange` is called after each change. */
export function examplesState(model, onChange) {
  const { blocks, head, pool, test } = unpackedExamples(model.get("data")), get = name => model.get(name);
  const known = new Map();
  let view = null, learned = null, tested = null, note = null;

  function tell(values) {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  }
  const fresh = () => get("row") >= 0;
  const hand = pencil(model, fresh, { row: -1 }, onChange);

  /** A picture of counts as both heads get it: {counts, pixels, letters}. */
  function described(counts) {
    const pixels = enlarged14(counts);
    return { counts, pixels, letters: featuresOf(blocks, pixels) };
  }
  function fromInk(ink) {
    const where = frame(ink, true);
    return { where, counts: counted(sampled(ink, where)) };
  }
  /** An example as both heads get it; each is computed once. */
  function example([, source]) {
    const name = typeof source === "number" ? source : JSON.stringify(source);
    if (!known.has(name)) known.set(name, described(name === source ? pool.pictures[source] : fromInk(drawn(source, PEN)).counts));
    return known.get(name);
  }
  function learn() {
    tested ??= test.pictures.map(described);
    const examples = get("examples"), labels = examples.map(([digit]) => digit), rows = examples.map(example);
    const of = kind => ({ means: classMeans(rows.map(row => row[kind]), labels),
      right: learningPath(rows.map(row => row[kind]), labels, tested.map(row => row[kind]), test.labels) });
    return { labels, rows, letters: of("letters"), pixels: of("pixels"), missing: missingOf(labels) };
  }
  function look() {
    const row = get("row"), own = row < 0, ink = own ? drawn(get("strokes"), PEN) : enlarged(test.pictures[row]);
    const { where, counts } = own ? fromInk(ink) : { where: frame(ink, true), counts: test.pictures[row] };
    return { ink, where, framed: own, empty: !counts.some(Boolean), ...described(counts) };
  }
  const countOf = digit => get("examples").filter(([own]) => own === digit).length;
  /** The next rows of the pool that are no examples yet, of a digit. */
  const unused = (digit, examples, draw) => poolRows(pool.labels, draw)[digit].filter(row => !examples.some(([, source]) => source === row));
  /** Values with another list of examples, and what is to be said of it. */
  function change(examples, words, values = {}) {
    note = words;
    tell({ ...values, examples });
  }

  const state = {
    get, head, pool, test, countOf,
    begin: hand.begin, extend: hand.extend, end: hand.end,
    get drawing() {
      return hand.drawing;
    },
    get view() {
      return view ??= look();
    },
    /** The examples as the heads got them: {labels, rows, missing, letters: {means, right}, pixels: {means, right}}. */
    get learned() {
      return learned ??= learn();
    },
    /** What a head answers to what is on the pad: {probabilities, answer, nearest}. */
    answerBy(kind) {
      const { rows, [kind]: { means } } = state.learned, own = state.view[kind], probabilities = answered(means, own, head.beta[kind]);
      return { probabilities, answer: answerOf(probabilities), nearest: nearestExample(rows.map(row => row[kind]), own) };
    },
    target: null, heat: null,  // the pad shows nothing over the drawing
    /** Which digit the test digit on the pad is, or null. */
    get label() {
      return get("row") < 0 ? null : test.labels[get("row")];
    },
    get note() {
      return note;
    },
    clear() {
      note = null;
      tell({ strokes: [], row: -1 });
    },
    recall: () => tell({ strokes: hand.kept, row: -1 }),
    get hasDrawing() {
      return hand.kept.length > 0;
    },
    nextTest: () => tell({ row: (get("row") + 1) % test.labels.length }),
    /** Whether what is on the pad can be taught as a digit: test digits must stay unknown. */
    canTeach: digit => get("row") < 0 && !state.view.empty && countOf(digit) < MOST,
    teach(digit) {
      change([...get("examples"), [digit, get("strokes")]], `Your drawing is now an example of ${digit}.`, { strokes: [] });
    },
    /** Take a handwritten digit of the data as one more example. */
    add(digit) {
      const examples = get("examples"), [row] = unused(digit, examples, get("draw"));
      change([...examples, [digit, row]], `A handwritten ${digit} is one more example.`);
    },
    remove(index) {
      const examples = get("examples"), [digit] = examples[index];
      change(examples.filter((_, i) => i !== index), `One example of ${digit} is gone.`);
    },
    /** Take handwritten digits until there are `count` examples of each, one of each before a second of any. */
    fill(count) {
      const examples = [...get("examples")], more = Array.from({ length: CLASSES }, (_, digit) => unused(digit, examples, get("draw")));
      for (let round = 1; round <= count; round++) {
        for (let digit = 0; digit < CLASSES; digit++) {
          if (examples.filter(([own]) => own === digit).length < round) examples.push([digit, more[digit].shift()]);
        }
      }
      change(examples, `At least ${count} of each digit.`);
    },
    /** Other handwritten digits in the places of those that are examples; drawings stay. */
    redraw() {
      const draw = (get("draw") + 1) % DRAWS, rows = poolRows(pool.labels, draw);
      const examples = get("examples").map(([digit, source]) => [digit, typeof source === "number" ? rows[digit].shift() : source]);
      change(examples, "Other handwritten digits are the examples.", { draw });
    },
    removeAll: () => change([], "No examples are left."),
  };
  for (const name of ["strokes", "row"]) model.on(`change:${name}`, () => { view = null; if (!state.view.empty) note = null; onChange(); });
  model.on("change:examples", () => { learned = null; onChange(); });
  return state;
}

/** The digits without an example. */
export const missingOf = labels => Array.from({ length: CLASSES }, (_, digit) => digit).filter(digit => !labels.includes(digit));
