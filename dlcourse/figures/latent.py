"""Why this file exists: chapter 4's figure, a plane of codes in which each place is drawn as a digit."""

import numpy as np
import traitlets

from .. import nn
from ..autoencoder import mlp
from ..tensor import Tensor
from .base import Figure

MODELS = ("autoencoder", "VAE")
SHOWN = ("dots", "labels", "pictures")
WIDTH, ROWS, PIXELS = 128, 1000, 64
STEPS = 40  # of a walk
ROOM = 0.25  # between the outermost code and the edge of the plane
SAME = 0.01  # a point this near to the walk's is on the walk
# What `latent_codes.bin` holds in half precision, for each model in turn; the last only for the VAE.
SHAPES = {"0.weight": (WIDTH, 2), "0.bias": (WIDTH,), "2.weight": (PIXELS, WIDTH), "2.bias": (PIXELS,),
          "codes": (ROWS, 2), "deviations": (ROWS, 2)}  # fmt: skip


def stored() -> tuple[dict, np.ndarray, np.ndarray]:
    """What the study `latent_space` stored: {model: arrays by name}, labels (1000,), pixels (1000, 64) from 0 to 1."""
    data, place, models = Latent.stored_numbers(), 0, {}
    for model in MODELS:
        models[model] = {}
        for name, shape in SHAPES.items():
            if name == "deviations" and model != "VAE":
                continue
            count = int(np.prod(shape))
            models[model][name] = np.frombuffer(data, "<f2", count, place).reshape(shape).astype(np.float64)
            place += 2 * count
    whole = np.frombuffer(data, np.uint8, offset=place)
    return models, whole[:ROWS].astype(int), whole[ROWS:].reshape(ROWS, PIXELS) / 16


def window_of(codes) -> list:
    """[left, bottom, width] of the smallest square from whole number to whole number with room around all codes."""
    low, high = np.floor(codes.min(axis=0) - ROOM), np.ceil(codes.max(axis=0) + ROOM)
    width = (high - low).max()
    return [*(low - np.floor((width - (high - low)) / 2)).tolist(), float(width)]


