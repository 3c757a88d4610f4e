"""Why this file exists: which calls of PyTorch's names are tried in both libraries, by test_contract.py.

A method has calls with arguments by position and by name, on arrays that matter: ties, whole numbers, booleans, numbers
without axes. A function that is no method has whole expressions, in which `m` is the library.
"""

import math

import numpy as np

RNG = np.random.default_rng(3)
X = RNG.uniform(0.5, 2.0, (2, 3, 4))
ROW, MATRIX, FLAT = RNG.uniform(0.5, 2.0, 4), RNG.uniform(0.5, 2.0, (3, 4)), RNG.uniform(0.5, 2.0, (2, 1, 4))
SIGNED = RNG.standard_normal((3, 4))
TIES = np.array([[3.0, 1.0, 3.0, 1.0], [2.0, 2.0, 2.0, 2.0]])
WHOLE, BITS = np.array([[5, -3, 2], [0, 7, -8]]), np.array([[True, False], [True, True]])
POSITIONS = np.array([[0, 2, 1], [3, 3, 0]])


class Named(str):
    """A name of the library, such as float64, that a call gets as an argument."""


def on(array, *arguments, **named):
    """A call on this array."""
    return array, arguments, named


def call(*arguments, **named):
    """A call on X."""
    return X, arguments, named


COMPARED = [call(X), call(1.0), on(WHOLE, 2), on(TIES, np.array([3.0, 2.0, 1.0, 2.0]))]
REDUCED = [call(), call(1), call((0, 2), keepdim=True), call(-1, True), call(dim=0), on(np.array(2.0))]
EXTREME = [call(), call(1), call(-1, True), call(dim=0, keepdim=True), on(TIES, 1), on(TIES), on(TIES, 0), on(WHOLE),
           on(WHOLE, 1), on(WHOLE.astype(np.uint8)), call(MATRIX), on(TIES, TIES.copy()), on(np.array([2.0]), 0)]
PLACED = [call(), call(1), call(-1, True), call(dim=0, keepdim=True), on(TIES, 1), on(WHOLE, 0)]
LOGICAL = [on(BITS), on(BITS, 0), on(BITS, dim=1, keepdim=True), on(WHOLE), on(WHOLE, 1)]
SORTED = [call(), call(1), call(0, True), call(dim=-1, descending=True), on(WHOLE, 1), on(WHOLE, -1, True)]
TRIANGLE = [on(MATRIX), on(MATRIX, 1), on(MATRIX, diagonal=-1), call(), on(WHOLE), on(np.array([[math.inf] * 3] * 3))]
OPERANDS = [call(0.5), call(MATRIX), call(ROW), on(WHOLE, 2), on(WHOLE, WHOLE)]
SPREAD = [call(), call(1), call((0, 2), keepdim=True), call(1, False), call(1, False, True), call(unbiased=False),
          call(dim=1, correction=0), call(dim=-1, correction=2, keepdim=True), call(False)]
BITWISE = [on(BITS, ~BITS), on(BITS, True), on(WHOLE, 3)]
ADDED = [on(MATRIX, 0.5), on(MATRIX, ROW), on(WHOLE, 2)]

