"""Why this file exists: a model file written for PyTorch must run here when its import lines say dlcourse, and agree.

Each file of `torch_models` is executed as it stands and with its imports rewritten. Both get the same weights and the
same numbers; outputs, losses over several steps of training, and the weights at the end have to be equal in float64.
"""

import re
import types
from pathlib import Path

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state  # noqa: F401

import dlcourse

FILES = {path.stem: path for path in sorted((Path(__file__).parent / "torch_models").glob("*.py"))}
TOLERANCE = 1e-9
IMPORTS = re.compile(r"^(import torch)$|^(import|from) torch(?=[. ])", re.MULTILINE)


def rewritten(source):
    """The same source with `import dlcourse as torch` and the other imports of torch from dlcourse."""
    return IMPORTS.sub(lambda m: "import dlcourse as torch" if m[1] else f"{m[2]} dlcourse", source)


def run_file(name, ours):
    """The file as a module of one of the libraries, named `m.torch` in it."""
    source = FILES[name].read_text(encoding="utf-8")
    module = types.ModuleType(name)
    exec(compile(rewritten(source) if ours else source, f"{name}.py", "exec"), vars(module))
    return module


def both(name, build):
    """The file in both libraries, with the model that `build` makes; they start from the same weights."""
    ours, theirs = run_file(name, True), run_file(name, False)
    assert ours.torch is dlcourse and theirs.torch is torch
    our_model, their_model = build(ours), build(theirs)
    theirs_state = {key: torch.from_numpy(array) for key, array in our_model.state_dict().items()}
    their_model.load_state_dict(theirs_state, strict=True)
    assert list(theirs_state) == list(their_model.state_dict())
    return (ours, our_model), (theirs, their_model)


def agree_all(ours, theirs):
    """Nested lists and tuples of numbers and tensors."""
    if isinstance(theirs, list | tuple) and not all(isinstance(x, float | int) for x in theirs):
        assert len(ours) == len(theirs)
        for got, expected in zip(ours, theirs, strict=True):
            agree_all(got, expected)
    else:
        agree(ours, theirs, TOLERANCE)


def same_state(ours, theirs):
    """All parameters and buffers, crossing back from PyTorch, and in the same order."""
    state = theirs.state_dict()
    assert list(ours.state_dict()) == list(state)
    for key, array in ours.state_dict().items():
        agree(array, state[key], TOLERANCE)
    ours.load_state_dict(state, strict=True)


def compare(name, build, use):
    """`use(m, model)` in both libraries: what it returns, and the model afterwards."""
    (ours, our_model), (theirs, their_model) = both(name, build)
    got, expected = use(ours, our_model), use(theirs, their_model)
    agree_all(got, expected)
    same_state(our_model, their_model)
    return expected


