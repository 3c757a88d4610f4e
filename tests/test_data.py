"""Why this file exists: a data set has a card that tells the truth, parts that are apart, and rows for any library.

Every registered data set passes through the first tests; those that are downloaded are tested in test_data_remote.py.
"""

import copy
import functools
import re
import subprocess
import sys

import data_tools
import numpy as np
import pytest
import torch
from data_tools import fingerprint, shape_problems
from engine_tools import engine_state  # noqa: F401
from sklearn.datasets import load_digits as sklearn_digits
from torch.utils.data import DataLoader

from dlcourse import data, set_default_dtype
from dlcourse.data import Card, DataError, Dataset, base
from dlcourse.data import digits as digits_module
from dlcourse.data.base import DATASETS
from dlcourse.recipes import ROOT

ALWAYS_THERE = [name for name, (card, _) in DATASETS.items() if card.kind != "request"]
every_set = pytest.mark.parametrize("name", ALWAYS_THERE)
# Undivided, since there is nothing to hold back: four corners.
UNDIVIDED = {"gates"}
# What the default options gave when the sets were made. A change here changes what the chapters have printed.
FINGERPRINTS = {
    "digits": "85edf6addf9533bc",
    "glyphs": "42ccc48a00099901",
    "scenes": "9b52f098feecb791",
    "reference": "1ff894449309bf39",
    "docstrings": "9335847782e943be",
    "speech": "395e04976f50a5ea",
    "numbers": "f5fce433fa06993c",
    "sunspots": "f2ceeb1cdba695bb",
    "co2": "a054b13ab08f1782",
    "cartpole": "bcba135cdff3ec4f",
    "tic_tac_toe": "a03f7dc7815c40c6",
    "connect_four": "f16ef8218b19788c",
    "moons": "7288ba92339d7e18",
    "spirals": "bddddea95b2e2ad2",
    "xor": "e68656fd66c20db8",
    "gates": "e1b195132130f062",
    "sawtooth": "a0f8f50dea6f50af",
    "adding": "3e1a924f86066678",
    "copy": "4a8a736e03eb53a5",
}


@pytest.fixture(scope="module")
def loaded():
    """Each data set once, with its default options."""
    return data_tools.loaded()


@every_set
def test_the_card_tells_the_fields_and_their_shapes(name, loaded):
    card, found = data.describe(name), loaded[name]
    assert found.card is card and card.name == name
    assert list(card.fields) == list(found.fields)
    problems = {field: shape_problems(shape, found.fields[field]) for field, (shape, _) in card.fields.items()}
    assert not any(problems.values()), problems


@pytest.mark.parametrize("shape", ["(M, 8)", "(M, 9, 64)", "(64, M)", "(M,)"])
def test_a_wrong_shape_on_a_card_is_caught(shape):
    assert shape_problems(shape, np.zeros((5, 64))) and not shape_problems("(M, 64)", np.zeros((5, 64)))


def rows_of(found, part):
    """The numbers of the rows of a part."""
    return np.arange(len(found))[found.parts[part]]


@every_set
def test_parts_are_those_of_the_card_and_do_not_overlap(name, loaded):
    card, found = data.describe(name), loaded[name]
    absent = {part: text for part, text in card.parts.items() if part not in found.parts}
    assert list(found.parts) == [part for part in card.parts if part not in absent]
    assert all(re.match(rf"with ({'|'.join(card.options)})=:", text) for text in absent.values()), absent
    if name in UNDIVIDED:
        assert not found.parts
        return
    rows = {part: rows_of(found, part) for part in found.parts}
    assert set(base.PARTS) <= set(rows) and all(len(chosen) for chosen in rows.values())
    assert np.array_equal(np.sort(np.r_[rows["fit"], rows["validation"]]), np.sort(rows["train"]))
    apart = [part for part in rows if part != "train"]
    assert len(np.unique(np.concatenate([rows[part] for part in apart]))) == sum(len(rows[part]) for part in apart)


def of_floats(found):
    """The types of a data set's fields of floats."""
    return {values.dtype for values in found.fields.values() if values.dtype.kind == "f"}


