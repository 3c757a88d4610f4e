"""Why this file exists: a gradient rule is a claim, and the definition of the derivative can check it.

Used by the chapters and by the tests alike. The check itself is tested: a rule that is wrong by 0.05 % is caught.
"""

import numpy as np

from .tensor import Tensor


def numerical_gradient(function, x, h=1e-5):
    """The gradient of a number-valued function, one element at a time: (f(x + h) - f(x - h)) / 2h.

    Two evaluations per element, which is why networks are not trained this way.

    Shapes:  x any array of floats, changed in place and put back; function() -> number  ->  as x
    Raises:  TypeError unless x is a float64 array: float32 has too few digits for a difference.   Chapter: 1.
    """
    if x.dtype != np.float64:
        raise TypeError(f"numerical_gradient expected float64, got {x.dtype}: x.astype(float)?")
    gradient = np.empty_like(x)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        above = float(function())
        x[i] = kept - h
        below = float(function())
        x[i] = kept
        gradient[i] = (above - below) / (2 * h)
    return gradient


def check_gradients(function, *inputs, directions=3, h=1e-5, tolerance=1e-7, seed=0):
    """Compare `backward` with finite differences of `function(*inputs)` along random directions.

    Along a direction v the difference (f(x + hv) - f(x - hv)) / 2h must equal the gradient times v. One random
    direction meets every element at once, so an error in any of them shows, at two evaluations per direction.

    Shapes:  inputs Tensors or arrays of floats of any shape; function returns a Tensor of any shape
    Returns: the largest relative difference found.
    Raises:  AssertionError that names the input and shows both numbers; TypeError unless all inputs are float64.
    Source:  Goodfellow et al. 2016, sec. 11.5.   Chapter: 1.
    """
    arrays = [np.array(t.data if isinstance(t, Tensor) else t) for t in inputs]
    if any(a.dtype != np.float64 for a in arrays):
        raise TypeError(f"check_gradients expected float64 inputs, got {[str(a.dtype) for a in arrays]}: "
                        "float32 has too few digits for a difference")
    rng = np.random.default_rng(seed)
    leaves = [Tensor(a.copy(), requires_grad=True) for a in arrays]
    output = function(*leaves)
    weights = rng.standard_normal(output.shape)  # any weighted sum of the outputs is a number to differentiate
    output.backward(weights)
    worst = 0.0
    for position, leaf in enumerate(leaves):
        analytic = np.zeros_like(leaf.data) if leaf.grad is None else leaf.grad
        for _ in range(directions):
            v = rng.standard_normal(leaf.shape)
            ends = [function(*[a + s * h * v if i == position else a for i, a in enumerate(map(Tensor, arrays))])
                    for s in (1, -1)]
            expected = float((weights * (ends[0].data - ends[1].data)).sum()) / (2 * h)
            got = float((analytic * v).sum())
            # Terms of the sum may cancel; their sizes, not the small remainder, are what rounding is relative to.
            scale = max(abs(expected), float(np.linalg.norm(analytic * v)), 1e-3)
            difference = abs(got - expected) / scale
            if not difference <= tolerance:  # also when it is NaN
                raise AssertionError(f"gradient of input {position}, shape {leaf.shape}: along a random direction "
                                     f"backward gives {got:.9g}, the difference quotient {expected:.9g} "
                                     f"(relative difference {difference:.1e}, allowed {tolerance:.0e})")
            worst = max(worst, difference)
    return worst


def assert_close(got, expected, tolerance=1e-10, what="values"):
    """Assert that two arrays (ours, PyTorch's, plain) agree to `tolerance`, relative to their largest element.

    Returns: the largest difference, relative.
    Raises:  AssertionError with the place and both numbers, or both shapes.   Chapter: 1.
    """
    got, expected = (np.asarray(a.detach() if hasattr(a, "detach") else a) for a in (got, expected))
    if got.shape != expected.shape:
        raise AssertionError(f"{what}: expected shape {expected.shape}, got {got.shape}")
    if got.size == 0:
        return 0.0
    scale = max(1.0, float(np.abs(expected).max()))
    difference = np.abs(got - expected) / scale
    if not difference.max() <= tolerance:  # also when it is NaN
        flat = int(np.nan_to_num(difference, nan=np.inf).argmax())
        place = tuple(int(i) for i in np.unravel_index(flat, got.shape))
        raise AssertionError(f"{what}: at {place} expected {expected[place]:.9g}, got {got[place]:.9g} "
                             f"(difference {difference[place]:.1e} of the largest, allowed {tolerance:.0e})")
    return float(difference.max())