# name of the method -> calls, each as (input, arguments, named arguments); arrays become tensors of the library
METHOD_CALLS = {
    # operators
    **{name: [call()] for name in ["__neg__", "__abs__", "neg", "abs", "exp", "log", "sqrt", "tanh", "sigmoid", "erf",
                                   "square", "rsqrt", "clone", "contiguous", "cpu", "double", "float"]},
    **{name: OPERANDS for name in ["__add__", "__sub__", "__mul__", "add", "sub", "mul"]},
    **{name: OPERANDS[:-1] for name in ["__truediv__", "div"]},
    **{name: [call(0.5), on(WHOLE, 2)] for name in ["__radd__", "__rsub__", "__rmul__"]}, "__rtruediv__": [call(0.5)],
    **{name: ADDED for name in ["__iadd__", "__isub__", "__imul__"]}, "__itruediv__": ADDED[:2],
    "__matmul__": [call(MATRIX.T), call(ROW)], "__rmatmul__": [on(MATRIX, SIGNED.T.copy())],
    **{name: [call(2), call(0.5), on(SIGNED, 3), call(MATRIX), on(np.array([0.0, 2.0, 0.0]), np.array([0.0, 3.0, 2.0])),
              on(np.abs(WHOLE), 2)] for name in ["__pow__", "pow"]},
    "__rpow__": [call(2), call(0.5), on(np.abs(WHOLE), 2)],
    "__floordiv__": [on(WHOLE, 3), on(WHOLE, np.array([2, 3, -3]))],
    "__mod__": [on(WHOLE, 3), on(WHOLE, np.array([2, 3, -3])), on(SIGNED, 0.5), call(ROW)],
    "__invert__": [on(BITS), on(WHOLE)], "__and__": BITWISE, "__or__": BITWISE, "__xor__": BITWISE,
    **{name: COMPARED for short in ["eq", "ne", "lt", "le", "gt", "ge"] for name in (short, f"__{short}__")},
    "__getitem__": [call(1), call((slice(None), 0)), call(np.array([1, 1, 0])), call((..., None, -1)), call(X > 1),
                    call((0, np.array([0, 2]), np.array([3, 3]))), on(WHOLE, [1, 0, 1])],
    "__setitem__": [on(MATRIX, 1, 0.0), on(MATRIX, (slice(None), 2), np.array([1.0, 2.0, 3.0])),
                    on(WHOLE, WHOLE < 0, 9)],
    "__iter__": [call(), on(ROW)], "__int__": [on(np.array(3.7)), on(np.array([2]))], "__index__": [on(np.array([2]))],
    "__format__": [on(np.array(2.5), ".3f"), on(np.array(3), "d")],
    # functions of each element
    **{name: [on(WHOLE)] for name in ["sin", "cos"]},
    "relu": [on(SIGNED), on(WHOLE)], "clamp": [call(0.8, 1.5), call(min=1.0), call(max=1), on(TIES, 2, 3), on(WHOLE, 0),
                                              call(MATRIX), call(min=ROW, max=MATRIX)],
    "masked_fill": [call(MATRIX > 1, 0.0), on(MATRIX, MATRIX > 1, -math.inf), call(mask=X > 1, value=2),
                    on(WHOLE, WHOLE > 0, 9)],
    "round": [on(SIGNED), on(np.array([0.5, 1.5, -0.5]))], "sign": [on(SIGNED)], "floor": [on(SIGNED)],
    **{name: [on(np.array([1.0, math.inf, -math.inf, math.nan]))] for name in ["isnan", "isinf", "isfinite"]},
    "allclose": [call(X + 1e-9), call(X + 1e-3), call(X + 1e-3, atol=1e-2), call(X * 1.01, 0.1)],
    "equal": [call(X.copy()), call(MATRIX), call(X + 1)],
    # products, reductions, order
    "matmul": [call(MATRIX.T), on(ROW, ROW)], "mm": [on(MATRIX, MATRIX.T)], "bmm": [call(X.transpose(0, 2, 1).copy())],
    "mv": [on(MATRIX, ROW)], "dot": [on(ROW, ROW.copy())], "outer": [on(ROW, SIGNED[:, 0])],
    "softmax": [call(1), call(dim=-1)], "log_softmax": [call(1), call(dim=-1)],
    "logsumexp": [call(1), call((0, 2), True), on(np.array([1000.0, 1000.0]), 0),
                  on(np.array([-math.inf, 0.0]), dim=0)],
    "sum": [*REDUCED, on(BITS), on(WHOLE, 1)], "mean": REDUCED,
    "amax": [call(1), call((0, 2), True), on(TIES, 1), on(WHOLE, 0)], "amin": [call(1), call((0, 2), True), on(TIES, 1),
                                                                               on(WHOLE, 0)],
    "max": EXTREME, "min": EXTREME, "argmax": PLACED, "argmin": PLACED, "any": LOGICAL, "all": LOGICAL,
    "var": SPREAD, "std": [*SPREAD, on(TIES, 1)], "norm": [call(), call(2, 1), call(dim=(0, 1), keepdim=True),
                                                           on(np.zeros(3))],
    "cumsum": [call(0), call(dim=-1), on(WHOLE, 1), on(BITS, 0)], "sort": SORTED, "argsort": SORTED,
    "topk": [call(2), call(3, 1), call(1, -1, False), call(k=2, dim=0, largest=False), on(WHOLE, 2)],
    # shape, parts, type
    "reshape": [call(6, -1), call((4, 6)), call([24])], "view": [call(6, -1), call((4, 6)), call(-1)],
    "view_as": [call(np.zeros((6, 4)))], "permute": [call(2, 0, 1), call((-1, 0, 1))],
    "transpose": [call(0, 2), call(-1, -2), call(dim0=0, dim1=1)], "t": [on(MATRIX), on(ROW)],
    "flatten": [call(), call(1), call(end_dim=1), on(np.array(1.0)), on(np.ones((0, 8, 8)), 1)],
    "squeeze": [on(FLAT), on(FLAT, 1), on(FLAT, 0), on(FLAT, (0, 1)), on(np.ones((1, 1)), -1)],
    "unsqueeze": [call(0), call(-1), call(dim=2)],
    "expand": [on(FLAT, 2, 3, -1), on(FLAT, (5, 2, 3, 4)), on(np.array(2.0), 3), on(ROW, -1)],
    "expand_as": [on(FLAT, X)],
    "repeat": [call(2, 1, 3), on(ROW, (2, 3)), on(MATRIX, 0, 1), on(MATRIX, 1, 1)],
    "split": [call(2, -1), call(3, 2), call([1, 2], dim=1), call((2, 0, 2), 2), on(ROW, 4), on(ROW, 9)],
    "chunk": [call(2, -1), call(chunks=3, dim=2), on(np.arange(7.0), 3), on(np.arange(2.0), 5)],
    "unbind": [call(), call(1), call(dim=-1)], "flip": [call(0), call((0, -1)), call(1, 2)],
    "gather": [on(RNG.standard_normal((2, 4)), 1, POSITIONS), on(MATRIX, 0, np.array([[2, 0], [2, 1]])),
               on(MATRIX, dim=-1, index=np.array([[0], [3], [3]]))],
    "tril": TRIANGLE, "triu": TRIANGLE, "tolist": [call(), on(WHOLE), on(np.array(True))],
    "to": [call(Named("float32")), call("cpu"), call(device="cpu", dtype=Named("float64")), call(Named("int64")),
           on(BITS, Named("float64")), call(WHOLE), call("cpu", non_blocking=True)],
    "type_as": [call(WHOLE), on(WHOLE, X)], "long": [on(SIGNED), on(BITS)], "int": [on(SIGNED)], "bool": [on(WHOLE)],
    # in place
    "add_": [on(MATRIX, 0.5), on(MATRIX, ROW, alpha=-0.1)], "sub_": [on(MATRIX, ROW), on(MATRIX, ROW, alpha=2)],
    "mul_": [on(MATRIX, ROW)], "div_": [on(MATRIX, 2.0)], "zero_": [on(MATRIX), on(WHOLE)],
    "fill_": [on(MATRIX, 0.1), on(WHOLE, 2)], "copy_": [on(MATRIX, ROW), on(MATRIX, WHOLE[:, :1].repeat(2, 0)[:3])],
}  # fmt: skip

