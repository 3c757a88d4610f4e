"""Why this file exists: chapter 7 asks how long a recurrence remembers, and these are its instruments.

Products of Jacobians are measured, first weights are set, single gates of an LSTM are held fast. At the end stands a
recurrence that is linear and acts on each unit alone: what state-space models are made of.
"""

import numpy as np

from . import creation, nn
from . import functional as F
from .ops import cat
from .tensor import Tensor

GATES = "ifgo"  # the order in which an LSTM stacks them
SHUT = 50.0  # sigmoid(-50) is 2e-22: added to 1 it is lost, and so the gate is shut, or open, to the last digit


# ---------------------------------------------------------------------------------------------- Jacobians


def spectral_radius(weight):
    """The largest absolute value of an eigenvalue.   Shapes:  weight (H, H)  ->  number.   Chapter: 7."""
    return float(np.abs(np.linalg.eigvals(weight)).max())


def with_radius(weight, radius):
    """The matrix, scaled so that its spectral radius is `radius`.   Shapes:  (H, H)  ->  (H, H).   Chapter: 7."""
    return weight * (radius / spectral_radius(weight))


def recurrent_jacobians(states, weight, nonlinearity="tanh"):
    """J_t = dh_t / dh_(t-1) = diag(slope at step t) W_hh, for each step of a plain recurrent network.

    The slope of tanh is 1 - h_t^2; of relu 1 where h_t > 0, else 0; of identity 1. So the states suffice.

    Shapes:  states (T, H), weight (H, H)  ->  (T, H, H)
    Raises:  ValueError for another nonlinearity or for shapes that do not fit.
    Source:  Pascanu et al. 2013, sec. 2.   Chapter: 7.
    """
    slopes = {"tanh": lambda h: 1 - h * h, "relu": lambda h: (h > 0).astype(h.dtype), "identity": np.ones_like}
    if nonlinearity not in slopes:
        raise ValueError(f"recurrent_jacobians expected a nonlinearity of {sorted(slopes)}, got {nonlinearity!r}")
    H = len(weight)
    if states.ndim != 2 or weight.shape != (H, states.shape[1]):
        raise ValueError(f"recurrent_jacobians expected states (T, H) and a weight (H, H), got {states.shape} and "
                         f"{weight.shape}: for a batch, one sequence after the other?")
    return slopes[nonlinearity](states)[:, :, None] * weight


def product_norms(jacobians):
    """The largest singular value of J_T, of J_T J_(T-1), and so on: what k steps back can do to a gradient at most.

    Shapes:  jacobians (T, H, H)  ->  (T,), entry k - 1 for a product of k
    Source:  Hochreiter 1991; Bengio et al. 1994.   Chapter: 7.
    """
    product, norms = np.eye(jacobians.shape[1]), []
    for jacobian in jacobians[::-1]:
        product = product @ jacobian
        norms.append(np.linalg.norm(product, 2))
    return np.array(norms)


# ---------------------------------------------------------------------------------------------- first weights


def _one_layer(rnn, kind, what):
    if not isinstance(rnn, kind) or rnn.num_layers > 1 or rnn.bidirectional:
        raise ValueError(f"{what} expected an nn.{kind.__name__} of one layer and one direction, got {rnn!r}")


def identity_(rnn):
    """Begin with W_hh = 1 and biases 0, so that relu passes a state on as it is. Input weights stay as drawn.

    Raises:  ValueError unless it is an nn.RNN of one layer with nonlinearity="relu" and biases.
    Source:  Le et al. 2015.   Chapter: 7.
    """
    _one_layer(rnn, nn.RNN, "identity_")
    if rnn.nonlinearity != "relu" or not rnn.bias:
        raise ValueError(f'identity_ expected nonlinearity="relu" and bias=True, got {rnn!r}')
    rnn.weight_hh_l0.data[...] = np.eye(rnn.hidden_size)
    nn.init.zeros_(rnn.bias_ih_l0)
    nn.init.zeros_(rnn.bias_hh_l0)
    return rnn


def forget_bias_(lstm, value):
    """Begin with this bias of the forget gates: bias_ih gets it, bias_hh gets 0, and both are added.

    Raises:  ValueError unless it is an nn.LSTM of one layer with biases.
    Source:  Gers et al. 2000; Jozefowicz et al. 2015.   Chapter: 7.
    """
    _one_layer(lstm, nn.LSTM, "forget_bias_")
    if not lstm.bias:
        raise ValueError(f"forget_bias_ expected bias=True, got {lstm!r}")
    forget = slice(lstm.hidden_size, 2 * lstm.hidden_size)
    lstm.bias_ih_l0.data[forget] = value
    lstm.bias_hh_l0.data[forget] = 0
    return lstm


