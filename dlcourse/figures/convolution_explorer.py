"""Why this file exists: chapter 6's figure, in which a kernel is laid on an image, and each sum is seen being made."""

import numpy as np
import traitlets

from .. import functional as F
from ..tensor import Tensor
from .base import Figure

WHITE = 9  # pixels go from 0, black, to 9, white
SMALLEST, LARGEST, LARGEST_KERNEL, LARGEST_WEIGHT = 4, 12, 5, 99


class Square(traitlets.TraitType):
    """A square table of numbers as a list of rows of floats; what is assigned may be an array.

    low, high    how many rows it has at least and at most; `least` and `most` say the same of its numbers
    """

    def __init__(self, low, high, least, most):
        super().__init__()
        self.low, self.high, self.least, self.most = low, high, least, most

    def validate(self, obj, value) -> list:
        """The rows. Raises traitlets.TraitError for anything else."""
        try:
            rows = np.array(value, float)
        except (TypeError, ValueError):
            rows = np.zeros(0)
        n = len(rows) if rows.ndim == 2 else 0
        inside = (rows >= self.least) & (rows <= self.most)  # not so for a NaN
        if rows.shape != (n, n) or not self.low <= n <= self.high or not inside.all():
            raise traitlets.TraitError(
                f"{self.name} expected a square list of rows, {self.low} x {self.low} to {self.high} x {self.high}, "
                f"with numbers from {self.least} to {self.most}, got {value!r:.80}"
            )
        return rows.tolist()


class Convolution(Figure):
    """A small image to draw on, a kernel to edit, and the output, of which one number at a time is taken apart.

    image     a square list of rows, 4 x 4 to 12 x 12, with gray values from 0, black, to 9, white
    kernel    a square list of rows, 1 x 1 to 5 x 5
    stride    1 to 3; `padding`, 0 to 2; `dilation`, 1 or 2
    mode      "convolution": each output is the sum of kernel times what is under it; "transposed": each pixel stamps
              the kernel, times its value, on a canvas of which `padding` rings are cut off
    at        [row, column] of the output that is taken apart, or of the pixel that stamps; beyond the end the last one
    pen       the gray value that is drawn with
    around    whether what leaves the image, when it is shifted, comes back on the other side; otherwise zeros do

    Raises:  traitlets.TraitError for a value out of range, and a table that is not square.   Chapter: 6.
    """

    script = "convolution_explorer"
    alt = (
        "An image of a few gray pixels, a kernel of a few numbers, and the output of their convolution. For a chosen "
        "place the patch under the kernel is framed, each product is written out, and their sum. Image and kernel can "
        "be changed, as well as stride, padding and dilation; the transposed convolution can be chosen."
    )

    image = Square(SMALLEST, LARGEST, 0, WHITE).tag(sync=True)
    kernel = Square(1, LARGEST_KERNEL, -LARGEST_WEIGHT, LARGEST_WEIGHT).tag(sync=True)
    stride = traitlets.Int(1, min=1, max=3).tag(sync=True)
    padding = traitlets.Int(0, min=0, max=2).tag(sync=True)
    dilation = traitlets.Int(1, min=1, max=2).tag(sync=True)
    mode = traitlets.Enum(["convolution", "transposed"], "convolution").tag(sync=True)
    at = traitlets.List(traitlets.Int(min=0), [2, 1], minlen=2, maxlen=2).tag(sync=True)
    pen = traitlets.Int(WHITE, min=0, max=WHITE).tag(sync=True)
    around = traitlets.Bool(False).tag(sync=True)

    @traitlets.default("image")
    def _image(self):
        bar = np.zeros((8, 8))
        bar[1:7, 3:5] = WHITE
        return bar.tolist()

    @traitlets.default("kernel")
    def _kernel(self):
        return [[-1.0, 0.0, 1.0]] * 3

    @traitlets.default("tries")
    def _tries(self):
        return [
            "Bar and 'vertical edge': on which side of the bar is the output positive, on which negative? What is left "
            "of the sides with 'horizontal edge'?",
            "Choose the dot. The output shows the kernel, but which way round? Then let it stamp: choose 'transposed'. "
            "Which kernel copies an image, and where must the 1 stand to move it down?",
            "Stride 1: shift the bar to the right. The output moves along. Now stride 2: shift once, then once more. "
            "When does the output follow? Do it with the digit, too: after one shift, is the output still the old one?",
            "Keep the output as large as the image: which padding does it take for k = 3, for k = 5, and for k = 3 "
            "with dilation 2? How many pixels lie between the outermost numbers of the kernel then?",
            "Corner, 'mean', transposed with stride 2: the flat part becomes a checkerboard for k = 3, and not for k = "
            "2 or 4. How many stamps meet on each pixel?",
        ]

    def side(self) -> int:
        """How many rows the output has, by the formula, and as many columns; 0 where nothing is left."""
        n, reach = len(self.image), self.dilation * (len(self.kernel) - 1)
        if self.mode == "transposed":
            return max(0, (n - 1) * self.stride + reach + 1 - 2 * self.padding)
        return max(0, (n + 2 * self.padding - reach - 1) // self.stride + 1)

    def output(self) -> np.ndarray:
        """The output, computed by `dlcourse.functional`, (side, side)."""
        if not self.side():
            return np.zeros((0, 0))
        image, kernel = (Tensor(np.array(rows, np.float64)[None, None]) for rows in (self.image, self.kernel))
        operation = F.conv_transpose2d if self.mode == "transposed" else F.conv2d
        settings = {"stride": self.stride, "padding": self.padding, "dilation": self.dilation}
        return operation(image, kernel, **settings).data[0, 0]

    def products(self) -> np.ndarray:
        """What is added at the chosen place, or the stamp of the chosen pixel before it is cut, (k, k)."""
        image, kernel = np.array(self.image), np.array(self.kernel)
        places = len(image) if self.mode == "transposed" else self.side()
        if not places:
            return np.zeros((0, 0))
        i, j = (min(one, places - 1) for one in self.at)
        if self.mode == "transposed":
            return kernel * image[i, j]
        padded, reach = np.pad(image, self.padding), self.dilation * (len(kernel) - 1) + 1
        top, left = i * self.stride, j * self.stride
        return kernel * padded[top : top + reach : self.dilation, left : left + reach : self.dilation]
