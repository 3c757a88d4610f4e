"""Why this file exists: no list of cases covers strides, paddings, dilations and groups at once, but chance does.

Convolution and pooling are compared with PyTorch for options that hypothesis invents; then their errors, their first
weights, and that the number of threads changes nothing, to the last bit.
"""

import math
import tracemalloc

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state, float64, ours, torchs  # noqa: F401
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as torch_F

from dlcourse import Tensor, cnn, conv_ops, machine, winograd
from dlcourse import convolution as F

RNG = np.random.default_rng(4)


def normal(*shape):
    return RNG.standard_normal(shape)


def strewn(array, layout):
    """The same numbers in another place of memory: 0 in order, 1 channels last, 2 every second, 3 backwards."""
    if layout == 1 and array.ndim > 1:
        return np.moveaxis(np.ascontiguousarray(np.moveaxis(array, 1, -1)), -1, 1)
    if layout == 2:
        return np.repeat(array, 2, axis=-1)[..., ::2]
    return np.ascontiguousarray(array[..., ::-1])[..., ::-1] if layout == 3 else array


def same(function, twin, arrays, layout=0, tolerance=1e-10, **options):
    """Value and gradients of the function, here and in PyTorch."""
    shape = twin(*map(torch.tensor, arrays), **options).shape
    weights = strewn(normal(*shape), layout)
    value, gradients = ours(lambda *a: function(*a, **options), [strewn(a, layout) for a in arrays], weights)
    expected, expected_gradients = torchs(lambda *a: twin(*a, **options), arrays, np.ascontiguousarray(weights))
    for got, wanted in zip([value, *gradients], [expected, *expected_gradients], strict=True):
        agree(got, wanted, tolerance)


