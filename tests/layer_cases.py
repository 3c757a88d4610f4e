"""Why this file exists: each class of `dlcourse.nn` is tried in either library, and this table says how.

A case is a function that builds the model (`m` is dlcourse.nn or torch.nn) and the inputs of its forward, the first of
which is differentiated if it is of floats. The tables of larger families stand in `layer_cases_*.py`.
"""

import numpy as np


def images():
    """Five small images of two rows of three."""
    return np.random.default_rng(0).standard_normal((5, 2, 3))


def listed(m):
    """A model that keeps its layers in a ModuleList."""
    class Stack(m.Module):
        def __init__(self):
            super().__init__()
            self.layers = m.ModuleList([m.Linear(3, 3), m.Linear(3, 3)])
            self.layers.append(m.Tanh())

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x + self.layers[0](x)

    return Stack()


def named(m):
    """A model that keeps its layers in a ModuleDict."""
    class Parts(m.Module):
        def __init__(self):
            super().__init__()
            self.parts = m.ModuleDict({"body": m.Linear(3, 3), "bend": m.Tanh()})
            self.parts["head"] = m.Linear(3, 2)

        def forward(self, x):
            assert list(self.parts) == list(self.parts.keys()) == ["body", "bend", "head"] and len(self.parts) == 3
            for name, layer in self.parts.items():
                x = layer(x) if name != "head" else x
            return self.parts["head"](x) + self.parts.head(x)

    return Parts()


MODELS = {
    "Linear": [(lambda m: m.Linear(3, 4), [images()]), (lambda m: m.Linear(3, 1, bias=False), [images()[0]])],
    "Flatten": [(lambda m: m.Flatten(), [images()]), (lambda m: m.Flatten(0, 1), [images()])],
    "Unflatten": [(lambda m: m.Unflatten(1, (1, 2)), [images()]), (lambda m: m.Unflatten(-1, (3, 1)), [images()])],
    "Identity": [(lambda m: m.Identity(), [images()])],
    "Sequential": [(lambda m: m.Sequential(m.Flatten(), m.Linear(6, 5), m.Tanh(), m.Linear(5, 4)), [images()]),
                   (lambda m: m.Sequential(m.Sequential(m.Linear(3, 3), m.ReLU()), m.Identity())[:1], [images()]),
                   (lambda m: m.Sequential(m.Flatten(), m.Linear(6, 5), m.ReLU())[1:], [images().reshape(5, 6)])],
    "ModuleList": [(listed, [images()])],
    "ModuleDict": [(named, [images()])],
}
