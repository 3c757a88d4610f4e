"""Why this file exists: what is tried for each operation stands in a table, so that one that is missing is seen.

A case is (options, the same function in PyTorch, inputs in float64). The tables of larger families stand in files of
their own; `op_tables.py` joins them all.
"""

import numpy as np
import torch
from torch.nn import functional as torch_F

RNG = np.random.default_rng(1)
SHAPES = [(3, 4), (), (1,), (0, 3)]
PAIRS = [((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 1), (1, 4)), ((), (2, 3)), ((2, 3), ()), ((2, 1, 3), (4, 1)),
         ((0, 3), (1, 3)), ((), ())]


def normal(*shape):
    return np.asarray(RNG.standard_normal(shape))


def away(*shape):
    """Numbers at least 0.1 from 0, where relu, abs and division have their corners and poles."""
    x = normal(*shape)
    return np.asarray(x + 0.1 * np.sign(x))


def positive(*shape):
    return np.abs(away(*shape))


def one(function, make=normal):
    """An elementwise operation of one input."""
    return [({}, function, [make(*shape)]) for shape in SHAPES]


def two(function, make=normal):
    """An elementwise operation of two inputs that broadcast."""
    return [({}, function, [normal(*a), make(*b)]) for a, b in PAIRS]


def powers():
    cases = [({"exponent": n}, lambda a, n=n: a**n, [positive(*shape)])
             for n in (2, 3, -1, 0.5, 0, 1) for shape in SHAPES]
    return cases + [({"exponent": n}, lambda a, n=n: a**n, [np.array([0.0, -1.5, 2.0])]) for n in (0, 1, 2, 3)]


def wheres():
    condition = RNG.random((3, 4)) < 0.5
    chosen = torch.tensor(condition)
    return [({"condition": condition}, lambda a, b: torch.where(chosen, a, b), [normal(*a), normal(*b)]) for a, b in
            [((3, 4), (3, 4)), ((4,), (3, 1)), ((), (3, 4)), ((), ())]]


def reductions(function, empty=((0, 3), 1)):
    def over(dim, keepdim):
        return lambda a: function(a, dim=tuple(range(a.ndim)) if dim is None else dim, keepdim=keepdim)

    shapes = [((2, 3, 4), dim) for dim in (None, 0, 1, -1, (0, 2))] + [((), None), ((1,), 0), empty]
    return [({"dim": dim, "keepdim": keepdim}, over(dim, keepdim), [normal(*shape)])
            for shape, dim in shapes for keepdim in (False, True)]


def indices():
    mask = RNG.random((3, 4)) < 0.5
    found = [1, -1, (slice(None), 2), slice(1, None, 2), slice(2, 2), (None, ...), (Ellipsis, 0), mask,
             np.array([0, 0, 2]), (np.array([0, 1, 0]), np.array([2, 2, 2]))]

    def torch_index(index):
        if isinstance(index, tuple):
            return tuple(torch_index(i) for i in index)
        return torch.tensor(index) if isinstance(index, np.ndarray) else index

    return [({"index": index}, lambda a, index=index: a[torch_index(index)], [normal(3, 4)]) for index in found]


def reshapes():
    pairs = [((3, 4), (4, 3)), ((3, 4), (-1,)), ((3, 4), (2, -1, 3)), ((0, 5), (3, 0)), ((), (1, 1))]
    return [({"shape": after}, lambda a, after=after: a.reshape(after), [normal(*before)]) for before, after in pairs]


def permutations():
    pairs = [((2, 3, 4), (2, 0, 1)), ((2, 3, 4), (-1, 0, 1)), ((3, 3), (-1, -2)), ((3, 3), (-1, 0)), ((), ()),
             ((0, 3), (1, 0))]
    return [({"dims": dims}, lambda a, dims=dims: a.permute(dims), [normal(*shape)]) for shape, dims in pairs]


def joins():
    cases = [(0, [(2, 3), (1, 3), (4, 3)]), (-1, [(2, 3), (2, 1)]), (1, [(2, 3), (2, 0), (2, 2)]), (0, [(3,)])]
    return [({"dim": dim}, lambda *a, dim=dim: torch.cat(a, dim), [normal(*shape) for shape in shapes])
            for dim, shapes in cases]


def products():
    shapes = [((3, 4), (4, 2)), ((4,), (4,)), ((3, 4), (4,)), ((4,), (4, 2)), ((2, 3, 4), (4, 2)),
              ((5, 1, 3, 4), (2, 4, 2)), ((2, 3, 4), (4,)), ((4,), (2, 4, 3)), ((1, 1), (1, 1)),
              ((0, 4), (4, 2)), ((3, 0), (0, 2)), ((0,), (0,))]
    return [({}, torch.matmul, [normal(*a), normal(*b)]) for a, b in shapes]


