"""Why this file exists: a comparison is fair only if both libraries run the same text.

Every model is built by `build(m)`, where `m` is the library: the package `dlcourse` or the package `torch`. The
workloads differ in where the time of a step goes: into calls, products, memory, or many small steps in a row.
"""

import abc
import dataclasses

import numpy as np

OPTIONS = {"SGD": {"lr": 0.01, "momentum": 0.9}, "Adam": {"lr": 1e-3}, "AdamW": {"lr": 1e-3}}


@dataclasses.dataclass(frozen=True)
class Workload(abc.ABC):
    """A model, a batch, a loss and an optimizer. A subclass has `build`, `data`, `loss` and `products`.

    `about` is what the page says. `small` has sizes for a test. `over` says what gets a second thread in dlcourse:
    "BLAS", or the shares of a "batch" (dlcourse.machine.set_num_threads), with BLAS held at one. PyTorch splits as it
    likes.
    """

    name: str
    about: str
    batch: int
    optimizer: str
    over: str = "BLAS"
    small: tuple = ()  # pairs of a field and its small value

    def smaller(self):
        """The same workload with the sizes of a test."""
        return dataclasses.replace(self, **dict(self.small))

    def make_optimizer(self, m, parameters, **more):
        """The optimizer with its options; `more` are options that only one library has."""
        return getattr(m.optim, self.optimizer)(parameters, **OPTIONS[self.optimizer], **more)

    @abc.abstractmethod
    def build(self, m):
        """The model, written with the names that both libraries have."""

    @abc.abstractmethod
    def data(self, rng):
        """One batch: inputs and targets, as arrays. Random: how long a product takes does not depend on its numbers."""

    @abc.abstractmethod
    def loss(self, m, model, x, y):
        """The number to differentiate."""

    @abc.abstractmethod
    def products(self):
        """Every matrix product of the forward pass: (multiplications, whether its left input has a gradient)."""

    def flops(self):
        """Floating-point operations of the matrix products of one step.

        A product of n multiplications takes 2n operations, its weights' gradient as many, and the gradient of its input
        as many again, where somebody needs it. Elementwise work is not counted.
        """
        return sum(2 * n * (3 if differentiable else 2) for n, differentiable in self.products())


def labels(rng, classes, count):
    """Random labels.   Shapes:  () -> (count,)."""
    return rng.integers(0, classes, count)


def normal(rng, *shape):
    """Standard normal numbers in float32."""
    return rng.standard_normal(shape).astype(np.float32)


@dataclasses.dataclass(frozen=True)
class MLP(Workload):
    """Linear layers with an activation between them; one output means two classes and a loss on the logit."""

    sizes: tuple = ()
    activation: str = "ReLU"

    def build(self, m):
        layers = []
        for position, (D, H) in enumerate(zip(self.sizes, self.sizes[1:], strict=False)):
            layers += [getattr(m.nn, self.activation)()] if position else []
            layers += [m.nn.Linear(D, H)]
        return m.nn.Sequential(*layers)

    def data(self, rng):
        if self.sizes[-1] > 1:
            return normal(rng, self.batch, self.sizes[0]), labels(rng, self.sizes[-1], self.batch)
        x = normal(rng, self.batch, self.sizes[0])
        return x, (x.prod(axis=1, keepdims=True) < 0).astype(np.float32)  # xor: the signs differ

    def loss(self, m, model, x, y):
        F = m.nn.functional
        return (F.cross_entropy if self.sizes[-1] > 1 else F.binary_cross_entropy_with_logits)(model(x), y)

    def products(self):
        pairs = zip(self.sizes, self.sizes[1:], strict=False)
        return [(self.batch * D * H, position > 0) for position, (D, H) in enumerate(pairs)]


@dataclasses.dataclass(frozen=True)
class DigitCNN(Workload):
    """Two convolutions with pooling on images of 28 x 28, as for handwritten digits."""

    def build(self, m):
        nn = m.nn
        return nn.Sequential(
            nn.Conv2d(1, 16, 3), nn.ReLU(), nn.MaxPool2d(2),  # (N, 16, 13, 13)
            nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2),  # (N, 32, 5, 5)
            nn.Flatten(), nn.Linear(800, 10))

    def data(self, rng):
        return normal(rng, self.batch, 1, 28, 28), labels(rng, 10, self.batch)

    def loss(self, m, model, x, y):
        return m.nn.functional.cross_entropy(model(x), y)

    def products(self):
        return [(self.batch * 26**2 * 16 * 9, False), (self.batch * 11**2 * 32 * 16 * 9, True),
                (self.batch * 800 * 10, True)]


@dataclasses.dataclass(frozen=True)
class WideCNN(Workload):
    """Four convolutions with batch norm that keep the size of the image, then the mean over the image."""

    channels: int = 64
    size: int = 32

    def build(self, m):
        nn, C = m.nn, self.channels

        class Net(nn.Module):
            """Convolutions, the mean over the image, a linear layer."""

            def __init__(self):
                super().__init__()
                layers = []
                for before in (3, C, C, C):
                    layers += [nn.Conv2d(before, C, 3, padding=1), nn.BatchNorm2d(C), nn.ReLU()]
                self.features = nn.Sequential(*layers)
                self.head = nn.Linear(C, 10)

            def forward(self, x):
                return self.head(self.features(x).mean((2, 3)))  # (N, K)

        return Net()

    def data(self, rng):
        return normal(rng, self.batch, 3, self.size, self.size), labels(rng, 10, self.batch)

    def loss(self, m, model, x, y):
        return m.nn.functional.cross_entropy(model(x), y)

    def products(self):
        C = self.channels
        positions = self.batch * self.size**2
        return [(positions * 3 * 9 * C, False)] + 3 * [(positions * C * 9 * C, True)] + [(self.batch * C * 10, True)]


