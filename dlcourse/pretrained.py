"""Why this file exists: weights that others have trained are of use only with what they were trained to be given.

A network for photographs wants them at one size, cut in one way, with the colors shifted and scaled; its 1,000 answers
are numbers that need names. The arithmetic is torchvision's, so that its weights mean the same here.
"""

import functools
from pathlib import Path

import numpy as np

from . import functional as F
from . import nn
from .tensor import Tensor, get_default_dtype, no_grad
from .vision import ResNet

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of the colors of ImageNet: red, green, blue
RESIZE, CROP = 256, 224
CLASSES = Path(__file__).with_name("imagenet_classes.csv")


@functools.cache
def imagenet_classes():
    """The names of the 1,000 classes, in the order of the network's outputs; the file says whose they are.

    Source:  Russakovsky et al. 2015; torchvision's list.   Chapter: 8.
    """
    lines = CLASSES.read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if not line.startswith("#"))[1:]  # the first is the heading


def preprocess(picture, resize=RESIZE, crop=CROP):
    """A photograph as the network wants it: shorter side to `resize`, the middle cut out, colors normalized.

    Shapes:  picture (h, w, 3), whole numbers from 0 to 255  ->  (1, 3, crop, crop)
    Raises:  ValueError for another shape or type, and if `crop` is larger than `resize`.
    Source:  Krizhevsky et al. 2012, sec. 2.   Chapter: 8.   Twin: torchvision.transforms of ResNet18_Weights.
    """
    from PIL import Image

    picture = np.asarray(picture)
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise ValueError(f"preprocess expected a picture (h, w, 3) of uint8, got {picture.shape} of {picture.dtype}: "
                         "one picture at a time, colors last, from 0 to 255")
    if crop > resize:
        raise ValueError(f"preprocess expected crop <= resize, got {crop} and {resize}")
    h, w = picture.shape[:2]
    scaled = (int(resize * w / min(h, w)), int(resize * h / min(h, w)))  # Pillow wants the width first
    pixels = np.asarray(Image.fromarray(picture).resize(scaled, Image.Resampling.BILINEAR))
    top, left = (round((side - crop) / 2) for side in pixels.shape[:2])
    pixels = pixels[top : top + crop, left : left + crop] / 255
    return np.moveaxis((pixels - MEAN) / STD, 2, 0)[None].astype(get_default_dtype())


def resnet18(weights=None, *, rng=None):
    """ResNet-18 for photographs, in evaluation mode, with the weights of `data.load("resnet18")` or random ones.

    Shapes:  the model: x (N, 3, h, w)  ->  (N, 1000)
    Raises:  KeyError or ValueError if the weights are another network's.
    Source:  He et al. 2016, table 1.   Chapter: 8.   Twin: torchvision.models.resnet18.
    """
    model = ResNet(rng=rng)
    if weights is not None:
        model.load_state_dict(weights)
    return model.eval()


def without_head(model):
    """Let a ResNet return the 512 numbers from which its last layer tells the classes; returns the model.

    Shapes:  the model: x (N, 3, h, w)  ->  (N, 512).   Chapter: 8.
    """
    model.fc = nn.Identity()
    return model


def top_classes(model, x, k=5, names=None):
    """The k likeliest classes of each picture, best first, as pairs (name, probability).

    Shapes:  x (N, 3, h, w)  ->  list of N lists of k pairs
    Raises:  ValueError if there are not as many names as outputs.   Chapter: 8.
    """
    names = imagenet_classes() if names is None else names
    with no_grad():
        p = F.softmax(model(Tensor(x))).data  # (N, K)
    if len(names) != p.shape[1]:
        raise ValueError(f"top_classes expected a name for each of the {p.shape[1]} outputs, got {len(names)}: "
                         "was the network made for other classes?")
    best = np.argsort(-p, axis=1, kind="stable")[:, :k]
    return [[(names[c], float(row[c])) for c in chosen] for row, chosen in zip(p, best, strict=True)]


def crops(picture, side, across=5, down=4):
    """Cut `down` rows of `across` square crops, side by side, from the middle of a photograph.

    Shapes:  (h, w, 3)  ->  (down across, side, side, 3)
    Raises:  ValueError if they do not fit.   Chapter: 8.
    """
    h, w = picture.shape[:2]
    top, left = (h - down * side) // 2, (w - across * side) // 2
    if top < 0 or left < 0:
        raise ValueError(f"crops expected a picture of at least {down * side} x {across * side} pixels, got {h} x {w}")
    middle = picture[top : top + down * side, left : left + across * side]
    return middle.reshape(down, side, across, side, 3).swapaxes(1, 2).reshape(-1, side, side, 3)