def linears():
    shapes = [[(5, 4), (3, 4), (3,)], [(5, 4), (3, 4)], [(4,), (3, 4), (3,)], [(2, 5, 4), (3, 4), (3,)],
              [(5, 4), (1, 4), (1,)], [(1, 1), (1, 1), (1,)], [(0, 4), (3, 4), (3,)], [(0, 4), (3, 4)]]
    return [({}, torch_F.linear, [normal(*s) for s in some]) for some in shapes]


def softmaxes(function):
    shapes = [((5, 4), -1), ((5, 4), 0), ((2, 3, 4), 1), ((4,), -1), ((1, 1), -1), ((0, 3), -1)]
    return [({"dim": dim}, lambda x, dim=dim: function(x, dim=dim), [3 * normal(*shape)]) for shape, dim in shapes]


def tensor_powers():
    pairs = [(positive(*a), normal(*b)) for a, b in PAIRS]
    pairs += [(positive(2, 2), np.full((1, 2), n)) for n in (0.0, 1.0, 2.0)]
    return [({}, torch.pow, [a, b]) for a, b in pairs]


def clips():
    x = np.array([[-2.0, -0.5, 0.3], [0.9, 1.7, 3.0]])
    limits = [{"low": -1.0, "high": 1.0}, {"low": 0.0}, {"high": 0.5}, {"low": -9, "high": 9}]
    return [(some, lambda a, some=some: torch.clip(a, some.get("low"), some.get("high")), [x]) for some in limits]


def cumulative_sums():
    pairs = [((3, 4), 0), ((3, 4), -1), ((2, 3, 4), 1), ((5,), 0), ((0, 3), 0), ((1,), 0)]
    return [({"dim": dim}, lambda a, dim=dim: a.cumsum(dim), [normal(*shape)]) for shape, dim in pairs]


def expansions():
    pairs = [((3, 1), (3, 4)), ((4,), (3, 4)), ((), (2, 2)), ((1, 1), (1, 1)), ((2, 1, 3), (5, 2, 4, 3)), ((1,), (0,))]
    return [({"shape": after}, lambda a, after=after: a.expand(after), [normal(*before)]) for before, after in pairs]


def paddings():
    every = [((3, 4), ((1, 2), (0, 3))), ((2, 3), ((0, 0), (0, 0))), ((4,), ((2, 1),)), ((0, 2), ((1, 1), (0, 0)))]
    return [({"widths": widths, "value": value}, lambda a, w=widths, v=value: torch_F.pad(
        a, [n for pair in reversed(w) for n in pair], value=v), [normal(*shape)])
        for shape, widths in every for value in (0.0, -1.5)]


def gathers():
    cases = [((3, 4), 1, (3, 2)), ((3, 4), 0, (5, 4)), ((3, 4), -1, (2, 6)), ((4,), 0, (7,)), ((2, 3, 4), 1, (2, 5, 3))]
    every = [(shape, dim, RNG.integers(0, shape[dim], index)) for shape, dim, index in cases]
    return [({"dim": dim, "index": index}, lambda a, dim=dim, index=index: a.gather(dim, torch.tensor(index)),
             [normal(*shape)]) for shape, dim, index in every]


def einsums():
    every = {"ij,jk->ik": [(3, 4), (4, 2)], "ij,jk": [(3, 4), (4, 2)], "i,i->": [(4,), (4,)], "i,j->ij": [(3,), (2,)],
             "bij,bjk->bik": [(2, 3, 4), (2, 4, 2)], "ij->j": [(3, 4)], "ij->ji": [(3, 4)], "ij,k->i": [(2, 3), (4,)],
             "bnd,bmd,bm->bn": [(2, 3, 4), (2, 5, 4), (2, 5)], "i,i->i": [(3,), (3,)], "nk,kd->nd": [(0, 2), (2, 3)]}
    return [({"equation": equation}, lambda *a, e=equation: torch.einsum(e, *a), [normal(*s) for s in shapes])
            for equation, shapes in every.items()]


def embeddings():
    cases = [((9, 5), RNG.integers(0, 9, (3, 40))), ((99, 5), RNG.integers(0, 9, (3, 7)) * 11), ((9, 5), np.array(3)),
             ((4, 2), np.zeros((0,), int)), ((7, 130), np.array([[3, 0, 3], [6, 6, 3]])), ((1, 1), np.array([0]))]
    return [({"index": i}, lambda w, i=i: torch_F.embedding(torch.tensor(i), w), [normal(*s)]) for s, i in cases]


