"""Why this file exists: so that nobody has to derive the gradient of a whole network by hand.

An operation is a pure NumPy function that returns its value and the rule that turns the gradient of that value into the
gradients of its inputs. Everything else is done here, once: recording who was computed from whom, walking back through
the record, summing over broadcast axes, adding up the gradients of a tensor that was used twice.
"""

import contextlib
import functools
import itertools
from operator import attrgetter

import numpy as np

from .arrays import Part

# ---------------------------------------------------------------------------------------------- process-wide settings

_recording = True
_default_dtype = np.dtype(np.float32)
_generator = None  # made when first asked for, since importing numpy.random takes as long as the rest of NumPy
_next_serial = itertools.count().__next__


@contextlib.contextmanager
def no_grad():
    """Compute without recording: nothing can be differentiated, and nothing is kept alive for it.

    Use as a context or as a decorator.   Chapter: 1.   Twin: torch.no_grad.
    """
    global _recording
    previous, _recording = _recording, False
    try:
        yield
    finally:
        _recording = previous


def is_grad_enabled():
    """Whether operations are being recorded.   Chapter: 3.   Twin: torch.is_grad_enabled."""
    return _recording


def set_default_dtype(dtype):
    """Choose what Python floats and new parameters become: float32, as in PyTorch, or float64, for stable numbers.

    Raises:  TypeError unless `dtype` is a floating-point type.
    Chapter: 1.   Twin: torch.set_default_dtype.
    """
    global _default_dtype
    if np.dtype(dtype).kind != "f":
        raise TypeError(f"set_default_dtype expected float32 or float64, got {np.dtype(dtype)}")
    _default_dtype = np.dtype(dtype)


def get_default_dtype():
    """The type of Python floats and new parameters.   Chapter: 1.   Twin: torch.get_default_dtype."""
    return _default_dtype


def manual_seed(seed):
    """Start the course's random generator anew, so that what follows can be repeated.

    Chapter: 1.   Twin: torch.manual_seed (the same idea; the numbers differ, since the generators do).
    """
    global _generator
    _generator = np.random.default_rng(seed)
    return _generator


def default_generator():
    """The generator that is used wherever `rng=` is not given.   Chapter: 1.   Twin: torch.default_generator."""
    return _generator or manual_seed(0)


# ---------------------------------------------------------------------------------------------- the tensor


