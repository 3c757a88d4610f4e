"""Why this file exists: chapter 3's figure, in which optimizers race down the same surface from the same place."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import traitlets

from .. import optim
from ..tensor import Tensor
from .base import Figure, random_numbers

MOST_STEPS = 500
FAR = 1000  # an optimizer that is further from the middle has diverged, and its trail ends

# How the course makes each optimizer, from its learning rate, the figure's momentum and its weight decay.
OPTIMIZERS = {
    "sgd": lambda params, lr, momentum, decay: optim.SGD(params, lr),
    "momentum": lambda params, lr, momentum, decay: optim.SGD(params, lr, momentum),
    "nesterov": lambda params, lr, momentum, decay: optim.SGD(params, lr, momentum, nesterov=momentum > 0),
    "rmsprop": lambda params, lr, momentum, decay: optim.RMSprop(params, lr),
    "adam": lambda params, lr, momentum, decay: optim.Adam(params, lr),
    "adamw": lambda params, lr, momentum, decay: optim.AdamW(params, lr, weight_decay=decay),
}


@dataclass(frozen=True)
class Surface:
    """A loss of two weights.

    value   the loss, from two numbers, arrays or tensors and the curvature, which only the ravine has
    window  [left, bottom, width] of the square in which it is drawn
    minima  where it is lowest; everywhere it is 0 there
    start   where the race begins
    rates   for each optimizer the best of thirteen learning rates, by the mean number of steps from sixteen starts
    """

    value: Callable
    window: list
    minima: list
    start: list
    rates: dict


def _rates(*values):
    return dict(zip(OPTIMIZERS, map(float, values), strict=True))


SURFACES = {
    "ravine": Surface(
        lambda x, y, a: (x**2 + a * y**2) / 2,
        [-3, -3, 6], [[0, 0]], [-2.5, 1.5], _rates(0.02, 0.005, 0.01, 0.05, 0.1, 1),
    ),
    # Rosenbrock, An automatic method for finding the greatest or least value of a function, 1960.
    "valley": Surface(
        lambda x, y, a: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
        [-2, -1, 4], [[1, 1]], [-1.2, 1], _rates(0.002, 0.002, 0.001, 0.01, 1, 0.01),
    ),
    "saddle": Surface(
        lambda x, y, a: (x**2 - 1) ** 2 / 4 + y**2 / 2,
        [-2, -2, 4], [[-1, 0], [1, 0]], [0.01, 1.5], _rates(0.5, 0.01, 0.5, 0.02, 0.1, 0.1),
    ),
    "plateau": Surface(
        lambda x, y, a: 1 - (-(x**2 + y**2) / 2).exp(),
        [-4, -4, 8], [[0, 0]], [-2.8, 2], _rates(1, 1, 1, 0.02, 0.5, 1),
    ),
}  # fmt: skip


def noises(seed, count) -> np.ndarray:
    """The noise of a race's gradients, as the page draws it: nearly normal, of mean 0 and standard deviation 1.

    Returns: (count, 2), each number the sum of twelve that are uniform from 0 to 1, less 6.
    """
    drawn = list(itertools.islice(random_numbers(seed), 24 * count))
    sums = np.full((count, 2), -6.0)
    for one in np.moveaxis(np.reshape(drawn, (count, 2, 12)), 2, 0):  # one after the other, as the page adds
        sums += one
    return sums


class Race(Figure):
    """Optimizers that go down the same surface of two weights, from the same start, each at its own learning rate.

    surface    "ravine", "valley", "saddle" or "plateau"; it brings its own start and rates along
    curvature  of the ravine, a in L = (w1^2 + a w2^2) / 2
    start      [w1, w2]
    rates      {optimizer: learning rate}; to change some, assign a dict of those
    on         the optimizers that race
    momentum   of momentum and Nesterov; `decay` is the weight decay of AdamW
    scale      the loss is multiplied by it before its gradient is taken
    noise      the standard deviation of what is added to each gradient, drawn from the `seed`: it stands for batches
    steps      how much of the race is shown, from 0 to 500

    Raises:  traitlets.TraitError for an unknown name, a start outside the picture, or a rate that is not positive.
    Chapter: 3.
    """

    script = "race"
    alt = (
        "A surface over two weights, drawn by its level lines, and on it the trails of up to six optimizers from the "
        "same start to where they are after some steps: SGD, momentum, Nesterov, RMSprop, Adam and AdamW. Beside it "
        "their losses by step. The start can be dragged, and surface, learning rates and noise chosen."
    )

    surface = traitlets.Enum(list(SURFACES), "ravine").tag(sync=True)
    curvature = traitlets.Float(80.0, min=1, max=100).tag(sync=True)
    start = traitlets.List().tag(sync=True)
    rates = traitlets.Dict().tag(sync=True)
    on = traitlets.List(traitlets.Enum(list(OPTIMIZERS)), ["sgd", "momentum", "adam"]).tag(sync=True)
    momentum = traitlets.Float(0.9, min=0, max=0.99).tag(sync=True)
    decay = traitlets.Float(0.01, min=0, max=1).tag(sync=True)
    scale = traitlets.Float(1.0, min=0.01, max=100).tag(sync=True)
    noise = traitlets.Float(0.0, min=0, max=5).tag(sync=True)
    seed = traitlets.Int(0, min=0).tag(sync=True)
    steps = traitlets.Int(60, min=0, max=MOST_STEPS).tag(sync=True)

    @traitlets.default("start")
    def _start(self):
        return SURFACES[self.surface].start

    @traitlets.default("rates")
    def _rates(self):
        return SURFACES[self.surface].rates

    @traitlets.default("tries")
    def _tries(self):
        return [
            "Ravine, SGD alone. Its limit is the rate 2 / a = 0.025. Try 0.02, 0.024 and 0.026. Along which of the "
            "two weights does it zigzag, and along which does it creep?",
            "Ravine: give momentum SGD's rate, 0.02. Which arrives first, by how many steps? Then try μ = 0, 0.7 "
            "and 0.99 (under 'Start, noise and more'). What does too much of it do?",
            "Ravine, all six: set 'loss times' to 10. Whose trails stay as they were? Then choose the plateau and "
            "drag the start into a corner, where there is hardly any slope, and run. The same three arrive. Why?",
            "Saddle, all six: type 0.01, 0.001 and 0.0001 as start of w₁. Who takes longer and longer to leave the "
            "ridge, and who does not? At exactly 0 nobody leaves; then add noise of 0.1.",
        ]

    def __init__(self, **values):
        super().__init__(**values)
        self.bring_along("surface", self._bring)

    def _bring(self, change):
        with self.hold_trait_notifications():
            self.start, self.rates = SURFACES[change["new"]].start, SURFACES[change["new"]].rates

    @traitlets.validate("start")
    def _inside(self, proposal):
        place, (left, bottom, width) = proposal["value"], SURFACES[self.surface].window
        numbers = len(place) == 2 and all(isinstance(w, int | float) for w in place)
        if not numbers or not (left <= place[0] <= left + width and bottom <= place[1] <= bottom + width):
            raise traitlets.TraitError(
                f"start expected [w1, w2] in the picture of the {self.surface}, w1 from {left} to {left + width} and "
                f"w2 from {bottom} to {bottom + width}, got {place}"
            )
        return [float(w) for w in place]

    @traitlets.validate("rates")
    def _named_rates(self, proposal):
        rates = proposal["value"]
        if unknown := sorted(rates.keys() - OPTIMIZERS.keys()):
            raise traitlets.TraitError(f"rates expected names out of {', '.join(OPTIMIZERS)}, got {', '.join(unknown)}")
        for name, rate in rates.items():
            if not isinstance(rate, int | float) or not 0 < rate <= 10:
                raise traitlets.TraitError(f"the rate of {name} expected a number above 0 and at most 10, got {rate}")
        all_rates = {**SURFACES[self.surface].rates, **self._trait_values.get("rates", {}), **rates}
        return {name: float(all_rates[name]) for name in OPTIMIZERS}

    def loss(self, place) -> float:
        """The loss at [w1, w2]."""
        x, y = (Tensor(np.array(float(w))) for w in place)
        return SURFACES[self.surface].value(x, y, self.curvature).item()

    def path(self, name) -> np.ndarray:
        """The trail of an optimizer so far, computed by `dlcourse.optim`: (steps + 1, 2), or less if it diverged.

        Raises:  KeyError for an optimizer that the figure does not have.
        """
        w = Tensor(np.array(self.start, np.float64), requires_grad=True)
        optimizer = OPTIMIZERS[name]([w], self.rates[name], self.momentum, self.decay)
        places = [w.data.copy()]
        for disturbance in noises(self.seed, self.steps):
            if np.abs(places[-1]).max() > FAR:
                break
            optimizer.zero_grad()
            (self.scale * SURFACES[self.surface].value(w[0], w[1], self.curvature)).backward()
            w.grad += self.noise * disturbance
            optimizer.step()
            places.append(w.data.copy())
        return np.stack(places)
