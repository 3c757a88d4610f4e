"""Why this file exists: the networks that made convolution famous, each in the fewest lines that keep its idea.

Sizes are arguments, so that a network fits 8 x 8 digits as well as photographs; ResNet has torchvision's names.
"""

import numpy as np

from . import nn
from .modules import Parameter
from .ops import cat
from .tensor import Tensor, default_generator, get_default_dtype


def _halved(network, size, times):
    """The side of a picture after it was halved so many times, as long as something is left of it."""
    if size < 2**times:
        raise ValueError(f"{network} expected pictures of at least {2**times} x {2**times} pixels for {times} stages, "
                         f"got size={size}: give fewer widths, or enlarge the pictures")
    return size // 2**times


def conv_block(c_in, c_out, kernel_size=3, stride=1, groups=1, *, rng=None):
    """Convolution that keeps the size (at stride 1), batch normalization, ReLU.

    Shapes:  (N, c_in, h, w)  ->  (N, c_out, h / stride, w / stride).   Chapter: 6.
    """
    conv = nn.Conv2d(c_in, c_out, kernel_size, stride, kernel_size // 2, groups=groups, bias=False, rng=rng)
    return nn.Sequential(conv, nn.BatchNorm2d(c_out), nn.ReLU())


class LeNet(nn.Module):
    """Convolution and pooling twice, then three linear layers: the plan of 1998, with ReLU and maxima.

    Shapes:  (N, channels, size, size)  ->  (N, num_classes)
    Raises:  ValueError for pictures too small to be halved by every stage.
    Source:  LeCun et al. 1998, fig. 2.   Chapter: 6.
    """

    def __init__(self, size=28, channels=1, num_classes=10, widths=(6, 16), hidden=(120, 84), kernel_size=5, *,
                 rng=None):
        layers, c = [], channels
        for width in widths:
            layers += [nn.Conv2d(c, width, kernel_size, padding=kernel_size // 2, rng=rng), nn.ReLU(), nn.MaxPool2d(2)]
            c = width
        self.features = nn.Sequential(*layers, nn.Flatten())
        sizes, layers = [c * _halved("LeNet", size, len(widths)) ** 2, *hidden], []
        for n_in, n_out in zip(sizes, hidden, strict=False):
            layers += [nn.Linear(n_in, n_out, rng=rng), nn.ReLU()]
        self.classifier = nn.Sequential(*layers, nn.Linear(sizes[-1], num_classes, rng=rng))

    def forward(self, x):
        return self.classifier(self.features(x))


class VGG(nn.Module):
    """Stages of two small convolutions and a pooling; each stage halves the picture and widens the description.

    Shapes:  (N, channels, size, size)  ->  (N, num_classes)
    Raises:  ValueError for pictures too small to be halved by every stage.
    Source:  Simonyan and Zisserman 2015, with the norm of Ioffe and Szegedy 2015.   Chapter: 6.
    """

    def __init__(self, size=8, channels=1, num_classes=10, widths=(16, 32), dropout=0.3, *, rng=None):
        layers, c = [], channels
        for width in widths:
            layers += [conv_block(c, width, rng=rng), conv_block(width, width, rng=rng), nn.MaxPool2d(2)]
            c = width
        self.features = nn.Sequential(*layers)
        features = c * _halved("VGG", size, len(widths)) ** 2
        self.classifier = nn.Sequential(nn.Flatten(), nn.Dropout(dropout, rng=rng),
                                        nn.Linear(features, num_classes, rng=rng))

    def forward(self, x):
        return self.classifier(self.features(x))


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions beside a path that carries x on; a 1 x 1 convolution where the shapes differ.

    Shapes:  (N, c_in, h, w)  ->  (N, c_out, h / stride, w / stride)
    Source:  He et al. 2016, fig. 5 left.   Chapter: 6.   Twin: torchvision.models.resnet.BasicBlock.
    """

    def __init__(self, c_in, c_out, stride=1, *, rng=None):
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride, padding=1, bias=False, rng=rng)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False, rng=rng)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu, self.downsample = nn.ReLU(), None
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride, bias=False, rng=rng),
                                            nn.BatchNorm2d(c_out))

    def forward(self, x):
        branch = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(branch + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """Stages of residual blocks, global average pooling, one linear layer.

    ResNet() is ResNet-18 for photographs. `small_pictures` begins with a 3 x 3 convolution of stride 1 and no pooling;
    `block` makes each block, as `BasicBlock` does.

    Shapes:  (N, channels, h, w)  ->  (N, num_classes)
    Raises:  ValueError unless there are as many blocks as widths.
    Source:  He et al. 2016, table 1.   Chapter: 6.   Twin: torchvision.models.resnet18.
    """

    def __init__(self, blocks=(2, 2, 2, 2), widths=(64, 128, 256, 512), channels=3, num_classes=1000,
                 small_pictures=False, *, block=BasicBlock, rng=None):
        if len(blocks) != len(widths):
            raise ValueError(f"ResNet expected a number of blocks and a width for every stage, got blocks={blocks} and "
                             f"widths={widths}")
        kernel_size, stride, padding = (3, 1, 1) if small_pictures else (7, 2, 3)
        self.conv1 = nn.Conv2d(channels, widths[0], kernel_size, stride, padding, bias=False, rng=rng)
        self.bn1, self.relu = nn.BatchNorm2d(widths[0]), nn.ReLU()
        self.maxpool = nn.Identity() if small_pictures else nn.MaxPool2d(3, 2, 1)
        self.stages, c = [f"layer{i}" for i in range(1, len(widths) + 1)], widths[0]
        for name, count, width in zip(self.stages, blocks, widths, strict=True):
            strides = [1 if name == "layer1" else 2, *[1] * (count - 1)]
            stage = []
            for stride in strides:
                stage.append(block(c, width, stride, rng=rng))
                c = width
            setattr(self, name, nn.Sequential(*stage))
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(c, num_classes, rng=rng)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for name in self.stages:
            x = getattr(self, name)(x)
        return self.fc(self.avgpool(x).flatten(1))


class MobileNet(nn.Module):
    """Depthwise separable convolutions: one kernel for each channel, then a 1 x 1 convolution that mixes them.

    Shapes:  (N, channels, h, w)  ->  (N, num_classes)
    Raises:  ValueError unless there is one stride fewer than widths.
    Source:  Howard et al. 2017, table 1.   Chapter: 6.
    """

    def __init__(self, channels=1, num_classes=10, widths=(16, 32, 64, 64), strides=(1, 2, 1), *, rng=None):
        if len(strides) != len(widths) - 1:
            raise ValueError(f"MobileNet expected a stride between each two widths, got widths={widths} and "
                             f"strides={strides}")
        layers = [conv_block(channels, widths[0], rng=rng)]
        for c_in, c_out, stride in zip(widths[:-1], widths[1:], strides, strict=True):
            layers += [conv_block(c_in, c_in, stride=stride, groups=c_in, rng=rng),
                       conv_block(c_in, c_out, kernel_size=1, rng=rng)]
        self.features, self.avgpool = nn.Sequential(*layers), nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(widths[-1], num_classes, rng=rng)

    def forward(self, x):
        return self.fc(self.avgpool(self.features(x)).flatten(1))


class VisionTransformer(nn.Module):
    """Cuts the picture into patches, makes a vector of each, and lets all patches look at each other.

    `cls_token` stands before the patches and is what the last layer reads; `pos_embed` says where each patch was, since
    attention alone does not know.

    Shapes:  (N, channels, size, size)  ->  (N, num_classes)
    Raises:  ValueError if patches do not fill the picture, and for pictures of another size.
    Source:  Dosovitskiy et al. 2021, eqs. 1-4.   Chapter: 6.
    """

    def __init__(self, size=8, patch=2, channels=1, num_classes=10, dim=32, depth=2, heads=4, dropout=0.0, *,
                 rng=None):
        if size % patch:
            raise ValueError(f"VisionTransformer expected patches that fill the picture, got size={size} and "
                             f"patch={patch}: {size // patch * patch} and {-(-size // patch) * patch} would do")
        draw = (rng or default_generator()).standard_normal
        positions = 1 + (size // patch) ** 2
        self.patches = nn.Conv2d(channels, dim, patch, stride=patch, rng=rng)
        self.cls_token = Parameter((0.02 * draw((1, 1, dim))).astype(get_default_dtype()))
        self.pos_embed = Parameter((0.02 * draw((1, positions, dim))).astype(get_default_dtype()))
        self.blocks = nn.Sequential(*(
            nn.TransformerEncoderLayer(dim, heads, 2 * dim, dropout, "gelu", batch_first=True, norm_first=True, rng=rng)
            for _ in range(depth)
        ))
        self.norm, self.head = nn.LayerNorm(dim), nn.Linear(dim, num_classes, rng=rng)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)  # (N, T, D), T patches
        if x.shape[1] + 1 != self.pos_embed.shape[1]:
            raise ValueError(f"VisionTransformer expected pictures of {self.pos_embed.shape[1] - 1} patches, got "
                             f"{x.shape[1]}: it has one position for each, so the size is fixed when it is made")
        first = self.cls_token + Tensor(np.zeros((len(x), 1, x.shape[2]), x.dtype))  # (N, 1, D)
        x = self.blocks(cat(first, x, dim=1) + self.pos_embed)  # (N, 1 + T, D)
        return self.head(self.norm(x[:, 0]))
