"""Why this file exists: what happens inside a network is the first thing to look at when it does not learn.

Nothing here changes a model: it looks at what the layers return, at the length of the gradients, and at what could be
read from a layer's outputs by a straight line.
"""

import contextlib

import numpy as np

from .tensor import Tensor, as_array, no_grad


@contextlib.contextmanager
def watched(model, before, after):
    """While open, every call of a module below `model` is told: before(name, module), after(name, module, output).

    A module that stands in two places is told under its first name.   Chapter: 2.
    """
    def wrapped(name, module, forward):
        def call(*args, **kwargs):
            before(name, module)
            output = forward(*args, **kwargs)
            after(name, module, output)
            return output

        return call

    modules = {module: name for name, module in reversed(list(model.named_modules()))}
    for module, name in modules.items():
        module.forward = wrapped(name, module, module.forward)  # an attribute of this one object hides its class's
    try:
        yield
    finally:
        for module in modules:
            del module.forward


def outputs(model, x):
    """What each layer returns for x, by its dotted name, in the order of the calls.

    Computed in evaluation mode without a record. Layers that hold layers are left out; one that is called twice shows
    its last output.

    Shapes:  x (N, ...)  ->  {name: array (N, ...)}.   Chapter: 2.
    """
    found, training = {}, {module: module.training for module in model.modules()}

    def after(name, module, output):
        if not any(module.children()):
            found[name] = as_array(output)

    model.eval()
    try:
        with no_grad(), watched(model, lambda name, module: None, after):
            model(x if isinstance(x, Tensor) else Tensor(x))
    finally:
        for module, mode in training.items():
            module.training = mode
    return found


def gradient_norms(model):
    """The Euclidean length of the gradient of each parameter that has one, by name.   Chapter: 2."""
    return {name: float(np.linalg.norm(p.grad)) for name, p in model.named_parameters() if p.grad is not None}


def linear_probe(train_x, train_y, x, C=1.0):
    """Read labels off features by a straight line: logistic regression on standardized features, fitted to train_x.

    What a linear probe can read, the layers before it have laid open. `C` is scikit-learn's, larger means less
    regularization.

    Shapes:  train_x (M, ...), train_y (M,), x (N, ...)  ->  labels (N,)
    Source:  Alain and Bengio 2016.   Chapter: 2, 4.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    train_x, x = (np.asarray(a).reshape(len(a), -1) for a in (train_x, x))
    return make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=5000)).fit(train_x, train_y).predict(x)
