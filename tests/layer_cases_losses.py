"""Why this file exists: every loss as a module is tried in either library, with its settings, as listed here."""

import numpy as np
import torch

from dlcourse import Tensor, nn

RNG = np.random.default_rng(11)
X, Y, Z = RNG.standard_normal((3, 5, 4))
LABELS, IGNORED = np.array([0, 3, 2, 1, 3]), np.array([0, -100, 2, 1, 3])
BITS = (RNG.random((5, 4)) < 0.5).astype(float)
P, Q = (np.exp(a) / np.exp(a).sum(1, keepdims=True) for a in (X, Y))
SIGNS = np.array([1, -1, 1, -1, -1])


def fixed(m, numbers):
    """Constants as a Tensor of the library."""
    return Tensor(numbers) if m is nn else torch.tensor(numbers)


def weight(m):
    return fixed(m, [1.0, 2.0, 0.5, 0.25])


def spoken(m, **options):
    """CTC after log_softmax, where PyTorch's gradient is that of the outputs."""
    class Spoken(m.Module):
        def __init__(self):
            super().__init__()
            self.loss = m.CTCLoss(**options)

        def forward(self, x):
            return self.loss(m.functional.log_softmax(x, -1), fixed(m, [[1, 1, 2], [2, 0, 0]]), (len(x), 2), (3, 1))

    return Spoken()


MODELS = {
    "CrossEntropyLoss": [
        (lambda m: m.CrossEntropyLoss(), [X, LABELS]), (lambda m: m.CrossEntropyLoss(reduction="none"), [X, LABELS]),
        (lambda m: m.CrossEntropyLoss(weight(m), ignore_index=3, label_smoothing=0.1), [X, LABELS]),
        (lambda m: m.CrossEntropyLoss(weight=weight(m), reduction="sum"), [X, Q])],
    "NLLLoss": [(lambda m: m.NLLLoss(), [np.log(P), LABELS]),
                (lambda m: m.NLLLoss(weight(m), ignore_index=-100, reduction="none"), [np.log(P), IGNORED])],
    "MSELoss": [(lambda m: m.MSELoss(), [X, Y]), (lambda m: m.MSELoss(reduction="sum"), [X, Y])],
    "L1Loss": [(lambda m: m.L1Loss(), [X, Y]), (lambda m: m.L1Loss(reduction="none"), [X, Y])],
    "HuberLoss": [(lambda m: m.HuberLoss(), [X, Y]), (lambda m: m.HuberLoss("sum", 0.5), [X, Y])],
    "SmoothL1Loss": [(lambda m: m.SmoothL1Loss(), [X, Y]),
                     (lambda m: m.SmoothL1Loss(reduction="none", beta=0.3), [X, Y])],
    "BCELoss": [(lambda m: m.BCELoss(), [P, BITS]), (lambda m: m.BCELoss(weight(m), reduction="sum"), [P, BITS])],
    "BCEWithLogitsLoss": [
        (lambda m: m.BCEWithLogitsLoss(), [X, BITS]),
        (lambda m: m.BCEWithLogitsLoss(weight(m), reduction="none", pos_weight=weight(m)), [X, BITS])],
    "KLDivLoss": [(lambda m: m.KLDivLoss(reduction="batchmean"), [np.log(P), Q]),
                  (lambda m: m.KLDivLoss(reduction="sum", log_target=True), [np.log(P), np.log(Q)])],
    "CosineSimilarity": [(lambda m: m.CosineSimilarity(), [X, Y]),
                         (lambda m: m.CosineSimilarity(dim=0, eps=1e-6), [X, Y])],
    "CosineEmbeddingLoss": [(lambda m: m.CosineEmbeddingLoss(), [X, Y, SIGNS]),
                            (lambda m: m.CosineEmbeddingLoss(0.2, reduction="none"), [X, Y, SIGNS])],
    "TripletMarginLoss": [(lambda m: m.TripletMarginLoss(), [X, Y, Z]),
                          (lambda m: m.TripletMarginLoss(2.0, p=1.0, swap=True, reduction="sum"), [X, Y, Z])],
    "CTCLoss": [(lambda m: spoken(m), [RNG.standard_normal((6, 2, 4))]),
                (lambda m: spoken(m, blank=3, reduction="none"), [RNG.standard_normal((6, 2, 4))]),
                (lambda m: spoken(m, reduction="sum", zero_infinity=True), [RNG.standard_normal((3, 2, 4))])],
}
