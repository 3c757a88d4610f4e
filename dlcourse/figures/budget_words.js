// What the label budget says in words, and no more than the draws allow.

const points = value => value.toFixed(1).replace("-", "\u2212").replace(/^\u22120\.0$/, "0.0");
const digits = labels => `${labels} label${labels === 1 ? "" : "s"} of each digit`;
export const errorText = ({ mean, deviation }) => `${mean.toFixed(1)} \u00b1 ${deviation.toFixed(1)}`;

/** How many labels, in words: two digits, and between which of the tried numbers. */
export function about(number, labels) {
  const rough = number < 10 ? number.toFixed(1).replace(/\.0$/, "") : String(Math.round(number));
  const near = labels.find(one => Math.abs(one / number - 1) < 0.02);
  if (near !== undefined) return `about ${near}`;
  const above = labels.findIndex(one => one > number);
  return `about ${rough} (between ${labels[above - 1]} and ${labels[above]}, which were tried)`;
}

/** The comparison of a and b at the chosen number of labels: two sentences. */
export function compareWords(state) {
  const { labels, comparison } = state, [a, b, chosen] = ["a", "b", "labels"].map(state.get);
  if (!comparison) return "A and B are the same. Choose two different ways.";
  const { byDraw, mean, alike, more } = comparison, ahead = mean >= 0 ? [a, b] : [b, a], signed = byDraw.map(d => mean >= 0 ? d : -d);
  const range = `${points(Math.min(...signed))} to ${points(Math.max(...signed))}`, draws = byDraw.length;
  const head = `With ${digits(chosen)}, over the same ${draws} draws of labels: \u201c${ahead[0]}\u201d reads ${points(Math.abs(mean))} points more `
    + `than \u201c${ahead[1]}\u201d on average, ${range} by draw.`;
  const every = draws > 2 ? "in every draw" : "in both draws, which are few";
  const doubt = !alike ? "The sign changes from draw to draw: no winner."
    : more ? `It is ahead ${every}, and by more than three standard errors of 797 pictures.`
    : "That is within three standard errors of 797 pictures: no winner.";
  return `${head} ${doubt}`;
}

/** How many labels the worse of the two needs to match the better, in words; nothing where there is no winner. */
export function neededWords(state) {
  const { comparison, labels } = state;
  if (!comparison?.more) return "";
  const [a, b] = ["a", "b"].map(state.get), [better, worse] = comparison.mean > 0 ? [a, b] : [b, a], chosen = state.get("labels");
  const number = state.needed(worse, better), target = state.errorOf(better).mean.toFixed(1);
  const many = number === null ? `more than ${labels.at(-1)} labels of each digit` : `${about(number, labels)} labels of each digit`;
  return `For the mean error of \u201c${better}\u201d, ${target}\u00a0%, \u201c${worse}\u201d needs ${many}, instead of ${chosen}.`;
}
