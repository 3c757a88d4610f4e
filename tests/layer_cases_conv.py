"""Why this file exists: the layers of convolutional networks, each with the options that change what it computes."""

import numpy as np


def images(*shape):
    return np.random.default_rng(3).standard_normal(shape or (2, 4, 7, 6))


def sequences():
    return images(2, 4, 9)


MODELS = {
    "Conv1d": [
        (lambda m: m.Conv1d(4, 6, 3), [sequences()]),
        (lambda m: m.Conv1d(4, 2, 3, padding="same", dilation=2, bias=False), [sequences()]),
        (lambda m: m.Conv1d(4, 4, (3,), stride=2, padding=(2,), dilation=2, groups=4), [sequences()]),
    ],
    "Conv2d": [
        (lambda m: m.Conv2d(4, 3, 3), [images()]),
        (lambda m: m.Conv2d(4, 6, (3, 2), 2, (1, 0), 1, 2, False), [images()]),
        (lambda m: m.Conv2d(4, 2, (5, 3), padding="same", dilation=(1, 2)), [images()]),
        (lambda m: m.Conv2d(4, 4, 3, padding="valid", groups=4), [images()]),
        (lambda m: m.Conv2d(32, 32, 3, padding=1), [images(2, 32, 4, 5)]),
    ],
    "ConvTranspose1d": [
        (lambda m: m.ConvTranspose1d(4, 6, 3), [sequences()]),
        (lambda m: m.ConvTranspose1d(4, 2, 3, 2, 1, 1, 2, False, 2), [sequences()]),
    ],
    "ConvTranspose2d": [
        (lambda m: m.ConvTranspose2d(4, 3, 3), [images()]),
        (lambda m: m.ConvTranspose2d(4, 6, (3, 4), (2, 3), (1, 0), (1, 2), 2), [images()]),
        (lambda m: m.ConvTranspose2d(4, 2, 2, stride=2, bias=False, dilation=(1, 3)), [images()]),
    ],
    "MaxPool1d": [(lambda m: m.MaxPool1d(2), [sequences()]), (lambda m: m.MaxPool1d(3, 1, 1, 2), [sequences()])],
    "MaxPool2d": [
        (lambda m: m.MaxPool2d(2), [images()]),
        (lambda m: m.MaxPool2d((3, 2), 2, 1, ceil_mode=True), [images()]),
        (lambda m: m.MaxPool2d(2, stride=(1, 2), dilation=2), [images()]),
    ],
    "AvgPool1d": [(lambda m: m.AvgPool1d(2), [sequences()]), (lambda m: m.AvgPool1d(3, 2, (1,)), [sequences()])],
    "AvgPool2d": [
        (lambda m: m.AvgPool2d(2), [images()]),
        (lambda m: m.AvgPool2d((3, 2), 2, 1, True, False), [images()]),
    ],
    "AdaptiveAvgPool1d": [(lambda m: m.AdaptiveAvgPool1d(4), [sequences()])],
    "AdaptiveAvgPool2d": [
        (lambda m: m.AdaptiveAvgPool2d(1), [images()]),
        (lambda m: m.AdaptiveAvgPool2d((3, None)), [images()]),
    ],
    "AdaptiveMaxPool2d": [
        (lambda m: m.AdaptiveMaxPool2d(2), [images()]),
        (lambda m: m.AdaptiveMaxPool2d((None, 4)), [images()]),
    ],
}
