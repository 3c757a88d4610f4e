"""Why this file exists: chapter 2's figure, a network of any depth to train while all of its units are watched."""

import numpy as np
import traitlets

from .. import data, nn, optim
from .. import functional as F
from ..tensor import Tensor, get_default_dtype, set_default_dtype
from .base import HERE, Figure, random_numbers

TASKS = ("moons", "spirals", "xor")
COUNT = 300  # points of each data set: 200 to train, 100 to test
MOST_DEPTH, MOST_WIDTH = 6, 8
MOMENTUM = 0.9
LARGEST = 1_000_000  # of a parameter's size: six layers of them overflow nothing yet
ACTIVATIONS = {"ReLU": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
BATCHES = (10, 20, 50, 200)  # each divides the 200 rows
NOISES = np.arange(51) / 100  # the steps of the slider
UNIT = 2.0**-29  # coordinates and draws are stored as multiples of it, from -4 to 4


def clean_and_draws(task) -> tuple[np.ndarray, np.ndarray]:
    """The points of a data set without noise, and the normal draws that its noise is a multiple of, (300, 2) each.

    A data set gives out clean + noise * draws, rounded to six decimals. A huge noise shows the draws. Each step of the
    slider says, by its rounding, in which interval of 1e-6 a clean number lies; the middle of what they have in
    common gives them back.
    """
    before = get_default_dtype()
    set_default_dtype(np.float64)
    try:
        draws = (data.load(task, n=COUNT, noise=1e7).x - data.load(task, n=COUNT, noise=0).x) / 1e7
        draws = np.round(draws / UNIT) * UNIT
        clean = np.stack([data.load(task, n=COUNT, noise=noise).x - noise * draws for noise in NOISES])
    finally:
        set_default_dtype(before)
    return (clean.min(axis=0) + clean.max(axis=0)) / 2, draws


def write_numbers():
    """Write the points of all data sets beside this file: five whole numbers a row, clean, draws and label."""
    rows = []
    for task in TASKS:
        coordinates = np.round(np.concatenate(clean_and_draws(task), axis=1) / UNIT)
        rows.append(np.column_stack([coordinates, data.load(task, n=COUNT).y]))
    (HERE / Playground.numbers).write_bytes(np.concatenate(rows).astype("<i4").tobytes())


def shape_of(depth, width) -> list:
    """How many units each layer has: two inputs, the hidden layers, one logit."""
    return [2, *[width] * depth, 1]


def random_start(depth, width, activation, seed) -> list:
    """First parameters, layers [W, b]: W uniform with He's variance for ReLU, else with Glorot's, and b = 0.

    The bound is sqrt(6 / inputs) for ReLU and sqrt(6 / (inputs + units)) for tanh and sigmoid.
    """
    shape, random = shape_of(depth, width), random_numbers(seed)
    layers = []
    for inputs, units in zip(shape, shape[1:], strict=False):
        most = float(np.sqrt(6 / (inputs if activation == "ReLU" else inputs + units)))
        weights = [[most * (2 * next(random) - 1) for _ in range(inputs)] for _ in range(units)]
        layers.append([weights, [0.0] * units])
    return layers


class Playground(Figure):
    """A network of 1 to 6 hidden layers of 1 to 8 units that learns to part two classes; a map of each unit is drawn.

    It takes `optim.SGD(lr=rate, momentum=0.9, weight_decay=decay)` on batches of the 200 training rows in stored order.

    task, noise        "moons", "spirals" or "xor", and the noise of `data.load`
    depth, width       hidden layers (there is one more layer of weights), and units in each
    activation         "ReLU", "tanh" or "sigmoid"
    rate, decay, batch the learning rate, the weight decay (biases too), the rows of a step
    parameters         a list of layers [W, b], the last one of a single unit, the logit
    seed, steps        which random start, and how many steps were taken from it

    A new depth, width, activation, seed or task begins at `start()`; `take` brings a trained model into the figure.

    Raises:  traitlets.TraitError for a value out of range and for parameters of another shape.   Chapter: 2.
    """

    script = "playground"
    numbers = "playground_points.bin"
    alt = (
        "A network between two inputs and one output, layer by layer. In place of each unit stands a small map of the "
        "plane: what this unit returns for every point. A large map shows a chosen unit, with the points of two "
        "classes. Depth, width, activation and training can be changed, and the losses on training and test points are "
        "drawn."
    )

    task = traitlets.Enum(TASKS, "moons").tag(sync=True)
    noise = traitlets.Float(0.1, min=0, max=0.5).tag(sync=True)
    depth = traitlets.Int(2, min=1, max=MOST_DEPTH).tag(sync=True)
    width = traitlets.Int(4, min=1, max=MOST_WIDTH).tag(sync=True)
    activation = traitlets.Enum(list(ACTIVATIONS), "ReLU").tag(sync=True)
    rate = traitlets.Float(0.01, min=0).tag(sync=True)
    decay = traitlets.Float(0.0, min=0).tag(sync=True)
    batch = traitlets.Enum(BATCHES, 20).tag(sync=True)
    parameters = traitlets.List().tag(sync=True)
    seed = traitlets.Int(0, min=0).tag(sync=True)
    steps = traitlets.Int(0, min=0).tag(sync=True)

    @traitlets.default("parameters")
    def _parameters(self):
        return self.start()

    @traitlets.default("tries")
    def _tries(self):
        return [
            "Moons, one hidden layer of ReLU units, rate 0.03, 3,000 steps: with two units about one training point in "
            "twelve stays wrong, whatever the start. With eight, most starts leave none wrong. Click on the units: "
            "where does each bend?",
            "Spirals, eight ReLU units in each layer, rate 0.01, 5,000 steps: with one hidden layer a fifth or more "
            "stays wrong, with four hardly any on most starts. (Four have more weights, too; the chapter compares at "
            "equal numbers.) Click through the layers from left to right: what can a unit see that those before it "
            "cannot?",
            "Two ways to stand still, both on the moons. Six layers of four sigmoid units: the loss rests at 0.69, "
            "while six layers of tanh units leave nothing wrong at rate 0.03. And four layers of eight ReLU units: the "
            "rate 0.1 works, with the rate 1 a whole layer returns 0 everywhere. Which one, and why does it stay so?",
            "Moons with noise 0.4, four layers of eight ReLU units, rate 0.03, 6,000 steps: the training loss falls, "
            "and the loss on the test points? Then a new start with weight decay 0.01. What happens to both losses?",
        ]

    def __init__(self, **values):
        super().__init__(**values)
        self.bring_along(["task", "depth", "width", "activation", "seed"], self._begin)

    def _begin(self, change):
        with self.hold_sync():
            self.parameters, self.steps = self.start(), 0

    @traitlets.validate("parameters")
    def _a_network(self, proposal):
        shape, got = shape_of(self.depth, self.width), proposal["value"]
        wanted = [((units, inputs), (units,)) for inputs, units in zip(shape, shape[1:], strict=False)]
        try:
            layers = [[np.array(w, float), np.array(b, float)] for w, b in got]
            shapes = [(w.shape, b.shape) for w, b in layers]
        except (TypeError, ValueError):
            shapes = "something else"
        if shapes != wanted:
            raise traitlets.TraitError(
                f"expected layers [W, b] of the shapes {wanted}, for depth {self.depth} and width {self.width}, got "
                f"{shapes}: set depth and width first, or take(model)"
            )
        largest = max(np.abs(array).max() for layer in layers for array in layer)
        if not largest <= LARGEST:
            raise traitlets.TraitError(f"expected parameters up to {LARGEST:,}, got {largest}: a smaller rate?")
        return [[w.tolist(), b.tolist()] for w, b in layers]

    def start(self) -> list:
        """The parameters from which this seed begins."""
        return random_start(self.depth, self.width, self.activation, self.seed)

    def dataset(self) -> data.Dataset:
        """The points that are shown: 200 in the part `train`, 100 in `test`."""
        return data.load(self.task, n=COUNT, noise=self.noise)

    def model(self, parameters=None) -> nn.Sequential:
        """The network as a module of the course: logits from points, (N, 2) -> (N, 1).

        parameters  other layers [W, b] than those of the figure, `start()` for example
        """
        parts = []
        for weights, bias in self.parameters if parameters is None else parameters:
            linear = nn.Linear(len(weights[0]), len(weights))
            linear.load_state_dict({"weight": np.array(weights), "bias": np.array(bias)})
            parts += [linear, ACTIVATIONS[self.activation]()]
        return nn.Sequential(*parts[:-1])

    def take(self, model):
        """Show a model: an nn.Sequential of Linear layers with one kind of activation between them.

        Raises:  ValueError for a model that the figure cannot draw.
        """
        parts = list(model.children())
        linears, between = parts[::2], parts[1::2]
        kinds = {kind: name for name, kind in ACTIVATIONS.items()}
        if not (
            all(type(part) is nn.Linear and part.bias is not None for part in linears)
            and len({type(part) for part in between}) == 1
            and type(between[0]) in kinds
            and len(linears) == len(between) + 1 <= MOST_DEPTH + 1
            and (width := linears[0].weight.shape[0]) <= MOST_WIDTH
            and [linears[0].weight.shape[1], *(part.weight.shape[0] for part in linears)]
            == shape_of(len(between), width)
        ):
            raise ValueError(
                f"expected Linear layers from 2 inputs through 1 to {MOST_DEPTH} hidden layers of one width, at most "
                f"{MOST_WIDTH}, to 1 logit, and after each but the last the same of {', '.join(ACTIVATIONS)}, got "
                f"{model!r}"
            )
        with self.hold_sync():
            self.depth, self.width, self.activation = len(between), width, kinds[type(between[0])]
            self.parameters = [[part.weight.data.tolist(), part.bias.data.tolist()] for part in linears]
            self.steps = 0

    def judged(self, model=None) -> dict:
        """(loss in nats, wrong answers) on the parts "train" and "test", of the figure's network or of another."""
        model, found = model or self.model(), {}
        for part in ("train", "test"):
            rows = getattr(self.dataset(), part)
            z, y = model(Tensor(rows.x)), rows.y[:, None]
            wrong = int(((z.data > 0) != (y == 1)).sum())
            found[part] = F.binary_cross_entropy_with_logits(z, y.astype(z.dtype)).item(), wrong
        return found

    def trained(self, steps=None) -> nn.Sequential:
        """The model that `start()` becomes after some steps, `steps` by default, recomputed with `dlcourse.optim`.

        If nothing but steps was changed on the page since the start, its weights are those of the figure.
        """
        model, rows = self.model(self.start()), self.dataset().train
        optimizer = optim.SGD(model.parameters(), lr=self.rate, momentum=MOMENTUM, weight_decay=self.decay)
        x, y = Tensor(rows.x), rows.y[:, None].astype(rows.x.dtype)
        for step in range(self.steps if steps is None else steps):
            first = step * self.batch % len(x)  # where the last batch ended, around and around
            here = slice(first, first + self.batch)
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(model(x[here]), y[here]).backward()
            optimizer.step()
        return model
