"""Why this file exists: a network with a famous name must be that network, so each is written for PyTorch once more."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as TF

from dlcourse import Tensor, data, optim, vision
from dlcourse import functional as F
from dlcourse.cost import count
from dlcourse.data.remote import resnet18_shapes
from dlcourse.evaluate import accuracy, predict
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.testing import assert_close
from dlcourse.train import Batches, fit
from dlcourse.twins import assert_twins

T = torch.nn


def rng():
    return np.random.default_rng(0)


def torch_block(c_in, c_out, kernel_size=3, stride=1, groups=1):
    conv = T.Conv2d(c_in, c_out, kernel_size, stride, kernel_size // 2, groups=groups, bias=False)
    return T.Sequential(conv, T.BatchNorm2d(c_out), T.ReLU())


class TorchLeNet(T.Module):
    def __init__(self):
        super().__init__()
        self.features = T.Sequential(T.Conv2d(2, 3, 5, padding=2), T.ReLU(), T.MaxPool2d(2),
                                     T.Conv2d(3, 4, 5, padding=2), T.ReLU(), T.MaxPool2d(2), T.Flatten())
        self.classifier = T.Sequential(T.Linear(4 * 2 * 2, 7), T.ReLU(), T.Linear(7, 5), T.ReLU(), T.Linear(5, 4))

    def forward(self, x):
        return self.classifier(self.features(x))


class TorchVGG(T.Module):
    def __init__(self):
        super().__init__()
        self.features = T.Sequential(torch_block(2, 3), torch_block(3, 3), T.MaxPool2d(2), torch_block(3, 5),
                                     torch_block(5, 5), T.MaxPool2d(2))
        self.classifier = T.Sequential(T.Flatten(), T.Dropout(0), T.Linear(5 * 2 * 2, 4))

    def forward(self, x):
        return self.classifier(self.features(x))


class TorchBlock(T.Module):
    def __init__(self, c_in, c_out, stride):
        super().__init__()
        self.conv1, self.bn1 = T.Conv2d(c_in, c_out, 3, stride, 1, bias=False), T.BatchNorm2d(c_out)
        self.conv2, self.bn2 = T.Conv2d(c_out, c_out, 3, 1, 1, bias=False), T.BatchNorm2d(c_out)
        self.downsample = None
        if stride > 1 or c_in != c_out:
            self.downsample = T.Sequential(T.Conv2d(c_in, c_out, 1, stride, bias=False), T.BatchNorm2d(c_out))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (self.downsample(x) if self.downsample else x))


class TorchResNet(T.Module):
    """Two stages of 3 and 5 channels, 2 and 1 blocks; photographs or small pictures."""

    def __init__(self, small):
        super().__init__()
        self.conv1 = T.Conv2d(2, 3, 3, 1, 1, bias=False) if small else T.Conv2d(2, 3, 7, 2, 3, bias=False)
        self.bn1, self.small = T.BatchNorm2d(3), small
        self.layer1 = T.Sequential(TorchBlock(3, 3, 1), TorchBlock(3, 3, 1))
        self.layer2 = T.Sequential(TorchBlock(3, 5, 2))
        self.fc = T.Linear(5, 4)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = x if self.small else TF.max_pool2d(x, 3, 2, 1)
        return self.fc(self.layer2(self.layer1(x)).mean(dim=(2, 3)))


class TorchMobileNet(T.Module):
    def __init__(self):
        super().__init__()
        self.features = T.Sequential(torch_block(2, 3), torch_block(3, 3, 3, 2, groups=3), torch_block(3, 5, 1),
                                     torch_block(5, 5, 3, 1, groups=5), torch_block(5, 6, 1))
        self.fc = T.Linear(6, 4)

    def forward(self, x):
        return self.fc(self.features(x).mean(dim=(2, 3)))


class TorchViT(T.Module):
    def __init__(self):
        super().__init__()
        self.patches = T.Conv2d(2, 8, 4, 4)
        self.cls_token = T.Parameter(torch.zeros(1, 1, 8))
        self.pos_embed = T.Parameter(torch.zeros(1, 5, 8))
        self.blocks = T.Sequential(*(T.TransformerEncoderLayer(8, 2, 16, 0.0, "gelu", batch_first=True, norm_first=True)
                                     for _ in range(2)))
        self.norm, self.head = T.LayerNorm(8), T.Linear(8, 4)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], dim=1) + self.pos_embed
        return self.head(self.norm(self.blocks(x)[:, 0]))


TWINS = {
    "LeNet": (lambda: vision.LeNet(8, 2, 4, (3, 4), (7, 5), rng=rng()), TorchLeNet),
    "VGG": (lambda: vision.VGG(8, 2, 4, (3, 5), dropout=0.0, rng=rng()), TorchVGG),
    "ResNet": (lambda: vision.ResNet((2, 1), (3, 5), 2, 4, rng=rng()), lambda: TorchResNet(small=False)),
    "ResNet, small": (lambda: vision.ResNet((2, 1), (3, 5), 2, 4, True, rng=rng()), lambda: TorchResNet(small=True)),
    "MobileNet": (lambda: vision.MobileNet(2, 4, (3, 5, 6), (2, 1), rng=rng()), TorchMobileNet),
    "VisionTransformer": (lambda: vision.VisionTransformer(8, 4, 2, 4, 8, 2, 2, rng=rng()), TorchViT),
}


@pytest.mark.parametrize("name", TWINS)
@in_float64()
def test_outputs_gradients_and_a_step_are_those_of_pytorch(name):
    ours, theirs = (make() for make in TWINS[name])
    draw = np.random.default_rng(1)
    size = 32 if name == "ResNet" else 8  # stride 2 three times needs something to halve
    x, y = draw.standard_normal((6, 2, size, size)), draw.integers(4, size=6)
    optimizers = optim.SGD(ours.parameters(), lr=0.1), torch.optim.SGD(theirs.parameters(), lr=0.1)
    assert_twins(ours, theirs, x, y, F.cross_entropy, TF.cross_entropy, *optimizers, tolerance=1e-10)
    ours.eval(), theirs.eval()
    with torch.no_grad():  # in evaluation: the running statistics are equal, too
        assert_close(ours(Tensor(x)), theirs(torch.from_numpy(x)), 1e-10, "evaluation")
    ours.train()
    gradient_x, torch_x = Tensor(x, requires_grad=True), torch.from_numpy(x).requires_grad_()
    theirs.train()
    F.cross_entropy(ours(gradient_x), Tensor(y)).backward()
    TF.cross_entropy(theirs(torch_x), torch.from_numpy(y)).backward()
    assert_close(Tensor(gradient_x.grad), torch_x.grad, 1e-10, "gradient of the picture")


@in_float64()
def test_a_resnet_without_the_way_around_would_be_caught():
    """Planted: a block that forgets x."""

    class Forgetful(vision.BasicBlock):
        def forward(self, x):
            return self.relu(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x))))))

    ours = vision.ResNet((2, 1), (3, 5), 2, 4, True, block=Forgetful, rng=rng())
    x, y = np.random.default_rng(1).standard_normal((6, 2, 8, 8)), np.arange(6) % 4
    with pytest.raises(AssertionError):
        assert_twins(ours, TorchResNet(small=True), x, y, F.cross_entropy, TF.cross_entropy)


def test_resnet18_has_the_names_and_shapes_of_torchvision():
    state = vision.ResNet(rng=rng()).state_dict()
    assert {name: array.shape for name, array in state.items()} == resnet18_shapes()
    assert sum(math.prod(shape) for shape in resnet18_shapes().values()) == 11_699_132


@in_float64()
def test_resnet18_halves_a_photograph_five_times():
    """224 x 224 as in the paper's table 1 would take a second; 64 x 64 leaves 2 x 2 before the mean."""
    layers = {layer.name: layer.shape for layer in count(vision.ResNet(num_classes=3, rng=rng()).eval(),
                                                         np.zeros((1, 3, 64, 64))).layers}
    assert layers["conv1"] == (1, 64, 32, 32) and layers["layer1.1.conv2"] == (1, 64, 16, 16)
    assert layers["layer4.1.conv2"] == (1, 512, 2, 2) and layers["fc"] == (1, 3)


