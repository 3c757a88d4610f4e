"""The data sets on request, with small files in the place of the real ones: no test asks any other computer."""

import dataclasses
import errno
import gzip
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from data_server import cifar, entry_of, idx, misbehaving_server, tar  # noqa: F401  (a fixture)
from data_tools import shape_problems
from safetensors.numpy import save

from dlcourse import set_default_dtype
from dlcourse.data import remote
from dlcourse.data.audio import write_wav
from dlcourse.data.base import DATASETS, load
from dlcourse.data.checks import DataError
from dlcourse.data.download import PART

NAMES = ("mnist", "fashion_mnist", "kmnist", "cifar10", "free_spoken_digits", "resnet18")
IN_IDX = NAMES[:3]
NOBODY = "http://127.0.0.1:9"
RNG = np.random.default_rng(0)
PICTURES, LABELS = RNG.integers(0, 256, (9, 28, 28), np.uint8), np.array([0, 1, 2, 3, 4, 5, 6, 9, 8], np.uint8)
IDX = dict(zip(remote.IDX_FILES, map(idx, (PICTURES[:6], LABELS[:6], PICTURES[6:], LABELS[6:])), strict=True))
COLORED = RNG.integers(0, 256, (12, 3, 32, 32), np.uint8)
COLORED_LABELS = np.arange(12, dtype=np.uint8) % 10
BATCHES = {name: cifar(COLORED_LABELS[2 * i : 2 * i + 2], COLORED[2 * i : 2 * i + 2])
           for i, name in enumerate(remote.CIFAR_FILES)}


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path):
    """The cache in a folder of the test, small sets, and no address that leads anywhere."""
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    for name in NAMES:
        nowhere = [dataclasses.replace(entry, addresses=(f"{NOBODY}/{entry.name}",)) for entry in remote.ENTRIES[name]]
        monkeypatch.setitem(remote.ENTRIES, name, tuple(nowhere))
    for name in IN_IDX:
        monkeypatch.setitem(remote.ROWS, name, (4, 2, 3))
    monkeypatch.setitem(remote.ROWS, "cifar10", (8, 2, 2))


@pytest.fixture
def serve(server, monkeypatch):
    """Let a set's entries be served, with these bytes, under their own names."""

    def put(name, *contents):
        entries = remote.ENTRIES[name]
        for entry, content in zip(entries, contents, strict=True):
            server.contents[entry.name] = content
        monkeypatch.setitem(remote.ENTRIES, name, tuple(
            entry_of(content, server.at(entry.name), name=entry.name, by_hand=entry.by_hand)
            for entry, content in zip(entries, contents, strict=True)))
        return server

    return put


