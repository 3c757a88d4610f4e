"""Does depth pay with pictures, and does it need the way around? Plain and residual convolutional networks.

    python -m dlcourse.studies image_depth

Networks of 6, 14 and 26 layers of weights learn the digits: rows 0-799 to fit, rows 800-999 to judge. All are the
ResNet of `dlcourse.vision` with two stages, 8 channels on 8 x 8 and 16 on 4 x 4, batch normalization after every
convolution; "plain" leaves out the path around each block. Each gets two largest rates with three seeds and 6 passes
by Adam with one cycle of the rate; a design's row is the best by its mean loss. The loss is that of the last pass over
the rows to fit: the question is what training reaches, before what is read in the end. The test rows are not touched.
"""

import itertools
import time

import numpy as np

from dlcourse.evaluate import accuracy, predict
from dlcourse.vision import BasicBlock, ResNet

from . import residual_depth
from .chapter_1 import in_float64
from .image_networks import pictures, train
from .table import write

SEEDS = range(3)
BLOCKS = {6: 1, 14: 3, 26: 6}  # layers of weights -> blocks in each of two stages
RATES = [0.003, 0.01]
PASSES = 6


class PlainBlock(BasicBlock):
    """The branch of a residual block, without the path around it; its weights are drawn as if that were there."""

    def __init__(self, c_in, c_out, stride=1, *, rng=None):
        super().__init__(c_in, c_out, stride, rng=rng)
        self.downsample = None

    def forward(self, x):
        return self.relu(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x))))))


DESIGNS = {"plain": PlainBlock, "residual": BasicBlock}


def network(design, depth, seed):
    """A network of so many layers of weights; with one seed both designs begin with the same weights."""
    return ResNet((BLOCKS[depth],) * 2, (8, 16), channels=1, num_classes=10, small_pictures=True, block=DESIGNS[design],
                  rng=np.random.default_rng(seed))


def run(design, depth, rate, seed):
    """Loss of the last pass and accuracy on the validation rows, of one training."""
    x, y = pictures("validation")
    model, history = train(network(design, depth, seed), *pictures("fit"), rate, seed, PASSES)
    return history["loss"][-1], accuracy(predict(model, x), y)


def row_of(design, depth, rate):
    """One row: loss and accuracy of the seeds."""
    return residual_depth.summary(design, depth, rate, [run(design, depth, rate, seed) for seed in SEEDS])


@in_float64()
def remake():
    """Train both designs at every depth and rate, and store what they reached."""
    started = time.perf_counter()
    rows = [row_of(*setting) for setting in itertools.product(DESIGNS, BLOCKS, RATES)]
    write("image_depth", rows, "python -m dlcourse.studies image_depth", started)


def best(design, depth):
    """The stored row of this design and depth whose mean loss is lowest, of all learning rates."""
    return residual_depth.best(design, depth, "image_depth")
