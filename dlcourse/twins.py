"""Why this file exists: "equal to PyTorch" is a claim, and this is how it is shown.

The same weights, the same batch: then the outputs, the loss, every gradient by its name and every parameter after an
optimizer's step must agree to ten digits. This is the only file of the package's core that imports torch.
"""

import numpy as np
import torch

from .tensor import Tensor
from .testing import assert_close


def load_weights(theirs, ours):
    """Copy our weights into a PyTorch module, strictly by name and shape.

    Raises:  RuntimeError, from PyTorch, if a name is missing or unknown or a shape differs.   Chapter: 1.
    """
    theirs.load_state_dict({name: torch.from_numpy(array) for name, array in ours.state_dict().items()}, strict=True)


def assert_twins(ours, theirs, x, y, our_loss, their_loss, our_optimizer=None, their_optimizer=None, tolerance=1e-10):
    """Give `theirs` our weights and one batch to both; compare whatever training computes.

    The optimizers, when given, make one step each, and the parameters after it are compared too. Both modules keep the
    gradients and the new weights. Use float64: in float32 the two libraries round differently in the seventh digit.

    Shapes:  x (N, ...) floats, y (N, ...) labels or values
    Returns: dict of the largest relative differences: "output", "loss", "gradients" and, with optimizers, "step".
    Raises:  AssertionError that names the parameter and shows both numbers; TypeError unless the weights are float64.
    Chapter: 1.
    """
    if any(p.dtype != np.float64 for p in ours.parameters()):
        raise TypeError("assert_twins expected float64 weights: set_default_dtype(float64) before the model is made")
    theirs.double()
    load_weights(theirs, ours)
    x, y = np.asarray(x), np.asarray(y)
    our_output, their_output = ours(Tensor(x)), theirs(torch.from_numpy(x))
    losses = our_loss(our_output, Tensor(y)), their_loss(their_output, torch.from_numpy(y))
    ours.zero_grad()
    theirs.zero_grad()
    for loss in losses:
        loss.backward()
    found = {"output": assert_close(our_output, their_output, tolerance, "output"),
             "loss": assert_close(*losses, tolerance, "loss"),
             "gradients": _compare(ours, theirs, lambda p: p.grad, tolerance, "gradient")}
    if our_optimizer:
        our_optimizer.step()
        their_optimizer.step()
        found["step"] = _compare(ours, theirs, lambda p: p, tolerance, "after the step")
    return found


def _compare(ours, theirs, quantity, tolerance, what):
    """The largest difference over all parameters, matched by name. A frozen one has a gradient in neither."""
    counterpart = dict(theirs.named_parameters(remove_duplicate=False))
    pairs = [(name, quantity(p), quantity(counterpart[name])) for name, p in ours.named_parameters()]
    return max((assert_close(our, their, tolerance, f"{what} of {name}")
                for name, our, their in pairs if our is not None or their is not None), default=0.0)