class FixedGatesLSTM(nn.LSTM):
    """An LSTM with some gates held at 0 or at 1, whatever it reads: FixedGatesLSTM(2, 32, fixed={"f": 0}).

    The weighted sums of such a gate are multiplied by 0, and +-50 is added: its sigmoid is 0 or 1 to the last digit.
    With "f" at 1 this is the cell of 1997, with "f" at 0 a cell that forgets all at each step.

    Raises:  ValueError for anything but the gates i, f, o and the values 0 and 1.
    Source:  after the comparison of Greff et al. 2017.   Chapter: 7.
    """

    def __init__(self, input_size, hidden_size, *, fixed, rng=None):
        if not all(gate in set("ifo") and value in (0, 1) for gate, value in fixed.items()):
            raise ValueError(f"FixedGatesLSTM expected some of the gates i, f, o, each at 0 or 1, got {fixed}")
        super().__init__(input_size, hidden_size, batch_first=True, rng=rng)
        at = [fixed.get(gate) for gate in GATES]
        self.fixed = dict(fixed)
        self.free = np.repeat([float(value is None) for value in at], hidden_size)  # (4H,)
        self.added = np.repeat([0.0 if value is None else SHUT * (2 * value - 1) for value in at], hidden_size)

    def _recur(self, z, weight_hh, bias_hh, state):
        free, added = self.free.astype(z.dtype), self.added.astype(z.dtype)
        return super()._recur(z * free + added, weight_hh * free[:, None], bias_hh, state)


# ---------------------------------------------------------------------------------------------- linear and diagonal


def linear_by_steps(decay, u):
    """h_t = decay * h_(t-1) + u_t, from h_0 = 0, step after step: T steps that wait for each other.

    Shapes:  decay (H,), u (N, T, H), arrays  ->  (N, T, H).   Chapter: 7.
    """
    h, states = np.zeros_like(u[:, 0]), np.empty_like(u)
    for t in range(u.shape[1]):
        h = states[:, t] = decay * h + u[:, t]
    return states


def linear_by_convolution(decay, u):
    """The same as one convolution over time with the kernel decay^0, decay^1, ..., by the fast Fourier transform.

    Twice the length keeps the end of the sequence from coming around to its beginning.

    Shapes:  decay (H,), u (N, T, H), arrays  ->  (N, T, H).
    Source:  Gu et al. 2022, sec. 2.4.   Chapter: 7.
    """
    T = u.shape[1]
    kernel = decay ** np.arange(T)[:, None]  # (T, H)
    spectrum = np.fft.rfft(u, 2 * T, axis=1) * np.fft.rfft(kernel, 2 * T, axis=0)
    return np.fft.irfft(spectrum, 2 * T, axis=1)[:, :T]


def linear_scan(decay, u):
    """The same in about log2 T passes over the whole sequence; in each, all steps at once. Can be differentiated.

    After passes with the shifts 1, 2, 4, ... each place has gathered 2, 4, 8, ... inputs:
    h_t <- h_t + decay^shift h_(t - shift).

    Shapes:  decay (H,), u (N, T, H)  ->  (N, T, H)
    Source:  Hillis and Steele 1986.   Chapter: 7.
    """
    decay, h = (a if isinstance(a, Tensor) else Tensor(a) for a in (decay, u))
    N, T, H = h.shape
    shift = 1
    while shift < T:
        late = cat(creation.zeros(N, shift, H, dtype=h.dtype), h[:, : T - shift], dim=1)  # (N, T, H)
        h = h + decay * late
        decay = decay * decay
        shift *= 2
    return h


class DiagonalRecurrence(nn.Module):
    """h_t = decay * h_(t-1) + scale * u_t: linear, and each unit has a memory of its own, of 1 / (1 - decay) steps.

    decay = exp(-exp(log_rate)) is between 0 and 1 whatever the parameter log_rate (H,) becomes, so nothing can explode;
    it is drawn so that decay^2 is uniform in slowest^2 ... fastest^2. scale = sqrt(1 - decay^2) keeps the size of h.

    Shapes:  u (N, T, H)  ->  (N, T, H)
    Raises:  ValueError unless 0 < fastest < slowest < 1, and for another H.
    Source:  Orvieto et al. 2023, sec. 3, with real eigenvalues only.   Chapter: 7.
    """

    def __init__(self, hidden_size, fastest=0.9, slowest=0.999, *, rng=None):
        if not 0 < fastest < slowest < 1:
            raise ValueError(f"DiagonalRecurrence expected 0 < fastest < slowest < 1, got {fastest} and {slowest}")
        self.hidden_size = hidden_size
        squares = nn.init.uniform_(creation.zeros(hidden_size), fastest**2, slowest**2, rng=rng).data
        self.log_rate = nn.Parameter(np.log(-0.5 * np.log(squares)))

    def decay(self):
        """How much of h each step keeps: a Tensor (H,)."""
        return (-self.log_rate.exp()).exp()

    def forward(self, u):
        if u.ndim != 3 or u.shape[2] != self.hidden_size:
            raise ValueError(f"DiagonalRecurrence expected (N, T, {self.hidden_size}), got {u.shape}")
        decay = self.decay()
        return linear_scan(decay, (1 - decay * decay).sqrt() * u)

    def extra_repr(self):
        return f"{self.hidden_size}"


# ---------------------------------------------------------------------------------------------- one number at the end


class LastState(nn.Module):
    """A network that reads a sequence and answers with one number, from its last state.

    `reader` is a recurrent layer, or any module that maps (N, T, D) to (N, T, H).

    Shapes:  x (N, T, D)  ->  (N,).   Chapter: 7.
    """

    def __init__(self, reader, hidden_size, *, rng=None):
        self.reader = reader
        self.out = nn.Linear(hidden_size, 1, rng=rng)

    def forward(self, x):
        states = self.reader(x)
        states = states[0] if isinstance(states, tuple) else states  # (N, T, H)
        return F.linear(states[:, -1], self.out.weight, self.out.bias)[:, 0]
