// The figure's values, and what follows from them: the errors of the curves, and the comparison of two.

import { bytes } from "./kit.js";
import { compared, errorOf, needed, pairIndex } from "./budget_math.js";

/** The figure's state on top of the model, which Python or the page holds. */
export function budgetState(model) {
  const { labels, curves, runs, errors } = JSON.parse(new TextDecoder().decode(bytes(model.get("data"))));
  const index = curve => curves.indexOf(curve), at = () => labels.indexOf(get("labels")), get = name => model.get(name);
  const found = runs.map(curve => curve.map(errorOf));
  return {
    get, labels, curves, names: ["labels", "shown", "a", "b"],
    set(values) {
      for (const [name, value] of Object.entries(values)) model.set(name, value);
      model.save_changes();
    },
    /** The errors of a curve, one for each number of labels, or the one at the chosen number. */
    errorsOf: curve => found[index(curve)],
    errorOf: curve => found[index(curve)][at()],
    /** Show a curve or hide it; those shown stay in the order of the list. */
    show(curve, on) {
      this.set({ shown: curves.filter(one => one === curve ? on : get("shown").includes(one)) });
    },
    /** The number of labels that was tried and is nearest to another number, in its logarithm. */
    nearest: number => labels.reduce((best, one) => Math.abs(Math.log(one / number)) < Math.abs(Math.log(best / number)) ? one : best),
    get comparison() {
      const [i, j] = [get("a"), get("b")].map(index);
      return i === j ? null : compared(runs[i][at()], runs[j][at()], errors[pairIndex(i, j, curves.length)][at()]);
    },
    /** How many labels a curve needs for the error that another has at the chosen number. */
    needed: (curve, other) => needed(labels, found[index(curve)].map(error => error.mean), found[index(other)][at()].mean),
  };
}
