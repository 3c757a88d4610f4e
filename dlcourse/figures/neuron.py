"""Why this file exists: chapter 1's figure, a neuron to drag, to which hidden neurons can be added."""

import numpy as np
import traitlets

from .. import data, nn
from .. import functional as F
from ..tensor import Tensor
from .base import HERE, Figure

GATES = ("AND", "OR", "XOR")
COUNT = 30  # pictures of each digit
MOST_HIDDEN = 4
# Two boxes of pixels [top, bottom, left, right] for each pair of digits. Their mean grays, stretched to reach from 0 to
# 1, are the two inputs. A line separates 0 from 1. It nearly separates 2 from 3, and a larger network does hardly
# better: two numbers say too little about a picture. 1 and 7 are XOR in handwriting: a line leaves a fifth wrong.
PAIRS = {
    "0 or 1": [[3, 5, 3, 5], [3, 5, 1, 3]],
    "2 or 3": [[5, 8, 3, 5], [5, 7, 4, 6]],
    "1 or 7": [[1, 5, 4, 6], [1, 5, 5, 7]],
}


def pair_pictures(task) -> np.ndarray:
    """The pictures of a pair, from the rows that are there to fit: 30 of the first digit, then 30 of the second.

    Returns: (60, 64), gray values from 0 to 16.
    """
    fit = data.load("digits").fit
    return np.concatenate([16 * fit.x[fit.y == int(digit)][:COUNT] for digit in task.split(" or ")])


def points_of(task) -> list:
    """The points [x1, x2, label] of a task, a logical function or a pair of digits.

    Raises:  KeyError for a task that the figure does not have.
    """
    if task in GATES:
        x, y = data.load("gates", function=task).arrays
    else:
        boxes = PAIRS[task]
        pictures = pair_pictures(task).reshape(-1, 8, 8) / 16
        grays = [pictures[:, top:bottom, left:right] for top, bottom, left, right in boxes]
        means = np.stack([gray.mean(axis=(1, 2)) for gray in grays], axis=1)
        low, high = means.min(axis=0), means.max(axis=0)
        x, y = ((means - low) / (high - low)).round(6), np.repeat([0, 1], COUNT)
    return [[float(x1), float(x2), int(label)] for (x1, x2), label in zip(x, y, strict=True)]


def write_numbers():
    """Write the pictures of all pairs, a byte for each gray value, beside this file."""
    pictures = np.concatenate([pair_pictures(task) for task in PAIRS])
    (HERE / Neuron.numbers).write_bytes(pictures.round().astype(np.uint8).tobytes())


class Neuron(Figure):
    """A neuron with two inputs, or a network with one hidden layer of up to four tanh neurons and a sigmoid output.

    parameters  one row for each neuron, its weights and then its bias; the output's row is the last
    points      [x1, x2, label] each; they are those of the `task` until somebody moves them
    task        AND, OR, XOR, "0 or 1", "2 or 3" or "1 or 7"
    rate, steps the learning rate, and how many steps of gradient descent were taken

    Raises:  traitlets.TraitError for an unknown task, for points or parameters of another form.   Chapter: 1.
    """

    script = "neuron"
    numbers = "digit_pairs.bin"
    alt = (
        "The plane of two inputs with points of two classes in it, colored by what a neuron answers. Points can be "
        "dragged, and so can the weights, as an arrow, and the bias, as a shift of the line; hidden neurons can be "
        "added and all of it trained. Beside the plane stand the network with its numbers, and its loss."
    )

    task = traitlets.Enum([*GATES, *PAIRS], "AND").tag(sync=True)
    points = traitlets.List().tag(sync=True)
    parameters = traitlets.List([[4.0, 0.0, -2.0]]).tag(sync=True)
    rate = traitlets.Float(1.0).tag(sync=True)
    steps = traitlets.Int(0).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    pairs = traitlets.Dict().tag(sync=True)

    @traitlets.default("pairs")
    def _pairs(self):
        first = range(0, 2 * COUNT * len(PAIRS), 2 * COUNT)
        return {task: {"boxes": PAIRS[task], "first": k, "count": COUNT} for task, k in zip(PAIRS, first, strict=True)}

    @traitlets.default("points")
    def _points(self):
        return points_of(self.task)

    @traitlets.default("tries")
    def _tries(self):
        return [
            "AND: drag the arrow and the diamond, or move the sliders, until no corner is wrong. Then OR. What had to "
            "change?",
            "XOR: try the same. Then let it train. It ends with all weights at 0 and every corner at p = 0.5, "
            "undecided. The loss comes to rest at 0.693; the section on probabilities explains the number.",
            "XOR with hidden neurons: with one, a corner stays wrong. With two it often works; if it is stuck, take a "
            "new start. Where do the dashed lines go, the borders of the hidden neurons, when it works?",
            "Each pair of digits is sixty real images, of which the neuron sees two numbers. Train each pair without "
            "hidden neurons, then with two. Which pair does not need them, for which do they help most, and for which "
            "hardly at all?",
        ]

    def __init__(self, **values):
        super().__init__(**values)
        self.bring_along("task", lambda change: setattr(self, "points", points_of(change["new"])))

    @traitlets.validate("points")
    def _labeled_points(self, proposal):
        for point in proposal["value"]:
            if len(point) != 3 or point[2] not in (0, 1):
                raise traitlets.TraitError(f"expected points [x1, x2, label] with label 0 or 1, got {point}")
        return [[float(x1), float(x2), int(label)] for x1, x2, label in proposal["value"]]

    @traitlets.validate("parameters")
    def _a_network(self, proposal):
        rows = proposal["value"]
        hidden = len(rows) - 1
        lengths = [3] * hidden + [hidden + 1 if hidden else 3]
        if not 0 <= hidden <= MOST_HIDDEN or [len(row) for row in rows] != lengths:
            raise traitlets.TraitError(
                f"expected a row [w1, w2, bias] for each of up to {MOST_HIDDEN} hidden neurons, then a row with a "
                f"weight for each of them and a bias (without hidden neurons only [w1, w2, bias]), got {rows}"
            )
        return [[float(value) for value in row] for row in rows]

    def model(self):
        """The network as a module of the course: logits from points, (N, 2) -> (N, 1)."""
        *hidden, output = (np.array(row) for row in self.parameters)
        last = nn.Linear(len(hidden) or 2, 1)
        last.load_state_dict({"weight": output[None, :-1], "bias": output[-1:]})
        if not hidden:
            return nn.Sequential(last)
        first, rows = nn.Linear(2, len(hidden)), np.stack(hidden)
        first.load_state_dict({"weight": rows[:, :-1], "bias": rows[:, -1]})
        return nn.Sequential(first, nn.Tanh(), last)

    def loss(self) -> float:
        """The mean cross-entropy of the points, in nats."""
        x, y = np.array([point[:2] for point in self.points]), np.array([point[2:] for point in self.points], float)
        return F.binary_cross_entropy_with_logits(self.model()(Tensor(x)), y).item()
