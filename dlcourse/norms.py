"""Why this file exists: a signal that keeps its size from layer to layer is what lets deep networks train.

Batch norm is the one layer that means something else in evaluation than in training, and that keeps numbers which no
optimizer touches. The others normalize each example by itself and need neither.
"""

import numpy as np

from . import functional as F
from . import init
from .modules import Module, empty_parameter
from .tensor import get_default_dtype


class _BatchNorm(Module):
    """What the batch norms share; they differ in the axes they accept."""

    axes = {}  # number of axes -> how they are called

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, *, bias=True):
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        _set_scale_and_shift(self, num_features, affine, bias)
        tracked = {"running_mean": np.zeros(num_features, get_default_dtype()),
                   "running_var": np.ones(num_features, get_default_dtype()),
                   "num_batches_tracked": np.array(0)}
        for name, start in tracked.items():
            self.register_buffer(name, start if track_running_stats else None)

    def forward(self, x):
        shape = self.axes.get(len(x.shape))
        if shape is None or x.shape[1] != self.num_features:
            expected = " or ".join(self.axes.values()).replace("C", str(self.num_features))
            raise ValueError(f"{type(self).__name__} expected {expected}, got {x.shape}")
        momentum = self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked.data[...] += 1
            if momentum is None:  # the mean of all batches so far
                momentum = 1 / self.num_batches_tracked.item()
        batch_moments = self.training or not self.track_running_stats
        return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, batch_moments, momentum,
                            self.eps)

    def extra_repr(self):
        return (f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
                f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}")


def _set_scale_and_shift(module, shape, affine, bias):
    """weight of ones and bias of zeros, or None."""
    shape = shape if isinstance(shape, tuple) else (shape,)
    module.weight = init.ones_(empty_parameter(*shape)) if affine else None
    module.bias = init.zeros_(empty_parameter(*shape)) if affine and bias else None


class BatchNorm1d(_BatchNorm):
    """Each feature, or channel, to mean 0 and variance 1 over the batch, then times weight plus bias.   Both are (C,).

    In training by the moments of the batch; in evaluation by the running ones, the buffers running_mean and
    running_var. They move by `momentum` towards those of each batch; momentum=None makes them the mean of all batches.

    Shapes:  (N, C) or (N, C, T)  ->  the same
    Raises:  ValueError for another shape, and in training for a single value per channel.
    Source:  Ioffe and Szegedy 2015, alg. 1-2.   Chapter: 2.   Twin: torch.nn.BatchNorm1d.
    """

    axes = {2: "(N, C)", 3: "(N, C, T)"}


class BatchNorm2d(_BatchNorm):
    """Each channel to mean 0 and variance 1 over the images and their pixels, else as BatchNorm1d.

    Shapes:  (N, C, h, w)  ->  the same
    Raises:  ValueError for another shape, and in training for a single value per channel.
    Source:  Ioffe and Szegedy 2015, sec. 3.2.   Chapter: 6.   Twin: torch.nn.BatchNorm2d.
    """

    axes = {4: "(N, C, h, w)"}


class LayerNorm(Module):
    """The last axes of each example to mean 0 and variance 1, then times weight plus bias.   Both are normalized_shape.

    Shapes:  (..., *normalized_shape)  ->  the same
    Raises:  ValueError if the last axes are others.
    Source:  Ba et al. 2016, eqs. 3-4.   Chapter: 2.   Twin: torch.nn.LayerNorm.
    """

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True):
        one_axis = isinstance(normalized_shape, int | np.integer)
        self.normalized_shape = (normalized_shape,) if one_axis else tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        _set_scale_and_shift(self, self.normalized_shape, elementwise_affine, bias)

    def forward(self, x):
        return F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return (f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
                f"bias={self.bias is not None}")


class GroupNorm(Module):
    """Each group of channels of each example to mean 0 and variance 1, then times weight plus bias.   Both are (C,).

    Shapes:  (N, C, ...)  ->  the same
    Raises:  ValueError if num_groups does not divide num_channels, or for another C.
    Source:  Wu and He 2018, eqs. 1-2, 6-7.   Chapter: 6.   Twin: torch.nn.GroupNorm.
    """

    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True, *, bias=True):
        if num_channels % num_groups:
            raise ValueError(f"GroupNorm expected num_channels to be a multiple of num_groups, "
                             f"got {num_channels} channels in {num_groups} groups")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        _set_scale_and_shift(self, num_channels, affine, bias)

    def forward(self, x):
        if len(x.shape) < 2 or x.shape[1] != self.num_channels:
            raise ValueError(f"GroupNorm expected (N, {self.num_channels}, ...), got {x.shape}")
        return F.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return (f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
                f"bias={self.bias is not None}")