@every_set
def test_floats_come_in_the_default_type_and_what_one_user_spoils_the_next_finds_whole(name, loaded):
    assert of_floats(loaded[name]) <= {np.dtype(np.float32)}
    set_default_dtype(np.float64)
    first = data.load(name)
    assert of_floats(first) <= {np.dtype(np.float64)}
    for values in first.fields.values():
        values[...] = "" if values.dtype == object else 0
    for field, values in data.load(name).fields.items():
        kept = loaded[name].fields[field]
        equal = functools.partial(np.allclose, rtol=1e-6, atol=1e-6) if kept.dtype.kind == "f" else np.array_equal
        assert equal(values, kept), f"{field} differs the second time"


@every_set
def test_pytorchs_loader_takes_it_as_it_is(name, loaded):
    part = loaded[name].train if loaded[name].parts else loaded[name]
    inputs, targets = next(iter(DataLoader(part, batch_size=3)))
    for got, expected in ((inputs, part.arrays[0][:3]), (targets, part.arrays[1][:3])):
        if expected.dtype == object:
            assert list(got) == expected.tolist()
        else:
            assert np.array_equal(got.numpy(), expected)


@pytest.mark.parametrize("name", [card.name for card in data.describe() if card.kind == "embedded"])
def test_what_is_embedded_has_its_license_beside_it(name):
    text = (ROOT / "dlcourse" / "data" / "LICENSE-DATA").read_text(encoding="utf-8")
    assert re.search(rf'^load\("{name}"\)', text, re.MULTILINE)


def test_every_embedded_file_stands_in_the_license():
    folder = ROOT / "dlcourse" / "data"
    text = (folder / "LICENSE-DATA").read_text(encoding="utf-8")
    files = {path.name for path in folder.iterdir() if path.suffix not in (".py", "") and path.is_file()}
    assert all((folder / name).stat().st_size < 400_000 for name in files), "a few hundred KB each"
    assert len(files) > 4 and all(re.search(rf"^{re.escape(name)}\b", text, re.MULTILINE) for name in files), files


@every_set
def test_the_same_rows_as_when_they_were_first_made(name, loaded):
    """The seed, the version and nothing else decide the rows: the full tests ask other processors as well."""
    assert fingerprint(loaded[name]) == FINGERPRINTS[name]


def test_another_number_gives_another_fingerprint():
    rows, changed = data.load("gates"), data.load("gates")
    changed.y[2] += 1
    assert fingerprint(rows) == fingerprint(data.load("gates")) != fingerprint(changed)
    words = data.load("numbers", n=30)
    words.german[3] += "s"
    assert fingerprint(words) != fingerprint(data.load("numbers", n=30))


