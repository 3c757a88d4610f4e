"""Why this file exists: a layer is a function together with the parameters it owns, and a model is a tree of layers.

Attributes are the registry: whatever is a Parameter or a Module is found by looking, nothing is registered by hand.
Names, shapes and first distributions are those of torch.nn, so that a `state_dict` crosses over in both directions.
"""

import math

import numpy as np

from . import functional as F
from . import init
from .methods import flatten
from .tensor import Tensor, get_default_dtype


class Parameter(Tensor):
    """A leaf Tensor that a Module owns and an optimizer updates. It keeps its own copy of the data, as floats.

    Chapter: 1.   Twin: torch.nn.Parameter.
    """

    def __init__(self, data, requires_grad=True):
        array = Tensor(data).data
        dtype = array.dtype if array.dtype.kind == "f" else get_default_dtype()
        super().__init__(np.array(array, dtype), requires_grad)


def _empty(*shape):
    """A parameter that an initializer is about to fill."""
    return Parameter(np.empty(shape, get_default_dtype()))


class Module:
    """A function with named parameters. A subclass sets them in __init__ and says in `forward` what is computed.

    Chapter: 1.   Twin: torch.nn.Module.
    """

    training = True

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    def forward(self, *args):
        raise TypeError(f"{type(self).__name__} has no forward(self, x): a Module says there what it computes")

    def named_children(self):
        """The modules directly below this one, with their names."""
        return [(name, value) for name, value in vars(self).items() if isinstance(value, Module)]

    def children(self):
        """The modules directly below this one."""
        return [child for _, child in self.named_children()]

    def modules(self):
        """This module and all below it."""
        return [self] + [m for child in self.children() for m in child.modules()]

    def named_parameters(self, prefix=""):
        """All parameters below this module with their dotted names, in the order in which they were set."""
        own = [(prefix + name, value) for name, value in vars(self).items() if isinstance(value, Parameter)]
        return own + [p for name, child in self.named_children() for p in child.named_parameters(f"{prefix}{name}.")]

    def parameters(self):
        """All parameters below this module; a shared one is listed once."""
        return list({id(p): p for _, p in self.named_parameters()}.values())

    def state_dict(self):
        """A copy of every parameter's array, by name."""
        return {name: p.data.copy() for name, p in self.named_parameters()}

    def load_state_dict(self, state):
        """Copy arrays (or torch tensors) into the parameters of the same names.

        Raises:  KeyError if a name is missing or unknown, ValueError if a shape differs. Nothing is changed then.
        """
        own = dict(self.named_parameters())
        missing, unexpected = sorted(own.keys() - state.keys()), sorted(state.keys() - own.keys())
        if missing or unexpected:
            raise KeyError(f"state_dict does not fit: missing {missing}, unexpected {unexpected}")
        new = {name: np.asarray(array, own[name].dtype) for name, array in state.items()}
        for name, p in own.items():
            if new[name].shape != p.shape:
                raise ValueError(f"{name} expected shape {p.shape}, got {new[name].shape}")
        for name, p in own.items():
            p.data[...] = new[name]

    def zero_grad(self):
        """Forget all gradients."""
        for p in self.parameters():
            p.grad = None

    def train(self, mode=True):
        """Tell this module and all below it that training goes on (dropout and batch norm care)."""
        for m in self.modules():
            m.training = mode
        return self

    def eval(self):
        """Tell this module and all below it that training is over."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        """Freeze (False) or unfreeze all parameters."""
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def extra_repr(self):
        """What stands between the parentheses when the module is printed."""
        return ""

    def __repr__(self):
        children = [f"  ({name}): {child!r}".replace("\n", "\n  ") for name, child in self.named_children()]
        inside = "\n" + "\n".join(children) + "\n" if children else self.extra_repr()
        return f"{type(self).__name__}({inside})"


class Sequential(Module):
    """Layers one after the other, named "0", "1", ...; a slice keeps the names.

    Chapter: 1.   Twin: torch.nn.Sequential.
    """

    def __init__(self, *layers):
        for i, layer in enumerate(layers):
            if not isinstance(layer, Module):
                raise TypeError(f"Sequential expected modules, got {layer!r} at position {i}: nn.ReLU(), not F.relu?")
            setattr(self, str(i), layer)

    def forward(self, x):
        for layer in self.children():
            x = layer(x)
        return x

    def __len__(self):
        return len(self.children())

    def __getitem__(self, index):
        if not isinstance(index, slice):
            return self.children()[index]
        part = Sequential()
        vars(part).update(self.named_children()[index])
        return part


class Linear(Module):
    """x W^T + b.   weight (out_features, in_features), bias (out_features,), both uniform in +-1 / sqrt(in_features).

    Shapes:  x (..., in_features)  ->  (..., out_features)
    Raises:  ValueError if the last axis of x is not in_features.
    Chapter: 1.   Twin: torch.nn.Linear.
    """

    def __init__(self, in_features, out_features, bias=True, *, rng=None):
        self.in_features, self.out_features = in_features, out_features
        bound = 1 / math.sqrt(in_features)
        self.weight = init.uniform_(_empty(out_features, in_features), -bound, bound, rng=rng)
        self.bias = init.uniform_(_empty(out_features), -bound, bound, rng=rng) if bias else None

    def forward(self, x):
        return F.linear(x, self.weight, self.bias)

    def extra_repr(self):
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Flatten(Module):
    """Images to rows: the axes from `start_dim` to `end_dim` become one, by default all but the first.

    Shapes:  (N, ...)  ->  (N, D).   Chapter: 1.   Twin: torch.nn.Flatten.
    """

    def __init__(self, start_dim=1, end_dim=-1):
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x):
        return flatten(x, self.start_dim, self.end_dim)  # not x.flatten: NumPy's means something else

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Identity(Module):
    """What goes in comes out.   Chapter: 2.   Twin: torch.nn.Identity."""

    def forward(self, x):
        return x


class ReLU(Module):
    """max(x, 0), elementwise.   Chapter: 1.   Twin: torch.nn.ReLU."""

    def forward(self, x):
        return F.relu(x)


class Tanh(Module):
    """The hyperbolic tangent, elementwise.   Chapter: 1.   Twin: torch.nn.Tanh."""

    def forward(self, x):
        return F.tanh(x)


class Sigmoid(Module):
    """1 / (1 + e^-x), elementwise.   Chapter: 1.   Twin: torch.nn.Sigmoid."""

    def forward(self, x):
        return F.sigmoid(x)


class Softmax(Module):
    """Positive numbers that sum to 1 along `dim`.   Chapter: 1.   Twin: torch.nn.Softmax."""

    def __init__(self, dim=-1):
        self.dim = dim

    def forward(self, x):
        return F.softmax(x, self.dim)

    def extra_repr(self):
        return f"dim={self.dim}"


class CrossEntropyLoss(Module):
    """Logits (N, K) and labels (N,) -> the mean of -log softmax(logits)[label].

    Chapter: 1.   Twin: torch.nn.CrossEntropyLoss.
    """

    def forward(self, logits, target):
        return F.cross_entropy(logits, target)


class BCEWithLogitsLoss(Module):
    """Cross-entropy for two classes, from logits.   Chapter: 1.   Twin: torch.nn.BCEWithLogitsLoss."""

    def forward(self, logits, target):
        return F.binary_cross_entropy_with_logits(logits, target)


class MSELoss(Module):
    """The mean squared difference.   Chapter: 1.   Twin: torch.nn.MSELoss."""

    def forward(self, x, target):
        return F.mse_loss(x, target)