def attentions():
    causal = np.triu(np.full((6, 6), -np.inf), 1)
    every = [(causal, [(2, 2, 6, 4)] * 3), (None, [(2, 3, 4), (2, 5, 4), (2, 5, 7)]), (None, [(1, 1)] * 3),
             (RNG.standard_normal((2, 3, 5)), [(2, 3, 4), (2, 5, 4), (2, 5, 7)])]

    def torchs_attention(mask):
        mask = None if mask is None else torch.tensor(mask)
        return lambda q, k, v: torch_F.scaled_dot_product_attention(
            q, k, v, attn_mask=None if mask is None else mask.to(q.dtype))

    return [({"mask": mask}, torchs_attention(mask), [normal(*s) for s in shapes]) for mask, shapes in every]


def softpluses():
    x = np.array([-30.0, -2.0, 0.0, 3.0, 21.0, 50.0])
    return one(torch_F.softplus) + [({"beta": b, "threshold": t}, lambda a, b=b, t=t: torch_F.softplus(a, b, t), [x])
                                    for b, t in ((2.0, 20.0), (0.5, 5.0))]


def with_option(function, name, values, make=away):
    """A function of one input and one number."""
    return [({name: v}, lambda a, v=v: function(a, v), [make(*shape)]) for v in values for shape in SHAPES]


# name of the operation -> cases of (options, the same in PyTorch, inputs)
CASES = {
    "neg": one(torch.neg), "power": powers(), "exp": one(torch.exp), "log": one(torch.log, positive),
    "sqrt": one(torch.sqrt, positive), "abs": one(torch.abs, away), "tanh": one(torch.tanh),
    "sigmoid": one(torch.sigmoid), "relu": one(torch.relu, away),
    "erf": one(torch.erf), "clip": clips(), "silu": one(torch_F.silu), "gelu": one(torch_F.gelu),
    "leaky_relu": with_option(torch_F.leaky_relu, "negative_slope", [0.01, 0.3]), "softplus": softpluses(),
    "elu": with_option(torch_F.elu, "alpha", [1.0, 0.4]),
    "astype": [({"dtype": np.float64}, torch.Tensor.double, [normal(*shape)]) for shape in SHAPES],
    "add": two(torch.add), "sub": two(torch.sub), "mul": two(torch.mul), "div": two(torch.div, away),
    "pow": tensor_powers(), "maximum": two(torch.maximum), "minimum": two(torch.minimum), "where": wheres(),
    "sum": reductions(torch.sum, empty=((0, 3), 0)), "mean": reductions(torch.mean), "amax": reductions(torch.amax),
    "cumsum": cumulative_sums(), "reshape": reshapes(), "permute": permutations(), "cat": joins(),
    "expand": expansions(), "pad": paddings(), "getitem": indices(), "gather": gathers(), "matmul": products(),
    "einsum": einsums(), "linear": linears(), "embedding": embeddings(), "attention": attentions(),
    "softmax": softmaxes(torch.softmax),
    "log_softmax": softmaxes(torch.log_softmax),
}

# Corners, where no derivative exists and PyTorch's choice is followed.
CORNERS = [
    ("relu", {}, torch.relu, [[-1.0, 0.0, -0.0, 1.0]]),
    ("abs", {}, torch.abs, [[-2.0, 0.0, -0.0, 2.0]]),
    ("maximum", {}, torch.maximum, [[1.0, 2.0, 3.0], [1.0, 3.0, 3.0]]),
    ("minimum", {}, torch.minimum, [[1.0, 2.0, 3.0], [1.0, 3.0, 3.0]]),
    ("pow", {}, torch.pow, [[0.0, 0.0, 0.0, 2.0], [0.0, 2.0, 1.0, 0.0]]),
    ("clip", {"low": -1.0, "high": 1.0}, lambda a: torch.clip(a, -1, 1), [[-1.0, 1.0, -2.0, 2.0, 0.0]]),
    ("leaky_relu", {"negative_slope": 0.25}, lambda a: torch_F.leaky_relu(a, 0.25), [[-1.0, 0.0, -0.0, 1.0]]),
    ("elu", {}, torch_F.elu, [[0.0, -0.0, 1.0]]),
    ("amax", {"dim": 1}, lambda a: torch.amax(a, 1), [[[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]]),
    ("amax", {"dim": None}, lambda a: torch.amax(a, (0, 1)), [[[1.0, 3.0], [3.0, 3.0]]]),
    ("power", {"exponent": 1}, lambda a: a**1, [[0.0, 1.0]]),
]
