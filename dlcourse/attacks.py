"""Why this file exists: a network can be right on every picture that was taken and wrong on one that was made.

An attack looks for a change of at most `epsilon` in every pixel that makes the network wrong. Pixels stay between 0
and 1, so that what comes out is a picture.
"""

import numpy as np

from . import functional as F
from .explain import input_gradient
from .tensor import as_array


def loss_gradient(model, x, y):
    """The gradient of the summed cross-entropy by every pixel; the sum gives each picture its own gradient.

    Shapes:  x (N, ...), y (N,) labels  ->  (N, ...).   Chapter: 6.
    """
    return input_gradient(model, x, lambda logits: F.cross_entropy(logits, y, reduction="sum"))


def fgsm(model, x, y, epsilon):
    """One step of `epsilon` in every pixel, in the direction in which the loss rises.

    x' = clip(x + epsilon sign(dL/dx), 0, 1), the fast gradient sign method.

    Shapes:  x (N, ...) from 0 to 1, y (N,) labels  ->  (N, ...)
    Source:  Goodfellow et al. 2015, sec. 4.   Chapter: 6.
    """
    x = as_array(x)
    return np.clip(x + epsilon * np.sign(loss_gradient(model, x, y)), 0, 1)


def pgd(model, x, y, epsilon, steps=20, step=None, rng=None):
    """Many small steps of `fgsm`, each brought back to within `epsilon` of x: projected gradient ascent.

    `step` is 2.5 epsilon / steps unless given, so that the edge can be reached from anywhere. With `rng` it starts at a
    random place in the box, else at x.

    Shapes:  x (N, ...) from 0 to 1, y (N,) labels  ->  (N, ...)
    Source:  Madry et al. 2018, sec. 2.1.   Chapter: 6.
    """
    x = as_array(x)
    step = 2.5 * epsilon / steps if step is None else step
    low, high = np.maximum(x - epsilon, 0), np.minimum(x + epsilon, 1)  # the box of all allowed pictures
    found = x if rng is None else rng.uniform(low, high)
    for _ in range(steps):
        found = np.clip(fgsm(model, found, y, step), low, high)
    return found


def random_signs(x, epsilon, rng):
    """What an attack must be compared with: every pixel moved by `epsilon`, up or down by a coin.

    Shapes:  x (N, ...) from 0 to 1  ->  (N, ...).   Chapter: 6.
    """
    x = as_array(x)
    return np.clip(x + epsilon * rng.choice([-1, 1], size=x.shape), 0, 1)


class Attacked:
    """Batches whose pictures are attacked as they are drawn, against the weights of that moment: adversarial training.

    `fit` takes it like `Batches`. Each batch costs `steps` more passes, forward and backward.

    Shapes:  batches of x (N, ...) from 0 to 1, y (N,)  ->  the same.   Source: Madry et al. 2018, sec. 2.   Chapter: 6.
    """

    def __init__(self, batches, model, epsilon, steps=5, seed=0):
        self.batches, self.model, self.epsilon, self.steps = batches, model, epsilon, steps
        self.rng = np.random.default_rng(seed)

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        for x, y in self.batches:
            yield pgd(self.model, x, y, self.epsilon, self.steps, rng=self.rng), y