NETWORKS = {
    "LeNet": lambda: vision.LeNet(8, widths=(6, 16), rng=rng()),
    "VGG": lambda: vision.VGG(rng=rng()),
    "ResNet": lambda: vision.ResNet((1, 1), (8, 16), 1, 10, True, rng=rng()),
    "MobileNet": lambda: vision.MobileNet(widths=(8, 16, 32), strides=(2, 1), rng=rng()),
    "VisionTransformer": lambda: vision.VisionTransformer(rng=rng()),
}


@pytest.mark.parametrize("name", NETWORKS)
@in_float64()
def test_each_learns_to_read(name):
    digits, model = data.load("digits"), NETWORKS[name]()
    x, y = digits.fit.images[:, None], digits.fit.y
    optimizer = optim.Adam(model.parameters(), lr=0.003)
    passes = 12 if name == "VisionTransformer" else 3  # it must learn first which patches are neighbors
    fit(model, Batches(x, y, seed=0), F.cross_entropy, optimizer, epochs=passes, progress=False)
    held_out = digits.validation
    assert accuracy(predict(model, held_out.images[:, None]), held_out.y) > 0.4  # four times guessing


@pytest.mark.parametrize("name", NETWORKS)
def test_the_same_generator_gives_the_same_weights(name):
    ours, again = NETWORKS[name](), NETWORKS[name]()
    assert all(np.array_equal(a, b) for a, b in zip(ours.state_dict().values(), again.state_dict().values(),
                                                    strict=True))


