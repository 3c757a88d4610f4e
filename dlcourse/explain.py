"""Why this file exists: a network that reads a picture should be able to say which part of the picture it read.

Each function asks the same question, "how much did this pixel count for that class?", in another way, and returns one
map for each picture. None of them changes the model. Whether a map is to be believed is a question for the chapter.
"""

import contextlib
import copy

import numpy as np

from .evaluate import predict
from .probing import watched
from .tensor import Tensor, as_array


@contextlib.contextmanager
def frozen(model):
    """While open, the model is in evaluation mode and its parameters are constants; then all is as it was.

    A record then holds only what depends on the input, and `backward` leaves no gradient in the model.   Chapter: 6.
    """
    modes = {module: module.training for module in model.modules()}
    wanted = {p: p.requires_grad for p in model.parameters()}
    model.eval()
    for p in wanted:
        p.requires_grad = False
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode
        for p, requires_grad in wanted.items():
            p.requires_grad = requires_grad


def class_score(logits, target):
    """The sum over a batch of the logits of the named classes: its gradient holds each picture's own.

    Shapes:  logits (N, K), target (N,) or one class for all  ->  ().   Chapter: 6.
    """
    target = np.broadcast_to(as_array(target), len(logits))
    return logits[np.arange(len(logits)), target].sum()


def input_gradient(model, x, score):
    """The gradient of a number, `score(model(x))`, by every pixel, with the model in evaluation mode.

    Shapes:  x (N, ...)  ->  array (N, ...).   Chapter: 6.
    """
    x = Tensor(np.array(as_array(x)), requires_grad=True)
    with frozen(model):
        score(model(x)).backward()
    return x.grad


def saliency(model, x, target):
    """How strongly each pixel would move the class's logit: |d logit / d x|, the largest of the channels.

    Shapes:  x (N, C, h, w), target (N,)  ->  (N, h, w)
    Source:  Simonyan et al. 2014, sec. 3.1.   Chapter: 6.
    """
    return np.abs(input_gradient(model, x, lambda logits: class_score(logits, target))).max(axis=1)


def integrated_gradients(model, x, target, baseline=0.0, steps=64):
    """What each pixel contributed to the logit on the straight way from an empty picture to this one.

    (x - b) times the mean gradient on the way from b to x, at the midpoints of `steps` equal parts. The sum over all
    pixels is logit(x) - logit(b), up to the error of the midpoints.

    Shapes:  x (N, C, h, w), target (N,), baseline broadcasts to x  ->  (N, C, h, w)
    Source:  Sundararajan et al. 2017, eq. 1.   Chapter: 6.
    """
    way = as_array(x) - baseline
    total = sum(input_gradient(model, baseline + (k + 0.5) / steps * way, lambda logits: class_score(logits, target))
                for k in range(steps))
    return way * total / steps


def occlusion(model, x, target, size=3, stride=1, fill=0.0):
    """How far the class's logit falls when a square around the pixel is covered with `fill`.

    Squares are centered on every `stride`-th pixel and cut off at the border: h * w / stride^2 passes for a picture.

    Shapes:  x (N, C, h, w), target (N,)  ->  (N, ceil(h / stride), ceil(w / stride))
    Raises:  ValueError unless `size` is odd.   Source: Zeiler and Fergus 2014, sec. 4.2.   Chapter: 6.
    """
    if size % 2 != 1:
        raise ValueError(f"occlusion expected an odd size, so that a square has a center, got {size}")
    x, half = as_array(x), size // 2
    h, w = x.shape[-2:]
    rows, target = np.arange(len(x)), np.broadcast_to(as_array(target), len(x))
    fall = np.empty((len(x), len(range(0, h, stride)), len(range(0, w, stride))))
    with frozen(model):
        whole = predict(model, x)[rows, target]
        for a, b in np.ndindex(fall.shape[1:]):
            covered, i, j = x.copy(), a * stride, b * stride
            covered[..., max(0, i - half) : i + half + 1, max(0, j - half) : j + half + 1] = fill
            fall[:, a, b] = whole - predict(model, covered)[rows, target]
    return fall


def grad_cam(model, layer, x, target):
    """Where a layer saw what speaks for the class: its feature maps, weighted by the mean gradients of the logit.

    A_c is map c of the layer, a_c the mean over its places of d logit / d A_c; the result is ReLU(sum_c a_c A_c).

    Shapes:  x (N, C, h, w), target (N,)  ->  (N, h', w'), as large as the layer's maps
    Raises:  ValueError unless the model calls `layer`, once, and gets maps (N, C', h', w') from it.
    Source:  Selvaraju et al. 2017, eqs. 1-2.   Chapter: 6.
    """
    maps = []

    def after(name, module, output):
        if module is layer:  # with the parameters frozen nothing was recorded so far: the record begins here
            maps.append(output.requires_grad_())

    with frozen(model), watched(model, lambda name, module: None, after):
        score = class_score(model(Tensor(as_array(x))), target)
        if len(maps) != 1 or maps[0].ndim != 4:
            shapes = [found.shape for found in maps]
            raise ValueError("grad_cam expected a layer that is called once and returns maps (N, C, h, w), got "
                             f"{shapes}")
        score.backward()
    weights = maps[0].grad.mean(axis=(2, 3), keepdims=True)  # (N, C', 1, 1)
    return np.maximum((weights * maps[0].data).sum(axis=1), 0)


def randomized(model, names, rng):
    """A copy in which the numbers of each named parameter are dealt out anew: the same numbers, in other places.

    `names` are beginnings of names: ("classifier",) shuffles every parameter below it, ("",) all.

    Raises:  ValueError if a name fits no parameter.   Source: after Adebayo et al. 2018, sec. 3.1.   Chapter: 6.
    """
    other = copy.deepcopy(model)
    found = dict(other.named_parameters())
    for name in names:
        if not any(key.startswith(name) for key in found):
            raise ValueError(f"randomized expected beginnings of {list(found)}, got {name!r}")
    for key, p in found.items():
        if key.startswith(tuple(names)):
            p.data = rng.permutation(p.data.ravel()).reshape(p.shape)
    return other
