"""Why this file exists: files from elsewhere are read as strictly as a stranger's word should be.

What a file says of itself must hold to the last byte, or it is refused in one line. Nothing is unpickled or run, and no
more data are taken into memory than the file was expected to hold.
"""

import contextlib
import gzip
import math
import tarfile
import zlib

import numpy as np

from .checks import DataError

# The third byte of an IDX file names the type of its numbers, whose highest byte comes first.
IDX_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
IDX_NAMES = {"uint8": "unsigned byte", "int8": "signed byte", "int16": "short", "int32": "int", "float32": "float",
             "float64": "double"}  # NumPy's names and those of the format's description
IDX_DIMENSIONS = 8  # more than anybody uses
LARGEST = 2**28  # bytes of data that are read from an IDX file whose shape nobody knew beforehand
CIFAR_SHAPE, CIFAR_CLASSES = (3, 32, 32), 10
CIFAR_RECORD = 1 + math.prod(CIFAR_SHAPE)  # bytes: the label, then all red values row by row, all green, all blue
GZIP_MAGIC = b"\x1f\x8b"


def described(head):
    """What a file begins with, in words; the page that a server sends instead of a file is the usual mistake."""
    if not head:
        return "an empty file"
    page = " (a web page instead of the data?)" if head.lstrip().startswith(b"<") else ""
    return f"a file that begins with {head[:8]!r}{page}"


def read_idx(path, shape=None, kind=None, largest=LARGEST):
    """The array of an IDX file, gzipped or not: the format of MNIST.

    Two bytes 0, a type, the number of dimensions, the dimensions as 4 bytes each, then the numbers, last axis fastest.

    Shapes:  as the file says, which must be `shape` if that is given; likewise the type and `kind`. Without a shape,
             a file of more than `largest` bytes of numbers is refused.
    Raises:  DataError if the file is missing, damaged, too short, too long, or has another type or shape.
    Source:  LeCun et al., The MNIST database, "The IDX file format".   Chapter: 6.
    """
    with _faults(path), open(path, "rb") as raw:
        packed = raw.peek(2)[:2] == GZIP_MAGIC
        file = gzip.GzipFile(fileobj=raw) if packed else raw
        head = file.read(4)
        if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in IDX_TYPES or not 1 <= head[3] <= IDX_DIMENSIONS:
            raise DataError(f"{path} expected an IDX file (0, 0, a type of {sorted(IDX_TYPES)}, 1 to {IDX_DIMENSIONS} "
                            f"dimensions), got {described(head)}: remove it, or put the right file there")
        sizes = _exactly(file, 4 * head[3], path, "dimensions")
        found = tuple(int(size) for size in np.frombuffer(sizes, ">u4"))
        if shape is not None and found != tuple(shape):
            raise DataError(f"{path} expected shape {tuple(shape)}, got {found}: is it the file of another data set?")
        stored = np.dtype(IDX_TYPES[head[2]])
        if kind is not None and stored.name != np.dtype(kind).name:
            raise DataError(f"{path} expected type {IDX_NAMES[np.dtype(kind).name]}, got {IDX_NAMES[stored.name]}: is "
                            "it the file of another data set?")
        length = math.prod(found) * stored.itemsize
        if shape is None and length > largest:
            raise DataError(f"{path} expected at most {largest:,} bytes of data, got {length:,}: give read_idx the "
                            "shape that you expect, or a higher `largest`")
        numbers = np.frombuffer(_exactly(file, length, path, "numbers", last=True), stored).reshape(found)
        return numbers.astype(stored.newbyteorder("="))


def read_cifar(path, rows):
    """Pictures and labels of one file of the binary version of CIFAR-10, such as data_batch_1.bin.

    Shapes:  pictures (rows, 3, 32, 32), labels (rows,), both uint8.
    Raises:  DataError if the file is missing, has another length, or a label beyond 9.
    Source:  Krizhevsky 2009 and the page of the data set, "Binary version".   Chapter: 6.
    """
    with _faults(path), open(path, "rb") as file:
        return _records(_exactly(file, rows * CIFAR_RECORD, path, "records of a label and a picture", last=True), path)


def read_cifar_archive(path, names, rows):
    """The same for files of those names in a tar archive packed by gzip: a list of pairs, in the order of the names.

    Raises:  DataError if the archive is missing or damaged, or lacks a file of that name and length.   Chapter: 6.
    """
    found = {name: _records(data, f"{name} in {path}")
             for name, data in archive_files(path, set(names).__contains__, rows * CIFAR_RECORD)
             if len(data) == rows * CIFAR_RECORD}
    if missing := [name for name in names if name not in found]:
        raise DataError(f"{path} expected {', '.join(missing)} of {rows * CIFAR_RECORD:,} bytes each, got no such "
                        "file: is it the archive of the binary version?")
    return [found[name] for name in names]


def archive_files(path, wanted, largest):
    """Go through the files of a tar archive packed by gzip whose last name is `wanted`: pairs of that name and bytes.

    Nothing is written, and links, devices and folders are passed over, so a file can say no place where it would go.
    What is passed over is unpacked all the same, and a long name is read whole, however long: an archive that `fetch`
    has not compared with a checksum may cost more time and memory than its files have bytes.

    Raises:  DataError if the archive is missing or damaged, or a file in it has more than `largest` bytes.
    """
    with _faults(path), tarfile.open(path, "r:gz") as archive:
        for member in archive:
            name = member.name.rpartition("/")[2]
            if member.isreg() and wanted(name):
                if not 0 <= member.size <= largest:
                    raise DataError(f"{name} in {path} expected at most {largest:,} bytes, got {member.size:,}: "
                                    "is it another archive?")
                with archive.extractfile(member) as file:
                    yield name, _exactly(file, member.size, f"{name} in {path}", "contents")


@contextlib.contextmanager
def _faults(path):
    """Turn what Python says of a file that cannot be read or unpacked into one line that says what to do."""
    try:
        yield
    except DataError:
        raise
    except FileNotFoundError as error:
        raise DataError(f"{path} expected a file, got none there") from error
    except (EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError, ValueError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{path} is damaged or was cut off ({reason}): remove it and load again") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error}): look at its permissions") from error


def _exactly(file, length, path, what, last=False):
    """So many bytes of a file and, if they are the last, not one more: what a small file unpacks to has no limit."""
    data = file.read(length + last)
    if len(data) != length:
        got = "more" if len(data) > length else f"{len(data):,}"
        raise DataError(f"{path} expected {length:,} bytes of {what}, got {got}: remove it and load again")
    return data


def _records(data, path):
    table = np.frombuffer(data, np.uint8).reshape(-1, CIFAR_RECORD)
    labels = table[:, 0]
    if wrong := np.flatnonzero(labels >= CIFAR_CLASSES).tolist():
        raise DataError(f"{path} expected labels from 0 to {CIFAR_CLASSES - 1}, got {labels[wrong[0]]} in record "
                        f"{wrong[0]}: remove it, or put the right file there")
    return table[:, 1:].reshape(-1, *CIFAR_SHAPE), labels
