"""Why this file exists: real data and real weights, for those who have a network and want them; no chapter needs them.

Beside each checksum stands the public file where it was read. They are SHA-256, so they tell damage and forgery alike.
What was unpacked by hand has no checksum here; the strict readers of `formats.py` stand in for it.
"""

import os
import re
import shutil
from pathlib import Path

import numpy as np

from ..tensor import get_default_dtype
from .base import PARTS, Card, Dataset, dataset, floats, parts_of
from .checks import DataError
from .download import Entry, cache_folder, clear_left_behind, fetch, put_by_hand, temporary
from .formats import archive_files, read_cifar, read_cifar_archive, read_idx

DIGITS = tuple("0123456789")
IDX_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
IDX_SHAPE = (28, 28)
CIFAR_FILES = (*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin")
RECORDING = re.compile(r"\d_[A-Za-z]+_\d+\.wav")  # DIGIT_SPEAKER_TAKE
RECORDING_BYTES = 2**20  # of one file, at most: a minute
# Rows to fit, to validate, to test. The authors made train and test; the last 10,000 of train are ours to validate.
ROWS = {name: (50_000, 10_000, 10_000) for name in ("mnist", "fashion_mnist", "kmnist")} | {
    "cifar10": (40_000, 10_000, 10_000)}


def _idx_entries(source, addresses, *known):
    return tuple(Entry(f"{name}.gz", tuple(f"{address}/{name}.gz" for address in addresses), size, sha256, source,
                       by_hand=f"{name}, unpacked")
                 for name, (size, sha256) in zip(IDX_FILES, known, strict=True))


BOTH = ("pytorch/vision torchvision/prototype/datasets/_builtin/mnist.py and, with the sizes, tensorflow/datasets "
        "tensorflow_datasets/url_checksums/")
ENTRIES = {
    "mnist": _idx_entries(
        BOTH + "mnist.txt",
        ("https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist"),
        (9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        (28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        (1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        (4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ),
    "fashion_mnist": _idx_entries(
        BOTH + "fashion_mnist.txt",
        ("https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion",
         "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"),  # has no https
        (26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        (29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        (4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        (5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ),
    "kmnist": _idx_entries(  # no second server is known; the two addresses are two ways to the same
        BOTH + "kmnist.txt",
        ("https://codh.rois.ac.jp/kmnist/dataset/kmnist", "http://codh.rois.ac.jp/kmnist/dataset/kmnist"),
        (18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
        (29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
        (3_041_136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
        (5_120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
    ),
    "cifar10": (Entry(
        "cifar-10-binary.tar.gz",
        ("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
         "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/cifar-10-binary.tar.gz"),
        170_052_171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        "tensorflow/datasets tensorflow_datasets/url_checksums/cifar10.txt and ankane/torchvision-ruby "
        "lib/torchvision/datasets/cifar10.rb",
        "data_batch_1.bin to data_batch_5.bin and test_batch.bin, unpacked",
    ),),
    "free_spoken_digits": (Entry(  # two addresses of one server
        "free-spoken-digit-dataset-1.0.9.tar.gz",
        ("https://github.com/Jakobovski/free-spoken-digit-dataset/archive/v1.0.9.tar.gz",
         "https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs/tags/v1.0.9.tar.gz"),
        11_975_353, "8bc44cde129d505cbbb6b365c09f80c663f2aa77578afc634e6141a2f87100c0",
        "tensorflow/datasets tensorflow_datasets/audio/spoken_digit/checksums.tsv",
        "a folder `recordings` with all its files, such as 7_jackson_32.wav",
    ),),
    "resnet18": (Entry(  # no second server is known
        "resnet18.tv_in1k.safetensors",
        ("https://huggingface.co/timm/resnet18.tv_in1k/resolve/bbd144b3e5565108aad885f145491d11bc6ce807/"
         "model.safetensors",),
        46_807_446, "694f673df6520a3158624e8a89af086f59923ee4cd7436fe5bc3bc71d295ad81",
        "denislabs/mojo-rl tests/nn/test_resnet18_hub_weights.mojo; its neighbor compares values with torchvision's",
    ),),
}
PICTURE_FIELDS = {"x": ("(M, 1, 28, 28)", "gray values from 0 (background) to 1"), "y": ("(M,)", "class, 0 to 9")}
PICTURE_SIZE = "70,000 pictures, {} MB to download"
ONE_SERVER = "One server has it. If that is gone, get the file elsewhere: the checksum says whether it is the one."
PICTURE_MEMORY = "All pictures are in memory at once: 220 MB in float32, 440 MB in float64."


def _card(name, parts=PARTS, **entries):
    """The card of what is downloaded, with the files that it takes."""
    files = tuple(f"{entry.name}: {entry.size:,} bytes, SHA-256 {entry.sha256}; source: {entry.source}"
                  for entry in ENTRIES[name])
    return Card(name=name, kind="request", parts=parts, files=files, **entries)


MNIST = _card(
    "mnist", title="MNIST", summary="Handwritten digits, centered, 28 x 28 pixels, ink bright on black.",
    origin="LeCun, Bottou, Bengio and Haffner 1998, derived from data of NIST",
    license="CC BY-SA 3.0; according to Keras (keras-team/keras keras/src/datasets/mnist.py)",
    size=PICTURE_SIZE.format(12), fields=PICTURE_FIELDS, chapters=("6", "8"),
    good_for=("comparing with what others report", "a second source of handwriting after the embedded digits"),
    flaws=("Too easy to tell good methods from better ones: convolutional networks reach 99.7 % (say the authors of "
           "Fashion-MNIST), and everybody has looked at its test set.",
           "The last 10,000 training rows are the course's validation rows, not the authors'.", PICTURE_MEMORY),
)
FASHION_MNIST = _card(
    "fashion_mnist", title="Fashion-MNIST", summary="Clothes from a shop's catalog in the form of MNIST.",
    origin="Xiao, Rasul and Vollgraf 2017, Zalando Research", license="MIT; stated in zalandoresearch/fashion-mnist",
    size=PICTURE_SIZE.format(31), fields=PICTURE_FIELDS, chapters=("6", "8"),
    good_for=("a harder task in the form of MNIST",),
    flaws=("Shirt, T-shirt, pullover and coat look alike at this size; people reached 83.5 % (the authors' own table).",
           "One shop, its photographs and its categories.",
           "The last 10,000 training rows are the course's validation rows, not the authors'.", PICTURE_MEMORY),
)
KMNIST = _card(
    "kmnist", title="Kuzushiji-MNIST", summary="Cursive Japanese characters from old books in the form of MNIST.",
    origin="\"KMNIST Dataset\" (created by CODH), adapted from \"Kuzushiji Dataset\" (created by NIJL and others), "
    "doi:10.20676/00000341; Clanuwat et al. 2018",
    license="CC BY-SA 4.0; stated in rois-codh/kmnist", size=PICTURE_SIZE.format(21), fields=PICTURE_FIELDS,
    chapters=("6", "8"), good_for=("a script that most readers cannot read, so that nobody helps by intuition",),
    flaws=("One of the ten characters of a class may be written in several unlike ways.", ONE_SERVER,
           "The last 10,000 training rows are the course's validation rows, not the authors'.", PICTURE_MEMORY),
)
CIFAR10 = _card(
    "cifar10", title="CIFAR-10", summary="Small color photographs of ten kinds of animals and vehicles.",
    origin="Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images",
    license="none stated by its authors; only read here, not passed on",
    size="60,000 pictures, 170 MB to download",
    fields={"x": ("(M, 3, 32, 32)", "red, green, blue from 0 to 1"), "y": ("(M,)", "class, 0 to 9")},
    chapters=("6", "8"),
    good_for=("convolutional networks on color photographs", "comparing with what others report"),
    flaws=("3.3 % of the test pictures have a near duplicate in the training set (Barz and Denzler 2020).",
           "Cut from the 80 Million Tiny Images, which were withdrawn in 2020 for offensive labels and pictures.",
           "The last 10,000 training rows are the course's validation rows, not the authors'.",
           "All pictures are in memory at once: 740 MB in float32, 1.5 GB in float64."),
)
CLASSES = {
    "mnist": DIGITS,
    "fashion_mnist": ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
                      "Ankle boot"),
    "kmnist": ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    "cifar10": ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
}
FREE_SPOKEN_DIGITS = _card(
    "free_spoken_digits", title="Free Spoken Digit Dataset 1.0.9",
    summary="People saying the English digits: five speakers, each of them each digit 50 times.",
    origin="Zohar Jackson and contributors 2016, github.com/Jakobovski/free-spoken-digit-dataset",
    license="CC BY-SA 4.0; stated in its README",
    size="2,500 recordings at 8,000 samples per second, 12 MB to download",
    fields={"x": ("(M, 7200)", "waveform from -1 to 1, 8,000 samples per second; (M, seconds * 8000)"),
            "y": ("(M,)", "the digit, 0 to 9"),
            "speaker": ("(M,)", "number of the speaker in `speakers`"),
            "span": ("(M, 2)", "first sample of the recording in the clip and first after it")},
    options={"seed": "decides which speakers are held out, and the noise (default 0)",
             "seconds": "length of a clip (default 0.9); recordings are put into the middle and cut at its end",
             "floor_db": "as for speech (default 40)", "noise_db": "as for speech (default None)",
             "noise": "as for speech (default white)"},
    good_for=("what a model trained on synthetic speech does with people", "few speakers, noise, augmentation"),
    flaws=("Five speakers: three to fit, one to validate, one to test, so look at several seeds.",
           "The authors test on takes 0 to 4 of the same speakers, which is easier: do not compare with their numbers.",
           "The server packs the archive when asked; should it ever pack it otherwise, the checksum refuses it.",
           ONE_SERVER, "A folder `recordings` that is there already is taken as it is, if it has all ten digits."),
    chapters=("5c",),
)
RESNET18 = _card(
    "resnet18", parts={}, title="ResNet-18, trained on ImageNet",
    summary="The weights of an 18-layer residual network, as a dict for `load_state_dict`; not rows of data.",
    origin="torchvision's IMAGENET1K_V1 (He et al. 2016 describe the network), stored as safetensors by timm",
    license="BSD-3-Clause; so says timm, while torchvision warns that ImageNet's own terms may bind who uses them",
    size="122 arrays, 11.7 million numbers, 47 MB to download",
    fields={"conv1.weight": ("(64, 3, 7, 7)", "the first filters; the other names are torchvision's as well"),
            "fc.weight": ("(1000, 512)", "from the 512 features to the classes of ImageNet")},
    pair=(),
    good_for=("features of photographs", "fine-tuning with few labels"),
    flaws=("It expects 3 x 224 x 224, from 0 to 1, minus (0.485, 0.456, 0.406), divided by (0.229, 0.224, 0.225).",
           "It knows what the makers of ImageNet found on the web, and by the names that they gave it.",
           "A picture from the web may be among those that it was trained on: test with your own.", ONE_SERVER),
    chapters=("8",),
)


def _place(entry, folder):
    """The path of a file that was unpacked into the folder by hand, else of the file as it is downloaded."""
    name = entry.name.removesuffix(".gz")
    return put_by_hand(folder, name, name.replace("-idx", ".idx")) or fetch(entry, folder)  # both spellings go around


def _pictures(card, pieces):
    """The data set of (pictures, labels) in pieces: those to train on, then those to test on."""
    rows = sum(len(labels) for _, labels in pieces)
    x, y = np.empty((rows, *pieces[0][0].shape[1:]), get_default_dtype()), np.empty(rows, np.int64)
    start = 0
    for pictures, labels in pieces:
        stop = start + len(labels)
        np.divide(pictures, 255, out=x[start:stop])
        y[start:stop] = labels
        start = stop
    return Dataset(card, {"x": x, "y": y}, parts_of(*ROWS[card.name]), {"classes": list(CLASSES[card.name])})


def _from_idx(card):
    """One of the sets in the form of MNIST."""
    folder = cache_folder(card.name)
    fit, validation, test = ROWS[card.name]
    paths = [_place(entry, folder) for entry in ENTRIES[card.name]]
    pieces = []
    for rows, images, labels in ((fit + validation, *paths[:2]), (test, *paths[2:])):
        y = read_idx(labels, (rows,), np.uint8)
        if y.max() > 9:
            raise DataError(f"{labels} expected labels from 0 to 9, got {y.max()}: is it the file of another data set?")
        pieces.append((read_idx(images, (rows, *IDX_SHAPE), np.uint8)[:, None], y))
    return _pictures(card, pieces)


@dataset(MNIST)
def mnist():
    """MNIST, downloaded when it is first asked for.

    Returns: Dataset with x (M, 1, 28, 28), y (M,).
    Raises:  DataError if a file cannot be had, stored or read.   Source:  LeCun et al. 1998.   Chapter: 6.
    """
    return _from_idx(MNIST)


@dataset(FASHION_MNIST)
def fashion_mnist():
    """Fashion-MNIST, likewise.   Source:  Xiao et al. 2017.   Chapter: 6."""
    return _from_idx(FASHION_MNIST)


@dataset(KMNIST)
def kmnist():
    """Kuzushiji-MNIST, likewise.   Source:  Clanuwat et al. 2018.   Chapter: 6."""
    return _from_idx(KMNIST)


@dataset(CIFAR10)
def cifar10():
    """CIFAR-10 in its binary version, downloaded when it is first asked for; its six .bin files do as well.

    Returns: Dataset with x (M, 3, 32, 32), y (M,).
    Raises:  DataError if a file cannot be had, stored or read.   Source:  Krizhevsky 2009.   Chapter: 6.
    """
    folder, rows = cache_folder("cifar10"), ROWS["cifar10"][2]
    by_hand = [put_by_hand(folder, name) for name in CIFAR_FILES]
    if all(by_hand):
        return _pictures(CIFAR10, [read_cifar(path, rows) for path in by_hand])
    return _pictures(CIFAR10, read_cifar_archive(fetch(*ENTRIES["cifar10"], folder), CIFAR_FILES, rows))


@dataset(FREE_SPOKEN_DIGITS)
def free_spoken_digits(seed=0, seconds=0.9, floor_db=40, noise_db=None, noise="white"):
    """The Free Spoken Digit Dataset, read as `load("speech", folder=...)` reads the reader's own recordings.

    Returns: Dataset with x (M, T), y (M,), speaker (M,), span (M, 2); `speakers`, `classes`, `rate`.
    Raises:  DataError if the files cannot be had, stored or read, and for options that make no sense.   Chapter: 5c.
    """
    from .speech import speech

    rows = speech(seed=seed, seconds=seconds, floor_db=floor_db, noise_db=noise_db, noise=noise,
                  folder=_recordings(cache_folder("free_spoken_digits")))
    fields = {name: rows.fields[name] for name in FREE_SPOKEN_DIGITS.fields}
    return Dataset(FREE_SPOKEN_DIGITS, fields, rows.parts, rows.common, rows.pair)


def _recordings(folder):
    """The folder of recordings, put there by hand or unpacked from the archive; it is there whole or not at all."""
    clear_left_behind(folder)
    recordings = put_by_hand(folder, "recordings", kind=Path.is_dir) or folder / "recordings"
    if names := [path.name for path in recordings.glob("*")]:
        _expect_ten_digits(names, recordings, f"put them all there, or remove or empty {recordings}")
        return recordings
    archive, part, names = fetch(*ENTRIES["free_spoken_digits"], folder), temporary(recordings), []
    try:
        part.mkdir()
        for name, content in archive_files(archive, RECORDING.fullmatch, RECORDING_BYTES):
            (part / name).write_bytes(content)
            names.append(name)
        _expect_ten_digits(names, archive, "is it another archive?")
        os.replace(part, recordings)
    except OSError as error:
        if not any(recordings.glob("*.wav")):  # else another process was quicker
            raise DataError(f"{archive} could not be unpacked into {folder} ({error.strerror or error}): make room, or "
                            "set DLCOURSE_DATA to another folder") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return recordings


def _expect_ten_digits(names, place, advice):
    """Refuse what cannot be the whole set: files of this place among which a digit has no recording."""
    there = {name[0] for name in names if name.lower().endswith(".wav")}
    if missing := [digit for digit in DIGITS if digit not in there]:
        raise DataError(f"{place} expected recordings of all ten digits, such as 7_jackson_32.wav, got none of "
                        f"{', '.join(missing)}: {advice}")


@dataset(RESNET18)
def resnet18():
    """ResNet-18 trained on ImageNet, by torchvision's names: `model.load_state_dict(load("resnet18"))`.

    Returns: dict of 122 arrays, floats in the default dtype.
    Raises:  DataError if the file cannot be had or stored, or lacks an array of that name and shape.
    Source:  He et al. 2016.   Chapter: 8.   Twin: torchvision.models.resnet18(weights="IMAGENET1K_V1").
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    path = fetch(*ENTRIES["resnet18"], cache_folder("resnet18"))
    try:
        arrays = load_file(path)
    except SafetensorError as error:
        raise DataError(f"{path} expected arrays as safetensors ({error}): remove it and load again") from error
    expected, found = resnet18_shapes(), {name: array.shape for name, array in arrays.items()}
    if wrong := sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)):
        raise DataError(f"{path} expected {wrong[0]} of shape {expected.get(wrong[0])}, got {found.get(wrong[0])}: "
                        f"are these the weights of another network? ({len(wrong)} arrays differ)")
    return {name: floats(array) if array.dtype.kind == "f" else array for name, array in arrays.items()}


def resnet18_shapes():
    """The names and shapes of ResNet-18's weights, 11,699,132 numbers, as torchvision names them.

    Source:  He et al. 2016, table 1.   Chapter: 8.
    """

    def norm(name, width):
        arrays = ("weight", "bias", "running_mean", "running_var")
        return {f"{name}.{array}": (width,) for array in arrays} | {f"{name}.num_batches_tracked": ()}

    shapes = {"conv1.weight": (64, 3, 7, 7), **norm("bn1", 64), "fc.weight": (1000, 512), "fc.bias": (1000,)}
    channels = 64
    for stage, width in enumerate((64, 128, 256, 512), start=1):
        for name in (f"layer{stage}.0", f"layer{stage}.1"):
            shapes |= {f"{name}.conv1.weight": (width, channels, 3, 3), f"{name}.conv2.weight": (width, width, 3, 3)}
            shapes |= norm(f"{name}.bn1", width) | norm(f"{name}.bn2", width)
            if channels != width:  # the shortcut must change the number of channels as well
                shapes |= {f"{name}.downsample.0.weight": (width, channels, 1, 1)} | norm(f"{name}.downsample.1", width)
            channels = width
    return shapes
