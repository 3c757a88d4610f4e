// What the label budget computes from the runs of the study. Tested against its Python class.

export const ERRORS = 3;  // a winner is ahead by more than so many standard errors
const mean = values => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The test error of some runs in percent: {mean, deviation, lowest, highest, runs}. Runs are rows by seed, columns by draw. */
export function errorOf(runs) {
  const errors = runs.flat().map(share => 100 - share), middle = mean(errors);
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + (error - middle) ** 2, 0) / (errors.length - 1));
  return { mean: middle, deviation, lowest: Math.min(...errors), highest: Math.max(...errors), runs: errors.length };
}

/** By how many points the first reads more than the second, draw by draw, each draw averaged over its seeds first. */
export function aheadBy(first, second) {
  const byDraw = runs => runs[0].map((_, draw) => mean(runs.map(seed => seed[draw])));
  const other = byDraw(second);
  return byDraw(first).map((share, draw) => share - other[draw]);
}

/** Two curves at one number of labels: {byDraw, mean, more}, where `more` says whether that is more than luck. */
export function compared(first, second, error) {
  const byDraw = aheadBy(first, second), middle = mean(byDraw), alike = byDraw.every(d => d > 0) || byDraw.every(d => d < 0);
  return { byDraw, mean: middle, alike, more: alike && Math.abs(middle) > ERRORS * error };
}

/** Which of the pairs (0, 1), (0, 2), ... (1, 2), ... a pair of different numbers below `count` is, in either order. */
export function pairIndex(i, j, count) {
  const [low, high] = [Math.min(i, j), Math.max(i, j)];
  return low * count - low * (low + 1) / 2 + high - low - 1;
}

/** How many labels a curve of errors needs to come down to a target, on straight lines with both axes logarithmic:
 * null if it never does; the first number of labels if it begins there. */
export function needed(labels, errors, target) {
  if (errors[0] <= target) return labels[0];
  const at = errors.findIndex((error, i) => i > 0 && error <= target && errors[i - 1] > target);
  if (at < 0) return null;
  const [x0, x1] = [labels[at - 1], labels[at]].map(Math.log), [y0, y1] = [errors[at - 1], errors[at]].map(Math.log);
  return Math.exp(x0 + (y0 - Math.log(target)) / (y0 - y1) * (x1 - x0));
}
