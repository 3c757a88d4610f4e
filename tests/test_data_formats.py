"""Files in the formats of MNIST and CIFAR-10 are read to the letter; whatever is wrong with one is told in a line."""

import gzip
import io
import struct
import tarfile
import tracemalloc

import numpy as np
import pytest
from data_server import cifar, idx, tar
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dlcourse.data.checks import DataError
from dlcourse.data.formats import (
    CIFAR_RECORD,
    IDX_NAMES,
    IDX_TYPES,
    LARGEST,
    archive_files,
    described,
    read_cifar,
    read_cifar_archive,
    read_idx,
)

PICTURES = np.random.default_rng(0).integers(0, 256, (4, 3, 32, 32), np.uint8)
LABELS = np.array([3, 0, 9, 5])


def refused(read, *arguments):
    """The line that says why a file is refused."""
    with pytest.raises(DataError) as caught:
        read(*arguments)
    text = str(caught.value)
    assert "\n" not in text and str(arguments[0]) in text
    return text


@pytest.fixture
def put(tmp_path):
    """Write bytes into a file and return its path."""

    def write(content, name="file"):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


# ------------------------------------------------------------------------------------------------ IDX


@settings(max_examples=50)
@given(array=arrays.arrays(st.sampled_from([np.dtype(kind) for kind in IDX_TYPES.values()]),
                           arrays.array_shapes(max_dims=4, min_side=0, max_side=5)), packed=st.booleans())
def test_every_array_comes_back(tmp_path_factory, array, packed):
    path = tmp_path_factory.mktemp("idx") / "file"
    path.write_bytes(gzip.compress(idx(array)) if packed else idx(array))
    found = read_idx(path)
    assert found.dtype == array.dtype.newbyteorder("=") and found.dtype.isnative
    np.testing.assert_array_equal(found, array)
    np.testing.assert_array_equal(read_idx(path, array.shape, array.dtype), array)


@settings(max_examples=50)
@given(content=st.binary(max_size=60), packed=st.booleans(), head=st.sampled_from([b"", b"\0\0\x08\x01", b"\x1f\x8b"]))
def test_any_bytes_are_an_array_or_an_error(tmp_path_factory, content, packed, head):
    path = tmp_path_factory.mktemp("idx") / "file"
    content = head + content
    path.write_bytes(gzip.compress(content) if packed else content)
    try:
        array = read_idx(path)
    except DataError as error:
        assert "\n" not in str(error)
    else:
        assert idx(array) == (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content)


def squeezed(content):
    """A gzip file without the time, so that the tests that are named after it are called the same in every process."""
    return gzip.compress(content, mtime=0)


SMALL = idx(np.arange(6, dtype=np.uint8).reshape(2, 3))


@pytest.mark.parametrize(("content", "words"), [
    (b"", "an empty file"),
    (b"\0\0\x08", "a file that begins with"),
    (b"<!DOCTYPE html><html>", "a web page instead of the data?"),
    (b"\x89PNG" + SMALL[4:], "expected an IDX file"),
    (b"\1" + SMALL[1:], "expected an IDX file"),
    (b"\0\1" + SMALL[2:], "expected an IDX file"),
    (b"\0\0\x07" + SMALL[3:], "a type of [8, 9, 11, 12, 13, 14]"),
    (b"\0\0\x08\0", "1 to 8 dimensions"),
    (b"\0\0\x08\x09" + bytes(99), "1 to 8 dimensions"),
    (SMALL[:7], "8 bytes of dimensions, got 3"),
    (SMALL[:-1], "6 bytes of numbers, got 5"),
    (SMALL + b"\0", "6 bytes of numbers, got more"),
    (squeezed(SMALL[:-1]), "6 bytes of numbers, got 5"),
    (squeezed(SMALL) + squeezed(b"\0"), "6 bytes of numbers, got more"),
    (squeezed(SMALL)[:-1], "was cut off"),
    (squeezed(SMALL)[:12], "was cut off"),
    (squeezed(SMALL)[:-8] + bytes(8), "is damaged"),  # its own checksum
    (squeezed(SMALL) + b"and more", "is damaged"),
    (squeezed(SMALL)[:10] + b"\xff" * 20, "is damaged"),  # what the packed bytes mean
    (b"\x1f\x8b" + bytes(20), "is damaged"),
])
def test_a_faulty_idx_file_is_refused(put, content, words):
    assert words in refused(read_idx, put(content))


def test_truncated_gzip_is_refused_wherever_it_ends(put):
    content = gzip.compress(idx(np.random.default_rng(0).integers(0, 256, (5, 4, 4), np.uint8)))
    for end in range(len(content)):
        refused(read_idx, put(content[:end]))


def test_another_shape_is_refused_before_anything_is_read(put):
    path = put(SMALL[:-6])
    assert "expected shape (3, 2), got (2, 3)" in refused(read_idx, path, (3, 2))


@pytest.mark.parametrize("kind", IDX_TYPES.values())
@pytest.mark.parametrize("wanted", IDX_TYPES.values())
def test_another_type_is_refused_before_anything_is_read(put, kind, wanted):
    path = put(idx(np.zeros((2, 3), kind))[:12])
    words = ("24 bytes of numbers" if kind == wanted else
             f"expected type {IDX_NAMES[np.dtype(wanted).name]}, got {IDX_NAMES[np.dtype(kind).name]}: is it the file")
    assert words.replace("24", f"{6 * np.dtype(kind).itemsize}") in refused(read_idx, path, (2, 3), wanted)


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    assert "expected a file, got none there" in refused(read_idx, tmp_path / "none")
    assert "cannot be read" in refused(read_idx, tmp_path)