@pytest.fixture(autouse=True)
def in_float64():
    """Both libraries make float64 of Python floats and new parameters."""
    for m in (dlcourse, torch):
        m.set_default_dtype(m.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def same_chance(monkeypatch):
    """randn_like and multinomial take the same numbers in both libraries."""
    def patch(m):
        rng = np.random.default_rng(5)

        def multinomial(input, num_samples):
            total = np.cumsum(np.asarray(input.detach()), axis=-1)
            below = total < rng.random((*total.shape[:-1], 1)) * total[..., -1:]
            return m.tensor(below.sum(axis=-1, keepdims=True))

        monkeypatch.setattr(m, "randn_like", lambda x: m.tensor(rng.standard_normal(tuple(x.shape))))
        monkeypatch.setattr(m, "multinomial", multinomial)

    return patch


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def labels(*shape, classes=10, seed=1):
    return np.random.default_rng(seed).integers(0, classes, shape)


def has_learned(losses):
    assert losses[-1] < 0.9 * losses[0], "training changed little, so that equal weights would say little"


# ------------------------------------------------------------------------------------------- the files


def test_only_imports_are_rewritten():
    for path in FILES.values():
        source = path.read_text(encoding="utf-8")
        lines = [(a, b) for a, b in zip(source.split("\n"), rewritten(source).split("\n"), strict=True) if a != b]
        assert len(lines) >= 2 and all(a.startswith(("import torch", "from torch")) for a, _ in lines)
        assert not re.search(r"^(import|from) torch\b", rewritten(source), re.MULTILINE)


@pytest.mark.parametrize("build", [lambda m: m.LeNet(p=0.0), lambda m: m.SmallNet()], ids=["LeNet", "SmallNet"])
def test_convolutional_networks(build):
    images, targets = numbers(4, 6, 1, 18, 18), labels(4, 6)

    def use(m, model):
        batches = [(m.torch.from_numpy(x), m.torch.from_numpy(y)) for x, y in zip(images, targets, strict=True)] * 8
        device = m.torch.device("cuda" if m.torch.cuda.is_available() else "cpu")
        losses = m.train(model, device, batches)
        return losses, m.test(model, device, *batches[0])

    losses, _ = compare("lenet", build, use)
    has_learned(losses[::4])


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_character_model(kind, same_chance):
    text = np.tile(labels(3, 7, classes=11), (1, 3))

    def use(m, model):
        same_chance(m.torch)
        losses = m.train(model, m.torch.from_numpy(text), epochs=4)
        return losses, m.sample(model, [1, 2, 3], 20), model(m.torch.from_numpy(text))

    losses, letters, _ = compare("char_rnn", lambda m: m.CharRNN(11, kind=kind), use)
    has_learned(losses)
    assert len(letters) == 23 and len(set(letters)) > 3


@pytest.mark.parametrize("bias", [False, True])
def test_gpt(bias, same_chance):
    text = np.tile(labels(1, 9, classes=17)[0], 8)

    def use(m, model):
        same_chance(m.torch)
        batches = [(m.torch.tensor(np.stack([text[i : i + 8], text[i + 3 : i + 11]])),
                    m.torch.tensor(np.stack([text[i + 1 : i + 9], text[i + 4 : i + 12]]))) for i in range(8)]
        assert model.wte.weight is model.lm_head.weight
        losses = m.train(model, batches)
        idx = m.torch.zeros((2, 1), dtype=m.torch.long)
        return (losses, m.estimate_loss(model, batches[:3]), model.get_num_params(),
                model.generate(idx, 12, temperature=0.8, top_k=5), model(batches[0][0])[0])

    losses, *_ = compare("gpt", lambda m: m.GPT(m.Config(bias=bias)), use)
    has_learned(losses)


def test_variational_autoencoder(same_chance):
    images = np.tile(numbers(2, 1, 1, 8, 8) > 0, (1, 5, 1, 1, 1)) * 0.8 + 0.1

    def use(m, model):
        same_chance(m.torch)
        batches = [m.torch.from_numpy(x) for x in images] * 20
        losses = m.train(model, batches)
        return losses, m.interpolate(model, batches[0][:1], batches[1][:1])

    losses, _ = compare("vae", lambda m: m.VAE(), use)
    has_learned(losses)


@pytest.mark.parametrize("kind", ["cosine", "warm-up"])
def test_adamw_with_groups_and_a_schedule(kind):
    x, y = numbers(8, 16, 5), labels(8, 16, classes=3)

    def use(m, model):
        batches = [(m.torch.from_numpy(a), m.torch.from_numpy(b)) for a, b in zip(x, y, strict=True)]
        model.stem.bias.requires_grad_(False)
        history, average = m.train(model, batches[:1] * 12, batches[1], kind)
        return history, list(map(m.torch.clone, average.parameters()))

    history, _ = compare("adamw", lambda m: m.ResidualMLP(5, 8, 3), use)
    has_learned([loss for loss, *_ in history])
    assert len({lr for _, _, lr, *_ in history}) > 8, "the schedule did not move"


# ------------------------------------------------------------------------------------------- the checker is checked


def test_a_planted_difference_is_seen(monkeypatch):
    """A rule that is wrong by a millionth in one library must fail the comparison of the weights."""
    gelu = dlcourse.functional.gelu
    monkeypatch.setattr(dlcourse.functional, "gelu", lambda x, *a, **k: gelu(x, *a, **k) * (1 + 1e-6))
    with pytest.raises(AssertionError):
        test_adamw_with_groups_and_a_schedule("cosine")
