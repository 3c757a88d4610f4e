// What the figure says: of the pad, of an answer and its doubts, of the examples and what was learned from them.

/** The two likeliest digits, the likelier first, as [digit, probability]. */
export const best = probabilities => probabilities.map((p, digit) => [digit, p]).sort((a, b) => b[1] - a[1]).slice(0, 2);

const share = p => p > 0.995 ? "above 0.99" : p.toFixed(2);
const percent = (part, all) => `${Math.round(100 * part / all)} %`;

/** Digits in a row: "3", "3 and 5", "3, 5 and 7". */
export const listed = digits => digits.length < 2 ? digits.join("") : `${digits.slice(0, -1).join(", ")} and ${digits.at(-1)}`;

/** The answers of both heads in words, and with them the doubts. */
export function verdict(letters, pixels, level) {
  const [[first, p], [second, q]] = best(letters.probabilities), other = `Raw pixels say ${pixels.answer} (${share(pixels.probabilities[pixels.answer])}).`;
  return `${p < level ? `Not sure: ${first} (${share(p)}) or ${second} (${share(q)}).` : `It reads ${first}, probability ${share(p)}.`} ${other}`;
}

/** What is said below the pad. */
export function said(state) {
  const { labels } = state.learned;
  if (state.view.empty) return state.note ?? "Draw a digit, with the mouse, a finger or a pen.";
  if (!labels.length) return "It has no example yet. Say which digit this is.";
  return verdict(state.answerBy("letters"), state.answerBy("pixels"), state.head.doubt.level);
}

/** What is on the pad, in words. */
export function onPad(state) {
  const { label, test } = state, { missing } = state.learned;
  const what = label !== null ? `Test digit ${state.get("row") + 1} of ${test.labels.length}, labeled ${label}. It may not be an example.`
    : state.view.empty ? "Nothing is on it." : "Your drawing.";
  return missing.length && missing.length < 10 ? `${what} It cannot answer ${listed(missing)}: no example.` : what;
}

/** What was learned: how many test digits both heads read right. */
export function score({ labels, missing, letters, pixels }, all) {
  const count = labels.length;
  if (!count) return "No examples, nothing learned.";
  const of = ({ right }) => `${right.at(-1)} (${percent(right.at(-1), all)})`;
  return `${count} example${count === 1 ? "" : "s"} of ${10 - missing.length} digit${missing.length === 9 ? "" : "s"}. `
    + `Of ${all} test digits the features read ${of(letters)} right, the pixels ${of(pixels)}.`;
}

/** How far the probabilities can be believed, as it was measured. */
export function limits({ doubt: { level, answers, below, wrong_below, wrong_above, scribbles, scribbles_below } }) {
  return "Left bars: from the network's features. Right, narrow: from raw pixels. With one to three examples of each digit "
    + `${percent(below, answers)} of the answers to other handwritten digits lay below the dotted line, at ${level}, and `
    + `${percent(wrong_below, below)} of these were wrong; of the others ${percent(wrong_above, answers - below)} were. `
    + `Of scribbles, which are no digits, only ${percent(scribbles_below, scribbles)} lay below it.`;
}