def test_all_of_it_works_without_a_network(tmp_path):
    code = f"""\
import socket
def refuse(*args, **options):
    raise AssertionError("the network was asked for something")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from dlcourse import data
print(sum(len(data.load(name)) > 0 for name in {ALWAYS_THERE}))"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(ALWAYS_THERE) and not list(tmp_path.iterdir())


def test_importing_the_data_loads_no_library():
    code = ("import numpy, dlcourse, sys; before = set(sys.modules); import dlcourse.data; "
            "print({name.split('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert eval(done.stdout) <= {"dlcourse", "safetensors", "_safetensors_rust"}, done.stdout


# ------------------------------------------------------------------------------------------- the interface

CARD = Card(name="small", title="A small set", kind="generated", summary="Four rows.", origin="here", license="none",
            size="4 rows", fields={"x": ("(M, 2)", "numbers"), "y": ("(M,)", "classes")}, good_for=("tests",),
            flaws=("none",), chapters=("1",))  # fmt: skip


def small():
    """Four rows with a text for each."""
    fields = {"x": np.arange(8.0).reshape(4, 2), "y": np.arange(4), "word": ["one", "two", "three", "four"]}
    return Dataset(CARD, fields, {"train": slice(0, 3), "test": [3]}, common={"classes": "abcd"})


def test_fields_parts_and_rows():
    rows = small()
    assert len(rows) == 4 and rows.classes == "abcd" and rows.word[2] == "three"
    assert rows.train.y.tolist() == [0, 1, 2] and rows.test.word.tolist() == ["four"] and rows.test.classes == "abcd"
    x, y = rows[1]
    assert x.tolist() == [2, 3] and y == 1 and rows[np.int64(-1)][1] == 3
    for chosen in (slice(1, 3), [1, 2], np.array([False, True, True, False])):
        assert isinstance(rows[chosen], Dataset) and rows[chosen].y.tolist() == [1, 2]
    assert len(rows[[]]) == len(rows[rows.y > 9]) == 0 and rows[torch.tensor(2)][1] == rows[np.array(2)][1] == 2
    assert [y for _, y in rows] == [0, 1, 2, 3]
    assert np.shares_memory(rows.train.x, rows.x), "a part of rows that lie together is no copy"
    assert {"x", "train", "classes", "batches"} <= set(dir(rows))
    assert copy.deepcopy(rows).y.tolist() == [0, 1, 2, 3]
    assert repr(rows) == "small: 4 rows; x (4, 2) float64, y (4,) int64, word (4,) text; train 3, test 1"


def test_other_fields_can_be_input_and_target():
    rows = small().using("word", "y")
    assert rows[1] == ("two", 1) and rows.train.arrays[0].tolist() == ["one", "two", "three"]
    assert small()[1][1] == 1 and rows.using("y").arrays[0].tolist() == [0, 1, 2, 3]
    assert np.shares_memory(rows.x, rows.using("y", "x").x)
    for wrong in ((), ("x", "z")):
        with pytest.raises(DataError, match=r"has the fields x, y, word; using\(.*\) expected some of them"):
            small().using(*wrong)
    (x, y), *_ = data.load("digits").using("images", "y").fit.batches(7, augment=data.augment.Shift(1))
    assert x.shape == (7, 8, 8) and y.shape == (7,)


def test_what_is_not_there_is_said():
    with pytest.raises(AttributeError, match="small has x, y, word, train, test, classes; not 'z'"):
        small().z  # noqa: B018
    with pytest.raises(AttributeError, match="not 'test' .these rows are a part"):
        small().train.test  # noqa: B018
    with pytest.raises(IndexError):
        small()[4]
    for wrong in (True, "x", [1.0], [True, False], [[1]], None):
        with pytest.raises(IndexError, match=r"rows expected a whole number, a slice, .* or booleans \(4,\), got"):
            small()[wrong]
    with pytest.raises(ValueError, match=r"fields of one length, got \{'x': 2, 'y': 3\}"):
        Dataset(CARD, {"x": np.zeros(2), "y": np.zeros(3)})


@pytest.mark.parametrize(("call", "message"), [
    (lambda: data.load("digit"), "there is no data set 'digit'. Did you mean 'digits'[?] There are: digits, "),
    (lambda: data.load("zzz"), "there is no data set 'zzz'. There are: "),
    (lambda: data.describe("Glyphs"), "Did you mean 'glyphs'"),
    (lambda: data.load("Fashion-MNIST"), "Did you mean 'fashion_mnist'"),
    (lambda: data.load(["digits"]), "there is no data set .'digits'."),
    (lambda: data.load("moons", seed=-1), "moons expected seed to be a whole number, at least 0, got -1"),
    (lambda: data.load("glyphs", seed=None), "glyphs expected seed to be a whole number, at least 0, got None"),
    (lambda: data.load("digits", splt="random"), "load.'digits'. takes split=, seed=, size=; not splt"),
    (lambda: data.load("digits", split="writers"), "digits expected split .*'ordered', 'random', got 'writers'"),
    (lambda: data.load("digits", size=9), "digits expected size .* got 9"),
])
def test_unknown_names_and_options(call, message):
    with pytest.raises(DataError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_a_card_with_an_empty_entry_or_hidden_options_is_refused():
    with pytest.raises(ValueError, match="nothing for .'license', 'flaws'."):
        Card(**{**vars(CARD), "license": "", "flaws": ()})
    with pytest.raises(ValueError, match="expected a kind of"):
        Card(**{**vars(CARD), "kind": "found"})
    with pytest.raises(ValueError, match="must list the options of build"):
        @base.dataset(CARD)
        def build(seed=0):
            """Has an option that the card does not list."""


def test_describe_lists_everything_and_a_card_reads_well():
    lines = repr(data.describe()).splitlines()
    assert [line.split()[0] for line in lines] == list(DATASETS)
    assert [card.name for card in data.describe()] == list(DATASETS)
    card = repr(data.describe("digits"))
    for words in ("Handwritten digits (digits, embedded)", "license: CC BY 4.0", "  x (M, 64): gray", "flaws:\n  Writ",
                  "a row gives:\n  x, y\n"):
        assert words in card


def test_cards_point_to_chapters_of_the_course():
    for card in data.describe():
        assert all(re.fullmatch(r"[1-8]|5[a-f]", chapter) for chapter in card.chapters), card.name


# ------------------------------------------------------------------------------------------- digits


def test_the_digits_are_scikit_learns():
    expected, digits = sklearn_digits(), data.load("digits")
    pixels, labels = digits_module._stored_digits()
    assert pixels.astype(expected.data.dtype).tobytes() == expected.data.tobytes()
    assert labels.astype(expected.target.dtype).tobytes() == expected.target.tobytes()
    assert np.array_equal(digits.x * 16, expected.data) and np.array_equal(digits.y, expected.target)
    assert (digits.x.min(), digits.x.max()) == (0, 1)
    assert np.array_equal(digits.images * 16, expected.images)


@pytest.mark.parametrize("split", ["ordered", "random"])
def test_both_splits_have_the_same_sizes_and_every_row_once(split):
    digits, stored = data.load("digits", split=split, seed=3), data.load("digits")
    sizes = {name: len(getattr(digits, name)) for name in ("fit", "validation", "train", "test")}
    assert len(digits) == 1797 and sizes == {"fit": 800, "validation": 200, "train": 1000, "test": 797}
    assert np.array_equal(digits.x, stored.x) == (split == "ordered")
    both = [np.c_[part.x, part.y] for part in (digits, stored)]
    assert np.array_equal(*[rows[np.lexsort(rows.T)] for rows in both]), "the same rows with the same labels"


def test_the_seed_decides_the_random_split():
    labels = [data.load("digits", split="random", seed=seed).y.tolist() for seed in (0, 0, 1)]
    assert labels[0] == labels[1] != labels[2]


def test_enlarged_digits_are_pytorchs_up_to_the_kernel():
    """Pillow's cubic kernel has a = -0.5, PyTorch's a = -0.75: the pictures agree where both are smooth."""
    digits, large = data.load("digits"), data.load("digits", size=28)
    assert large.x.shape == (1797, 784) and large.images.shape == (1797, 28, 28)
    assert not large.images[:, [0, 1, -2, -1]].any() and not large.images[:, :, [0, 1, -2, -1]].any()
    steps = large.x.astype(float) * 255
    assert np.abs(steps - steps.round()).max() < 1e-4 and (large.x.min(), large.x.max()) == (0, 1)
    wanted = torch.nn.functional.interpolate(torch.from_numpy(digits.images)[:, None], size=(24, 24), mode="bicubic")
    difference = np.abs(large.images[:, 2:-2, 2:-2] - wanted[:, 0].clamp(0, 1).numpy())
    assert difference.mean() < 0.02 and difference.max() < 0.15


def test_the_digits_need_neither_scikit_learn_nor_pillow():
    code = "from dlcourse import data; import sys; data.load('digits'); print({'sklearn', 'PIL'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("size", [28.0, 11, 7, 113, -12, [28], True, None])
def test_a_size_of_the_digits_that_cannot_be_is_refused(size):
    with pytest.raises(DataError, match=r"^digits expected size to be .*, got "):
        data.load("digits", size=size)


def test_changing_the_digits_in_place_leaves_their_other_field():
    for size in (8, 12):
        digits = data.load("digits", size=size)
        kept = digits.images.copy()
        digits.x -= 0.5
        assert np.array_equal(digits.images, kept) and np.array_equal(digits.images - 0.5, digits.x.reshape(kept.shape))


def test_a_damaged_file_of_the_digits_is_refused(monkeypatch, tmp_path):
    good, path = (ROOT / "dlcourse" / "data" / "digits.npz").read_bytes(), tmp_path / "digits.npz"
    monkeypatch.setattr("importlib.resources.files", lambda package: tmp_path)
    digits_module._stored_digits.cache_clear()
    with pytest.raises(DataError, match="digits.npz cannot be read .*: install dlcourse again"):
        data.load("digits")
    for bad in (good[:-1], good[:5000] + bytes([good[5000] ^ 1]) + good[5001:], b""):
        path.write_bytes(bad)
        with pytest.raises(DataError, match=f"digits.npz is damaged: .* of {len(bad):,} bytes: install dlcourse"):
            data.load("digits")
    path.write_bytes(good)
    assert len(data.load("digits")) == 1797