class Tensor:
    """An array that remembers how it was computed: by which `op`, from which `parents`, with which `options`.

    Arrays keep their dtype; Python floats take the default dtype (float32), as in PyTorch. `.grad` is a NumPy array,
    filled by `backward`. Operators and most methods are attached in `ops.py`, where their rules stand.

    Raises:  ValueError for rows of unequal length;  TypeError for what is not a number, or if a gradient is required of
             numbers that are not floating-point.
    Chapter: 1 (forward), 3 (backward).   Twin: torch.Tensor.
    """

    __array_ufunc__ = None  # so that ndarray + Tensor asks Tensor.__radd__
    requires_grad = False
    grad = None
    op, parents, options, _vjp = "", (), None, None
    _home = None  # where an optimizer wants the next gradient to be written

    def __init__(self, data, requires_grad=False, dtype=None):
        if isinstance(data, Tensor):
            data = data.data
        from_python = not isinstance(data, (np.ndarray, np.generic))
        try:
            self.data = np.asarray(data, dtype)
        except ValueError as error:
            raise ValueError(f"Tensor expected numbers in rows of equal length: {error}") from None
        if dtype is None and from_python and self.data.dtype.kind == "f":
            self.data = self.data.astype(_default_dtype, copy=False)
        if self.data.dtype.kind not in "fiub":
            raise TypeError(f"Tensor expected numbers, got {self.data.dtype}: convert text or objects first?")
        self.requires_grad_(requires_grad)

    shape, ndim, dtype = (property(attrgetter(f"data.{name}")) for name in ("shape", "ndim", "dtype"))
    is_leaf = property(lambda self: self._vjp is None)

    def size(self, dim=None):
        """The shape, or its entry `dim`."""
        return self.data.shape if dim is None else self.data.shape[dim]

    def dim(self):
        """The number of axes."""
        return self.data.ndim

    def numel(self):
        """The number of elements."""
        return self.data.size

    def __len__(self):
        return len(self.data)

    def __repr__(self):
        made = f", op={self.op}" if self.op else ", requires_grad=True" if self.requires_grad else ""
        return f"Tensor({np.array2string(self.data, separator=', ', prefix='Tensor(')}, dtype={self.dtype}{made})"

    def item(self):
        """The only element, as a Python number."""
        if self.data.size != 1:
            raise ValueError(f"item() expected one element, got shape {self.shape}: index it, or reduce it by .mean()?")
        return self.data.item()

    def __float__(self):
        return float(self.item())

    def __bool__(self):
        return bool(self.item())

    def detach(self):
        """The same array without its history."""
        return Tensor(self.data)

    def numpy(self):
        """The array itself, not a copy.   Raises:  RuntimeError if it carries a gradient, as in PyTorch."""
        if self.requires_grad:
            raise RuntimeError("numpy() on a Tensor that requires a gradient would lose it: call .detach().numpy()")
        return self.data

    def __array__(self, dtype=None, copy=None):
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def requires_grad_(self, requires_grad=True):
        """Say whether `backward` shall compute a gradient for this leaf.   Raises:  TypeError unless of floats."""
        if requires_grad and self.data.dtype.kind != "f":
            raise TypeError(f"only floating-point tensors can require a gradient, got {self.dtype}: write 1.0, not 1?")
        self.requires_grad = bool(requires_grad)
        return self

    def backward(self, gradient=None, retain_graph=False):
        """Add d(self)/d(leaf), contracted with `gradient`, to `leaf.grad` of every leaf that requires it.

        The record is freed on the way unless `retain_graph`. Rules are NumPy functions, so a gradient cannot be
        differentiated again (torch.autograd.grad with create_graph=True can). An optimizer changes parameters in
        place: call backward before its step, not after.

        Raises:  RuntimeError without `gradient` unless self has one element, if nothing requires a gradient, or if the
                 record was freed by an earlier call;  ValueError if `gradient` has another shape.
        Chapter: 3.   Source: Linnainmaa 1976; Baydin et al. 2018, sec. 3.2.   Twin: torch.Tensor.backward.
        """
        grads, own = {self: _initial_gradient(self, gradient)}, set()  # own: those with an array to add parts to
        for node in _newest_first(self):
            if node._vjp is None:  # a leaf: only self can be one
                node._accumulate(grads[node])
                continue
            for parent, g in zip(node.parents, node._vjp(grads.pop(node)), strict=False):
                if not parent.requires_grad:
                    continue
                if callable(g):  # postponed until somebody needs it, which is now
                    g = g()
                if g.__class__ is Part:
                    if parent in own:
                        g.add_to(grads[parent])
                        continue
                    g = g.whole(parent.data)
                    if parent._vjp is not None and g.ndim:  # a sum of numbers is no array, and cannot be added to
                        own.add(parent)
                elif g.shape != parent.data.shape:
                    g = unbroadcast(g, parent.data.shape)
                if parent._vjp is None:
                    parent._accumulate(g)
                elif parent in grads:
                    grads[parent] = grads[parent] + g  # not +=: a rule may hand out one array twice
                else:
                    grads[parent] = g
            if not retain_graph:
                node._vjp, node.parents = _spent, ()

    def _accumulate(self, g):
        """Leaves own their gradient: `g` may be a view, or belong to another tensor as well."""
        if self.grad is not None:
            self.grad += g
        elif self._home is None or self._home.dtype is not g.dtype:
            self.grad = np.array(g)
        else:  # used once, so that a gradient which somebody kept is never written over
            self.grad, self._home = self._home, None
            self.grad[...] = g


def _initial_gradient(root, gradient):
    """What backward starts with: 1 for a loss, else what the caller gives."""
    if not root.requires_grad:
        raise RuntimeError("backward() found nothing that requires a gradient: was it computed under no_grad()?")
    if gradient is None:
        if root.data.size != 1:
            raise RuntimeError(f"backward() expected a loss of one element, got shape {root.shape}: "
                               "reduce it by .mean() or .sum(), or pass the gradient of what comes after")
        return np.ones_like(root.data)
    gradient = np.asarray(gradient.data if isinstance(gradient, Tensor) else gradient, root.dtype)
    if gradient.shape != root.shape:
        raise ValueError(f"backward() expected a gradient of shape {root.shape}, got {gradient.shape}")
    return gradient


