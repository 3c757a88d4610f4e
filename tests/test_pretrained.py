"""ResNet-18 is PyTorch's, its pictures are prepared as torchvision does, and the way to its weights is walked here."""

import functools

import numpy as np
import pytest
import torch
from data_server import entry_of, misbehaving_server  # noqa: F401  (a fixture)
from engine_tools import agree, engine_state  # noqa: F401
from PIL import Image
from safetensors.numpy import save
from test_torch_code import compare, has_learned, in_float64, labels, numbers  # noqa: F401  (autouse: both in float64)

import dlcourse
from dlcourse import Tensor, data, nn, no_grad, pretrained
from dlcourse.data import DataError, remote

# ------------------------------------------------------------------------------------------------ the network


def test_resnet18_written_for_pytorch_runs_here_and_is_fine_tuned_alike():
    """As deep as ResNet-18 and narrower, so that a test has time for it; the next test has the widths."""
    images, targets = numbers(2, 3, 3, 32, 32), labels(2, 3, classes=4)

    def use(m, model):
        batches = [(m.torch.from_numpy(x), m.torch.from_numpy(y)) for x, y in zip(images, targets, strict=True)] * 8
        model.train()
        first = model(batches[0][0])  # in training: the running statistics move
        return first, m.fine_tune(model, batches), model(batches[0][0])

    _, losses, _ = compare("resnet18", lambda m: m.ResNet([2, 2, 2, 2], (8, 12, 16, 24), num_classes=7), use)
    has_learned(losses[::2])


@pytest.mark.parametrize(("dtype", "tolerance", "training"), [(np.float32, 1e-5, False), (np.float64, 1e-10, True)])
def test_the_courses_resnet18_is_that_of_pytorch_on_random_weights(dtype, tolerance, training):
    theirs = reference().to(getattr(torch, dtype.__name__)).train(training)
    dlcourse.set_default_dtype(dtype)
    weights = {name: t.numpy().copy() for name, t in theirs.state_dict().items()}
    ours = pretrained.resnet18(weights)
    assert not ours.training and list(ours.state_dict()) == list(weights)
    ours.train(training)
    pictures = numbers(2, 3, 64, 48).astype(dtype)
    with torch.no_grad(), no_grad():
        got, expected = ours(Tensor(pictures)), theirs(torch.from_numpy(pictures.copy()))
        agree(got, expected, tolerance)
        assert got.shape == (2, 1000) and expected.abs().max() > 0.5
        assert (got.data.std(axis=0) > 1e-3).mean() > 0.9, "the pictures make no difference, so equality says little"
    for name, t in theirs.state_dict().items():
        agree(ours.state_dict()[name], t, tolerance)


@functools.cache
def weights_of_a_stranger():
    """ResNet-18 by PyTorch's own layers, with statistics and scales that are not those of a new network."""
    from test_torch_code import run_file

    torch.manual_seed(3)
    model = run_file("resnet18", ours=False).resnet18()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.1)
            module.num_batches_tracked += 5
    return {name: t.numpy() for name, t in model.float().state_dict().items()}


def reference():
    """A new network by PyTorch's layers with these weights."""
    from test_torch_code import run_file

    model = run_file("resnet18", ours=False).resnet18()
    model.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in weights_of_a_stranger().items()})
    return model


def test_a_wrong_stride_would_be_caught():
    """Planted: the first convolution looks at every pixel, as it would for small pictures."""
    theirs = reference().double().eval()
    dlcourse.set_default_dtype(np.float64)
    ours = pretrained.resnet18(weights_of_a_stranger())
    ours.layer2[0].conv1.stride = (1, 1)
    ours.layer2[0].downsample[0].stride = (1, 1)
    pictures = numbers(1, 3, 64, 64)
    with torch.no_grad(), no_grad(), pytest.raises(AssertionError):
        agree(ours(Tensor(pictures)), theirs(torch.from_numpy(pictures)), 1e-5)


def test_weights_of_another_network_are_refused():
    with pytest.raises(KeyError, match="missing"):
        pretrained.resnet18({"conv1.weight": np.zeros((64, 3, 7, 7))})


# ------------------------------------------------------------------------------------------------ pictures and names


def by_torch(picture, resize=256, crop=224):
    """The same preparation with PyTorch's resampling, which does not round to whole gray values in between."""
    x = torch.from_numpy(np.moveaxis(picture, 2, 0)[None].astype(float))
    h, w = picture.shape[:2]
    size = [resize, int(resize * w / h)] if h <= w else [int(resize * h / w), resize]
    x = torch.nn.functional.interpolate(x, size=size, mode="bilinear", antialias=True)[0].numpy() / 255
    top, left = round((size[0] - crop) / 2), round((size[1] - crop) / 2)
    x = x[:, top : top + crop, left : left + crop]
    return (x - np.reshape([0.485, 0.456, 0.406], (3, 1, 1))) / np.reshape([0.229, 0.224, 0.225], (3, 1, 1))


