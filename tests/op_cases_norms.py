"""Why this file exists: the cases of the normalizations, for the tests that every operation has to pass."""

import numpy as np
import torch
from torch.nn import functional as torch_F

RNG = np.random.default_rng(21)  # its own: few values that happen to lie close together have wild derivatives


def normal(*shape):
    return RNG.standard_normal(shape)


def batch_norms():
    """In training for each number of axes, then with the moments given."""
    # Two values become -1 and 1 whatever they are, so nothing is left of their gradient unless eps is large.
    shapes = [((7, 3), 1e-5), ((2, 1), 2.0), ((4, 3, 5), 1e-5), ((4, 3, 5), 0.1), ((3, 3, 1), 1e-5),
              ((1, 2, 4, 3), 1e-5), ((4, 3, 2, 5), 1e-5), ((11, 70), 1e-5)]
    cases = [({"eps": eps}, lambda x, w, b, eps=eps: torch_F.batch_norm(x, None, None, w, b, True, eps=eps),
              [2 + 3 * normal(*shape), normal(shape[1]), normal(shape[1])]) for shape, eps in shapes]
    for shape in [(5, 3), (1, 3), (2, 3, 4, 2)]:
        moments = np.stack([normal(shape[1]), 0.1 + RNG.random(shape[1])])

        def constant(x, w, b, moments=moments):
            return torch_F.batch_norm(x, *torch.tensor(moments, dtype=x.dtype), w, b, False)

        cases.append(({"training": False, "moments": moments}, constant,
                      [normal(*shape), normal(shape[1]), normal(shape[1])]))
    return cases


def layer_norms():
    shapes = [((5, 4), (4,)), ((4,), (4,)), ((2, 3, 4), (4,)), ((2, 3, 4), (3, 4)), ((2, 3), (2, 3)), ((0, 4), (4,)),
              ((3, 1), (1,))]
    return [({"eps": eps}, lambda x, w, b, d=d, eps=eps: torch_F.layer_norm(x, d, w, b, eps),
             [2 + 3 * normal(*shape), normal(*d), normal(*d)])
            for shape, d in shapes for eps in ([1e-5, 0.1] if shape == (5, 4) else [1e-5])]


def group_norms():
    cases = [((3, 8), 2, 1e-5), ((2, 6, 3), 3, 1e-5), ((2, 4, 2, 3), 1, 0.1), ((2, 4, 3, 2), 4, 1e-5),
             ((0, 4, 2), 2, 1e-5)]
    return [({"num_groups": G, "eps": eps}, lambda x, w, b, G=G, eps=eps: torch_F.group_norm(x, G, w, b, eps),
             [2 + 3 * normal(*shape), normal(shape[1]), normal(shape[1])]) for shape, G, eps in cases]


CASES = {"batch_norm": batch_norms(), "layer_norm": layer_norms(), "group_norm": group_norms()}
CORNERS = []