ROWS = [[1.0, -2.0], [3.0, 4.0]]

# name in dlcourse and in torch -> the same call in both; `m` is the library
FUNCTION_CALLS = {
    "tensor": [lambda m: m.tensor(ROWS), lambda m: m.tensor([1, 2]), lambda m: m.tensor(3.0, dtype=m.float64),
               lambda m: m.tensor([True, False], device="cpu"), lambda m: m.tensor(ROWS, dtype=m.long)],
    "as_tensor": [lambda m: m.as_tensor(ROWS), lambda m: m.as_tensor(np.ones(2)),
                  lambda m: m.as_tensor(m.ones(2), dtype=m.int64)],
    "from_numpy": [lambda m: m.from_numpy(np.ones((2, 3)))],
    "zeros": [lambda m: m.zeros(2, 3), lambda m: m.zeros((2, 3)), lambda m: m.zeros(3, dtype=m.int64),
              lambda m: m.zeros([])],
    "ones": [lambda m: m.ones(2, 3), lambda m: m.ones((4,)), lambda m: m.ones(3, dtype=m.float64, device="cpu")],
    "empty": [lambda m: m.empty(2, 3).fill_(1), lambda m: m.empty((0, 3), dtype=m.bool)],
    "full": [lambda m: m.full((2, 3), 0.5), lambda m: m.full((2,), 3), lambda m: m.full((), math.inf),
             lambda m: m.full((2,), 1, dtype=m.float64), lambda m: m.full((2,), True)],
    "eye": [lambda m: m.eye(3), lambda m: m.eye(2, 0), lambda m: m.eye(2, 3), lambda m: m.eye(2, dtype=m.int64)],
    "arange": [lambda m: m.arange(4), lambda m: m.arange(2, 8, 3), lambda m: m.arange(0, 1, 0.25),
               lambda m: m.arange(2.0),
               lambda m: m.arange(3, dtype=m.float64), lambda m: m.arange(0, 5, dtype=m.long, device="cpu")],
    "linspace": [lambda m: m.linspace(0, 1, 5), lambda m: m.linspace(-1, 1, steps=4, dtype=m.float64)],
    "zeros_like": [lambda m: m.zeros_like(m.ones(2, 3)), lambda m: m.zeros_like(m.arange(3)),
                   lambda m: m.zeros_like(m.arange(3), dtype=m.float64)],
    "ones_like": [lambda m: m.ones_like(m.zeros(2, 3)), lambda m: m.ones_like(m.arange(3), dtype=m.bool)],
    "full_like": [lambda m: m.full_like(m.zeros(2, 3), 0.5), lambda m: m.full_like(m.arange(3), 2)],
    "cat": [lambda m: m.cat([m.tensor(ROWS), m.zeros(1, 2)]), lambda m: m.cat((m.tensor(ROWS), m.ones(2, 1)), dim=1)],
    "stack": [lambda m: m.stack([m.tensor(ROWS), m.zeros(2, 2)]), lambda m: m.stack((m.ones(2), m.zeros(2)), dim=-1)],
    "where": [lambda m: m.where(m.tensor(ROWS) > 0, m.tensor(ROWS), m.zeros(2, 2)),
              lambda m: m.where(m.tensor(ROWS) > 0, 1.0, 0.0)],
    "einsum": [lambda m: m.einsum("ij,kj->ik", m.tensor(ROWS), m.tensor(ROWS)),
               lambda m: m.einsum("ij,jk", [m.tensor(ROWS), m.ones(2, 3)])],
    "maximum": [lambda m: m.maximum(m.tensor(ROWS), m.zeros(2))],
    "minimum": [lambda m: m.minimum(m.tensor(ROWS), m.zeros(2))],
    "is_tensor": [lambda m: m.is_tensor(m.ones(1)), lambda m: m.is_tensor(np.ones(1))],
    "rand": [lambda m: m.rand(2, 3) * 0, lambda m: m.rand((2, 3), dtype=m.float64) * 0],
    "randn": [lambda m: m.randn(2, 3) * 0, lambda m: m.randn((2, 3), device="cpu") * 0, lambda m: m.randn(()) * 0],
    "rand_like": [lambda m: m.rand_like(m.zeros(2, dtype=m.float64)) * 0],
    "randn_like": [lambda m: m.randn_like(m.zeros(2, 3)) * 0],
    "randint": [lambda m: m.randint(1, (2, 3)), lambda m: m.randint(4, 5, (2,)), lambda m: m.randint(3, 4, size=(2,)),
                lambda m: m.randint(1, size=(3,)), lambda m: m.randint(0, 1, (3,), dtype=m.int32)],
    "randperm": [lambda m: m.randperm(1), lambda m: m.randperm(9).sort().values],
    "bernoulli": [lambda m: m.bernoulli(m.tensor([[0.0, 1.0], [1.0, 0.0]]))],
    "multinomial": [lambda m: m.multinomial(m.tensor([0.0, 2.0, 0.0]), 1),
                    lambda m: m.multinomial(m.eye(3), num_samples=1),
                    lambda m: m.multinomial(m.eye(3), 4, replacement=True),
                    lambda m: m.multinomial(m.ones(5), 5).sort().values],
    "is_grad_enabled": [lambda m: m.is_grad_enabled(), lambda m: m.no_grad()(m.is_grad_enabled)()],
    "device": [lambda m: m.device("cpu").type, lambda m: str(m.device("cpu")),
               lambda m: m.device("cpu") == m.ones(1).device,
               lambda m: m.ones(1, device=m.device("cpu"))],
    "cuda": [lambda m: m.cuda.is_available()],
    "inf": [lambda m: m.inf], "pi": [lambda m: m.pi], "nan": [lambda m: m.tensor(m.nan)],
}  # fmt: skip