@dataclasses.dataclass(frozen=True)
class CharModel(Workload):
    """Predict the next character: embedding, one recurrent layer, a linear layer at every step."""

    layer: str = "LSTM"
    characters: int = 100
    width: int = 128
    steps: int = 64

    def build(self, m):
        nn, V, H = m.nn, self.characters, self.width
        layer = getattr(nn, self.layer)

        class Net(nn.Module):
            """Embedding, recurrent layer, linear layer."""

            def __init__(self):
                super().__init__()
                self.embedding = nn.Embedding(V, H)
                self.recurrent = layer(H, H, batch_first=True)
                self.head = nn.Linear(H, V)

            def forward(self, x):
                states, _ = self.recurrent(self.embedding(x))  # (N, T, H)
                return self.head(states).reshape(-1, V)  # (N T, V)

        return Net()

    def data(self, rng):
        text = labels(rng, self.characters, self.batch * self.steps)
        return text.reshape(self.batch, self.steps), np.roll(text, -1)

    def loss(self, m, model, x, y):
        return m.nn.functional.cross_entropy(model(x), y)

    def products(self):
        gates = {"LSTM": 4, "GRU": 3}[self.layer]
        one_step = self.batch * gates * self.width**2
        into_layer, first_state, later_states = self.steps * one_step, one_step, (self.steps - 1) * one_step
        head = self.batch * self.steps * self.width * self.characters
        return [(into_layer, True), (first_state, False), (later_states, True), (head, True)]


@dataclasses.dataclass(frozen=True)
class TransformerBlock(Workload):
    """Causal self-attention and a feed-forward layer, each after a layer norm and beside a shortcut."""

    width: int = 64
    heads: int = 4
    steps: int = 64

    def build(self, m):
        nn, F, D, A = m.nn, m.nn.functional, self.width, self.heads

        class Block(nn.Module):
            """One block and a linear layer that reads it."""

            def __init__(self):
                super().__init__()
                self.norm1, self.norm2 = nn.LayerNorm(D), nn.LayerNorm(D)
                self.qkv, self.project = nn.Linear(D, 3 * D), nn.Linear(D, D)
                self.feed_forward = nn.Sequential(nn.Linear(D, 4 * D), nn.GELU(), nn.Linear(4 * D, D))
                self.head = nn.Linear(D, D)

            def attend(self, x):
                """Every position looks back at those before it, in several heads."""
                N, T, _ = x.shape
                q, k, v = (part.view(N, T, A, D // A).transpose(1, 2) for part in self.qkv(x).chunk(3, dim=-1))
                seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)  # (N, A, T, D / A)
                return self.project(seen.transpose(1, 2).reshape(N, T, D))

            def forward(self, x):
                x = x + self.attend(self.norm1(x))
                x = x + self.feed_forward(self.norm2(x))
                return self.head(x).reshape(-1, D)  # (N T, D)

        return Block()

    def data(self, rng):
        return normal(rng, self.batch, self.steps, self.width), labels(rng, self.width, self.batch * self.steps)

    def loss(self, m, model, x, y):
        return m.nn.functional.cross_entropy(model(x), y)

    def products(self):
        rows, D = self.batch * self.steps, self.width
        attention = 2 * [(rows * self.steps * D, True)]  # all pairs: q k^T and its product with v
        return [(rows * D * 3 * D, True), *attention, (rows * D * D, True), *2 * [(rows * D * 4 * D, True)],
                (rows * D * D, True)]


WORKLOADS = {workload.name: workload for workload in (
    MLP("xor", "2-16-16-1 with tanh, batch 100, SGD with momentum", 100, "SGD", sizes=(2, 16, 16, 1),
        activation="Tanh", small=(("batch", 8),)),
    MLP("digits 32", "64-128-64-10 with ReLU, batch 32, SGD with momentum", 32, "SGD", sizes=(64, 128, 64, 10),
        small=(("batch", 8),)),
    MLP("digits 128", "the same, batch 128", 128, "SGD", sizes=(64, 128, 64, 10), small=(("batch", 16),)),
    MLP("mlp 784", "784-256-128-10 with ReLU, batch 128, Adam", 128, "Adam", sizes=(784, 256, 128, 10),
        small=(("batch", 8), ("sizes", (30, 20, 12, 10)))),
    DigitCNN("cnn 28", "two 3 x 3 convolutions (16 and 32 channels) with ReLU and max pooling on 28 x 28, a linear "
             "layer, batch 64, Adam", 64, "Adam", over="batch", small=(("batch", 4),)),
    WideCNN("cnn 64", "four 3 x 3 convolutions of 64 channels with batch norm and ReLU on 32 x 32, the mean over the "
            "image, a linear layer, batch 32, SGD with momentum", 32, "SGD", over="batch",
            small=(("batch", 4), ("channels", 6), ("size", 8))),
    CharModel("lstm", "100 characters, embedding and LSTM of 128, 64 steps, batch 32, Adam", 32, "Adam",
              small=(("batch", 3), ("characters", 11), ("width", 8), ("steps", 5))),
    CharModel("gru", "the same with a GRU", 32, "Adam", layer="GRU",
              small=(("batch", 3), ("characters", 11), ("width", 8), ("steps", 5))),
    TransformerBlock("transformer", "one block of width 64: 4 causal heads, feed-forward layer of 256 with GELU, "
                     "64 steps, batch 16, AdamW", 16, "AdamW", small=(("batch", 2), ("width", 16), ("steps", 6))),
)}  # fmt: skip
