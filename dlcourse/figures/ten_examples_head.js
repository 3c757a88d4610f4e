// The head that learns in the page: the mean of each class's examples, and for a new digit the nearest of these means.

export const CLASSES = 10;

/** The square of the distance of two rows of numbers. */
export function squared(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
}

/** The mean of each class's rows, or null for a class without an example. */
export function classMeans(rows, labels) {
  return Array.from({ length: CLASSES }, (_, digit) => {
    const own = rows.filter((_, i) => labels[i] === digit);
    return own.length ? own[0].map((_, j) => own.reduce((sum, row) => sum + row[j], 0) / own.length) : null;
  });
}

/** p(class) is proportional to exp(-beta * squared distance); a class without an example has 0.   Source: Snell et al. 2017. */
export function answered(means, row, beta) {
  const far = means.map(mean => mean ? squared(mean, row) : Infinity), least = Math.min(...far);
  if (least === Infinity) return Array(CLASSES).fill(0);
  const powers = far.map(value => Math.exp(beta * (least - value))), total = powers.reduce((a, b) => a + b);
  return powers.map(power => power / total);
}

/** The likeliest class, the first of those that tie; null if none has an example. */
export const answerOf = probabilities => {
  const most = Math.max(...probabilities);
  return most > 0 ? probabilities.indexOf(most) : null;
};

/** The example nearest to a row: {index, distance}, or null without any. */
export function nearestExample(rows, row) {
  let index = -1, least = Infinity;
  rows.forEach((other, i) => {
    const far = squared(other, row);
    if (far < least) [index, least] = [i, far];
  });
  return index < 0 ? null : { index, distance: Math.sqrt(least) };
}

/** How many of the test rows are read right after the first, second, ... example. Each changes the mean of one class. */
export function learningPath(rows, labels, test, wanted) {
  const sums = Array(CLASSES).fill(null), counts = Array(CLASSES).fill(0);
  const far = test.map(() => Array(CLASSES).fill(Infinity));
  return rows.map((row, i) => {
    const digit = labels[i], sum = sums[digit] ?? new Float64Array(row.length), count = ++counts[digit];
    sums[digit] = sum.map((value, j) => value + row[j]);
    const mean = sums[digit].map(value => value / count);
    return test.reduce((right, one, t) => {
      far[t][digit] = squared(mean, one);
      return right + (far[t].indexOf(Math.min(...far[t])) === wanted[t]);
    }, 0);
  });
}
