"""Why this file exists: the layers that read sequences, tried in either library: recurrent ones and attention."""

import numpy as np

RNG = np.random.default_rng(11)


def normal(*shape):
    return RNG.standard_normal(shape)


def recurrent(name, states=1):
    """A layer as it comes, and with every option: layers, directions, no bias, a first state."""
    def given(*shape):
        return [normal(*shape)] if states == 1 else [(normal(*shape), normal(*shape))]

    def build(*sizes, **options):
        return lambda m: getattr(m, name)(*sizes, batch_first=True, **options)

    return [(build(3, 4), [normal(2, 5, 3)]),
            (build(3, 2, num_layers=2, bidirectional=True), [normal(2, 3, 3), *given(4, 2, 2)]),
            (build(1, 2, num_layers=2, bias=False), [normal(3, 1, 1), *given(2, 3, 2)]),
            (build(2, 3, bidirectional=True, bias=False), [normal(1, 4, 2)])]


def cell(name, states=1):
    """A cell with a first state and without."""
    first = normal(2, 4) if states == 1 else (normal(2, 4), normal(2, 4))
    return [(lambda m: getattr(m, name)(3, 4), [normal(2, 3), first]),
            (lambda m: getattr(m, name)(3, 4, bias=False), [normal(1, 3)])]


def attending(**options):
    """A model that attends to itself, with one array as query, key and value."""
    def build(m):
        class Attending(m.Module):
            def __init__(self):
                super().__init__()
                self.attention = m.MultiheadAttention(6, 3, batch_first=True)

            def forward(self, x):
                return self.attention(x, x, x, **options)

        return Attending()

    return build


def blocks(m, **options):
    """Two blocks, small and without dropout."""
    layer = m.TransformerEncoderLayer(4, 2, 6, 0.0, batch_first=True)
    return m.TransformerEncoder(layer, 2, **options)


LATER = np.triu(np.ones((3, 3), bool), 1)  # who comes later, and may not be seen
PADDING = np.array([[False, False, True], [False, False, False]])
MODELS = {
    "RNN": [*recurrent("RNN"), (lambda m: m.RNN(3, 4, nonlinearity="relu", batch_first=True), [normal(2, 5, 3)])],
    "LSTM": recurrent("LSTM", states=2),
    "GRU": recurrent("GRU"),
    "RNNCell": [*cell("RNNCell"), (lambda m: m.RNNCell(3, 4, nonlinearity="relu"), [normal(2, 3)])],
    "LSTMCell": cell("LSTMCell", states=2),
    "GRUCell": cell("GRUCell"),
    "MultiheadAttention": [
        (attending(), [normal(2, 3, 6)]), (attending(need_weights=False), [normal(2, 4, 6)]),
        (attending(average_attn_weights=False), [normal(1, 1, 6)]),
        (lambda m: m.MultiheadAttention(4, 2, batch_first=True), [normal(2, 3, 4), normal(2, 5, 4), normal(2, 5, 4)]),
        (lambda m: m.MultiheadAttention(4, 2, bias=False, batch_first=True),
         [normal(2, 2, 4), normal(2, 3, 4), normal(2, 3, 4), -2.0 * PADDING, True, normal(2, 3)])],
    "TransformerEncoderLayer": [
        (lambda m: m.TransformerEncoderLayer(4, 2, 6, 0.0, batch_first=True), [normal(2, 3, 4)]),
        (lambda m: m.TransformerEncoderLayer(4, 2, 6, 0.0, "gelu", batch_first=True, norm_first=True),
         [normal(2, 3, 4), LATER]),
        (lambda m: m.TransformerEncoderLayer(4, 1, 6, 0.0, m.functional.gelu, 1e-3, batch_first=True, bias=False),
         [normal(2, 3, 4), LATER, PADDING])],
    "TransformerEncoder": [(blocks, [normal(2, 3, 4)]),
                           (lambda m: blocks(m, norm=m.LayerNorm(4)), [normal(2, 3, 4), LATER, PADDING])],
}