def peak_of(read, *arguments):
    """The most memory that was taken while a file was refused."""
    tracemalloc.start()
    refused(read, *arguments)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_a_bomb_takes_no_more_memory_than_was_expected(put):
    bomb = gzip.compress(idx(np.zeros(10, np.uint8)) + bytes(50_000_000), 1)
    assert len(bomb) < 500_000
    assert peak_of(read_idx, put(bomb)) < 2_000_000
    huge = b"\0\0\x08\x01" + struct.pack(">I", 2**32 - 1)
    assert peak_of(read_idx, put(gzip.compress(huge + bytes(1_000_000)))) < 2_000_000


def test_the_largest_length_can_be_changed(put):
    path = put(SMALL)
    assert "at most 5 bytes of data, got 6" in refused(read_idx, path, None, None, 5)
    assert read_idx(path, largest=6).shape == (2, 3)


def test_a_shape_that_was_expected_may_be_larger_as_the_advice_says(put):
    path = put(SMALL)
    assert "give read_idx the shape that you expect" in refused(read_idx, path, None, None, 5)
    assert read_idx(path, (2, 3), largest=5).shape == (2, 3)
    head = b"\0\0\x08\x01" + struct.pack(">I", LARGEST + 1)
    assert "expected at most 268,435,456 bytes" in refused(read_idx, put(head))
    assert "expected 268,435,457 bytes of numbers, got 0" in refused(read_idx, put(head), (LARGEST + 1,))


# ------------------------------------------------------------------------------------------------ CIFAR


def test_cifar_records_come_back(put):
    pictures, labels = read_cifar(put(cifar(LABELS, PICTURES)), 4)
    np.testing.assert_array_equal(pictures, PICTURES)
    np.testing.assert_array_equal(labels, LABELS)


@pytest.mark.parametrize(("content", "words"), [
    (b"", "expected 12,292 bytes of records of a label and a picture, got 0"),
    (cifar(LABELS, PICTURES)[:-1], "got 12,291"),
    (cifar(LABELS, PICTURES) + b"\0", "got more"),
    (cifar([3, 0, 10, 255], PICTURES), "expected labels from 0 to 9, got 10 in record 2"),
])
def test_a_faulty_cifar_file_is_refused(put, content, words):
    assert words in refused(read_cifar, put(content), 4)


def test_cifar_archive_gives_the_files_in_order(put):
    one, two = cifar(LABELS, PICTURES), cifar(LABELS[::-1], PICTURES[::-1])
    path = put(tar({"folder/two.bin": two, "folder/readme.html": b"<html>", "folder/one.bin": one}))
    (first, _), (second, labels) = read_cifar_archive(path, ("one.bin", "two.bin"), 4)
    np.testing.assert_array_equal(first, PICTURES)
    np.testing.assert_array_equal(second, PICTURES[::-1])
    np.testing.assert_array_equal(labels, LABELS[::-1])


def sparse():
    """An archive with a file that claims to have holes and does not say where; tarfile stumbles over it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("d/a.bin")
        member.pax_headers, member.size = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}, 512
        archive.addfile(member, io.BytesIO(b"x" * 512))
    return buffer.getvalue()


def test_a_faulty_archive_is_refused(put):
    good = cifar(LABELS, PICTURES)
    whole = tar({"d/a.bin": good, "d/b.bin": good})
    read = read_cifar_archive
    assert "expected b.bin of 12,292 bytes each" in refused(read, put(tar({"d/a.bin": good})), ("a.bin", "b.bin"), 4)
    assert "expected a.bin of 12,292" in refused(read, put(tar({"d/a.bin": good[:-1]})), ("a.bin",), 4)
    assert "at most 12,292 bytes" in refused(read, put(tar({"d/a.bin": good + b"x"})), ("a.bin",), 4)
    assert "labels from 0 to 9" in refused(read, put(tar({"d/a.bin": b"\x0a" + good[1:]})), ("a.bin",), 4)
    assert "got none there" in refused(read, put(whole).with_name("none"), ("a.bin",), 4)
    no_tar = gzip.compress(b"no archive" * 99)
    for content in (b"", b"<html>", good, whole[:20], whole[: len(whole) // 2], no_tar, sparse()):
        assert "is damaged or was cut off" in refused(read, put(content), ("a.bin", "b.bin"), 4)


@settings(max_examples=50)
@given(place=st.integers(0, 511), value=st.integers(0, 255))
def test_a_damaged_header_of_an_archive_is_an_archive_or_an_error(tmp_path_factory, place, value):
    content = bytearray(gzip.decompress(tar({"d/a.bin": b"\3" * CIFAR_RECORD})))
    content[place] = value
    path = tmp_path_factory.mktemp("tar") / "file"
    path.write_bytes(gzip.compress(bytes(content), 1))
    try:
        read_cifar_archive(path, ("a.bin",), 1)
    except DataError as error:
        assert "\n" not in str(error)


def test_links_and_folders_of_an_archive_are_passed_over(put, tmp_path):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            member = tarfile.TarInfo("d/wanted")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
        member = tarfile.TarInfo("../../d/wanted")
        member.size = 4
        archive.addfile(member, io.BytesIO(b"good"))
    path = put(buffer.getvalue())
    assert list(archive_files(path, "wanted".__eq__, 4)) == [("wanted", b"good")]
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_what_a_file_begins_with_is_described():
    assert described(b"") == "an empty file"
    assert "web page" in described(b"\n <HTML>") and "web page" not in described(b"\x1f\x8b\x08")
