"""Why this file exists: every data set of the course is the same two things, rows with named fields and a card.

The card says what the numbers are, whose they are and what is wrong with them; a data set without one cannot be made.
"""

import dataclasses
import difflib
import inspect

import numpy as np

from ..tensor import get_default_dtype
from ..train import Batches
from .checks import DataError, whole
from .flow import Augmented, Prefetched

# embedded: a file of the package. generated, simulated: computed from a seed. request: downloaded when it is asked for.
KINDS = ("embedded", "generated", "simulated", "request")
OURS = "BSD-3-Clause, as the course"  # the license of what the course's own code computes


@dataclasses.dataclass(frozen=True)
class Card:
    """What one should know of a data set before using it.

        fields    name -> (shape, meaning and unit); M is the number of rows, and a field of texts or numbers is (M,)
        pair      what a row, a batch or a loader gives: input and target; the first two fields unless it says otherwise
        parts     name -> what it is for
        options   name -> what `load` can be asked for
        files     of what is downloaded: name, size, checksum and who published it
        chapters  where it is used, "6" or "5c"

    Raises:  ValueError for an empty entry or another kind.
    """

    name: str
    title: str
    kind: str
    summary: str
    origin: str
    license: str
    size: str
    fields: dict
    good_for: tuple
    flaws: tuple
    chapters: tuple
    parts: dict = dataclasses.field(default_factory=dict)
    options: dict = dataclasses.field(default_factory=dict)
    pair: tuple | None = None
    files: tuple = ()

    def __post_init__(self):
        if self.pair is None:
            object.__setattr__(self, "pair", tuple(self.fields)[:2])  # the way to set what is frozen
        empty = [name for name in ("name", "title", "summary", "origin", "license", "size", "fields", "good_for",
                                   "flaws", "chapters") if not getattr(self, name)]
        if empty or self.kind not in KINDS:
            raise ValueError(f"the card of {self.name!r} expected a kind of {KINDS} and no empty entry, "
                             f"got {self.kind!r} and nothing for {empty}")

    def __repr__(self):
        rows = [("fields", [f"{name} {shape}: {text}" for name, (shape, text) in self.fields.items()]),
                ("a row gives", [", ".join(self.pair)] if self.pair else []),
                ("parts", [f"{name}: {text}" for name, text in self.parts.items()]),
                ("options", [f"{name}: {text}" for name, text in self.options.items()]),
                ("files", self.files), ("good for", self.good_for), ("flaws", self.flaws)]
        lines = [f"{self.title} ({self.name}, {self.kind})", self.summary, f"origin: {self.origin}",
                 f"license: {self.license}", f"size: {self.size}"]
        for title, entries in rows:
            lines += [f"{title}:", *(f"  {entry}" for entry in entries)] if entries else []
        return "\n".join(lines)


class Dataset:
    """Rows with named fields, each an array or a list of texts of one length, and the card that explains them.

    `digits.x` is a field, `digits.train` a part, `digits.classes` something that belongs to all rows. A slice, a list
    of rows or a mask gives those rows as a data set; a single row is its `pair`, the input and the target, so that
    PyTorch's DataLoader takes the whole as it is. `arrays` is that pair of all rows, `using` chooses another.

    Shapes:  fields (M, ...); rows slices, (R,) whole numbers or (M,) booleans
    Raises:  ValueError for fields of several lengths; AttributeError with the names that are there; IndexError for rows
             that are not.   Chapter: 1.
    Twin:    torch.utils.data.Dataset.
    """

    def __init__(self, card, fields, parts=None, common=None, pair=None):
        self.card, self.parts, self.common = card, dict(parts or {}), dict(common or {})
        self.fields = {name: _column(values) for name, values in fields.items()}
        self.pair = tuple(pair or card.pair)
        lengths = {name: len(values) for name, values in self.fields.items()}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"{card.name} expected fields of one length, got {lengths}")

    def __len__(self):
        return len(next(iter(self.fields.values())))

    def __getitem__(self, rows):
        rows = rows if isinstance(rows, slice) else _chosen(rows, len(self))
        if isinstance(rows, int):
            return tuple(self.fields[name][rows] for name in self.pair)
        return Dataset(self.card, {n: values[rows] for n, values in self.fields.items()}, None, self.common, self.pair)

    def using(self, *pair):
        """The same rows with other fields as input and target: `scenes.using("x", "boxes")`.

        Returns: Dataset that shares its arrays.   Raises:  DataError for a name that is no field.   Chapter: 5a.
        """
        if not pair or set(pair) - self.fields.keys():
            raise DataError(f"{self.card.name} has the fields {', '.join(self.fields)}; "
                            f"using({', '.join(map(repr, pair))}) expected some of them")
        return Dataset(self.card, self.fields, self.parts, self.common, pair)

    def __getattr__(self, name):
        if not name.startswith("_"):  # copying asks for such names before there is anything to look in
            for place in (self.fields, self.common):
                if name in place:
                    return place[name]
            if name in self.parts:
                return self[self.parts[name]]
            raise AttributeError(f"{self.card.name} has {', '.join([*self.fields, *self.parts, *self.common])}; "
                                 f"not {name!r}" + ("" if self.parts else " (these rows are a part, or undivided)"))
        raise AttributeError(name)

    def __dir__(self):
        return [*super().__dir__(), *self.fields, *self.parts, *self.common]

    def __repr__(self):
        fields = ", ".join(f"{n} {values.shape} {'text' if values.dtype == object else values.dtype}"
                           for n, values in self.fields.items())
        parts = ", ".join(f"{name} {len(self[rows]):,}" for name, rows in self.parts.items())
        return f"{self.card.name}: {len(self):,} rows; {fields}" + (f"; {parts}" if parts else "")

    @property
    def arrays(self):
        """Inputs and targets of all rows: `Batches(*digits.train.arrays)`."""
        return tuple(self.fields[name] for name in self.pair)

    def batches(self, batch_size=32, shuffle=True, seed=0, augment=None, prefetch=0):
        """Batches of inputs and targets for `fit`, in a new order each epoch; the seed decides all of it.

        `augment(x, rng)` changes the inputs as they are drawn; a thread prepares `prefetch` batches ahead.

        Raises:  as `Batches` and `Prefetched`.   Chapter: 3.   Twin: torch.utils.data.DataLoader.
        """
        batches = Batches(*self.arrays, batch_size=batch_size, shuffle=shuffle, seed=seed)
        if augment is not None:
            batches = Augmented(batches, augment, seed=seed)
        return Prefetched(batches, ahead=prefetch) if prefetch else batches