@st.composite
def problems(draw, transposed=False):
    """(axes, inputs, options, layout) of a convolution; one in three has the many channels of Winograd's tiles."""
    axes, many = draw(st.integers(1, 2)), draw(st.integers(0, 2)) == 0
    numbers = st.integers
    if many:
        field, stride, dilation, groups = (3,) * axes, (1,) * axes, (1,) * axes, 1
        ins, outs = draw(numbers(32, 35)), draw(numbers(32, 35))
    else:
        field, stride, dilation = (tuple(draw(numbers(1, n)) for _ in range(axes)) for n in (4, 3, 3))
        groups = draw(numbers(1, 3))
        ins, outs = groups * draw(numbers(1, 3)), groups * draw(numbers(1, 3))
    reach = [d * (k - 1) for d, k in zip(dilation, field, strict=True)]
    padding = tuple(draw(numbers(0, 3)) for _ in range(axes))
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    if transposed:
        more = [max(s, d) - 1 for s, d in zip(stride, dilation, strict=True)]
        options["output_padding"] = tuple(draw(numbers(0, most)) for most in more)
        smallest = [max(1, math.ceil((2 * p - r) / s) + 1) for p, r, s in zip(padding, reach, stride, strict=True)]
        weight = (ins, outs // groups, *field)
    else:
        smallest = [max(1, r + 1 - 2 * p) for p, r in zip(padding, reach, strict=True)]
        weight = (outs, ins // groups, *field)
    size = [low + draw(numbers(0, 6)) for low in smallest]
    arrays = [normal(draw(numbers(0 if axes == 2 else 1, 5)), ins, *size), normal(*weight)]
    arrays += [normal(outs)] * draw(st.booleans())
    return axes, arrays, options, draw(numbers(0, 3))


@settings(max_examples=150)
@given(problems())
def test_any_convolution_is_pytorchs(problem):
    axes, arrays, options, layout = problem
    same(getattr(F, f"conv{axes}d"), getattr(torch_F, f"conv{axes}d"), arrays, layout, **options)


@settings(max_examples=150)
@given(problems(transposed=True))
def test_any_transposed_convolution_is_pytorchs(problem):
    axes, arrays, options, layout = problem
    same(getattr(F, f"conv_transpose{axes}d"), getattr(torch_F, f"conv_transpose{axes}d"), arrays, layout, **options)


@st.composite
def windows(draw, kind):
    """(axes, image, options, layout) of a pooling; small whole numbers have many ties."""
    axes, numbers = draw(st.integers(1, 2)), st.integers
    kernel, stride, dilation = (tuple(draw(numbers(1, n)) for _ in range(axes)) for n in (4, 4, 3))
    dilation = dilation if kind == "max" else (1,) * axes
    # In one dimension PyTorch bounds the padding of maxima by the kernel, not by the dilated window.
    padding = tuple(draw(numbers(0, k // 2)) for k in kernel)
    size = [max(d, d * (k - 1) + 1 - 2 * p) + draw(numbers(0, 7))  # at least d, or a window may see nothing
            for k, d, p in zip(kernel, dilation, padding, strict=True)]
    shape = (draw(numbers(1, 3)), draw(numbers(1, 3)), *size)
    x = RNG.integers(0, 3, shape).astype(float) if kind == "max" and draw(st.booleans()) else normal(*shape)
    options = {"kernel_size": kernel, "stride": stride, "padding": padding, "ceil_mode": draw(st.booleans())}
    options |= {"dilation": dilation} if kind == "max" else {"count_include_pad": draw(st.booleans())}
    return axes, x, options, draw(numbers(0, 3))


@settings(max_examples=150)
@given(windows("max"))
def test_any_max_pooling_is_pytorchs(problem):
    axes, x, options, layout = problem
    same(getattr(F, f"max_pool{axes}d"), getattr(torch_F, f"max_pool{axes}d"), [x], layout, **options)


@settings(max_examples=150)
@given(windows("avg"))
def test_any_average_pooling_is_pytorchs(problem):
    axes, x, options, layout = problem
    same(getattr(F, f"avg_pool{axes}d"), getattr(torch_F, f"avg_pool{axes}d"), [x], layout, **options)


@settings(max_examples=80)
@given(st.lists(st.integers(1, 9), min_size=4, max_size=4), st.booleans(), st.integers(0, 3))
def test_any_adaptive_pooling_is_pytorchs(sizes, ties, layout):
    h, w, tall, wide = sizes
    x = RNG.integers(0, 3, (2, 2, h, w)).astype(float) if ties else normal(2, 2, h, w)
    for name in ("adaptive_avg_pool2d", "adaptive_max_pool2d"):
        same(getattr(F, name), getattr(torch_F, name), [x], layout, output_size=(tall, wide))
    same(F.adaptive_avg_pool1d, torch_F.adaptive_avg_pool1d, [x[:, :, 0]], layout, output_size=wide)


def test_where_all_is_minus_infinity_the_padding_takes_no_gradient():
    x = np.full((1, 1, 4, 4), -np.inf)
    weights = normal(1, 1, 4, 4)
    _, gradients = ours(lambda t: F.max_pool2d(t, 3, 1, 1), [x], weights)
    _, expected = torchs(lambda t: torch_F.max_pool2d(t, 3, 1, 1), [x], weights)
    agree(gradients[0], expected[0])


def test_whole_numbers_are_averaged_as_floats_and_compared_as_they_are():
    whole = RNG.integers(-9, 9, (2, 3, 4, 4))
    for name in ("avg_pool2d", "adaptive_avg_pool2d"):
        agree(getattr(F, name)(Tensor(whole), 2), getattr(torch_F, name)(torch.tensor(whole).float(), 2), 1e-6)
    agree(F.max_pool2d(Tensor(whole), 3, 2, 1), torch_F.max_pool2d(torch.tensor(whole), 3, 2, 1), 0)


@settings(max_examples=50)
@given(st.lists(st.integers(-2, 3), min_size=0, max_size=3), st.integers(0, 2), st.integers(0, 3))
def test_any_edge_is_pytorchs(half, value, layout):
    edges = [n for n in half for _ in (0, 1)]
    same(F.pad, torch_F.pad, [normal(5, 5, 6, 5)], layout, pad=edges, value=value)
    same(F.pad, torch_F.pad, [normal(5, 5, 6, 5)], layout, pad=edges)


@pytest.mark.parametrize("options", [
    {"kernel_size": (2, 3)}, {"kernel_size": 3, "dilation": 2, "padding": (1, 2), "stride": (1, 3)},
    {"kernel_size": 1}])
@pytest.mark.parametrize("N", [0, 2])
def test_unfold_is_pytorchs(N, options):
    same(F.unfold, torch_F.unfold, [normal(N, 3, 6, 7)], **options)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel:UserWarning")  # PyTorch's, about its speed
@pytest.mark.parametrize(("axes", "field", "dilation"), [
    (2, (3, 3), 1), (2, (2, 4), 1), (2, (4, 2), (3, 2)), (1, (6,), 3), (1, (1,), 1)])
def test_padding_by_name_is_pytorchs(axes, field, dilation):
    name = f"conv{axes}d"
    for padding in ("same", "valid"):
        same(getattr(F, name), getattr(torch_F, name), [normal(2, 3, *(17,) * axes), normal(4, 3, *field), normal(4)],
             padding=padding, dilation=dilation)


# ------------------------------------------------------------------------------------------- blocks and threads


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of a few numbers: what is cut when images are large is cut here in small ones, too."""
    monkeypatch.setattr(conv_ops, "BLOCK", 300)
    monkeypatch.setattr(winograd, "TILES", 200)


@pytest.mark.parametrize(("channels", "size", "options"), [
    ((3, 5), (9, 7), {"stride": (2, 1), "padding": (1, 1)}), ((12, 3), (8, 5), {}),
    ((32, 32), (9, 6), {"padding": (1, 1)}), ((32, 33), (3, 3), {}), ((32, 32), (2, 3), {"padding": (4, 5)})])
def test_how_the_work_is_cut_does_not_matter(small_blocks, channels, size, options):
    arrays = [normal(7, channels[0], *size), normal(channels[1], channels[0], 3, 3), normal(channels[1])]
    same(F.conv2d, torch_F.conv2d, arrays, **options)
    arrays[1] = np.ascontiguousarray(arrays[1].swapaxes(0, 1))
    same(F.conv_transpose2d, torch_F.conv_transpose2d, arrays, **options | ({"padding": (0, 0)}))


def test_tiles_of_several_images_and_a_rest(monkeypatch):
    monkeypatch.setattr(winograd, "TILES", 2 * 2 * 32 * 2)  # two images of 2 x 2 tiles with 32 channels
    images = machine.SHARES * 3  # so each share has two at once, and one
    same(F.conv2d, torch_F.conv2d, [normal(images, 32, 4, 4), normal(32, 32, 3, 3), normal(32)], padding=1)


@pytest.mark.parametrize(("function", "x", "weight", "options"), [
    (F.conv2d, (9, 32, 8, 8), (32, 32, 3, 3), {"padding": 1}), (F.conv2d, (9, 3, 9, 9), (8, 3, 3, 3), {}),
    (F.conv2d, (9, 8, 9, 9), (8, 1, 3, 3), {"groups": 8}), (F.conv2d, (9, 12, 9, 9), (8, 12, 3, 3), {"stride": 2}),
    (lambda *inputs, **options: F.max_pool2d(F.conv2d(*inputs), **options), (9, 3, 9, 9), (8, 3, 3, 3),
     {"kernel_size": 3, "stride": 2}),
    (F.conv_transpose2d, (9, 12, 5, 5), (12, 8, 4, 4), {"stride": 2})])
def test_threads_do_not_change_a_bit(function, x, weight, options, monkeypatch):
    arrays = [normal(*shape).astype(np.float32) for shape in (x, weight, (weight[0],))]
    arrays[2] = arrays[2][: weight[1]] if function is F.conv_transpose2d else arrays[2]
    monkeypatch.setattr(machine, "WORTH_IT", 0)
    results = []
    for threads in (1, 2):
        machine.set_num_threads(threads)
        try:
            value = function(*map(Tensor, arrays), **options).data
            weights = np.random.default_rng(0).standard_normal(value.shape).astype(np.float32)
            results.append(ours(lambda *a: function(*a, **options), arrays, weights))
        finally:
            machine.set_num_threads(1)
    (one, one_gradients), (two, two_gradients) = results
    for a, b in zip([one, *one_gradients], [two, *two_gradients], strict=True):
        assert a.dtype == np.float32 and a.tobytes() == b.tobytes()


def test_tiles_are_as_exact_as_patches_in_float32(monkeypatch):
    """Winograd's sums cancel nothing: compared with float64, neither way has twice the error of the other."""
    arrays = [normal(4, 64, 12, 12), normal(64, 64, 3, 3) / 24]
    weights, errors = normal(4, 64, 12, 12), []
    exact, exact_gradients = ours(lambda x, w: F.conv2d(x, w, padding=1), arrays, weights)
    for least in (32, 1000):
        monkeypatch.setattr(conv_ops, "WORTH_IT", least)
        got, gradients = ours(lambda x, w: F.conv2d(x, w, padding=1), [a.astype(np.float32) for a in arrays],
                              weights.astype(np.float32))
        errors.append([np.abs(a - b).max() for a, b in zip([got, *gradients], [exact, *exact_gradients], strict=True)])
    for tiles, patches in zip(*errors, strict=True):
        assert 0 < tiles < 2 * patches


@pytest.mark.parametrize("function", [
    lambda x, w: F.conv2d(x, w, padding=1), lambda x, w: F.conv_transpose2d(x, w, padding=1),
    lambda x, w: F.max_pool2d(x, 3, 2, 1), lambda x, w: F.avg_pool2d(x, 3, 2, 1),
    lambda x, w: F.adaptive_max_pool2d(x, 4)])
@pytest.mark.parametrize("layout", [0, 1], ids=["channels first", "channels last"])
def test_nothing_but_the_input_is_kept(function, layout):
    """No patches, no padded copies, no masks: what the record holds grows by the output and little else."""
    x = Tensor(strewn(normal(4, 32, 32, 32), layout), requires_grad=True)
    weight = Tensor(normal(32, 32, 3, 3), requires_grad=True)
    function(x, weight)  # whatever is made once is made now
    tracemalloc.start()
    try:
        y = function(x, weight)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert y.data.nbytes <= held < y.data.nbytes + 0.1 * x.data.nbytes


# ------------------------------------------------------------------------------------------- layers


@pytest.mark.parametrize(("build", "fan_in"), [
    (lambda m: m.Conv2d(8, 16, 5, groups=2), 4 * 25), (lambda m: m.Conv1d(50, 40, 3), 150),
    (lambda m: m.ConvTranspose2d(8, 16, 5, groups=2), 8 * 25), (lambda m: m.ConvTranspose1d(50, 40, 3), 120)])
def test_first_weights_are_drawn_as_pytorch_draws_them(build, fan_in):
    bound = 1 / math.sqrt(fan_in)
    for layer, numbers in ((build(cnn), np.asarray), (build(torch.nn), torch.Tensor.numpy)):
        weight, bias = (numbers(p.detach()) for p in (layer.weight, layer.bias))
        assert 0.98 * bound < np.abs(weight).max() <= bound * (1 + 1e-6) and np.abs(bias).max() <= bound * (1 + 1e-6)
        assert abs(weight.std() / bound - 1 / math.sqrt(3)) < 0.03


def test_a_layer_draws_from_the_generator_it_is_given():
    first, second = (cnn.Conv2d(2, 3, 3, rng=np.random.default_rng(7)).state_dict() for _ in range(2))
    assert all(np.array_equal(first[name], second[name]) for name in ("weight", "bias"))


IMAGE, KERNEL = Tensor(np.zeros((2, 3, 8, 8))), np.zeros((4, 3, 3, 3))


@pytest.mark.parametrize(("wrong", "message"), [
    (lambda: F.conv2d(IMAGE[0], KERNEL), r"conv2d expected \(N, C, h, w\), got \(3, 8, 8\): one example alone"),
    (lambda: F.conv1d(IMAGE, KERNEL), r"conv1d expected \(N, C, T\), got \(2, 3, 8, 8\)$"),
    (lambda: F.conv2d(IMAGE, KERNEL[0]), "conv2d expected a weight of 4 axes"),
    (lambda: F.conv2d(IMAGE.permute(0, 2, 3, 1), KERNEL), "expected 3 channels .* got images with 8.*channels first"),
    (lambda: F.conv2d(IMAGE, KERNEL[:, :1], groups=3), "weights for 3 groups"),
    (lambda: F.conv2d(IMAGE, KERNEL, stride=(1, 2, 3)), r"stride as a whole number or 2 of them, got \(1, 2, 3\)"),
    (lambda: F.conv2d(IMAGE, KERNEL, padding=0.5), "padding as a whole number"),
    (lambda: F.conv2d(IMAGE, KERNEL, padding="same", stride=2), '"same", got .same. with stride'),
    (lambda: F.conv2d(IMAGE, KERNEL, dilation=4), "at least 9 pixels for a kernel of 3 with dilation 4, got 8"),
    (lambda: F.conv_transpose2d(IMAGE, KERNEL.swapaxes(0, 1), output_padding=1), "output_padding below stride"),
    (lambda: F.max_pool2d(IMAGE, 2, padding=2), "padding of at most half the window of 2, got 2"),
    (lambda: F.avg_pool2d(IMAGE, 9), "avg_pool2d expected at least 9 pixels, got 8"),
    (lambda: F.adaptive_avg_pool2d(IMAGE, 0), "at least one pixel and one bin"),
    (lambda: F.pad(IMAGE, (1, 1), mode="reflect"), 'expected mode "constant"'),
    (lambda: F.pad(IMAGE, (1,)), "pairs of numbers"),
    (lambda: F.pad(IMAGE, (-4, -5)), r"pad expected to cut no more than there is, got \(2, 3, 8, 8\) and \(-4, -5\)"),
    (lambda: F.unfold(IMAGE, 9), "unfold expected at least 9 pixels"),
    (lambda: cnn.Conv2d(3, 4, 3, groups=2), "channels that 2 groups can share, got 3 in and 4 out"),
    (lambda: cnn.Conv2d(3, 4, 3, padding_mode="reflect"), 'padding_mode="zeros"'),
    (lambda: cnn.MaxPool2d(2, return_indices=True), "MaxPool2d expected return_indices=False"),
])
def test_errors_say_what_was_expected(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()
