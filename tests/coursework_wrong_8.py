"""The wrong solutions that are planted into the assignment of chapter 8, and what the student must read."""

RATES = "np.array([0.008, 0.004, 0.002, 0.002])"
MEANS = "means = sums / np.linalg.norm(sums, axis=1, keepdims=True)"
BOTH = "np.concatenate([new_x, kept_x]), np.concatenate([new_y, kept_y])"
WEIGHTS = "omega = (shares / np.bincount(classes))[classes]"
QUANTILES = "np.quantile(gain[picks].mean(axis=1), [0.05, 0.95])"

WRONG = [
    # cell, text of the solution, what stands there instead, words of the message
    ("layer-rates", "(w_start @ x_new) - y_new", "(w_start @ x_new)", "y is missing"),
    ("layer-rates", "miss = a_start * v_start * (w_start @ x_new) - y_new",
     "miss = y_new - a_start * v_start * (w_start @ x_new)", "the sign"),
    ("layer-rates", "dw = miss * a_start * v_start * x_new", "dw = miss * v_start * x_new", "passes through a as well"),
    ("layer-rates", RATES, "np.full(4, 0.008)", "all layers have the head's rate"),
    ("layer-rates", RATES, "np.array([0.002, 0.004, 0.008, 0.008])", "the rates grow from the head down"),
    ("layer-rates", RATES, "np.array([0.008, 0.004, 0.004, 0.004])", "the factor one half counts twice"),
    ("layer-rates", " - a_start * v_start * (w_start @ x_old)", "", "this is the answer after the step"),
    ("layer-rates", "(stepped[2:] @ x_old) - a_start * v_start * (w_start @ x_old)",
     "(stepped[2:] @ x_new) - a_start * v_start * (w_start @ x_new)", "the answer to the new example"),
    ("ridge-head", "center = features.mean(axis=0)", "center = 0 * features[0]", "the features are not centered"),
    ("ridge-head", " - center @ weight", "", "the mean feature times W"),
    ("ridge-head", "    weight = centered.T @",
     "    features = np.hstack([features, np.ones((len(features), 1))])\n"
     "    both = features.T @ np.linalg.solve(features @ features.T + strength * np.eye(len(features)), targets)\n"
     "    return both[:-1], both[-1]\n    weight = centered.T @", "the bias is penalized"),
    ("ridge-head", "+ strength * np.eye", "+ len(features) * strength * np.eye", "the strength was multiplied by N"),
    ("ridge-head", "gram = centered @ centered.T + strength * np.eye(len(features))\n"
     "    weight = centered.T @ np.linalg.solve(gram, targets - targets.mean(axis=0))",
     "gram = centered.T @ centered + strength * np.eye(features.shape[1])\n"
     "    weight = np.linalg.solve(gram, centered.T @ targets)", "emory"),
    ("ridge-head", "centered = features - center", "features -= center\n    centered = features", "changed its input"),
    ("ridge-head", "return weight, targets.mean(axis=0) - center @ weight", "return weight", "expected 2 values"),
    ("few-shot", " / np.linalg.norm(known, axis=1, keepdims=True)", "", "not scaled before they are averaged"),
    ("few-shot", MEANS, "means = sums / one_hot.sum(axis=0)[:, None]", "the means are not scaled to length 1"),
    ("few-shot", "(new @ means.T).argmax(axis=1)",
     "((new[:, None] - sums / one_hot.sum(axis=0)[:, None]) ** 2).sum(axis=2).argmin(axis=1)", "smallest angle"),
    ("few-shot", "(new @ means.T).argmax(axis=1)", "np.array([(means @ row).argmax() for row in new])", "loops over"),
    ("few-shot", "new_labels).mean()", "new_labels).sum()", "a sum where the mean is asked"),
    ("few-shot", "return np.array(found)", "return np.mean(found)", "the share for each of them"),
    ("few-shot", "return np.array(found)", "np.array(found)", "a `return` missing?"),
    ("few-shot", "known = known /", "known /=", "changed its input"),
    ("draw-interval", QUANTILES, "np.quantile(gain, [0.05, 0.95])", "where single draws lie"),
    ("draw-interval", QUANTILES, "np.quantile(gain[picks].mean(axis=0), [0.05, 0.95])", "over the rows of picks"),
    ("draw-interval", "[0.05, 0.95]", "[0.025, 0.975]", "2.5 % at each end"),
    ("draw-interval", "gain[picks].mean(axis=1)", "[gain[row].mean() for row in picks]", "loops over the examples"),
    ("draw-interval", "gain = first - second", "gain = second - first", "asked is first - second"),
    ("align", WEIGHTS, "omega = np.full(len(x), 1 / len(x))", "every row counts the same"),
    ("align", WEIGHTS, "omega = shares[classes] / shares[classes].sum()", "the number of rows of the class is missing"),
    ("align", "deviation = np.sqrt(omega @ away**2)", "deviation = x.std(axis=0)", "the deviation needs the weights"),
    ("align", "deviation = np.sqrt(omega @ away**2)", "deviation = omega @ away**2", "divided by the variance"),
    ("align", "* std + mean", "* std", "the mean of the source is not added"),
    ("align", "away / deviation * std + mean", "(away / deviation * std + mean).astype(np.float32)", "dtype float32"),
    ("align", WEIGHTS, "omega = np.array([shares[c] / (classes == c).sum() for c in classes])", "loops over"),
    ("keep-old", BOTH, "new_x, new_y", "has forgotten them"),
    ("keep-old", BOTH, "kept_x, kept_y", "the new digits read"),
    ("keep-old", "range(200)", "range(1)", "the number and the size of the steps"),
    ("keep-old", "weight = weight - 0.1", "weight -= 0.1", "changed its input"),
    ("keep-old", "return weight, bias", "return weight.T, bias", "expected shape (64, 10)"),
]
