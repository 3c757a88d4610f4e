"""Why this file exists: the cases of the losses that have a rule of their own, for the table of all operations."""

import itertools

import numpy as np
import torch
from op_cases import RNG, normal
from torch.nn import functional as torch_F

REDUCTIONS = ("mean", "sum", "none")


def torch_rows(x, target, weight, reduction, label_smoothing):
    """Weighted rows in PyTorch, where only classes have weights."""
    losses = torch_F.cross_entropy(x, target, reduction="none", label_smoothing=label_smoothing)
    if weight is not None:
        losses = losses * torch.tensor(weight)
    if reduction == "mean":
        return losses.sum() / (len(x) if weight is None else weight.sum())
    return losses.sum() if reduction == "sum" else losses


def cross_entropies():
    plain = [(3 * normal(5, 4), [0, 3, 3, 1, 2]), (normal(1, 4), [2]), (normal(3, 1), [0, 0, 0]),
             (100 * normal(3, 4), [1, 2, 0])]
    every = [(x, np.array(y), {}) for x, y in plain]
    weight, x, y = np.array([0.5, 0.0, 2.0, 1.0, 0.1]), 3 * normal(5, 4), np.array([0, 1, 3, 1, 2])
    every += [(x, y, {"weight": w, "reduction": reduction, "label_smoothing": e})
              for w in (None, weight) for reduction in REDUCTIONS for e in (0.0, 0.2)]
    every += [(normal(0, 3), np.zeros(0, int), {"reduction": reduction}) for reduction in ("sum", "none")]

    def torchs(y, some):
        return lambda x: torch_rows(x, torch.tensor(y), some.get("weight"), some.get("reduction", "mean"),
                                    some.get("label_smoothing", 0.0))

    return [({"target": y, **some}, torchs(y, some), [x]) for x, y, some in every]


def binary(function, make, weights):
    """All reductions with each choice of weights, and small shapes."""
    every = [((3, 2), some | {"reduction": reduction}) for some in weights for reduction in REDUCTIONS]
    every += [((), {}), ((1,), {}), ((0, 3), {"reduction": "sum"})]

    def torchs(options):
        return lambda x: function(x, **{k: torch.tensor(v) if isinstance(v, np.ndarray) else v
                                        for k, v in options.items()})

    cases = [({"target": np.asarray(RNG.random(shape))} | some, make(*shape)) for shape, some in every]
    return [(options, torchs(options), [x]) for options, x in cases]


def inside(*shape):
    """Probabilities that are neither 0 nor 1."""
    return np.asarray(RNG.uniform(0.1, 0.9, shape))


def spelled(path, blank):
    """What a path through the classes says: repetitions merged, blanks dropped."""
    return [k for k, _ in itertools.groupby(path) if k != blank]


def all_paths(log_probs, targets, input_lengths, target_lengths, blank=0, zero_infinity=False):
    """The definition of CTC: every path is tried, and those that spell the target are summed."""
    losses = []
    for n, (T, S) in enumerate(zip(input_lengths, target_lengths, strict=True)):
        paths = [path for path in itertools.product(range(log_probs.shape[2]), repeat=T)
                 if spelled(path, blank) == list(targets[n, :S])]
        if paths:
            index = torch.tensor(paths, dtype=torch.long)  # (paths, T)
            losses.append(-log_probs[torch.arange(T), n, index].sum(1).logsumexp(0))
        else:
            losses.append(0 * log_probs.sum() if zero_infinity else 0 * log_probs.sum() + torch.inf)
    return torch.stack(losses)


def sequences():
    """Repeated labels, an empty target, inputs that just suffice and that do not, padding, another blank, no labels."""
    wide = {"targets": np.array([[1, 1], [1, 2], [2, 0], [0, 0]]), "input_lengths": np.array([5, 2, 4, 3]),
            "target_lengths": np.array([2, 2, 1, 0])}
    short = {"targets": np.array([[1, 1], [1, 2]]), "input_lengths": np.array([2, 3]),
             "target_lengths": np.array([2, 2]), "zero_infinity": True}
    last = {"targets": np.array([[0, 1, 0]]), "input_lengths": np.array([5]), "target_lengths": np.array([3]),
            "blank": 2}
    empty = {"targets": np.zeros((2, 0), int), "input_lengths": np.array([3, 1]), "target_lengths": np.array([0, 0])}
    single = {"targets": np.array([[1]]), "input_lengths": np.array([1]), "target_lengths": np.array([1])}
    return [(options, lambda x, o=options: all_paths(x, **o), [normal(*shape)]) for options, shape in
            [(wide, (5, 4, 3)), (short, (3, 2, 3)), (last, (6, 1, 3)), (empty, (3, 2, 2)), (single, (1, 1, 2))]]


WEIGHTS = [{}, {"weight": np.array([[0.5], [0.0], [2.0]])}]
POSITIVE = [{"pos_weight": np.array([3.0, 0.5])}, {"pos_weight": np.array([3.0, 0.5]), "weight": RNG.random((3, 2))}]

CASES = {
    "cross_entropy": cross_entropies(),
    "binary_cross_entropy_with_logits": binary(torch_F.binary_cross_entropy_with_logits, lambda *s: 5 * normal(*s),
                                               WEIGHTS + POSITIVE),
    "binary_cross_entropy": binary(torch_F.binary_cross_entropy, inside, WEIGHTS),
    "ctc_loss": sequences(),
}

CORNERS = [
    ("binary_cross_entropy", {"target": np.array([1.0, 0.0, 0.0, 1.0, 1.0]), "reduction": "none"},
     lambda x: torch_F.binary_cross_entropy(x, torch.tensor([1.0, 0, 0, 1, 1], dtype=x.dtype), reduction="none"),
     [[0.0, 1.0, 0.0, 1.0, 1e-30]]),
]
