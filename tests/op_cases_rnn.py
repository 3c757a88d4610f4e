"""Why this file exists: a recurrence is one operation here, and PyTorch's is tried on the same prepared inputs.

PyTorch multiplies its inputs by W_ih. With the identity for W_ih it starts from z, as the operations here do.
"""

import numpy as np
import torch
from op_cases import normal

SIZES = [(2, 3, 4), (1, 1, 1), (3, 1, 2), (0, 2, 3), (1, 5, 3)]  # N, T, H


def _options(z):
    """has_biases, num_layers, dropout, train, bidirectional, batch_first follow the parameters."""
    return torch.eye(z.shape[-1], dtype=z.dtype), (1, 0.0, True, False, True)


def torch_rnn(z, weight, h0, nonlinearity="tanh"):
    eye, rest = _options(z)
    function = torch.rnn_tanh if nonlinearity == "tanh" else torch.rnn_relu
    return function(z, h0[None], [eye, weight], False, *rest)[0]


def torch_lstm(z, weight, h0, c0):
    eye, rest = _options(z)
    outputs, _, c = torch.lstm(z, [h0[None], c0[None]], [eye, weight], False, *rest)
    return torch.cat([outputs, c.transpose(0, 1)], 1)


def torch_gru(z, weight, bias, h0):
    eye, rest = _options(z)
    zeros = torch.zeros(2 * len(bias), dtype=z.dtype)
    biases = [torch.cat([zeros, 0 * bias]), torch.cat([zeros, bias])]
    return torch.gru(z, h0[None], [eye, weight, *biases], True, *rest)[0]


def rnns(nonlinearity):
    return [({"nonlinearity": nonlinearity}, lambda *a: torch_rnn(*a, nonlinearity=nonlinearity),
             [normal(N, T, H), normal(H, H), normal(N, H)]) for N, T, H in SIZES]


CASES = {
    "rnn": rnns("tanh") + rnns("relu") + [({}, torch_rnn, [normal(2, 2, 3), normal(3, 3), normal(2, 3)])],
    "lstm": [({}, torch_lstm, [normal(N, T, 4 * H), normal(4 * H, H), normal(N, H), normal(N, H)])
             for N, T, H in SIZES],
    "gru": [({}, torch_gru, [normal(N, T, 3 * H), normal(3 * H, H), normal(H), normal(N, H)]) for N, T, H in SIZES],
}

CORNERS = [  # a state of exactly 0, where relu has its corner
    ("rnn", {"nonlinearity": "relu"}, lambda *a: torch_rnn(*a, nonlinearity="relu"),
     [np.array([[[1.0, -2.0], [-1.0, 3.0], [0.5, 0.0]]]), np.array([[1.0, 0.0], [0.0, 1.0]]), np.zeros((1, 2))]),
]
