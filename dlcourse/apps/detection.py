"""Why this file exists: what is where in a picture, by networks that say it in one pass, without sliding a window.

`Locator` names one glyph and draws one box. `SceneReader` has an answer for each place of a coarse grid, so that it can
find several, and one for each pixel. A scene has SIZE x SIZE pixels, a cell of the grid STRIDE x STRIDE.
"""

import numpy as np

from .. import functional as F
from .. import nn
from ..tensor import Tensor, no_grad
from ..vision import conv_block
from .boxes import Found, suppress

SIZE, STRIDE, DIGITS = 64, 4, 10
REACH = 1.8  # cells: how far from the middle of a glyph a cell still answers for it


class Locator(nn.Module):
    """One glyph in a picture: the logits of its class, and its box as parts of the picture's side.

    Three convolutions, each of which halves the picture, and two linear layers. These read all 64 places, or, `pooled`,
    the largest value of each map, which does not know where it was.

    Shapes:  x (N, 1, 64, 64)  ->  (N, K + 4)
    Source:  two outputs of one trunk as in Sermanet et al. 2014, sec. 4.   Chapter: 5a.
    """

    def __init__(self, num_classes=DIGITS, widths=(8, 16, 32), hidden=64, pooled=False, *, rng=None):
        layers, c = [], 1
        for width in widths:
            layers.append(conv_block(c, width, stride=2, rng=rng))
            c = width
        places = 1 if pooled else (SIZE // 2 ** len(widths)) ** 2
        self.features = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(1) if pooled else nn.Identity(), nn.Flatten())
        self.hidden = nn.Sequential(nn.Linear(c * places, hidden, rng=rng), nn.ReLU())
        self.head = nn.Linear(hidden, num_classes + 4, rng=rng)

    def forward(self, x):
        return self.head(self.hidden(self.features(x)))


def locator_loss(outputs, y, weight=10.0):
    """Cross-entropy of the class, and `weight` times the smooth L1 distance of the box, in parts of the picture's side.

    Shapes:  outputs (N, K + 4), y (N, 5): the class and the box in pixels  ->  ().   Chapter: 5a.
    """
    logits, box = outputs[:, :-4], outputs[:, -4:]
    return F.cross_entropy(logits, y[:, 0].astype(int)) + weight * F.smooth_l1_loss(box, y[:, 1:] / SIZE, beta=0.1)


def doubled(c_in, c_out, *, rng=None):
    """A transposed convolution of stride 2 and batch normalization: each place becomes four.

    Shapes:  (N, c_in, h, w)  ->  (N, c_out, 2 h, 2 w).   Chapter: 5a.
    """
    return nn.Sequential(nn.ConvTranspose2d(c_in, c_out, 2, stride=2, bias=False, rng=rng), nn.BatchNorm2d(c_out))


class Finder(nn.Module):
    """Class, certainty and box for each cell of a 16 x 16 grid.

    The picture is halved three times and doubled once, so that a cell sees more than the largest glyph; what was seen
    on the way down at the same size is added. A 1 x 1 convolution reads the grid off: `num_classes` logits, one logit
    for "here is the middle of a glyph", and the distances from the middle of the cell to the box's left, top, right
    and bottom side, in cells.

    Shapes:  x (N, 1, 64, 64)  ->  (N, K + 5, 16, 16)
    Source:  the grid after Tian et al. 2019 and Zhou et al. 2019, down and up after Lin et al. 2017.   Chapter: 5a.
    """

    def __init__(self, num_classes=DIGITS, widths=(8, 16, 24, 32, 24), *, rng=None):
        half, quarter, wide, eighth, top = widths
        self.down1 = conv_block(1, half, stride=2, rng=rng)
        self.down2 = nn.Sequential(conv_block(half, quarter, stride=2, rng=rng), conv_block(quarter, wide, rng=rng))
        self.down3 = nn.Sequential(conv_block(wide, eighth, stride=2, rng=rng), conv_block(eighth, eighth, rng=rng))
        self.up3, self.mix = doubled(eighth, wide, rng=rng), conv_block(wide, top, rng=rng)
        self.head = nn.Conv2d(top, num_classes + 5, 1, rng=rng)
        # What is true of most cells, before anything was learned: nothing here, and a box of 16 x 16 pixels.
        self.head.bias.data[num_classes], self.head.bias.data[num_classes + 1 :] = -3.0, 2.0

    def trunk(self, x):
        """What was seen at half the size, and at a quarter of it."""
        half = self.down1(x)  # (N, 16, 32, 32)
        quarter = self.down2(half)  # (N, 32, 16, 16)
        eighth = self.down3(quarter)  # (N, 48, 8, 8)
        return half, self.mix((self.up3(eighth) + quarter).relu())  # (N, 40, 16, 16)

    def forward(self, x):
        return self.head(self.trunk(x)[1])