def _newest_first(root):
    """`root` and every op it came from. A tensor is younger than its parents, so age is an order for the walk back."""
    found, waiting = {root}, [root]
    while waiting:  # a loop, not a recursion: a graph may be deeper than Python's stack
        for parent in waiting.pop().parents:
            if parent._vjp is not None and parent not in found:
                found.add(parent)
                waiting.append(parent)
    return [root] if root._vjp is None else sorted(found, key=attrgetter("serial"), reverse=True)


def _spent(g):
    raise RuntimeError("backward() came a second time through a record that the first call freed: "
                       "compute the loss again, or pass retain_graph=True to the first call")


def unbroadcast(g, shape):
    """Sum `g` over the axes that broadcasting added or stretched, so that it has `shape` again.

    Shapes:  g (..., *stretched)  ->  shape.   Chapter: 3.
    """
    if g.shape == shape:
        return g
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    return g.sum(axis=stretched, keepdims=True) if stretched else g


# ---------------------------------------------------------------------------------------------- operations

OPS = {}  # name -> op; a test walks this and checks every rule
SLOW_FORMS = {}  # name of a fused op -> the same function composed of simpler ops; a test compares the two


def op(rule):
    """Make `rule(*arrays, **options) -> (value, vjp)` an operation on Tensors.

    `vjp(g)` returns one entry per input: its gradient, or a function without arguments that computes it. Write
    `lambda: ...` where the work can be spared when an input needs no gradient (data, frozen weights). Inputs may be
    Tensors, arrays or numbers; options are not differentiated. `apply.rule` is the bare function, for plain arrays.

    Raises:  ValueError that names the operation and the shapes it got.   Chapter: 1, 3.
    """
    name = rule.__name__

    @functools.wraps(rule)
    def apply(*inputs, **options):
        arrays, record = [], False
        for t in inputs:
            if not isinstance(t, Tensor) or t.data.dtype is not inputs[0].data.dtype:
                inputs = _lift(inputs)
                arrays = [t.data for t in inputs]
                record = _recording and any(t.requires_grad for t in inputs)
                break
            arrays.append(t.data)
            if t.requires_grad:
                record = _recording
        try:
            value, vjp = rule(*arrays, **options)
        except ValueError as error:
            shapes = " and ".join(str(a.shape) for a in arrays)
            raise ValueError(f"{name} of {shapes}: {error}") from None
        out = Tensor.__new__(Tensor)
        out.data = value if value.__class__ is np.ndarray else np.asarray(value)
        if arrays[0].dtype.kind != "f" and out.data.dtype.kind == "f":  # 1 / 2 of integers, say
            out.data = out.data.astype(_default_dtype)
        if record:
            out.requires_grad, out.serial = True, _next_serial()
            out.op, out.parents, out.options, out._vjp = name, inputs, options, vjp
        return out

    apply.rule = rule
    OPS[name] = apply
    return apply


def slow_form(name):
    """Register the composed form that the fused op `name` must equal in value and gradients.   Chapter: 3."""

    def register(function):
        SLOW_FORMS[name] = function
        return function

    return register


def as_array(x):
    """The array of a Tensor, or of anything else: rules want arrays for labels, indices and masks.   Chapter: 1."""
    return x.data if isinstance(x, Tensor) else np.asarray(x)


def _lift(inputs):
    """Give all inputs one dtype, that of the Tensors: np.asarray(0.5) alone would turn float32 into float64."""
    tensors, arrays = ([t.dtype for t in inputs if isinstance(t, kind) and t.dtype.kind == "f"]
                       for kind in (Tensor, (np.ndarray, np.generic)))
    if tensors or arrays:
        dtype = np.result_type(*(tensors or arrays))
    else:  # whole numbers, perhaps with a Python float among them
        dtype = _default_dtype if any(isinstance(t, float) for t in inputs) else None
    return tuple(_cast(t, dtype) for t in inputs)


def _cast(t, dtype):
    """`t` as a Tensor of `dtype`. One that requires a gradient passes it back in its own dtype."""
    if not isinstance(t, Tensor):
        return Tensor(t, dtype=dtype)
    if dtype is None or t.data.dtype == dtype:
        return t
    return OPS["astype"](t, dtype=dtype) if t.requires_grad else Tensor(t, dtype=dtype)
