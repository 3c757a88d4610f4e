"""Why this file exists: the layers of convolutional networks, which own the kernels that `convolution.py` slides.

Signatures, first weights, names and printed forms are those of torch.nn.
"""

import math

from . import convolution as F
from . import init
from .modules import Module, empty_parameter


class _Convolution(Module):
    """What the four layers share: their options, two parameters uniform in +-1 / sqrt(fan_in), their printed form."""

    axes, transposed, output_padding = 2, False, 0

    def _build(self, in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, mode, rng):
        name, axes = type(self).__name__, self.axes
        if in_channels % groups or out_channels % groups:
            raise ValueError(f"{name} expected channels that {groups} groups can share, got {in_channels} in and "
                             f"{out_channels} out")
        if mode != "zeros":
            raise ValueError(f'{name} expected padding_mode="zeros", got {mode!r}: pad the images yourself, padding=0?')
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = F.spread(kernel_size, axes, "kernel_size", name)
        self.stride = F.spread(stride, axes, "stride", name)
        self.padding = padding if isinstance(padding, str) else F.spread(padding, axes, "padding", name)
        self.dilation = F.spread(dilation, axes, "dilation", name)
        ends = (in_channels, out_channels // groups) if self.transposed else (out_channels, in_channels // groups)
        bound = 1 / math.sqrt(ends[1] * math.prod(self.kernel_size))
        self.weight = init.uniform_(empty_parameter(*ends, *self.kernel_size), -bound, bound, rng=rng)
        self.bias = init.uniform_(empty_parameter(out_channels), -bound, bound, rng=rng) if bias else None

    def extra_repr(self):
        said = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        for name, usual in (("padding", (0,)), ("dilation", (1,)), ("output_padding", (0,)), ("groups", None)):
            value = getattr(self, name)
            if value not in (usual and usual * self.axes, 0 if name == "output_padding" else 1):
                said.append(f"{name}={value}")
        return ", ".join(said + ["bias=False"] * (self.bias is None))


class Conv2d(_Convolution):
    """`out_channels` kernels that slide over images; `padding` may be "same" or "valid".

    Parameters:  weight (out_channels, in_channels / groups, kh, kw), bias (out_channels,)
    Shapes:  x (N, in_channels, H, W)  ->  (N, out_channels, h, w), h = (H + 2 p - d (kh - 1) - 1) // s + 1, w likewise
    Raises:  ValueError if channels, groups or options do not fit.
    Source:  LeCun et al. 1989.   Chapter: 6.   Twin: torch.nn.Conv2d.
    """

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True,
                 padding_mode="zeros", *, rng=None):
        self._build(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, rng)

    def forward(self, x):
        function = F.conv2d if self.axes == 2 else F.conv1d
        return function(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class Conv1d(Conv2d):
    """As Conv2d, along sequences (N, C, T).   Source: Waibel et al. 1989.   Chapter: 6.   Twin: torch.nn.Conv1d.

    Parameters:  weight (out_channels, in_channels / groups, k), bias (out_channels,)
    """

    axes = 1


class ConvTranspose2d(_Convolution):
    """Every pixel stamps `out_channels` kernels on a larger image; `output_padding` adds rows and columns at the end.

    Parameters:  weight (in_channels, out_channels / groups, kh, kw), bias (out_channels,)
    Shapes:  x (N, in_channels, H, W)  ->  (N, out_channels, h, w),
             h = (H - 1) s - 2 p + d (kh - 1) + output_padding + 1, and w likewise
    Raises:  ValueError if channels, groups or options do not fit.
    Source:  Zeiler et al. 2010.   Chapter: 6.   Twin: torch.nn.ConvTranspose2d.
    """

    transposed = True

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1,
                 bias=True, dilation=1, padding_mode="zeros", *, rng=None):
        self._build(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, rng)
        self.output_padding = F.spread(output_padding, self.axes, "output_padding", type(self).__name__)

    def forward(self, x):
        function = F.conv_transpose2d if self.axes == 2 else F.conv_transpose1d
        return function(x, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.groups,
                        self.dilation)


