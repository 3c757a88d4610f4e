"""Why this file exists: convolution and pooling have many options, and each wants a case that would notice its loss."""

import numpy as np
from op_cases import normal
from torch.nn import functional as torch_F


def case(function, arrays, **options):
    return options, lambda *tensors: function(*tensors, **options), arrays


def convolutions():
    """3 x 3 with 32 channels at both ends goes by Winograd's tiles, one channel a group by taps, others by patches."""
    def conv(shape, weight, bias=True, **options):
        arrays = [normal(*shape), normal(*weight)] + [normal(weight[0])] * bias
        return case(torch_F.conv2d, arrays, **options)

    return [
        conv((2, 1, 5, 6), (4, 1, 3, 3)),
        conv((2, 12, 4, 5), (3, 12, 3, 3), padding=(1, 1)),
        conv((1, 3, 7, 8), (2, 3, 2, 3), stride=(2, 3), padding=(0, 2)),
        conv((2, 2, 7, 7), (2, 2, 3, 2), False, dilation=(2, 3), padding=(1, 0)),
        conv((2, 4, 5, 4), (6, 2, 3, 3), stride=(2, 1), padding=(1, 1), groups=2),
        conv((2, 3, 5, 5), (3, 1, 3, 3), padding=(1, 1), groups=3),
        conv((1, 3, 6, 6), (3, 1, 2, 3), False, stride=(2, 2), dilation=(1, 2), groups=3),
        conv((2, 2, 4, 4), (4, 1, 3, 3), groups=2),
        conv((2, 34, 3, 3), (2, 34, 1, 1)),
        conv((2, 3, 4, 4), (2, 3, 1, 1), stride=(2, 2)),
        conv((1, 2, 2, 2), (1, 2, 2, 2), padding=(3, 3)),
        conv((0, 2, 4, 4), (3, 2, 3, 3)),
        conv((1, 1, 1, 1), (1, 1, 1, 1)),
        conv((2, 32, 3, 4), (33, 32, 3, 3), padding=(1, 1)),
        conv((1, 33, 5, 3), (32, 33, 3, 3), False),
    ]


def transposed_convolutions():
    def conv(shape, weight, bias=True, **options):
        arrays = [normal(*shape), normal(*weight)] + [normal(weight[1] * options.get("groups", 1))] * bias
        return case(torch_F.conv_transpose2d, arrays, **options)

    return [
        conv((2, 3, 3, 4), (3, 2, 3, 3)),
        conv((2, 3, 3, 2), (3, 2, 3, 4), stride=(2, 3), padding=(1, 2), output_padding=(1, 0)),
        conv((1, 2, 3, 3), (2, 2, 2, 3), False, dilation=(2, 2), output_padding=(1, 0)),
        conv((2, 4, 3, 3), (4, 1, 2, 2), stride=(2, 2), groups=2),
        conv((2, 3, 3, 3), (3, 1, 3, 3), stride=(2, 2), padding=(1, 1), groups=3),
        conv((0, 2, 2, 2), (2, 1, 2, 2), stride=(2, 2)),
        conv((1, 2, 4, 4), (2, 1, 2, 2), padding=(2, 1)),
        conv((1, 32, 2, 2), (32, 32, 3, 3), padding=(1, 1)),
    ]


def maxima():
    sizes = [((2, 3, 4, 6), (2, 2), (2, 2), {}), ((2, 1, 5, 7), (2, 3), (2, 3), {}), ((1, 2, 5, 5), (3, 2), (1, 2), {}),
             ((2, 2, 5, 6), (3, 3), (2, 2), {"padding": (1, 1)}), ((1, 2, 7, 6), (2, 2), (2, 1), {"dilation": (2, 3)}),
             ((1, 1, 6, 7), (3, 2), (2, 3), {"padding": (1, 0), "ceil_mode": True}),
             ((1, 2, 3, 3), (1, 1), (2, 2), {}), ((0, 2, 4, 4), (2, 2), (2, 2), {})]
    return [case(torch_F.max_pool2d, [normal(*shape)], kernel_size=kernel, stride=stride, **options)
            for shape, kernel, stride, options in sizes]


def means():
    sizes = [((2, 3, 4, 6), (2, 2), (2, 2), {}), ((2, 2, 5, 7), (3, 2), (1, 3), {}),
             ((1, 2, 5, 6), (3, 3), (2, 2), {"padding": (1, 1)}),
             ((1, 2, 5, 6), (3, 3), (2, 3), {"padding": (1, 1), "count_include_pad": False}),
             ((1, 1, 6, 8), (3, 2), (2, 3), {"padding": (1, 0), "ceil_mode": True}),
             ((1, 1, 6, 6), (3, 3), (2, 2), {"padding": (1, 1), "ceil_mode": True, "count_include_pad": False}),
             ((0, 2, 4, 4), (2, 2), (2, 2), {})]
    return [case(torch_F.avg_pool2d, [normal(*shape)], kernel_size=kernel, stride=stride, **options)
            for shape, kernel, stride, options in sizes]


def bins(function):
    sizes = [((2, 3, 4, 5), (1, 1)), ((2, 2, 7, 5), (3, 2)), ((1, 2, 3, 2), (4, 5)), ((1, 1, 1, 1), (1, 1)),
             ((0, 2, 4, 4), (2, 2))]
    return [case(function, [normal(*shape)], output_size=size) for shape, size in sizes]


CASES = {
    "conv2d": convolutions(), "conv_transpose2d": transposed_convolutions(),
    "max_pool2d": maxima(), "avg_pool2d": means(),
    "adaptive_max_pool2d": bins(torch_F.adaptive_max_pool2d), "adaptive_avg_pool2d": bins(torch_F.adaptive_avg_pool2d),
}


def corner(name, function, image, **options):
    return name, options, lambda x: function(x, **options), [np.array(image, float)[None, None]]


# Which of equals takes the gradient.
CORNERS = [
    corner("max_pool2d", torch_F.max_pool2d, [[1, 2, 0, 0], [2, 2, 0, 0]], kernel_size=(2, 2), stride=(2, 2)),
    corner("max_pool2d", torch_F.max_pool2d, [[1, 1, 1, 0]], kernel_size=(1, 2), stride=(1, 1)),
    corner("max_pool2d", torch_F.max_pool2d, [[-1, -1]], kernel_size=(1, 2), stride=(1, 1), padding=(0, 1)),
    corner("adaptive_max_pool2d", torch_F.adaptive_max_pool2d, [[1, 1, 1], [1, 2, 2], [1, 2, 2]], output_size=(2, 2)),
    corner("adaptive_max_pool2d", torch_F.adaptive_max_pool2d, [[3, 3], [3, 3]], output_size=(3, 1)),
]
