"""Why this file exists: a network that reads a sequence keeps a state, and these layers say who owns what for that.

`rnn_ops.py` computes one layer in one direction, over the whole sequence. Here are its parameters, with PyTorch's names
and order, layers on top of each other, both directions, and the cells that take a single step.
"""

import math
import warnings

import numpy as np

from . import functional as F
from . import init, rnn_ops
from .creation import stack
from .modules import Module, empty_parameter
from .ops import cat
from .tensor import Tensor


class _Recurrent(Module):
    """What all share: parameters by direction and layer, and the part of the work that does not depend on the state.

    A kind (below) sets `gates`, how many blocks the weights have, and `states`, how many arrays make up a state.
    """

    states = 1

    def _add_parameters(self, suffix, inputs, H, bias, rng):
        bound, rows = 1 / math.sqrt(H), self.gates * H
        shapes = {"weight_ih": (rows, inputs), "weight_hh": (rows, H), "bias_ih": (rows,), "bias_hh": (rows,)}
        for name, shape in shapes.items():
            drawn = init.uniform_(empty_parameter(*shape), -bound, bound, rng=rng) if bias or "weight" in name else None
            setattr(self, name + suffix, drawn)

    def _run(self, x, suffix, state, backwards=False):
        """One layer in one direction:  x (N, T, D)  ->  outputs (N, T, H), last state."""
        weight_ih, weight_hh, bias_ih, bias_hh = (
            getattr(self, name + suffix) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
        z = F.linear(x, weight_ih, None if bias_ih is None else self._bias(bias_ih, bias_hh))  # (N, T, gates H)
        outputs, last = self._recur(z[:, ::-1] if backwards else z, weight_hh, bias_hh, state)
        return (outputs[:, ::-1] if backwards else outputs), last

    def _bias(self, bias_ih, bias_hh):
        """What can be added for all steps at once."""
        return bias_ih + bias_hh

    def _first_state(self, x, state, shape):
        """The state to start from as a tuple of Tensors; zeros unless one is given."""
        if state is None:
            return (Tensor(np.zeros(shape, x.dtype)),) * self.states
        given = state if isinstance(state, tuple | list) else (state,)
        shapes = [s.shape for s in given]
        if shapes != [shape] * self.states:
            expected = f"(h, c), each of shape {shape}" if self.states == 2 else f"an array of shape {shape}"
            raise ValueError(f"{type(self).__name__} expected a first state {expected}, got {shapes}")
        return tuple(_tensor(s, x) for s in given)


def _tensor(array, like):
    """A Tensor as it is, an array in the type of `like`: float64 data do not make a float32 network float64."""
    return array if isinstance(array, Tensor) else Tensor(array, dtype=like.dtype)


class _RNNKind:
    """h = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu.   Used by RNN and RNNCell."""

    gates = 1

    def _set_nonlinearity(self, nonlinearity):
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f'{type(self).__name__} expected nonlinearity "tanh" or "relu", got {nonlinearity!r}')
        self.nonlinearity = nonlinearity

    def _recur(self, z, weight_hh, bias_hh, state):
        outputs = rnn_ops.rnn(z, weight_hh, *state, nonlinearity=self.nonlinearity)  # (N, T, H)
        return outputs, (outputs[:, -1],)


class _LSTMKind:
    """Gates i, f, o that let in, keep and let out what a cell c stores.   Used by LSTM and LSTMCell."""

    gates, states = 4, 2

    def _recur(self, z, weight_hh, bias_hh, state):
        T = z.shape[1]
        both = rnn_ops.lstm(z, weight_hh, *state)  # (N, T + 1, H)
        return both[:, :T], (both[:, T - 1], both[:, T])


