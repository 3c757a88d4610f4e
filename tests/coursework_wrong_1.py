"""The wrong solutions that are planted into the assignment of chapter 1, and what the student must read."""

WRONG = [
    # cell, text of the solution, what stands there instead, words of the message
    ("pencil", "np.maximum(sums, 0)", "sums", "the ReLU is missing"),
    ("pencil", "hidden_weight @ x + hidden_bias", "hidden_weight.T @ x + hidden_bias", "row i of W belongs"),
    ("layer", "return np.where(sums > 0, sums, sums / 10)", "return np.maximum(sums, 0)", "a tenth of itself, not 0"),
    ("layer", "sums = x @ weight.T + bias", "sums = x @ weight.T", "got 1 in row 0, column 1, expected -0.05"),
    ("layer", "return np.where(sums > 0, sums, sums / 10)", "np.where(sums > 0, sums, sums / 10)", "`return` missing?"),
    ("layer", "x @ weight.T + bias", "np.array([weight @ row for row in x]) + bias", "loops over the examples"),
    ("layer", "return np.where(sums > 0, sums, sums / 10)",
     "return np.where(sums > 0, sums, sums / 10).astype(np.float32)", "dtype float32"),
    ("layer", "sums = x @ weight.T + bias", "x *= 1.5\n    sums = x @ weight.T + bias", "changed its input"),
    ("loss", "scores - scores.max(axis=1, keepdims=True)", "scores + 0", "np.exp` of a large number gives inf"),
    ("loss", ".sum() / weight.sum()", ".mean()", "asked is the sum of their weights"),
    ("loss", "(weight * losses)", "losses", "cross_entropy"),
    ("loss", "(weight * losses).sum() / weight.sum()", "losses.mean()", "the weights are missing"),
    ("loss", "log_sum - shifted", "shifted", "cross_entropy"),
    ("loss", "shifted = scores - scores.max(axis=1, keepdims=True)",
     "scores -= scores.max(axis=1, keepdims=True)\n    shifted = scores", "changed its input"),
    ("gradient", "(p - targets)", "(targets - p)", "the sign"),
    ("gradient", " / len(x)", "", "a sum where the mean is asked"),
    ("gradient", "(p - targets)", "((p - targets) * p * (1 - p))", "the slope of the sigmoid is there twice"),
    ("train", "range(300)", "range(1)", "is the training long enough"),
    ("train", ".argmax(axis=1)", ".argmax(axis=0)", "got shape (10,), expected shape (1000,)"),
    ("train", "weight, bias", "images, labels = images[:30], labels[:30]\n    weight, bias", "on 797 pictures"),
]