def _chosen(rows, count):
    """Rows that were asked for: a whole number, or an array of whole numbers (R,) or of booleans for all rows."""
    chosen = np.asarray(rows)
    if chosen.ndim == 0 and chosen.dtype.kind in "iu":
        return int(chosen)
    if chosen.shape == (0,):  # an empty list has no type of its own
        chosen = chosen.astype(int)
    if chosen.ndim != 1 or chosen.dtype.kind not in "iub" or (chosen.dtype.kind == "b" and len(chosen) != count):
        raise IndexError(f"rows expected a whole number, a slice, whole numbers (R,) or booleans ({count},), got "
                         f"{rows!r:.60}")
    return chosen


def _column(values):
    """An array as it is, texts as an array of objects: NumPy's own texts all take the space of the longest."""
    if isinstance(values, np.ndarray):
        return values
    column = np.empty(len(values), object)
    column[:] = values
    return column


def parts_of(fit, validation, test):
    """The parts that every divided data set has, for so many rows in this order: fit, validation, train (both), test.

    Choose settings with `fit` and `validation`, train what you chose on `train`, look at `test` once.
    """
    train = fit + validation
    return {"fit": slice(0, fit), "validation": slice(fit, train), "train": slice(0, train),
            "test": slice(train, train + test)}


def two_thirds(n):
    """Parts for n rows: two thirds to train on, of which a fifth to validate, and one third to test."""
    validation, test = n * 2 // 15, n // 3
    return parts_of(n - validation - test, validation, test)


PARTS = {"fit": "to train on while settings are chosen", "validation": "to choose settings with",
         "train": "fit and validation together, to train what was chosen",
         "test": "to be looked at only once, at the end"}


def floats(values):
    """An array in the course's default type."""
    return np.asarray(values, get_default_dtype())


DATASETS = {}  # name -> (card, function that builds it)


def dataset(card):
    """Register the function below it as what `load(card.name)` calls; its parameters are the options of the card."""

    def register(build):
        if set(inspect.signature(build).parameters) != set(card.options):
            raise ValueError(f"the card of {card.name!r} must list the options of {build.__name__}")
        DATASETS[card.name] = (card, build)
        return build

    return register


def load(name, /, **options):
    """The data set of this name: `load("digits", split="random")`. `describe(name)` lists its options.

    What is embedded, generated or simulated is always there. What is on request is downloaded once, checked against
    its checksum and kept; see `describe("mnist")`.

    Returns: Dataset, floats in the default dtype; of `resnet18`, which has no rows, a dict of arrays.
    Raises:  DataError for an unknown name or option, and for files that are missing or damaged.   Chapter: 1.
    """
    card, build = _entry(name)
    if unknown := options.keys() - card.options.keys():
        offered = f"takes {', '.join(f'{option}=' for option in card.options)}" if card.options else "takes no options"
        raise DataError(f"load({name!r}) {offered}; not {', '.join(sorted(unknown))}")
    if "seed" in options:
        whole(name, "seed", options["seed"], 0)
    return build(**options)


def describe(name=None):
    """The card of a data set, or a table of all of them.

    Returns: Card, or Catalog.   Raises:  DataError for an unknown name.   Chapter: 1.
    """
    return Catalog([card for card, _ in DATASETS.values()]) if name is None else _entry(name)[0]


def _entry(name):
    if isinstance(name, str) and name in DATASETS:
        return DATASETS[name]
    close = difflib.get_close_matches(str(name).lower().replace("-", "_"), DATASETS, n=1, cutoff=0.7)
    meant = f" Did you mean {close[0]!r}?" if close else ""
    raise DataError(f"there is no data set {name!r}.{meant} There are: {', '.join(DATASETS)}")


class Catalog(list):
    """Cards that print as a table."""

    def __repr__(self):
        rows = [(card.name, card.kind, card.size, card.license.split(";")[0], card.title) for card in self]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        return "\n".join("  ".join([*(f"{cell:{w}}" for cell, w in zip(row, widths, strict=False)), row[4]])
                         for row in rows)