class Latent(Figure):
    """The plane in which an autoencoder or a VAE lays out 1,000 digits; the decoder draws each point that is dragged.

    model       "autoencoder" or "VAE", from the study `latent_space`, both trained without labels
    shown       "dots", "labels" (which were not used in training) or "pictures" of the decoder all over the plane
    point       the code that is drawn
    start, end  rows of two of the 1,000 digits, between whose codes a straight walk leads
    position    where on the walk the point is, from 0 to 1; setting it moves the point

    With another model the point is at the same position of the walk or, if it was not on it, at the code of the digit
    to whose code it was nearest.

    Raises:  traitlets.TraitError for a point outside the plane, a row that is not there, an unknown name.   Chapter: 4.
    """

    script = "latent"
    numbers = "latent_codes.bin"
    alt = (
        "A plane with the codes of 1,000 handwritten digits, which an autoencoder or a VAE laid out without their "
        "labels. A point can be dragged, and the decoder draws the digit for it, beside the real digits that are "
        "nearest. Below, a straight walk between the codes of two digits as a row of pictures for both models, with "
        "the change of the picture in each step."
    )

    model = traitlets.Enum(MODELS, "autoencoder").tag(sync=True)
    shown = traitlets.Enum(SHOWN, "dots").tag(sync=True)
    point = traitlets.List().tag(sync=True)
    start = traitlets.Int(0, min=0, max=ROWS - 1).tag(sync=True)
    end = traitlets.Int(1, min=0, max=ROWS - 1).tag(sync=True)
    position = traitlets.Float(0.5, min=0, max=1).tag(sync=True)

    @traitlets.default("point")
    def _point(self):
        return self.on_walk()

    @traitlets.default("tries")
    def _tries(self):
        return [
            "Choose 'labels', which training never saw. In both planes the zeros lie together, while more than a "
            "quarter of the codes around a nine are other digits'. Drag the point across a border, from the 0s to the "
            "6s, say. What is drawn in between?",
            "Walk from the 0 to the 1, with either model. Where does the picture change most? The largest step is 2.7 "
            "times the mean one for the autoencoder, 1.5 times for the VAE. Then go elsewhere and press 'Start here' "
            "and 'End here'. For about one in ten random pairs the VAE's is the larger one: can you find such a walk?",
            "Press 'Draw from N(0, 1)' (normal numbers, as a VAE's codes should be) twenty times with the VAE, then "
            "with the autoencoder. Which digits hardly ever come there? In either plane find the place where both "
            "numbers are 0, and see which codes lie around it.",
            "Choose 'drawings' and drag the point into a corner, far from all codes. The decoder draws something "
            "there, too. Which number tells that no digit was near? Then compare the middles of your walks: is the "
            "VAE's nearer to a real digit than the autoencoder's? And that of the mixed pixels?",
        ]

    def __init__(self, **values):
        super().__init__(**values)
        self.bring_along(["start", "end", "position"], self._follow_walk)
        self.bring_along("model", self._change_plane)

    def _follow_walk(self, change):
        self.point = self.on_walk()

    def _change_plane(self, change):
        if np.abs(np.subtract(self.point, self.on_walk(change["old"]))).max() < SAME:
            self.point = self.on_walk()
        else:
            self.point = self.codes()[self.nearest(change["old"])[0]].tolist()

    @traitlets.validate("point")
    def _inside(self, proposal):
        point, (left, bottom, width) = proposal["value"], self.window()
        numbers = len(point) == 2 and all(isinstance(c, int | float) for c in point)
        if not numbers or not (left <= point[0] <= left + width and bottom <= point[1] <= bottom + width):
            raise traitlets.TraitError(
                f"point expected [c1, c2] in the plane of the {self.model}, c1 from {left:g} to {left + width:g} and "
                f"c2 from {bottom:g} to {bottom + width:g}, got {point}"
            )
        return [float(c) for c in point]

    def codes(self, model=None) -> np.ndarray:
        """The codes of the 1,000 digits, (1000, 2); for the VAE the means of q(z | x)."""
        return stored()[0][model or self.model]["codes"]

    def window(self, model=None) -> list:
        """[left, bottom, width] of the plane that is shown."""
        return window_of(self.codes(model))

    def decoder(self, model=None) -> nn.Sequential:
        """The decoder as a module of the course: pictures from codes, (N, 2) -> (N, 64)."""
        module, arrays = mlp(2, WIDTH, PIXELS, last=nn.Sigmoid), stored()[0][model or self.model]
        module.load_state_dict({name: arrays[name] for name in module.state_dict()})
        return module

    def picture(self) -> np.ndarray:
        """What the decoder draws for the point, (8, 8)."""
        return self.decoder()(Tensor(np.array([self.point]))).data.reshape(8, 8)

    def nearest(self, model=None) -> tuple[int, float]:
        """The row of the digit whose code is nearest to the point, and how far that is."""
        distances = np.linalg.norm(self.codes(model) - self.point, axis=1)
        return int(distances.argmin()), float(distances.min())

    def most_similar(self) -> tuple[int, float]:
        """The row of the digit that is most similar to the picture, and their distance over the 64 pixels."""
        distances = np.linalg.norm(stored()[2] - self.picture().ravel(), axis=1)
        return int(distances.argmin()), float(distances.min())

    def on_walk(self, model=None) -> list:
        """The code at `position` on the straight line between the codes of the digits `start` and `end`."""
        first, last = self.codes(model)[[self.start, self.end]]
        return (first + self.position * (last - first)).tolist()

    def walk(self, model=None, steps=STEPS) -> np.ndarray:
        """The pictures of the whole walk in even steps, (steps + 1, 64)."""
        first, last = self.codes(model)[[self.start, self.end]]
        return self.decoder(model)(Tensor(first + np.linspace(0, 1, steps + 1)[:, None] * (last - first))).data

    def changes(self, model=None) -> np.ndarray:
        """How much the picture changes in each of 40 steps of the walk, divided by the mean step: (40,)."""
        changes = np.linalg.norm(np.diff(self.walk(model), axis=0), axis=1)
        return changes / (changes.mean() or 1)

