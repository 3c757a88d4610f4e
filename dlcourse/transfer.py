"""Why this file exists: what was learned on one task is the start of another, and these are the ways to begin there.

Keep all of a network but its head, train nothing but the head, train the lower layers slowly, hold the weights near
their start, or add a small matrix to a large one that stays as it is.
"""

import numpy as np

from . import functional as F
from . import init, nn
from .modules import empty_parameter
from .tensor import no_grad


class Reader(nn.Module):
    """A convolutional network in two parts: `features`, three convolutions down to 64 numbers, and a linear `head`.

    23,408 parameters in `features`, 65 K in `head`.

    Shapes:  x (N, 1, 14, 14)  ->  (N, K)
    Raises:  ValueError, from the convolution, for pictures with other channels.   Chapter: 8.
    """

    def __init__(self, num_classes=10, widths=(16, 32, 64), *, rng=None):
        first, second, third = widths
        self.features = nn.Sequential(
            nn.Conv2d(1, first, 3, padding=1, bias=False, rng=rng), nn.BatchNorm2d(first), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(first, second, 3, padding=1, bias=False, rng=rng), nn.BatchNorm2d(second), nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(second, third, 3, bias=False, rng=rng), nn.BatchNorm2d(third), nn.ReLU(), nn.Flatten())
        self.head = nn.Linear(third, num_classes, rng=rng)

    def forward(self, x):
        return self.head(self.features(x))


def features(model, x, batch_size=1024):
    """What the part before the head makes of some pictures, in evaluation mode; the mode is restored.

    Shapes:  x (M, ...)  ->  (M, D)
    Raises:  ValueError if there are no pictures.   Chapter: 8.
    """
    if not len(x):
        raise ValueError(f"features expected at least one picture, got an array of shape {x.shape}")
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    with no_grad():
        found = [model.features(x[at : at + batch_size]).data for at in range(0, len(x), batch_size)]
    for module, training in modes:  # each its own: a part of the model may have been in another mode
        module.training = training
    return np.concatenate(found)


def replace_head(model, num_classes, *, rng=None):
    """Give the model a new linear layer as `head`, for other classes; returns the model.   Chapter: 8."""
    model.head = nn.Linear(model.head.in_features, num_classes, rng=rng)
    return model


# ---------------------------------------------------------------------------------------------- what may move


def freeze(module, frozen=True):
    """Let the parameters of a module get no gradient (or get one again); batch-norm statistics are not touched.

    They still move in training mode, and so does what the module returns: see `keep_statistics`.   Chapter: 8.
    """
    return module.requires_grad_(not frozen)


class _Still:
    """A batch norm that stays in evaluation mode whatever it is told: `fit` calls model.train() in every epoch."""

    training = property(lambda self: False, lambda self, mode: None)


class StillBatchNorm1d(_Still, nn.BatchNorm1d):
    """nn.BatchNorm1d that uses its stored statistics in training, too, and leaves them alone.   Chapter: 8."""


class StillBatchNorm2d(_Still, nn.BatchNorm2d):
    """nn.BatchNorm2d that uses its stored statistics in training, too, and leaves them alone.   Chapter: 8.

    Twin: torchvision.ops.FrozenBatchNorm2d, except that weight and bias learn here unless they are frozen.
    """


STILL = {nn.BatchNorm1d: StillBatchNorm1d, nn.BatchNorm2d: StillBatchNorm2d}


def keep_statistics(model, keep=True):
    """Batch norms use and keep their stored statistics, also after model.train(), until keep=False; returns the model.

    Parameters, names and the modes of all other layers stay as they are.   Chapter: 8.
    """
    kinds = STILL if keep else {still: usual for usual, still in STILL.items()}
    for module in model.modules():
        if type(module) in kinds:
            module.__class__ = kinds[type(module)]
            module.training = model.training
    return model


def discriminative_groups(model, lr, factor=0.3):
    """Groups for an optimizer: the head at `lr`, each layer below at `factor` times the rate of the one above it.

    Layers are the modules of `model.features` that have parameters; a batch norm goes with its convolution.

    Returns: list of dicts with "params" and "lr", the head's first.
    Source:  Howard and Ruder 2018, sec. 3.2 (there with a factor of 1 / 2.6).   Chapter: 8.
    """
    layers = []
    for module in model.features:
        if not list(module.parameters()):
            continue
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d) and layers:
            layers[-1] += list(module.parameters())
        else:
            layers.append(list(module.parameters()))
    groups = [{"params": list(model.head.parameters()), "lr": lr}]
    for depth, parameters in enumerate(reversed(layers), start=1):
        groups.append({"params": parameters, "lr": lr * factor**depth})
    return groups