class SceneReader(Finder):
    """A Finder that goes on doubling up to the size of the picture, and says of each pixel to which digit it belongs.

    Classes of pixels are counted from 1; 0 is paper and clutter.

    Shapes:  x (N, 1, 64, 64)  ->  grid (N, K + 5, 16, 16), pixels (N, K + 1, 64, 64)
    Source:  Long et al. 2015; Ronneberger et al. 2015.   Chapter: 5a.
    """

    def __init__(self, num_classes=DIGITS, widths=(16, 24, 32, 48, 40), *, rng=None):
        super().__init__(num_classes, widths, rng=rng)
        half, top = widths[0], widths[-1]
        self.up2, self.up1 = doubled(top, half, rng=rng), doubled(half, half, rng=rng)
        self.full = nn.Conv2d(1, half, 3, padding=1, rng=rng)
        self.paint = nn.Conv2d(half, num_classes + 1, 1, rng=rng)
        self.paint.bias.data[0] = 3.0  # most pixels are paper

    def forward(self, x):
        half, quarter = self.trunk(x)
        half = (self.up2(quarter) + half).relu()  # (N, 16, 32, 32)
        full = (self.up1(half) + self.full(x)).relu()  # (N, 16, 64, 64)
        return self.head(quarter), self.paint(full)


