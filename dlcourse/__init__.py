"""Deep learning from scratch in NumPy, with PyTorch's names: `import dlcourse as torch`, and a model reads the same.

Letters of shapes, everywhere: N batch, T time, D features, H hidden, O outputs, C channels, K classes, A heads, h and w
height and width. Different from PyTorch, and meant:

- The CPU and NumPy only. `device="cpu"` is accepted, any other is an error; a dtype is NumPy's: float32 is np.float32.
  `Tensor([1, 2])` keeps whole numbers whole, as `tensor([1, 2])` does.
- Gradients of first order only. `x += y` changes x in place only where nothing is recorded, else it means x = x + y;
  `x[i] = y` and `x.add_(y)` are errors while x or y is recorded.
- `x.data`, `x.grad` and the values of `state_dict()` are NumPy arrays: to forget a gradient, write `w.grad = None`.
- Recurrent layers and attention want `batch_first=True` in words. Losses take targets as arrays or Tensors.
- `rng=`, a NumPy generator, stands beside `manual_seed`; the same seed gives other numbers than PyTorch's.
- `view` copies where PyTorch would refuse to. `round`, `floor`, `sign` and `//` have no gradient, there it is 0.
"""

import sys
import types
from math import inf, nan, pi

import numpy as np

from . import creation, functional, init, nn, optim
from .creation import *  # noqa: F403  (zeros, arange, rand, cat, ...)
from .methods import METHODS
from .ops import maximum, minimum
from .tensor import (
    Tensor,
    default_generator,
    get_default_dtype,
    is_grad_enabled,
    manual_seed,
    no_grad,
    set_default_dtype,
)

__version__ = "0.1.0"

# What PyTorch has as a method and as a function: x.exp() and torch.exp(x).
_ALSO_FUNCTIONS = (
    "abs add all allclose amax amin any argmax argmin argsort bmm chunk clamp clone cos cumsum div dot eq equal erf "
    "exp flatten flip floor gather ge gt isfinite isinf isnan le log log_softmax logsumexp lt masked_fill matmul "
    "max mean min mm mul mv ne neg norm outer permute pow relu reshape round rsqrt sigmoid sign sin softmax sort "
    "split sqrt square squeeze std sub sum t tanh topk transpose tril triu unbind unsqueeze var"
).split()
_DTYPES = {"float": np.float32, "double": np.float64, "float32": np.float32, "float64": np.float64, "int": np.int32,
           "long": np.int64, "int32": np.int32, "int64": np.int64, "uint8": np.uint8, "bool": np.bool_}
globals().update({name: METHODS[name] for name in _ALSO_FUNCTIONS}, **_DTYPES)

__all__ = ["Tensor", "cuda", "default_generator", "functional", "get_default_dtype", "inf", "init",
           "is_grad_enabled", "is_tensor", "manual_seed", "maximum", "minimum", "nan", "nn", "no_grad", "optim", "pi",
           "set_default_dtype", *creation.__all__, *_ALSO_FUNCTIONS, *_DTYPES]  # fmt: skip

cuda = types.SimpleNamespace(is_available=lambda: False)  # so that "cuda" if torch.cuda.is_available() else "cpu" reads
# `optim` is one file and no folder; the import system finds what looks like a file in it here.
sys.modules[f"{__name__}.optim.lr_scheduler"] = optim.lr_scheduler


def is_tensor(x):
    """Whether `x` is a Tensor.   Chapter: 1.   Twin: torch.is_tensor."""
    return isinstance(x, Tensor)