def line(name):
    """The line that says why a set cannot be loaded."""
    with pytest.raises(DataError) as caught:
        load(name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def agree(data, card):
    """Whether the arrays have the fields, dimensions and fixed sizes that the card says."""
    assert data.card is card and list(data.fields) == list(card.fields) and data.parts.keys() == card.parts.keys()
    assert not any(shape_problems(shape, data.fields[name]) for name, (shape, _) in card.fields.items())


# ------------------------------------------------------------------------------------------------ entries

REAL = {name: entries for name, entries in remote.ENTRIES.items()}  # as they were before any test


def test_every_set_has_a_card_and_every_card_its_files():
    assert tuple(REAL) == NAMES
    for name in NAMES:
        card, build = DATASETS[name]
        assert card.kind == "request" and card.name == name == build.__name__ and "download" in card.size
        assert len(card.files) == len(REAL[name]) and card.files[0].startswith(f"{REAL[name][0].name}: ")
        for entry, line in zip(REAL[name], card.files, strict=True):
            assert all(fact in line for fact in (entry.name, f"{entry.size:,} bytes", entry.sha256, entry.source))


@pytest.mark.parametrize("name", NAMES)
def test_every_file_has_a_checksum_with_a_public_source_and_a_mirror(name):
    for entry in REAL[name]:
        assert re.fullmatch("[0-9a-f]{64}", entry.sha256) and entry.size > 1000
        assert re.match(r"[\w-]+/[\w-]+ [\w./]+\.\w+", entry.source), entry.source
        assert all(re.match(r"https?://[\w.-]+/", address) for address in entry.addresses)
        assert len(set(entry.addresses)) == len(entry.addresses) >= (1 if name == "resnet18" else 2)
        assert sorted(entry.addresses, key=lambda address: not address.startswith("https:")) == list(entry.addresses)
        last = {address.rpartition("/")[2] for address in entry.addresses}
        assert last == {entry.name} if name in (*IN_IDX, "cifar10") else len(last) == 1
    sums = [entry.sha256 for entries in REAL.values() for entry in entries]
    assert len(set(sums)) == len(sums) == 15


def test_importing_costs_no_library():
    code = ("import sys, dlcourse.data.remote, dlcourse.data.download, dlcourse.data.formats; "
            "print({'pooch', 'requests', 'tqdm', 'PIL', 'scipy', 'torch', 'matplotlib'} & set(sys.modules))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("name", NAMES)
def test_without_a_network_it_is_told_what_to_do(name, tmp_path):
    text = line(name)
    entry = remote.ENTRIES[name][0]
    assert f"{entry.name} could not be downloaded. {entry.addresses[0]}: cannot be reached." in text
    assert f"{entry.size:,} bytes" in text and f"into {tmp_path / name}." in text
    assert (f"put it (or {entry.by_hand}) into" if entry.by_hand else "put it into") in text
    assert list((tmp_path / name).iterdir()) == []


# ------------------------------------------------------------------------------------------------ MNIST and its like


def check_mnist(data, name):
    """Whether it is the small set."""
    agree(data, DATASETS[name][0])
    np.testing.assert_array_equal(data.x[:, 0], (PICTURES / 255).astype(np.float32))
    np.testing.assert_array_equal(data.y, LABELS)
    assert data.x.dtype == np.float32 and data.y.dtype == np.int64 and len(data.classes) == 10
    assert [len(getattr(data, part)) for part in ("fit", "validation", "train", "test")] == [4, 2, 6, 3]
    np.testing.assert_array_equal(data.test.y, LABELS[6:])
    np.testing.assert_array_equal(data.validation.y, LABELS[4:6])


@pytest.mark.parametrize("name", IN_IDX)
def test_a_set_like_mnist_is_downloaded_once(serve, tmp_path, name):
    server = serve(name, *map(gzip.compress, IDX.values()))
    check_mnist(load(name), name)
    assert sorted(server.asked) == sorted(f"{file}.gz" for file in IDX)
    check_mnist(load(name), name)
    assert len(server.asked) == 4 and len(list((tmp_path / name).iterdir())) == 4


def test_floats_come_in_the_default_type(serve):
    serve("mnist", *map(gzip.compress, IDX.values()))
    set_default_dtype(np.float64)
    try:
        np.testing.assert_array_equal(load("mnist").x[:, 0], PICTURES / 255)
    finally:
        set_default_dtype(np.float32)


def put_by_hand(folder, files):
    """Put files into a folder as a reader would."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


@pytest.mark.parametrize(("place", "spelled"), [("", "-idx"), ("MNIST/raw", "-idx"), ("", ".idx")])
def test_unpacked_files_need_no_network(tmp_path, place, spelled):
    put_by_hand(tmp_path / "kmnist" / place, {name.replace("-idx", spelled): file for name, file in IDX.items()})
    check_mnist(load("kmnist"), "kmnist")


def test_packed_and_unpacked_files_may_be_mixed(serve, tmp_path):
    first, *rest = IDX
    put_by_hand(tmp_path / "mnist", {first: IDX[first]})
    server = serve("mnist", *map(gzip.compress, IDX.values()))
    check_mnist(load("mnist"), "mnist")
    assert sorted(server.asked) == sorted(f"{file}.gz" for file in rest)


def test_unpacked_files_are_read_strictly(tmp_path):
    images, labels, *_ = IDX
    for wrong, words in (
        ({images: IDX[images][:-1]}, "4,704 bytes of numbers, got 4,703"),
        ({images: b"<html>"}, "a web page"),
        ({images: idx(PICTURES[:5])}, "expected shape (6, 28, 28), got (5, 28, 28)"),
        ({images: IDX[labels], labels: IDX[images]}, "expected shape (6,), got (6, 28, 28)"),
        ({labels: idx(LABELS[:6] + 5)}, "expected labels from 0 to 9, got 10"),
        ({labels: idx(LABELS[:6].astype(np.int8) - 1)}, f"{labels} expected type unsigned byte, got signed byte"),
        ({labels: idx(LABELS[:6] + np.float32(0.7))}, f"{labels} expected type unsigned byte, got float"),
        ({images: idx(PICTURES[:6] * 1e6)}, f"{images} expected type unsigned byte, got double"),
    ):
        put_by_hand(tmp_path / "mnist", IDX | wrong)
        assert words in line("mnist")


# ------------------------------------------------------------------------------------------------ CIFAR-10


def check_cifar(data):
    """Whether it is the small set."""
    agree(data, remote.CIFAR10)
    np.testing.assert_array_equal(data.x, (COLORED / 255).astype(np.float32))
    np.testing.assert_array_equal(data.y, COLORED_LABELS)
    assert [len(getattr(data, part)) for part in ("fit", "validation", "train", "test")] == [8, 2, 10, 2]


def test_cifar_is_downloaded_once(serve):
    server = serve("cifar10", tar({f"cifar-10-batches-bin/{name}": BATCHES[name] for name in reversed(BATCHES)}))
    check_cifar(load("cifar10"))
    check_cifar(load("cifar10"))
    assert server.asked == ["cifar-10-binary.tar.gz"]


@pytest.mark.parametrize("place", ["cifar10", "cifar10/cifar-10-batches-bin"])
def test_unpacked_cifar_needs_no_network_if_it_is_all_there(tmp_path, place):
    put_by_hand(tmp_path / place, BATCHES)
    check_cifar(load("cifar10"))
    put_by_hand(tmp_path / place, {"test_batch.bin": BATCHES["test_batch.bin"][:-1]})
    assert "test_batch.bin expected 6,146 bytes" in line("cifar10")
    (tmp_path / place / "test_batch.bin").unlink()
    assert "cifar-10-binary.tar.gz could not be downloaded" in line("cifar10")


# ------------------------------------------------------------------------------------------------ recordings


@pytest.fixture
def recordings(tmp_path):
    """Thirty recordings of three speakers: name -> bytes."""
    files = {}
    for digit in range(10):
        for speaker in ("ann", "bob", "eve"):
            write_wav(tmp_path / "one.wav", RNG.uniform(-0.5, 0.5, 2000 + 100 * digit), 8000)
            files[f"{digit}_{speaker}_0.wav"] = (tmp_path / "one.wav").read_bytes()
    (tmp_path / "one.wav").unlink()
    return files


def archive(files):
    """The recordings as the archive has them, among things that are none."""
    strange = {"d/recordings/readme.txt": b"x", "d/recordings/a_b_c.wav": b"x", "d/x.py": b"x"}
    return tar({"../../" + name: content for name, content in files.items()} | strange)


def check_recordings(data, folder):
    """Whether it is the small set."""
    agree(data, remote.FREE_SPOKEN_DIGITS)
    assert sorted(data.speakers) == ["ann", "bob", "eve"] and data.rate == 8000
    assert [len(getattr(data, part)) for part in ("fit", "validation", "test")] == [10, 10, 10]
    assert len({*data.fit.speaker} | {*data.test.speaker}) == 2 and sorted(data.test.y) == list(range(10))
    assert len(list((folder / "recordings").iterdir())) == 30
    assert not [path for path in folder.iterdir() if path.name.endswith(PART)]


def test_recordings_are_downloaded_and_unpacked_once(serve, tmp_path, recordings):
    server = serve("free_spoken_digits", archive(recordings))
    folder = tmp_path / "free_spoken_digits"
    check_recordings(load("free_spoken_digits"), folder)
    (folder / remote.ENTRIES["free_spoken_digits"][0].name).unlink()
    check_recordings(load("free_spoken_digits", seed=0), folder)
    assert len(server.asked) == 1 and [path.name for path in tmp_path.iterdir()] == ["free_spoken_digits"]
    assert load("free_spoken_digits", seconds=0.5, noise_db=10).x.shape == (30, 4000)


def test_recordings_put_there_by_hand_need_no_network(tmp_path, recordings):
    folder = tmp_path / "free_spoken_digits"
    folder.mkdir()
    put_by_hand(folder / "recordings", recordings)
    (folder / f"recordings.1{PART}").mkdir()
    os.utime(folder / f"recordings.1{PART}", times=(0, 0))  # killed while it unpacked, long ago
    check_recordings(load("free_spoken_digits"), folder)


@pytest.mark.parametrize(("names", "missing"), [
    (["notes.txt"], "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"), (["7_ann_0.wav", "2.txt"], "0, 1, 2, 3, 4, 5, 6, 8, 9")])
def test_a_folder_that_cannot_be_the_whole_set_is_refused_before_anything_is_asked(
    serve, tmp_path, recordings, names, missing
):
    server, folder = serve("free_spoken_digits", archive(recordings)), tmp_path / "free_spoken_digits" / "recordings"
    folder.mkdir(parents=True)
    put_by_hand(folder, {name: recordings.get(name, b"x") for name in names})
    text = line("free_spoken_digits")
    assert f"expected recordings of all ten digits, such as 7_jackson_32.wav, got none of {missing}: " in text
    assert text.endswith(f"or remove or empty {folder}") and server.asked == []
    for path in folder.iterdir():
        path.unlink()
    check_recordings(load("free_spoken_digits"), folder.parent)  # the advice helps


def test_an_archive_without_recordings_is_told_and_leaves_no_folder(serve, tmp_path):
    serve("free_spoken_digits", archive({}))
    text, folder = line("free_spoken_digits"), tmp_path / "free_spoken_digits"
    assert f"{remote.ENTRIES['free_spoken_digits'][0].name} expected recordings" in text
    assert text.endswith("got none of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9: is it another archive?")
    assert [path.suffix for path in folder.iterdir()] == [".gz"]


def test_a_full_disk_while_unpacking_leaves_the_archive_alone(serve, tmp_path, recordings, monkeypatch):
    def full(self, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    serve("free_spoken_digits", archive(recordings))
    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    text = line("free_spoken_digits")
    assert "could not be unpacked" in text and "(No space left on device): make room" in text
    assert [path.suffix for path in (tmp_path / "free_spoken_digits").iterdir()] == [".gz"]


def test_another_process_may_unpack_first(serve, tmp_path, recordings, monkeypatch):
    serve("free_spoken_digits", archive(recordings))
    folder, replace = tmp_path / "free_spoken_digits", os.replace

    def too_late(source, target):
        if os.path.isdir(source):
            put_by_hand(folder / "recordings", recordings)
        replace(source, target)

    monkeypatch.setattr(os, "replace", too_late)
    check_recordings(load("free_spoken_digits"), folder)


# ------------------------------------------------------------------------------------------------ weights


def test_the_shapes_are_those_that_others_count():
    shapes = remote.resnet18_shapes()
    assert len(shapes) == 122 and sum(int(np.prod(shape)) for shape in shapes.values()) == 11_699_132
    learned = {name: shape for name, shape in shapes.items() if name.endswith(("weight", "bias"))}
    assert sum(int(np.prod(shape)) for shape in learned.values()) == 11_689_512  # as torchvision states
    assert shapes["layer2.0.downsample.0.weight"] == (128, 64, 1, 1) and "layer1.0.downsample.0.weight" not in shapes


def test_weights_are_read_by_name_and_shape(serve, tmp_path, monkeypatch):
    arrays = {"conv1.weight": RNG.normal(size=(2, 3, 1, 1)).astype(np.float32), "bn1.num_batches_tracked": np.array(7)}
    monkeypatch.setattr(remote, "resnet18_shapes", lambda: {name: array.shape for name, array in arrays.items()})
    server = serve("resnet18", save(arrays))
    found = load("resnet18")
    assert found.keys() == arrays.keys() and found["conv1.weight"].dtype == np.float32
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
    load("resnet18")
    assert len(server.asked) == 1
    for wrong, words in (
        (save(arrays | {"more": np.zeros(1)}), "expected more of shape None, got (1,)"),
        (save({"conv1.weight": arrays["conv1.weight"]}), "expected bn1.num_batches_tracked of shape (), got None"),
        (save(arrays | {"conv1.weight": np.zeros(2)}), "expected conv1.weight of shape (2, 3, 1, 1), got (2,)"),
        (save(arrays)[:-1], "expected arrays as safetensors"),
        (b"\x80\x02pickle", "expected arrays as safetensors"),
    ):
        serve("resnet18", wrong)
        (tmp_path / "resnet18" / "resnet18.tv_in1k.safetensors").unlink()
        assert words in line("resnet18")