def middles(cells=SIZE // STRIDE):
    """The middle of each cell, in pixels: across (1, G) and down (G, 1).   Chapter: 5a."""
    middle = (np.arange(cells) + 0.5) * STRIDE
    return middle[None], middle[:, None]


def grid_targets(labels, boxes, cells=SIZE // STRIDE):
    """What each cell of the grid should say: how near it is to a glyph's middle, that glyph's class, and its box.

    weight = exp(-d^2 / 2), d the distance in cells from the cell's middle to the box's; 0 from REACH cells on. Where
    two glyphs are near, the nearer one counts.

    Shapes:  labels (M, K), -1 for none, boxes (M, K, 4)  ->  (M, 6, G, G): weight, class, and the distances to the
             left, top, right and bottom side in cells
    Source:  weights after Zhou et al. 2019, sec. 3; distances after Tian et al. 2019, eq. 1.   Chapter: 5a.
    """
    across, down = middles(cells)
    left, top, right, bottom = (boxes[..., k, None, None] for k in range(4))  # (M, K, 1, 1)
    sides = np.stack(np.broadcast_arrays(across - left, down - top, right - across, bottom - down), axis=2) / STRIDE
    squared = ((across - (left + right) / 2) ** 2 + (down - (top + bottom) / 2) ** 2) / STRIDE**2  # (M, K, G, G)
    squared = np.where((labels >= 0)[..., None, None], squared, np.inf)
    nearest = squared.argmin(axis=1)[:, None]  # (M, 1, G, G)
    squared = np.take_along_axis(squared, nearest, axis=1)
    weight = np.exp(-squared / 2) * (squared < REACH**2)
    label = np.take_along_axis(np.maximum(labels, 0), nearest.reshape(len(labels), -1), axis=1).reshape(nearest.shape)
    sides = np.take_along_axis(sides, nearest[:, :, None], axis=1)[:, 0]  # (M, 4, G, G)
    return np.concatenate([weight, label, sides], axis=1).astype(boxes.dtype)


def grid_loss(grid, targets):
    """Three losses of the grid: is here a middle, what is it, and where are its sides.

    The first is a cross-entropy, summed over all cells and divided by the sum of the weights; the other two are means
    over the cells near a glyph's middle, the nearer the more.

    Shapes:  grid (N, K + 5, G, G), targets (N, 6, G, G)  ->  three times ().   Chapter: 5a.
    """
    weight, label, sides = targets[:, 0], targets[:, 1].astype(int), targets[:, 2:]
    whole = max(float(weight.sum()), 1e-6)
    middle = F.binary_cross_entropy_with_logits(grid[:, -5], weight, reduction="sum")
    named = (F.cross_entropy(grid[:, :-5], label, reduction="none") * Tensor(weight)).sum()
    placed = (F.smooth_l1_loss(grid[:, -4:], sides, reduction="none", beta=0.5) * Tensor(weight[:, None])).sum()
    return middle / whole, named / whole, placed / whole


def scene_loss(outputs, targets, mask):
    """All that a SceneReader learns by: the three losses of the grid, and the cross-entropy of the pixels.

    Most pixels are paper and soon easy; so the last one is a sum over all, for each pixel of a glyph that there is.

    Shapes:  outputs of a SceneReader, targets (N, 6, G, G), mask (N, 64, 64)  ->  ().   Chapter: 5a.
    """
    grid, pixels = outputs
    middle, named, placed = grid_loss(grid, targets)
    colored = F.cross_entropy(pixels, mask.astype(int), reduction="sum") / max(int((mask > 0).sum()), 1)
    return middle + named + placed + colored


def read_scenes(model, x, batch_size=128):
    """What a SceneReader says in evaluation mode: its grid, and of each pixel the most probable class.

    Shapes:  x (M, 1, 64, 64)  ->  grid (M, K + 5, 16, 16), mask (M, 64, 64).   Chapter: 5a.
    """
    was, grids, masks = model.training, [], []
    model.eval()
    try:
        with no_grad():
            for at in range(0, len(x), batch_size):  # a batch at a time: the logits of pixels are many
                grid, pixels = model(Tensor(x[at : at + batch_size]))
                grids.append(grid.data)
                masks.append(pixels.data.argmax(axis=1).astype(np.int16))
    finally:
        model.train(was)
    return np.concatenate(grids), np.concatenate(masks)


def candidates(grid, least=0.05):
    """Of one picture, all cells that are sure enough, as boxes.

    score = sigmoid(logit of the middle) * largest probability of a class

    Shapes:  grid (K + 5, G, G)  ->  Found, in the order of the cells.   Chapter: 5a.
    """
    p = np.exp(grid[:-5] - grid[:-5].max(axis=0))
    p = p / p.sum(axis=0)
    score = p.max(axis=0) / (1 + np.exp(-grid[-5]))  # (G, G)
    across, down = middles(grid.shape[-1])
    left, top, right, bottom = grid[-4:] * STRIDE
    box = np.stack([across - left, down - top, across + right, down + bottom], axis=-1)  # (G, G, 4)
    sure = score >= least
    return Found(np.clip(box[sure], 0, grid.shape[-1] * STRIDE), grid[:-5].argmax(axis=0)[sure], score[sure])


def decode(grid, least=0.05, overlap=0.4):
    """The boxes of each picture: all sure cells, without those that overlap a surer one, whatever their class.

    Shapes:  grid (M, K + 5, G, G)  ->  M times Found, the surest first.   Chapter: 5a.
    """
    found = []
    for one in grid:
        every = candidates(one, least)
        found.append(every[suppress(every.boxes, every.scores, overlap)])
    return found
