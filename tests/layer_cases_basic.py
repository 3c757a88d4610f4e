"""Why this file exists: the cases of activations, normalizations, Dropout and Embedding, for the tests of all layers.

Dropout is compared where it is not random: with p = 0, and with p = 1.
"""

import numpy as np

RNG = np.random.default_rng(11)


def bends():
    """Numbers on both sides of the bends, none of them at one."""
    x = 3 * RNG.standard_normal((4, 3, 5))
    return x + 0.1 * np.sign(x)


def rows():
    return 2 + 3 * RNG.standard_normal((6, 4))


def signals():
    return 2 + 3 * RNG.standard_normal((5, 4, 3))


def images():
    return 2 + 3 * RNG.standard_normal((3, 4, 2, 5))


INDEX = np.array([[0, 3, 3, 1], [6, 0, 3, 5]])


def tried(*builds, inputs):
    return [(build, [inputs()]) for build in builds]


def small_batches(*options):
    """A batch norm followed by a layer, so that the gradient of its output is not that of a sum."""
    return [(lambda m, options=options: m.Sequential(m.BatchNorm1d(4, *options), m.Linear(4, 3)), [rows()])]


MODELS = {
    "ReLU": tried(lambda m: m.ReLU(), lambda m: m.Sequential(m.Linear(5, 4), m.ReLU(inplace=True)), inputs=bends),
    "LeakyReLU": tried(lambda m: m.LeakyReLU(), lambda m: m.Sequential(m.Linear(5, 4), m.LeakyReLU(0.2, True)),
                       inputs=bends),
    "ELU": tried(lambda m: m.ELU(), lambda m: m.Sequential(m.Linear(5, 4), m.ELU(0.5, inplace=True)), inputs=bends),
    "GELU": tried(lambda m: m.GELU(), lambda m: m.GELU("tanh"), inputs=bends),
    "SiLU": tried(lambda m: m.SiLU(), lambda m: m.Sequential(m.Linear(5, 4), m.SiLU(inplace=True)), inputs=bends),
    "Softplus": tried(lambda m: m.Softplus(), lambda m: m.Softplus(2.0, 3.0), inputs=bends),
    "Tanh": tried(lambda m: m.Tanh(), inputs=bends),
    "Sigmoid": tried(lambda m: m.Sigmoid(), inputs=bends),
    "Softmax": tried(lambda m: m.Softmax(dim=-1), lambda m: m.Softmax(1), inputs=bends),
    "LogSoftmax": tried(lambda m: m.LogSoftmax(dim=-1), lambda m: m.LogSoftmax(1), inputs=bends),
    "BatchNorm1d": tried(
        lambda m: m.BatchNorm1d(4), lambda m: m.BatchNorm1d(4, eps=0.1, momentum=0.3),
        lambda m: m.BatchNorm1d(4, momentum=None), lambda m: m.BatchNorm1d(4, affine=False),
        lambda m: m.BatchNorm1d(4, track_running_stats=False), lambda m: m.BatchNorm1d(4, bias=False), inputs=rows)
    + tried(lambda m: m.BatchNorm1d(4), inputs=signals) + small_batches() + small_batches(1e-5, None),
    "BatchNorm2d": tried(
        lambda m: m.BatchNorm2d(4), lambda m: m.BatchNorm2d(4, momentum=None, affine=False),
        lambda m: m.Sequential(m.Conv2d(4, 3, 2), m.BatchNorm2d(3), m.ReLU(inplace=True)), inputs=images),
    "LayerNorm": tried(
        lambda m: m.LayerNorm(3), lambda m: m.LayerNorm((4, 3), eps=0.1), lambda m: m.LayerNorm([3], bias=False),
        lambda m: m.LayerNorm(3, elementwise_affine=False), inputs=signals),
    "GroupNorm": tried(
        lambda m: m.GroupNorm(2, 4), lambda m: m.GroupNorm(1, 4, eps=0.1), lambda m: m.GroupNorm(4, 4, affine=False),
        lambda m: m.GroupNorm(2, 4, bias=False), inputs=images) + tried(lambda m: m.GroupNorm(2, 4), inputs=rows),
    "Dropout": tried(lambda m: m.Dropout(0.0), lambda m: m.Dropout(p=1.0), inputs=rows),
    "Embedding": [(lambda m: m.Embedding(7, 3), [INDEX]), (lambda m: m.Embedding(7, 3, padding_idx=3), [INDEX]),
                  (lambda m: m.Sequential(m.Embedding(7, 3), m.Linear(3, 2)), [INDEX])],
}