def pull_back(model, start, strength):
    """Add strength (w - w_0) to the gradient of each weight that `start` knows: the gradient of L2-SP's penalty.

    The penalty is strength / 2 times the squared distance from the start. Call it between backward and step, as
    before_step=lambda: pull_back(model, start, 0.01). `start` is a state_dict of before; what has another shape there,
    such as a replaced head, is left out, and so is what has no gradient.

    Returns: half the squared distance.
    Raises:  ValueError if no parameter has a start: is it the state_dict of another model?
    Source:  Li et al. 2018, eq. 2, with beta = 0.   Chapter: 8.
    """
    known = [(p, start[name]) for name, p in model.named_parameters()
             if name in start and np.shape(start[name]) == p.shape]
    if not known:
        raise ValueError(f"pull_back expected the state_dict of this model before training, got {sorted(start)[:3]} "
                         "...: of another model?")
    distance = 0.0
    for parameter, origin in known:
        if parameter.grad is not None:
            parameter.grad = parameter.grad + strength * (parameter.data - origin)
            distance += float(((parameter.data - origin) ** 2).sum()) / 2
    return distance


# ---------------------------------------------------------------------------------------------- low rank


class LoRA(nn.Module):
    """A layer that stays as it is, and a product of two thin matrices that learns: y = W0 x + b + (s / r) B A x.

    A (r, D) is drawn, B (O, r) begins at 0, so the layer begins as the one it wraps. Of a convolution W0 is the matrix
    (O, C kh kw) of its kernels: then A holds r kernels (r, C, kh, kw), and B mixes their maps.

    Shapes:  x (..., D)  ->  (..., O), or (N, C, H, W)  ->  (N, O, h, w) around a convolution
    Raises:  ValueError for a rank below 1 or above the smaller side of the matrix, and for convolutions in groups;
             TypeError for other layers.
    Source:  Hu et al. 2022, sec. 4.1 (there s is called alpha).   Chapter: 8.
    """

    def __init__(self, layer, rank=4, scale=1.0, *, rng=None):
        if not isinstance(layer, nn.Linear | nn.Conv2d):
            raise TypeError(f"LoRA expected nn.Linear or nn.Conv2d, got {type(layer).__name__}: wrap the layers in it?")
        if getattr(layer, "groups", 1) != 1:
            raise ValueError(f"LoRA expected a convolution with groups=1, got {layer.groups}: each group has a matrix "
                             "of its own")
        outputs, *inputs = layer.weight.shape
        largest = min(outputs, int(np.prod(inputs)))
        if not 1 <= rank <= largest:
            raise ValueError(f"LoRA expected a rank from 1 to {largest} for a matrix of {outputs} x "
                             f"{int(np.prod(inputs))}, got {rank}")
        self.layer, self.rank, self.scale = freeze(layer), rank, scale / rank
        self.A = init.kaiming_uniform_(empty_parameter(rank, *inputs), a=5**0.5, rng=rng)
        self.B = init.zeros_(empty_parameter(outputs, rank))

    def forward(self, x):
        if isinstance(self.layer, nn.Linear):
            added = F.linear(F.linear(x, self.A), self.B)
        else:
            maps = F.conv2d(x, self.A, None, self.layer.stride, self.layer.padding, self.layer.dilation)
            added = F.conv2d(maps, self.B[:, :, None, None])
        return self.layer(x) + self.scale * added

    def change(self):
        """What has been learned, in the shape of the layer's weight: (s / r) B A.   Chapter: 8."""
        return self.scale * np.tensordot(self.B.data, self.A.data, axes=1)

    def merged(self):
        """The layer with the change added to its weight: it computes the same, at no extra cost.   Chapter: 8.

        It is the layer itself, unfrozen, so this adapter is used up: its B is set to 0.
        """
        self.layer.weight.data += self.change()
        self.B.data[...] = 0
        return freeze(self.layer, False)

    def extra_repr(self):
        return f"rank={self.rank}, scale={self.scale * self.rank:g}"


def add_adapters(module, rank=4, scale=1.0, *, rng=None):
    """Freeze the module and wrap each linear layer and each convolution in it by LoRA; returns the module.

    The rank is cut to what the matrix can have. Batch norms are frozen, too, and their statistics kept.

    Raises:  ValueError if there is nothing to wrap, or for a rank below 1.
    Source:  Hu et al. 2022, sec. 4.   Chapter: 8.
    """
    freeze(keep_statistics(module))
    places = [(parent, name, child) for parent in module.modules() if not isinstance(parent, LoRA)
              for name, child in parent.named_children() if isinstance(child, nn.Linear | nn.Conv2d)]
    if not places:
        raise ValueError(f"add_adapters expected a module with linear layers or convolutions below it, got "
                         f"{type(module).__name__}: LoRA(layer) for a single one")
    for parent, name, child in places:
        outputs, *inputs = child.weight.shape
        setattr(parent, name, LoRA(child, min(rank, outputs, int(np.prod(inputs))), scale, rng=rng))
    return module