@pytest.mark.parametrize("shape", [(427, 640), (640, 427), (300, 257), (256, 256), (100, 333)])
def test_pictures_are_prepared_as_torchvision_does(shape):
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    picture = np.asarray(Image.fromarray(picture).reduce(4).resize(shape[::-1]))  # smooth, as photographs are
    got = pretrained.preprocess(picture)
    assert got.shape == (1, 3, 224, 224) and got.dtype == dlcourse.get_default_dtype()
    assert np.abs(got[0] - by_torch(picture)).max() < 1.2 / 255 / 0.224  # one gray value
    assert np.abs(got[0] - by_torch(picture)).mean() < 0.5 / 255 / 0.224
    if min(shape) == 256:  # nothing to resample: exact
        assert np.abs(got[0] - by_torch(picture)).max() < 1e-6


def test_what_is_no_picture_is_refused():
    for wrong in (np.zeros((3, 50, 50), np.uint8), np.zeros((50, 50), np.uint8), np.zeros((50, 50, 3))):
        with pytest.raises(ValueError, match=r"picture \(h, w, 3\) of uint8, got"):
            pretrained.preprocess(wrong)
    with pytest.raises(ValueError, match="crop <= resize, got 300 and 256"):
        pretrained.preprocess(np.zeros((50, 50, 3), np.uint8), crop=300)


def test_the_names_are_a_thousand_and_in_the_order_of_imagenet():
    names = pretrained.imagenet_classes()
    assert len(set(names)) == len(names) == 1000 and all(name == name.strip() for name in names)
    known = {0: "tench", 207: "golden retriever", 281: "tabby", 497: "church", 832: "stupa", 985: "daisy",
             999: "toilet tissue"}
    assert {place: names[place] for place in known} == known
    head = pretrained.CLASSES.read_text(encoding="utf-8").split("\nclass\n")[0]
    assert "torchvision" in head and "BSD-3-Clause" in head and "Copyright" in head


def test_the_best_classes_come_first_with_their_probabilities():
    class Fixed(nn.Module):
        def forward(self, x):
            return Tensor(np.log([[0.1, 0.6, 0.3], [0.5, 0.25, 0.25]])) + 3.0

    found = pretrained.top_classes(Fixed(), np.zeros((2, 3, 1, 1)), k=2, names=("a", "b", "c"))
    assert [[name for name, _ in row] for row in found] == [["b", "c"], ["a", "b"]]
    np.testing.assert_allclose([[p for _, p in row] for row in found], [[0.6, 0.3], [0.5, 0.25]], atol=1e-6)
    with pytest.raises(ValueError, match="each of the 3 outputs, got 1000"):
        pretrained.top_classes(Fixed(), np.zeros((2, 3, 1, 1)))


def test_crops_lie_side_by_side_in_the_middle():
    picture = np.arange(7 * 9 * 3).reshape(7, 9, 3)
    cut = pretrained.crops(picture, side=2, across=4, down=3)
    assert cut.shape == (12, 2, 2, 3)
    for i in range(12):
        top, left = 2 * (i // 4), 2 * (i % 4)  # (7 - 6) // 2 = (9 - 8) // 2 = 0
        np.testing.assert_array_equal(cut[i], picture[top : top + 2, left : left + 2])
    np.testing.assert_array_equal(pretrained.crops(picture, 1, 1, 1)[0, 0, 0], picture[3, 4])
    with pytest.raises(ValueError, match="at least 8 x 8 pixels, got 7 x 9"):
        pretrained.crops(picture, 4, across=2, down=2)


# ------------------------------------------------------------------------------------------------ the whole way


@pytest.fixture
def served(server, monkeypatch, tmp_path):
    """Weights of the true names, shapes and number of bytes, in the place of ImageNet's, from a server that is here."""
    content = save(weights_of_a_stranger())
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    name = remote.ENTRIES["resnet18"][0].name
    server.contents[name] = content
    monkeypatch.setitem(remote.ENTRIES, "resnet18", (entry_of(content, server.at(name), name=name),))
    return server


def test_from_download_to_names_and_features(served):
    from sklearn.datasets import load_sample_images

    dlcourse.set_default_dtype(np.float32)
    model = pretrained.resnet18(data.load("resnet18"))
    pictures = np.concatenate([pretrained.preprocess(p, 128, 112) for p in load_sample_images().images])
    theirs = reference().float().eval()
    with torch.no_grad():
        expected = theirs(torch.from_numpy(pictures)).softmax(1).numpy()
    for row, p in zip(pretrained.top_classes(model, pictures), expected, strict=True):
        assert [name for name, _ in row] == [pretrained.imagenet_classes()[c] for c in np.argsort(-p)[:5]]
        np.testing.assert_allclose([share for _, share in row], np.sort(p)[::-1][:5], rtol=1e-3)
    theirs.fc = torch.nn.Identity()
    with torch.no_grad(), no_grad():
        vectors = pretrained.without_head(model)(Tensor(pictures))
        assert vectors.shape == (2, 512)
        agree(vectors, theirs(torch.from_numpy(pictures)), 1e-4)
    data.load("resnet18")
    assert len(served.asked) == 1, "it is kept"


def test_forged_weights_never_reach_the_network(served, monkeypatch):
    content = served.contents[remote.ENTRIES["resnet18"][0].name]
    served.contents["forged.bin"] = content[:-1] + bytes([content[-1] ^ 1])
    forged = entry_of(content, served.at("forged.bin"), name="resnet18.tv_in1k.safetensors")
    monkeypatch.setitem(remote.ENTRIES, "resnet18", (forged,))
    with pytest.raises(DataError, match="SHA-256|checksum"):
        data.load("resnet18")
