"""Why this file exists: a layer is a function together with the parameters it owns, and a model is a tree of layers.

Attributes are the registry: a Parameter or a Module is found by looking; only a buffer, saved but not trained, says so.
Names, shapes and first distributions are those of torch.nn, so that a `state_dict` crosses over in both directions.
"""

import math

import numpy as np

from . import functional as F
from . import init, ops
from .methods import flatten
from .tensor import Tensor, as_array, get_default_dtype


class Parameter(Tensor):
    """A leaf Tensor that a Module owns and an optimizer updates. It keeps its own copy of the data, as floats.

    Chapter: 1.   Twin: torch.nn.Parameter.
    """

    def __init__(self, data, requires_grad=True):
        array = Tensor(data).data
        dtype = array.dtype if array.dtype.kind == "f" else get_default_dtype()
        super().__init__(np.array(array, dtype), requires_grad)


def empty_parameter(*shape):
    """A parameter that an initializer is about to fill.   Chapter: 2."""
    return Parameter(np.empty(shape, get_default_dtype()))


class Module:
    """A function with named parameters. A subclass sets them in __init__ and says in `forward` what is computed.

    Chapter: 1.   Twin: torch.nn.Module.
    """

    training = True
    _buffers = {}  # name -> whether state_dict saves it; never changed in place, since all modules start from this one

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    def forward(self, *args):
        raise TypeError(f"{type(self).__name__} has no forward(self, x): a Module says there what it computes")

    def register_buffer(self, name, tensor, persistent=True):
        """Set an attribute that `state_dict` saves (if persistent) although no optimizer changes it."""
        setattr(self, name, tensor if tensor is None else Tensor(tensor))
        self._buffers = {**self._buffers, name: persistent}

    def named_children(self):
        """The modules directly below this one, with their names, one after the other."""
        return ((name, value) for name, value in vars(self).items() if isinstance(value, Module))

    def children(self):
        """The modules directly below this one."""
        return (value for value in vars(self).values() if isinstance(value, Module))

    def named_modules(self, prefix=""):
        """This module and all below it, with their dotted names; this one's is empty."""
        yield prefix, self
        for name, child in self.named_children():
            yield from child.named_modules(f"{prefix}.{name}" if prefix else name)

    def modules(self):
        """This module and all below it."""
        return (module for _, module in self.named_modules())

    def _named_tensors(self, saved=False):
        """Of each module its parameters, then its buffers; all of them, or only what `state_dict` saves."""
        for path, module in self.named_modules():
            names = [name for name, value in vars(module).items() if isinstance(value, Parameter)]
            names += [name for name, persistent in module._buffers.items()
                      if getattr(module, name) is not None and (persistent or not saved)]
            yield from ((f"{path}.{name}" if path else name, getattr(module, name)) for name in names)

    def named_parameters(self, prefix="", remove_duplicate=True):
        """All parameters below this module with their dotted names, in the order in which they were set.

        A shared one is listed once, under its first name, unless `remove_duplicate` is False.
        """
        seen = set()
        for name, p in self._named_tensors():
            if isinstance(p, Parameter) and p not in seen:
                yield f"{prefix}.{name}" if prefix else name, p
                if remove_duplicate:
                    seen.add(p)

    def parameters(self):
        """All parameters below this module; a shared one is listed once."""
        return (p for _, p in self.named_parameters())

    def named_buffers(self):
        """All buffers below this module with their dotted names."""
        return ((name, t) for name, t in self._named_tensors() if not isinstance(t, Parameter))

    def buffers(self):
        """All buffers below this module."""
        return (t for _, t in self.named_buffers())

    def state_dict(self):
        """A copy of the array of every parameter and buffer, by name."""
        return {name: t.data.copy() for name, t in self._named_tensors(saved=True)}

    def load_state_dict(self, state, strict=True):
        """Copy arrays (or torch tensors) into the parameters and buffers of the same names.

        They are copied in place, so that whoever shares their memory, such as an optimizer, sees the new values. With
        `strict` False names may be missing or unknown. Returns both lists.

        Raises:  KeyError if a name is missing or unknown, ValueError if a shape differs. Nothing is changed then.
        """
        own = dict(self._named_tensors(saved=True))
        missing, unexpected = (sorted(a.keys() - b.keys()) for a, b in ((own, state), (state, own)))
        if strict and (missing or unexpected):
            raise KeyError(f"state_dict does not fit: missing {missing}, unexpected {unexpected}")
        new = {name: np.asarray(as_array(state[name]), own[name].dtype) for name in own if name in state}
        for name, array in new.items():
            if array.shape != own[name].shape:
                raise ValueError(f"{name} expected shape {own[name].shape}, got {array.shape}")
        for name, array in new.items():
            own[name].data[...] = array
        return missing, unexpected

    def zero_grad(self, set_to_none=True):
        """Forget all gradients, or set them to 0."""
        for p in self.parameters():
            p.grad = None if set_to_none or p.grad is None else np.zeros_like(p.grad)

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

    def apply(self, function):
        """Call `function(module)` for all modules below this one, and then for this one."""
        for child in self.children():
            child.apply(function)
        function(self)
        return self

    def to(self, target):
        """Change the type of all floats, in place: to(float64). "cpu" is where everything is."""
        for _, t in self._named_tensors():
            if t.dtype.kind == "f":
                t.data = t.detach().to(target).data
                t.grad = None
        return self

    def cpu(self):
        """The same module: there is nothing but the CPU here."""
        return self

    def double(self):
        """All parameters and buffers as float64."""
        return self.to(np.float64)

    def float(self):
        """All parameters and buffers as float32."""
        return self.to(np.float32)

    def extra_repr(self):
        """What stands between the parentheses when the module is printed."""
        return ""

    def __repr__(self):
        children = [f"  ({name}): {child!r}".replace("\n", "\n  ") for name, child in self.named_children()]
        inside = "\n" + "\n".join(children) + "\n" if children else self.extra_repr()
        return f"{type(self).__name__}({inside})"