class ConvTranspose1d(ConvTranspose2d):
    """As ConvTranspose2d, along sequences (N, C, T).   Chapter: 6.   Twin: torch.nn.ConvTranspose1d.

    Parameters:  weight (in_channels, out_channels / groups, k), bias (out_channels,)
    """

    axes = 1


# ---------------------------------------------------------------------------------------------- pooling


class _Pool(Module):
    """A function with options and without parameters."""

    function, options, printed = None, (), 5

    def forward(self, x):
        return type(self).function(x, *(getattr(self, name) for name in self.options))

    def extra_repr(self):
        return ", ".join(f"{name}={getattr(self, name)}" for name in self.options[: self.printed])


def _no_indices(layer, return_indices):
    if return_indices:
        raise ValueError(f"{type(layer).__name__} expected return_indices=False: the places of the maxima are not kept")


class MaxPool2d(_Pool):
    """The largest of each window; windows lie side by side unless `stride` says otherwise.

    Shapes:  x (N, C, H, W)  ->  (N, C, h, w), h = (H + 2 p - d (kh - 1) - 1) // s + 1, and w likewise
    Raises:  ValueError if no window fits, or for return_indices=True.   Chapter: 6.   Twin: torch.nn.MaxPool2d.
    """

    function = F.max_pool2d
    options = "kernel_size", "stride", "padding", "dilation", "ceil_mode"

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        _no_indices(self, return_indices)
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation, self.ceil_mode = padding, dilation, ceil_mode


class MaxPool1d(MaxPool2d):
    """The largest of each window.   Shapes:  x (N, C, T)  ->  (N, C, t).   Chapter: 6.   Twin: torch.nn.MaxPool1d."""

    function = F.max_pool1d


class AvgPool2d(_Pool):
    """The mean of each window; the zeros of the padding count, unless told otherwise.

    Shapes:  x (N, C, H, W)  ->  (N, C, h, w), h = (H + 2 p - kh) // s + 1, and w likewise
    Raises:  ValueError if no window fits.   Chapter: 6.   Twin: torch.nn.AvgPool2d.
    """

    function = F.avg_pool2d
    options, printed = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"), 3

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.ceil_mode, self.count_include_pad = padding, ceil_mode, count_include_pad


class AvgPool1d(AvgPool2d):
    """The mean of each window.   Shapes:  x (N, C, T)  ->  (N, C, t).   Chapter: 6.   Twin: torch.nn.AvgPool1d."""

    function = F.avg_pool1d

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
        stride = kernel_size if stride is None else stride
        single = (F.spread(v, 1, "each option", "AvgPool1d") for v in (kernel_size, stride, padding))
        super().__init__(*single, ceil_mode, count_include_pad)


class AdaptiveAvgPool2d(_Pool):
    """The mean of each of h x w bins; None keeps the size of an axis, 1 is global average pooling.

    Shapes:  x (N, C, H, W)  ->  (N, C, h, w).   Source: Lin et al. 2014.   Chapter: 6.
    Twin: torch.nn.AdaptiveAvgPool2d.
    """

    function, options = F.adaptive_avg_pool2d, ("output_size",)

    def __init__(self, output_size):
        self.output_size = output_size


class AdaptiveAvgPool1d(AdaptiveAvgPool2d):
    """The mean of each bin.   Shapes:  x (N, C, T)  ->  (N, C, t).   Chapter: 6.   Twin: torch.nn.AdaptiveAvgPool1d."""

    function = F.adaptive_avg_pool1d


class AdaptiveMaxPool2d(AdaptiveAvgPool2d):
    """The largest of each bin.   Shapes:  x (N, C, H, W)  ->  (N, C, h, w).   Twin: torch.nn.AdaptiveMaxPool2d."""

    function = F.adaptive_max_pool2d

    def __init__(self, output_size, return_indices=False):
        _no_indices(self, return_indices)
        super().__init__(output_size)