@in_float64()
def test_a_depthwise_separable_layer_costs_what_the_chapter_counts():
    """k^2 C + C O in place of k^2 C O at each of h w places (Howard et al. 2017, section 3.1)."""
    full = count(vision.conv_block(16, 32, rng=rng()), np.zeros((1, 16, 8, 8))).forward
    depthwise = count(vision.conv_block(16, 16, groups=16, rng=rng()), np.zeros((1, 16, 8, 8))).forward
    mixing = count(vision.conv_block(16, 32, 1, rng=rng()), np.zeros((1, 16, 8, 8))).forward
    assert full == 64 * 9 * 16 * 32 and depthwise + mixing == 64 * (9 * 16 + 16 * 32)


@in_float64()
def test_a_vision_transformer_without_positions_does_not_see_where_a_patch_was():
    model = vision.VisionTransformer(rng=rng()).eval()
    x = np.random.default_rng(0).random((2, 1, 8, 8))
    swapped = x.copy()
    swapped[..., :2, :2], swapped[..., 6:, 4:6] = x[..., 6:, 4:6], x[..., :2, :2]
    with_positions = np.abs(model(Tensor(x)).data - model(Tensor(swapped)).data).max()
    model.pos_embed.data[:] = 0
    without = np.abs(model(Tensor(x)).data - model(Tensor(swapped)).data).max()
    assert without < 1e-12 < 1e-6 < with_positions


@pytest.mark.parametrize(("make", "words"), [
    (lambda: vision.LeNet(size=3), "LeNet expected pictures of at least 4 x 4 pixels for 2 stages, got size=3"),
    (lambda: vision.VGG(size=4, widths=(4, 4, 4)), "VGG expected pictures of at least 8 x 8 pixels for 3 stages"),
    (lambda: vision.ResNet((2, 2), (8, 16, 32)), r"ResNet expected a number of blocks and a width for every stage, got "
                                                r"blocks=\(2, 2\)"),
    (lambda: vision.MobileNet(widths=(8, 16), strides=(1, 1)), "MobileNet expected a stride between each two widths"),
    (lambda: vision.VisionTransformer(size=28, patch=8), "got size=28 and patch=8: 24 and 32 would do"),
    (lambda: vision.VisionTransformer(size=8)(Tensor(np.zeros((1, 1, 12, 12)))),
     "expected pictures of 16 patches, got 36"),
    (lambda: vision.VGG(size=8)(Tensor(np.zeros((1, 1, 12, 12)))), r"linear expected \(..., 128\), got \(1, 288\)"),
    (lambda: vision.LeNet()(Tensor(np.zeros((1, 3, 28, 28)))),
     "conv2d expected 1 channels and weights for 1 groups, got images with 3"),
])
def test_errors_say_what_was_expected(make, words):
    with in_float64(), pytest.raises(ValueError, match=words):
        make()