# ---------------------------------------------------------------------------------------------- layers


class Linear(Module):
    """x W^T + b.   weight (out_features, in_features), bias (out_features,), both uniform in +-1 / sqrt(in_features).

    Shapes:  x (..., in_features)  ->  (..., out_features)
    Raises:  ValueError if the last axis of x is not in_features.
    Chapter: 1.   Twin: torch.nn.Linear.
    """

    def __init__(self, in_features, out_features, bias=True, *, rng=None):
        self.in_features, self.out_features = in_features, out_features
        bound = 1 / math.sqrt(in_features)
        self.weight = init.uniform_(empty_parameter(out_features, in_features), -bound, bound, rng=rng)
        self.bias = init.uniform_(empty_parameter(out_features), -bound, bound, rng=rng) if bias else None

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


class Unflatten(Module):
    """Rows to images: the axis `dim` becomes several, of the sizes `unflattened_size`.

    Shapes:  (N, D)  ->  (N, *unflattened_size) for dim 1.   Chapter: 4.   Twin: torch.nn.Unflatten.
    """

    def __init__(self, dim, unflattened_size):
        self.dim, self.unflattened_size = dim, tuple(unflattened_size)

    def forward(self, x):
        dim = self.dim % x.ndim
        return ops.reshape(x, shape=(*x.shape[:dim], *self.unflattened_size, *x.shape[dim + 1 :]))

    def extra_repr(self):
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


class Identity(Module):
    """What goes in comes out.   Chapter: 2.   Twin: torch.nn.Identity."""

    def forward(self, x):
        return x


class Dropout(Module):
    """In training, each number is 0 with probability p, and the others are divided by 1 - p: their mean stays.

    Source:  Srivastava et al. 2014, sec. 4 (they scale afterwards).   Chapter: 3.   Twin: torch.nn.Dropout.
    """

    def __init__(self, p=0.5, inplace=False, *, rng=None):
        self.p, self.inplace, self.rng = p, inplace, rng

    def forward(self, x):
        return F.dropout(x, self.p, self.training, rng=self.rng)

    def extra_repr(self):
        return f"p={self.p}, inplace={self.inplace}"


class Embedding(Module):
    """A table of vectors, one for each integer.   weight (num_embeddings, embedding_dim), standard normal.

    The row `padding_idx` starts at 0 and stays there.

    Shapes:  (...) of integers  ->  (..., embedding_dim).   Chapter: 4.   Twin: torch.nn.Embedding.
    """

    def __init__(self, num_embeddings, embedding_dim, padding_idx=None, *, rng=None):
        self.num_embeddings, self.embedding_dim, self.padding_idx = num_embeddings, embedding_dim, padding_idx
        self.weight = init.normal_(empty_parameter(num_embeddings, embedding_dim), rng=rng)
        if padding_idx is not None:
            self.weight.data[padding_idx] = 0

    def forward(self, index):
        return F.embedding(index, self.weight, self.padding_idx)

    def extra_repr(self):
        padding = f", padding_idx={self.padding_idx}" * (self.padding_idx is not None)
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"