class _GRUKind:
    """Gates r, u that forget before and mix after the proposal n.   Used by GRU and GRUCell."""

    gates = 3

    def _bias(self, bias_ih, bias_hh):
        """All but the bias of n that r multiplies."""
        outside = np.ones_like(bias_hh.data)
        outside[-(len(outside) // 3) :] = 0
        return bias_ih + bias_hh * outside

    def _recur(self, z, weight_hh, bias_hh, state):
        H = weight_hh.shape[1]
        inside = np.zeros(H, z.dtype) if bias_hh is None else bias_hh[2 * H :]
        outputs = rnn_ops.gru(z, weight_hh, inside, *state)  # (N, T, H)
        return outputs, (outputs[:, -1],)


# ---------------------------------------------------------------------------------------------- whole sequences


class _Layers(_Recurrent):
    """Layers on top of each other, each in one direction or in both."""

    def __init__(self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0,
                 bidirectional=False, *, rng=None):
        name = type(self).__name__
        if not batch_first:
            raise ValueError(f"{name} expected batch_first=True: sequences are (N, T, D) here, examples first, as "
                             "everywhere else in the course; PyTorch's default False means (T, N, D)")
        if min(hidden_size, num_layers) < 1:
            raise ValueError(f"{name} expected hidden_size and num_layers of at least 1, "
                             f"got {hidden_size} and {num_layers}")
        if dropout and num_layers == 1:
            warnings.warn(f"{name} drops out between layers, and num_layers=1 has no between: dropout={dropout} does "
                          "nothing", stacklevel=3)
        self.input_size, self.hidden_size, self.num_layers, self.bias = input_size, hidden_size, num_layers, bias
        self.batch_first, self.dropout, self.bidirectional, self.rng = batch_first, dropout, bidirectional, rng
        self._directions = ("", "_reverse") if bidirectional else ("",)
        for layer in range(num_layers):
            inputs = input_size if layer == 0 else hidden_size * len(self._directions)
            for direction in self._directions:
                self._add_parameters(f"_l{layer}{direction}", inputs, hidden_size, bias, rng)

    def forward(self, x, state=None):
        x = _tensor(x, next(self.parameters()))
        if x.ndim != 3 or x.shape[2] != self.input_size or x.shape[1] == 0:
            hint = ": for one sequence, x[None]?" if x.ndim == 2 else ""
            raise ValueError(f"{type(self).__name__} expected (N, T, {self.input_size}) with T of at least 1, "
                             f"got {x.shape}{hint}")
        shape = (self.num_layers * len(self._directions), len(x), self.hidden_size)
        first, lasts = self._first_state(x, state, shape), []
        for layer in range(self.num_layers):
            outputs = []
            for direction in self._directions:
                begin = tuple(s[len(lasts)] for s in first)  # (N, H) each
                y, last = self._run(x, f"_l{layer}{direction}", begin, backwards=direction == "_reverse")
                outputs.append(y)
                lasts.append(last)
            x = outputs[0] if len(outputs) == 1 else cat(*outputs, dim=2)  # (N, T, directions H)
            if layer < self.num_layers - 1:
                x = F.dropout(x, self.dropout, self.training, rng=self.rng)
        final = tuple(stack(kind) for kind in zip(*lasts, strict=True))  # (layers directions, N, H) each
        return x, final if self.states == 2 else final[0]

    def extra_repr(self):
        shown = {"num_layers": (self.num_layers, 1), "bias": (self.bias, True), "batch_first": (True, False),
                 "dropout": (self.dropout, 0), "bidirectional": (self.bidirectional, False)}
        return f"{self.input_size}, {self.hidden_size}" + "".join(
            f", {name}={value}" for name, (value, default) in shown.items() if value != default)


class RNN(_RNNKind, _Layers):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh), or relu, for a whole sequence.

    weight_ih_l0 (H, D), weight_hh_l0 (H, H), bias_ih_l0 (H,), bias_hh_l0 (H,), then the same with _l0_reverse, _l1 and
    so on, all uniform in +-1 / sqrt(H). A higher layer reads the outputs of the one below. With `bidirectional` another
    reads each sequence from its end, and the outputs of both stand side by side. `dropout` acts between layers.

    Shapes:  x (N, T, D), first state (layers directions, N, H)  ->  outputs (N, T, directions H), last state
    Raises:  ValueError unless batch_first=True, for other shapes, or for an empty sequence.
    Source:  Elman 1990; both directions: Schuster and Paliwal 1997.   Chapter: 7.   Twin: torch.nn.RNN.
    """

    def __init__(self, input_size, hidden_size, num_layers=1, nonlinearity="tanh", bias=True, batch_first=False,
                 dropout=0.0, bidirectional=False, *, rng=None):
        self._set_nonlinearity(nonlinearity)
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, rng=rng)


class LSTM(_LSTMKind, _Layers):
    """i, f, o = sigmoid(W x + b + W h + b),  g = tanh(W x + b + W h + b),  c = f c + i g,  h = o tanh(c).

    Parameters as in RNN, with four blocks of rows, in the order i, f, g, o: weight_ih_l0 is (4H, D).

    Shapes:  x (N, T, D), (h, c) each (layers directions, N, H)  ->  outputs (N, T, directions H), (h, c)
    Raises:  ValueError as RNN.
    Source:  Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000.   Chapter: 7.   Twin: torch.nn.LSTM.
    """


class GRU(_GRUKind, _Layers):
    """r, u = sigmoid(W x + b + W h + b),  n = tanh(W x + b + r (W h + b)),  h = (1 - u) n + u h.

    Parameters as in RNN, with three blocks of rows, in the order r, u, n: weight_ih_l0 is (3H, D).

    Shapes:  x (N, T, D), first state (layers directions, N, H)  ->  outputs (N, T, directions H), last state
    Raises:  ValueError as RNN.
    Source:  Cho et al. 2014, but r multiplies after W, as in PyTorch.   Chapter: 7.   Twin: torch.nn.GRU.
    """


# ---------------------------------------------------------------------------------------------- one step


class _Cell(_Recurrent):
    """A single step, for whoever wants to write the loop over time."""

    def __init__(self, input_size, hidden_size, bias=True, *, rng=None):
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        self._add_parameters("", input_size, hidden_size, bias, rng)

    def forward(self, x, state=None):
        x = _tensor(x, next(self.parameters()))
        if x.ndim != 2 or x.shape[1] != self.input_size:
            hint = ": a cell takes one step, x[:, t]" if x.ndim == 3 else ": x[None]?" if x.ndim == 1 else ""
            raise ValueError(f"{type(self).__name__} expected (N, {self.input_size}), got {x.shape}{hint}")
        _, last = self._run(x.unsqueeze(1), "", self._first_state(x, state, (len(x), self.hidden_size)))
        return last if self.states == 2 else last[0]

    def extra_repr(self):
        nonlinearity = getattr(self, "nonlinearity", "tanh")
        return (f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")
                + ("" if nonlinearity == "tanh" else f", nonlinearity={nonlinearity}"))


class RNNCell(_RNNKind, _Cell):
    """One step of an RNN.   weight_ih (H, D), weight_hh (H, H), bias_ih (H,), bias_hh (H,).

    Shapes:  x (N, D), h (N, H), zeros unless given  ->  h (N, H)
    Raises:  ValueError for other shapes.
    Source:  Elman 1990.   Chapter: 7.   Twin: torch.nn.RNNCell.
    """

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh", *, rng=None):
        self._set_nonlinearity(nonlinearity)
        super().__init__(input_size, hidden_size, bias, rng=rng)


class LSTMCell(_LSTMKind, _Cell):
    """One step of an LSTM.   weight_ih (4H, D), weight_hh (4H, H), bias_ih (4H,), bias_hh (4H,).

    Shapes:  x (N, D), (h, c) each (N, H), zeros unless given  ->  (h, c)
    Raises:  ValueError for other shapes.
    Source:  Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000.   Chapter: 7.   Twin: torch.nn.LSTMCell.
    """


class GRUCell(_GRUKind, _Cell):
    """One step of a GRU.   weight_ih (3H, D), weight_hh (3H, H), bias_ih (3H,), bias_hh (3H,).

    Shapes:  x (N, D), h (N, H), zeros unless given  ->  h (N, H)
    Raises:  ValueError for other shapes.
    Source:  Cho et al. 2014, but r multiplies after W, as in PyTorch.   Chapter: 7.   Twin: torch.nn.GRUCell.
    """
